//! Many pictures on one sheet of paper, each with its label.

use super::font::{LETTER, for_each_dark_pixel, wrap};
use super::{CHANNELS, Filter, Picture, resize};

/// Lines that a label may take.
const LABEL_LINES: usize = 2;

/// How a sheet of pictures looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SheetOptions {
    /// Pictures in a row; 0 chooses a number that makes the sheet about square.
    pub columns: usize,
    /// Pixels between pictures and around them.
    pub gap: u32,
    /// Pixels of the sheet for each pixel of a letter (letters have 8 by 8); 0 for no labels.
    pub label_scale: u32,
    /// Colour of the paper.
    pub paper: [f32; CHANNELS],
    /// Colour of the labels.
    pub ink: [f32; CHANNELS],
}

impl Default for SheetOptions {
    fn default() -> Self {
        Self {
            columns: 0,
            gap: 12,
            label_scale: 1,
            paper: [0.965, 0.96, 0.945],
            ink: [0.16, 0.16, 0.18],
        }
    }
}

/// The pictures in rows from the top left, each above its label.
///
/// All places are as large as the largest picture; a smaller one lies in the middle of its place. A
/// long label takes a second line, and is cut after that.
///
/// # Panics
/// If there are no pictures.
pub fn contact_sheet(tiles: &[(Picture, String)], options: &SheetOptions) -> Picture {
    let tiles: Vec<(&Picture, &str)> = tiles.iter().map(|(p, label)| (p, label.as_str())).collect();
    lay_out(&tiles, options)
}

/// Pictures side by side, all as high as the last one (the result), each above its label.
///
/// # Panics
/// If there are no pictures.
pub fn before_after(pictures: &[(&Picture, &str)], options: &SheetOptions) -> Picture {
    let height = pictures
        .last()
        .expect("a sheet shows at least one picture")
        .0
        .height();
    let scaled: Vec<(Picture, &str)> = pictures
        .iter()
        .map(|&(picture, label)| {
            let width =
                f64::from(picture.width()) * f64::from(height) / f64::from(picture.height());
            let width = (width.round() as u32).max(1);
            (resize(picture, width, height, Filter::Lanczos3), label)
        })
        .collect();
    let gap = options.gap;
    let width = gap
        + scaled
            .iter()
            .map(|(picture, _)| picture.width() + gap)
            .sum::<u32>();
    let labels = labels_height(scaled.iter().map(|(p, label)| (p.width(), *label)), options);
    let mut sheet = Picture::filled(width, height + labels + 2 * gap, options.paper);
    let mut x = gap;
    for (picture, label) in &scaled {
        paste(&mut sheet, picture, x, gap);
        write_label(
            &mut sheet,
            label,
            (x, gap + height),
            picture.width(),
            options,
        );
        x += picture.width() + gap;
    }
    sheet
}

fn lay_out(tiles: &[(&Picture, &str)], options: &SheetOptions) -> Picture {
    assert!(!tiles.is_empty(), "a sheet shows at least one picture");
    let largest = |side: fn(&Picture) -> u32| tiles.iter().map(|(p, _)| side(p)).max();
    let width = largest(Picture::width).expect("there is a picture");
    let height = largest(Picture::height).expect("there is a picture");
    let columns = match options.columns {
        0 => (tiles.len() as f64).sqrt().ceil() as usize,
        columns => columns.min(tiles.len()),
    };
    let rows = tiles.len().div_ceil(columns);
    let labels = labels_height(tiles.iter().map(|(_, label)| (width, *label)), options);
    let (step_x, step_y) = (width + options.gap, height + labels + options.gap);
    let mut sheet = Picture::filled(
        columns as u32 * step_x + options.gap,
        rows as u32 * step_y + options.gap,
        options.paper,
    );
    for (i, (picture, label)) in tiles.iter().enumerate() {
        let x = options.gap + (i % columns) as u32 * step_x;
        let y = options.gap + (i / columns) as u32 * step_y;
        let (inset_x, inset_y) = (
            (width - picture.width()) / 2,
            (height - picture.height()) / 2,
        );
        paste(&mut sheet, picture, x + inset_x, y + inset_y);
        write_label(&mut sheet, label, (x, y + height), width, options);
    }
    sheet
}

/// Pixels below the pictures that the highest label takes, with some room above it.
fn labels_height<'a>(labels: impl Iterator<Item = (u32, &'a str)>, options: &SheetOptions) -> u32 {
    let lines = labels
        .map(|(width, label)| label_lines(label, width, options).len())
        .max();
    match lines.unwrap_or(0) as u32 {
        0 => 0,
        lines => lines * line_height(options) + label_room(options),
    }
}

fn label_lines(label: &str, width: u32, options: &SheetOptions) -> Vec<String> {
    match options.label_scale {
        0 => Vec::new(),
        scale => wrap(label, (width / (LETTER * scale)) as usize, LABEL_LINES),
    }
}

/// Two pixels of a letter between lines.
fn line_height(options: &SheetOptions) -> u32 {
    (LETTER + 2) * options.label_scale
}

/// Half a letter between a picture and its label.
fn label_room(options: &SheetOptions) -> u32 {
    LETTER / 2 * options.label_scale
}

/// Writes a label in the middle below a picture of that width.
fn write_label(
    sheet: &mut Picture,
    label: &str,
    (left, top): (u32, u32),
    width: u32,
    options: &SheetOptions,
) {
    let scale = options.label_scale;
    for (row, line) in (0..).zip(label_lines(label, width, options)) {
        let line_width = line.chars().count() as u32 * LETTER * scale;
        let x0 = left + width.saturating_sub(line_width) / 2;
        let y0 = top + label_room(options) + row * line_height(options);
        for_each_dark_pixel(&line, |x, y| {
            for (dx, dy) in (0..scale).flat_map(|dx| (0..scale).map(move |dy| (dx, dy))) {
                let (x, y) = (x0 + x * scale + dx, y0 + y * scale + dy);
                if x < sheet.width() && y < sheet.height() {
                    sheet.set(x, y, options.ink);
                }
            }
        });
    }
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

    fn tiles(count: usize) -> Vec<(Picture, String)> {
        (0..count)
            .map(|i| (Picture::filled(40, 30, RED), format!("no {i}")))
            .collect()
    }

    #[test]
    fn a_sheet_has_room_for_its_pictures_gaps_and_labels() {
        let options = SheetOptions {
            columns: 3,
            gap: 10,
            ..SheetOptions::default()
        };
        let sheet = contact_sheet(&tiles(5), &options);
        assert_eq!(sheet.width(), 3 * 50 + 10);
        assert_eq!(sheet.height(), 2 * (30 + 14 + 10) + 10);
        let double = SheetOptions {
            label_scale: 2,
            ..options
        };
        assert_eq!(
            contact_sheet(&tiles(5), &double).height(),
            2 * (30 + 48 + 10) + 10
        );
        let none = SheetOptions {
            label_scale: 0,
            ..options
        };
        assert_eq!(contact_sheet(&tiles(5), &none).height(), 2 * 40 + 10);
    }

    #[test]
    fn pictures_lie_in_their_places_and_labels_below() {
        let options = SheetOptions {
            columns: 2,
            gap: 10,
            ..SheetOptions::default()
        };
        let mut tiles = tiles(3);
        tiles[1].0 = Picture::filled(20, 10, [0.0, 0.0, 1.0]);
        let sheet = contact_sheet(&tiles, &options);
        assert_eq!(sheet.get(10, 10), RED);
        assert_eq!(sheet.get(9, 10), options.paper);
        assert_eq!(sheet.get(60 + 20, 10 + 15), [0.0, 0.0, 1.0]);
        assert_eq!(sheet.get(60 + 5, 10 + 15), options.paper);
        let below = (10..50).flat_map(|x| (40..54).map(move |y| (x, y)));
        assert!(below.clone().any(|(x, y)| sheet.get(x, y) == options.ink));
        let empty = below.map(|(x, y)| (x + 50, y + 54));
        assert!(
            empty
                .into_iter()
                .all(|(x, y)| sheet.get(x, y) == options.paper)
        );
    }

    #[test]
    fn nine_pictures_make_a_square() {
        let options = SheetOptions {
            gap: 0,
            label_scale: 0,
            ..SheetOptions::default()
        };
        let sheet = contact_sheet(&tiles(9), &options);
        assert_eq!((sheet.width(), sheet.height()), (120, 90));
    }

    #[test]
    fn side_by_side_all_are_as_high_as_the_result() {
        let (small, large) = (
            Picture::filled(10, 5, RED),
            Picture::filled(40, 30, [0.0; 3]),
        );
        let options = SheetOptions {
            gap: 4,
            label_scale: 0,
            ..SheetOptions::default()
        };
        let sheet = before_after(&[(&small, "before"), (&large, "after")], &options);
        assert_eq!((sheet.width(), sheet.height()), (60 + 40 + 12, 30 + 8));
        assert_eq!(sheet.get(4 + 30, 4 + 15), RED);
    }
}
