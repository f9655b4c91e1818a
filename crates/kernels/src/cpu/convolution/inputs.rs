//! Tiles of inputs to what the products need, and their gradients back.

use std::ops::Range;

use super::Padding;
use super::planes::{Planes, load, put};
use super::tiles::{REACH, SIDE, Tiles};
use super::transform::{Inputs, InputsBack, both_ways};
use crate::cpu::simd::{Lanes, Vectorised};
use crate::cpu::threads::Shared;

/// Bᵀ d B of some tiles.
pub(super) struct TransformInputs<'a> {
    pub tiles: Tiles,
    pub range: Range<usize>,
    /// First tile of the block.
    pub first: usize,
    pub padding: Padding,
    pub x: &'a [f32],
    pub channels: usize,
    pub planes: Planes,
    pub to: Shared<'a>,
}

impl Vectorised for TransformInputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        assert!(self.tiles.pictures.pixels() * self.channels <= self.x.len());
        for index in self.range.clone() {
            let pixels = self.tiles.inputs(self.tiles.tile(index), self.padding);
            let row = (index - self.first) * self.planes.row;
            for c in (0..self.channels).step_by(L::COUNT) {
                let mut d = [[L::zero(); REACH]; REACH];
                for r in 0..REACH {
                    for s in 0..REACH {
                        if let Some(pixel) = pixels[r][s] {
                            // SAFETY: the pixel lies inside the pictures, as asserted above.
                            d[r][s] = unsafe { load::<L>(self.x, pixel, c, self.channels) };
                        }
                    }
                }
                let d = both_ways::<L, Inputs, REACH, REACH>(&d);
                // SAFETY: rows are whole vectors wide, and each tile has one writer.
                unsafe { self.planes.store(&d, self.to, row + c) };
            }
        }
    }
}

/// B dV Bᵀ of some tiles and channels, added where tiles overlap.
///
/// Tiles come in order, so a place is met first by the tile that it is not in the first two rows or
/// columns of (or by a tile at the border): that one writes, the others add. Nothing has to be
/// zeroed before, and the order of the sums is always the same.
pub(super) struct AddInputs<'a> {
    pub tiles: Tiles,
    /// All tiles of the block.
    pub range: Range<usize>,
    pub padding: Padding,
    pub from: &'a [f32],
    /// Channels of a pixel.
    pub of: usize,
    /// Those that are written.
    pub channels: Range<usize>,
    pub planes: Planes,
    pub dx: Shared<'a>,
    pub seam: Seam<'a>,
}

/// Where the first two rows of pixels of a band go that begins inside a picture: the band above
/// writes them as well, perhaps at the same time, so they are added later.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seam<'a> {
    /// `[2, W, C_in]`.
    pub to: Shared<'a>,
    /// First row of tiles of the band.
    pub first_row: usize,
}

impl AddInputs<'_> {
    /// Where the inputs of a tile go, and whether something is there already.
    #[inline(always)]
    fn places(&self, index: usize) -> [[Option<(*mut f32, bool)>; REACH]; REACH] {
        let tile = self.tiles.tile(index);
        let pixels = self.tiles.inputs(tile, Padding::Zeros);
        let is_seam = tile.top > 0 && index / self.tiles.across == self.seam.first_row;
        let mut places = [[None; REACH]; REACH];
        for r in 0..REACH {
            for s in 0..REACH {
                let Some(pixel) = pixels[r][s] else { continue };
                let is_left = s < REACH - SIDE && tile.left > 0;
                let is_above = r < REACH - SIDE && tile.top > 0;
                places[r][s] = Some(if is_above && is_seam {
                    let pixel = r * self.tiles.pictures.width + tile.left + s - 1;
                    (self.seam.to.at(pixel * self.of), is_left)
                } else {
                    (self.dx.at(pixel * self.of), is_left || is_above)
                });
            }
        }
        places
    }
}

impl Vectorised for AddInputs<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        for index in self.range.clone() {
            let places = self.places(index);
            let row = (index - self.range.start) * self.planes.row;
            for c in self.channels.clone().step_by(L::COUNT) {
                // SAFETY: the tile is one of the block, and rows are whole vectors wide.
                let d = unsafe { self.planes.load::<L>(self.from, row + c) };
                let mut d = both_ways::<L, InputsBack, REACH, REACH>(&d);
                if self.padding == Padding::Edge {
                    fold(&mut d, self.tiles, index);
                }
                for r in 0..REACH {
                    for s in 0..REACH {
                        let Some((to, is_added)) = places[r][s] else {
                            continue;
                        };
                        // SAFETY: the place is inside the pictures or the seam, and this thread is
                        // the only one that writes these channels of this band.
                        unsafe { put(d[r][s], to.add(c), self.channels.end - c, is_added) };
                    }
                }
            }
        }
    }
}

/// Gradients of padding that repeats the edge belong to the edge.
#[inline(always)]
fn fold<L: Lanes>(d: &mut [[L; REACH]; REACH], tiles: Tiles, index: usize) {
    let tile = tiles.tile(index);
    // Where the padding behind the last pixel stands in the tile, if it does.
    let bottom = tiles.pictures.height - tile.top + 1;
    let right = tiles.pictures.width - tile.left + 1;
    for s in 0..REACH {
        if tile.top == 0 {
            d[1][s] = d[1][s] + d[0][s];
        }
        if bottom < REACH {
            d[bottom - 1][s] = d[bottom - 1][s] + d[bottom][s];
        }
    }
    for row in d {
        if tile.left == 0 {
            row[1] = row[1] + row[0];
        }
        if right < REACH {
            row[right - 1] = row[right - 1] + row[right];
        }
    }
}
