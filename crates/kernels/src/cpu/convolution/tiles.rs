//! Tiles of 4x4 outputs, and the 6x6 inputs that each of them needs.

use super::{Padding, Pictures};

/// Outputs of a tile in a row.
pub(super) const SIDE: usize = 4;
/// Inputs of a tile in a row.
pub(super) const REACH: usize = SIDE + 2;

/// All tiles of some pictures, one row of tiles after the other. Pictures whose sides are no
/// multiple of four have tiles that stick out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tiles {
    pub pictures: Pictures,
    /// Rows of tiles of a picture.
    pub down: usize,
    /// Tiles in a row.
    pub across: usize,
}

/// A tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tile {
    /// Index of the first pixel of its picture.
    pub picture: usize,
    /// First row of outputs.
    pub top: usize,
    /// First column of outputs.
    pub left: usize,
}

impl Tiles {
    pub fn of(pictures: Pictures) -> Self {
        Self {
            pictures,
            down: pictures.height.div_ceil(SIDE),
            across: pictures.width.div_ceil(SIDE),
        }
    }

    pub fn count(self) -> usize {
        self.pictures.batch * self.down * self.across
    }

    /// Rows of tiles of all pictures.
    pub fn rows(self) -> usize {
        self.pictures.batch * self.down
    }

    pub fn tile(self, index: usize) -> Tile {
        let (row, column) = (index / self.across, index % self.across);
        let (picture, row) = (row / self.down, row % self.down);
        Tile {
            picture: picture * self.pictures.height * self.pictures.width,
            top: row * SIDE,
            left: column * SIDE,
        }
    }

    /// The pixels of the inputs of a tile; none where there are zeros.
    #[inline(always)]
    pub fn inputs(self, tile: Tile, padding: Padding) -> [[Option<usize>; REACH]; REACH] {
        let Pictures { height, width, .. } = self.pictures;
        let rows = along::<REACH>(tile.top, height, padding);
        let columns = along::<REACH>(tile.left, width, padding);
        pixels(tile, width, rows, columns)
    }

    /// The pixels of the outputs of a tile; none where it sticks out.
    #[inline(always)]
    pub fn outputs(self, tile: Tile) -> [[Option<usize>; SIDE]; SIDE] {
        let Pictures { height, width, .. } = self.pictures;
        // Outputs begin one pixel after the inputs.
        let rows = along::<SIDE>(tile.top + 1, height, Padding::Zeros);
        let columns = along::<SIDE>(tile.left + 1, width, Padding::Zeros);
        pixels(tile, width, rows, columns)
    }
}

/// Places in a row or column from `first` on, where 0 is the padding before the first pixel.
/// Further out than the padding is nothing: no output inside the picture needs it.
#[inline(always)]
fn along<const N: usize>(first: usize, size: usize, padding: Padding) -> [Option<usize>; N] {
    std::array::from_fn(|i| match first + i {
        0 => (padding == Padding::Edge).then_some(0),
        place if place <= size => Some(place - 1),
        place => (place == size + 1 && padding == Padding::Edge).then(|| size - 1),
    })
}

#[inline(always)]
fn pixels<const N: usize>(
    tile: Tile,
    width: usize,
    rows: [Option<usize>; N],
    columns: [Option<usize>; N],
) -> [[Option<usize>; N]; N] {
    rows.map(|row| columns.map(|column| Some(tile.picture + row? * width + column?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tile_knows_its_pixels() {
        let pictures = Pictures {
            batch: 2,
            height: 5,
            width: 3,
        };
        let tiles = Tiles::of(pictures);
        assert_eq!((tiles.count(), tiles.down, tiles.across), (4, 2, 1));
        // The second row of tiles of the second picture: one row of outputs, 4, is inside.
        let tile = tiles.tile(3);
        assert_eq!(tiles.outputs(tile)[0], [Some(27), Some(28), Some(29), None]);
        assert_eq!(tiles.outputs(tile)[1], [None; 4]);
        let zeros = tiles.inputs(tile, Padding::Zeros);
        assert_eq!(zeros[0], [None, Some(24), Some(25), Some(26), None, None]);
        assert_eq!(zeros[2], [None; 6]);
        let edge = tiles.inputs(tile, Padding::Edge);
        assert_eq!(
            edge[2],
            [Some(27), Some(27), Some(28), Some(29), Some(29), None]
        );
        assert_eq!(edge[3], [None; 6]);
    }
}
