//! Sheets of small pictures, large enough for a page.

use reverie_viz::picture::{Filter, Picture, SheetOptions, contact_sheet, resize};

/// Side of a picture on the sheet, in pixels.
const SIDE: u32 = 256;
/// Pixels of the sheet for each pixel of a letter.
const LETTERS: u32 = 2;
/// Pixels between pictures.
const GAP: u32 = 24;

/// Square pictures with their labels in rows.
pub fn sheet(tiles: &[(Picture, String)], columns: usize) -> Picture {
    let large: Vec<(Picture, String)> = tiles
        .iter()
        .map(|(picture, label)| (resize(picture, SIDE, SIDE, Filter::Bicubic), label.clone()))
        .collect();
    let options = SheetOptions {
        columns,
        gap: GAP,
        label_scale: LETTERS,
        ..SheetOptions::default()
    };
    contact_sheet(&large, &options)
}
