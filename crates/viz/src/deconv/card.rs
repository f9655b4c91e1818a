//! Patches and projections side by side, as in the paper's figure.

use crate::picture::{Filter, Picture, resize};

/// Side up to which single pixels are shown as squares; larger patches are made larger smoothly.
const FEW_PIXELS: u32 = 12;

/// How a card looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CardOptions {
    /// Columns of patches, and of projections.
    pub columns: usize,
    /// Pixels of the longer side of one of them.
    pub tile: u32,
    /// Pixels between them.
    pub gap: u32,
    /// Colour between them.
    pub paper: [f32; 3],
}

impl Default for CardOptions {
    fn default() -> Self {
        Self {
            columns: 3,
            tile: 64,
            gap: 2,
            paper: [1.0; 3],
        }
    }
}

/// Pictures in rows from the top left, in places as large as the largest of them, whose longer sides are
/// a tile's; places without a picture stay paper. There are as many rows as `places` need.
///
/// # Panics
/// If there are no places, or no columns.
pub fn grid(pictures: &[Picture], places: usize, options: &CardOptions) -> Picture {
    let columns = options.columns.min(places);
    let rows = places.div_ceil(columns) as u32;
    let tiles = pictures.iter().take(places);
    let tiles: Vec<Picture> = tiles.map(|tile| fitted(tile, options.tile)).collect();
    let largest = |side: fn(&Picture) -> u32| tiles.iter().map(side).max();
    let (width, height) = (
        largest(Picture::width).unwrap_or(options.tile),
        largest(Picture::height).unwrap_or(options.tile),
    );
    let (across, down) = (width + options.gap, height + options.gap);
    let mut card = Picture::filled(
        columns as u32 * across - options.gap,
        rows * down - options.gap,
        options.paper,
    );
    for (place, tile) in tiles.iter().enumerate() {
        let left = (place % columns) as u32 * across + (width - tile.width()) / 2;
        let top = (place / columns) as u32 * down + (height - tile.height()) / 2;
        paste(&mut card, tile, left, top);
    }
    card
}

/// Patches at the left, beside them their projections, with a gap of three between both.
///
/// # Panics
/// As for [`grid`].
pub fn card(
    patches: &[Picture],
    projections: &[Picture],
    places: usize,
    options: &CardOptions,
) -> Picture {
    let (left, right) = (
        grid(patches, places, options),
        grid(projections, places, options),
    );
    let between = options.gap * 3;
    let width = left.width() + between + right.width();
    let mut card = Picture::filled(width, left.height(), options.paper);
    paste(&mut card, &left, 0, 0);
    paste(&mut card, &right, left.width() + between, 0);
    card
}

/// The picture with its longer side at so many pixels.
fn fitted(picture: &Picture, side: u32) -> Picture {
    let longer = picture.width().max(picture.height());
    let scaled = |length: u32| {
        let length = f64::from(length) * f64::from(side) / f64::from(longer);
        (length.round() as u32).clamp(1, side)
    };
    let filter = match longer {
        0..=FEW_PIXELS => Filter::Nearest,
        _ => Filter::Bicubic,
    };
    resize(
        picture,
        scaled(picture.width()),
        scaled(picture.height()),
        filter,
    )
}

fn paste(sheet: &mut Picture, picture: &Picture, left: u32, top: u32) {
    for y in 0..picture.height() {
        for x in 0..picture.width() {
            sheet.set(left + x, top + y, picture.get(x, y));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RED: [f32; 3] = [1.0, 0.0, 0.0];
    const BLUE: [f32; 3] = [0.0, 0.0, 1.0];

    #[test]
    fn nine_places_make_a_square_and_missing_ones_are_paper() {
        let options = CardOptions {
            tile: 10,
            gap: 2,
            ..CardOptions::default()
        };
        let some = [Picture::filled(5, 5, RED), Picture::filled(20, 10, BLUE)];
        let found = grid(&some, 9, &options);
        assert_eq!((found.width(), found.height()), (34, 34));
        assert_eq!(found.get(9, 9), RED);
        assert_eq!(found.get(10, 0), options.paper);
        // A wide one lies in the middle of its place.
        assert_eq!(found.get(12, 1), options.paper);
        assert!((found.get(15, 5)[2] - 1.0).abs() < 1e-5);
        assert_eq!(found.get(30, 30), options.paper);
    }

    #[test]
    fn projections_stand_beside_their_patches() {
        let options = CardOptions {
            tile: 4,
            gap: 1,
            columns: 2,
            ..CardOptions::default()
        };
        let (red, blue) = (Picture::filled(4, 4, RED), Picture::filled(4, 4, BLUE));
        let found = card(&[red], &[blue], 4, &options);
        assert_eq!((found.width(), found.height()), (9 + 3 + 9, 9));
        assert_eq!((found.get(0, 0), found.get(12, 0)), (RED, BLUE));
        assert_eq!(found.get(10, 0), options.paper);
    }
}
