//! Pixels.

use image::{Rgb, RgbImage};

use super::colours::{
    BAR_LINE, BEAT_LINE, BLACK_KEY, BLACK_ROW, BORDER, Bytes, INK, OCTAVE_LINE, PAPER, WHITE_ROW,
};
use super::config::{RollConfig, RollError};
use super::keys::{ends_octave, has_white_above, is_black, octave_name};
use super::layout::{Area, Layout, SPACE};
use crate::picture::font::{LETTER, for_each_dark_pixel};
use reverie_model::data::music::Frame;

/// The share of the keyboard that a black key takes, in parts.
const BLACK_PARTS: (u32, u32) = (5, 8);
/// Bars of fewer pixels have no rounded corners.
const ROUND_FROM: u32 = 5;
/// Pixels of the dashes between what was given and its continuation.
const DASH: u32 = 4;

/// A picture of a roll, on white, as crisp as pixels are.
///
/// Shown are the keys that sound and a few around them.
///
/// # Errors
/// A setting that cannot be worked with, no step at all, or more pixels than 32 million.
pub fn draw_roll(roll: &[Frame], config: &RollConfig) -> Result<RgbImage, RollError> {
    let layout = Layout::new(roll, config)?;
    let mut paper = Paper(RgbImage::from_pixel(
        layout.width,
        layout.height,
        Rgb(PAPER),
    ));
    for row in 0..layout.rows {
        paper.grid(&layout, row);
        paper.keyboard(&layout, row);
    }
    for bar in layout.bars(roll) {
        paper.bar(
            bar.area,
            bar.colours.fill,
            bar.begins.then_some(bar.colours.edge),
        );
    }
    if let Some((row, x)) = layout.border() {
        let area = layout.roll(row);
        for top in (area.top..area.top + area.height).step_by(2 * DASH as usize) {
            let height = DASH.min(area.top + area.height - top);
            paper.fill(
                Area {
                    left: x - 1,
                    top,
                    width: 2,
                    height,
                },
                INK,
            );
        }
    }
    if layout.has_legend() {
        for (colours, area) in layout.legend() {
            paper.bar(area, colours.fill, Some(colours.edge));
            paper.write(colours.word, area.left + area.width + SPACE, area.top);
        }
    }
    Ok(paper.0)
}

/// The same as the bytes of a PNG file.
///
/// # Errors
/// As for [`draw_roll`].
pub fn roll_png(roll: &[Frame], config: &RollConfig) -> Result<Vec<u8>, RollError> {
    let picture = draw_roll(roll, config)?;
    let mut bytes = std::io::Cursor::new(Vec::new());
    picture
        .write_to(&mut bytes, image::ImageFormat::Png)
        .map_err(|error| RollError::Encode(error.to_string()))?;
    Ok(bytes.into_inner())
}

/// A picture that is drawn on.
struct Paper(RgbImage);

impl Paper {
    fn fill(&mut self, area: Area, colour: Bytes) {
        for y in area.top..(area.top + area.height).min(self.0.height()) {
            for x in area.left..(area.left + area.width).min(self.0.width()) {
                self.0.put_pixel(x, y, Rgb(colour));
            }
        }
    }

    fn across(&mut self, area: Area, y: u32, colour: Bytes) {
        self.fill(
            Area {
                top: y,
                height: 1,
                ..area
            },
            colour,
        );
    }

    fn down(&mut self, area: Area, x: u32, colour: Bytes) {
        self.fill(
            Area {
                left: x,
                width: 1,
                ..area
            },
            colour,
        );
    }

    fn write(&mut self, text: &str, left: u32, top: u32) {
        for_each_dark_pixel(text, |x, y| {
            let (x, y) = (left + x, top + y);
            if x < self.0.width() && y < self.0.height() {
                self.0.put_pixel(x, y, Rgb(INK));
            }
        });
    }

    /// What is behind the notes of a row.
    fn grid(&mut self, layout: &Layout, row: usize) {
        let area = layout.roll(row);
        for key in layout.shown() {
            let (top, height) = layout.key(row, key);
            let colour = if is_black(key) { BLACK_ROW } else { WHITE_ROW };
            self.fill(
                Area {
                    top,
                    height,
                    ..area
                },
                colour,
            );
        }
        let lines = layout.lines(row);
        for (x, _) in lines.iter().filter(|(_, is_bar)| !is_bar) {
            self.down(area, *x, BEAT_LINE);
        }
        for key in layout.shown().filter(|key| ends_octave(*key)) {
            let (top, _) = layout.key(row, key);
            // The line belongs to the C above it.
            if top > area.top {
                self.across(area, top - 1, OCTAVE_LINE);
            }
        }
        for (x, _) in lines.iter().filter(|(_, is_bar)| *is_bar) {
            self.down(area, *x, BAR_LINE);
        }
        for (x, number) in layout.numbers(row) {
            self.write(&number.to_string(), x, area.top + area.height + SPACE);
        }
        self.across(area, area.top, BORDER);
        self.across(area, area.top + area.height - 1, BORDER);
        self.down(area, area.left + area.width, BORDER);
    }

    fn keyboard(&mut self, layout: &Layout, row: usize) {
        let area = layout.keyboard(row);
        self.fill(area, PAPER);
        for key in layout.shown() {
            let (top, height) = layout.key(row, key);
            if is_black(key) {
                let width = area.width * BLACK_PARTS.0 / BLACK_PARTS.1;
                self.fill(
                    Area {
                        top,
                        height,
                        width,
                        ..area
                    },
                    BLACK_KEY,
                );
                // White keys meet behind the middle of a black one.
                let front = Area {
                    left: area.left + width,
                    width: area.width - width,
                    ..area
                };
                self.across(front, top + height / 2, OCTAVE_LINE);
            } else if has_white_above(key) && top > area.top {
                self.across(area, top - 1, OCTAVE_LINE);
            }
            if let Some(name) = octave_name(key) {
                let left = area.left - SPACE - name.len() as u32 * LETTER;
                let middle = (top + height / 2).saturating_sub(LETTER / 2);
                self.write(&name, left, middle);
            }
        }
        self.across(area, area.top, BORDER);
        self.across(area, area.top + area.height - 1, BORDER);
        self.down(area, area.left, BORDER);
        self.down(area, area.left + area.width - 1, BORDER);
    }

    /// A note: a little apart from what follows and from its neighbours.
    fn bar(&mut self, area: Area, fill: Bytes, edge: Option<Bytes>) {
        let inner = Area {
            left: area.left + 1,
            top: area.top,
            width: area.width - 1,
            height: area.height - 1,
        };
        let corners = [
            (inner.left, inner.top),
            (inner.left + inner.width - 1, inner.top),
            (inner.left, inner.top + inner.height - 1),
            (inner.left + inner.width - 1, inner.top + inner.height - 1),
        ];
        let behind = corners.map(|(x, y)| self.0.get_pixel(x, y).0);
        self.fill(inner, fill);
        if let Some(edge) = edge {
            let width = if inner.width >= ROUND_FROM { 2 } else { 1 };
            self.fill(Area { width, ..inner }, edge);
        }
        if inner.width.min(inner.height) >= ROUND_FROM {
            for ((x, y), behind) in corners.into_iter().zip(behind) {
                self.0.put_pixel(x, y, Rgb(behind));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::colours::{CONTINUED, GIVEN};
    use super::*;

    fn count(image: &RgbImage, colour: Bytes) -> usize {
        image.pixels().filter(|pixel| pixel.0 == colour).count()
    }

    fn scale(steps: usize) -> Vec<Frame> {
        (0..steps)
            .map(|step| Frame::of_keys([39 + step % 12]))
            .collect()
    }

    #[test]
    fn colours_are_those_of_what_was_given_and_continued() {
        let plain = draw_roll(&scale(40), &RollConfig::default()).unwrap();
        assert!(count(&plain, GIVEN.fill) > 40 * 20);
        assert_eq!(count(&plain, CONTINUED.fill), 0);
        let config = RollConfig {
            given: Some(10),
            ..RollConfig::default()
        };
        let two = draw_roll(&scale(40), &config).unwrap();
        assert!(count(&two, CONTINUED.fill) > 2 * count(&two, GIVEN.fill));
        assert!(two.height() > plain.height());
    }

    #[test]
    fn a_held_note_is_one_bar_and_repeated_steps_have_no_seam() {
        let roll = vec![Frame::of_keys([40]); 8];
        let image = draw_roll(&roll, &RollConfig::default()).unwrap();
        // One dark edge, where the note begins: two pixels wide and with two corners off.
        let height = RollConfig::default().cell_height as usize - 1;
        assert_eq!(count(&image, GIVEN.edge), 2 * height - 2);
    }

    #[test]
    fn every_size_can_be_drawn() {
        for (cell_width, cell_height) in [(3, 3), (4, 9), (64, 5)] {
            for steps in [1, 2, 127, 128, 129, 300] {
                let config = RollConfig {
                    cell_width,
                    cell_height,
                    given: Some(steps / 2),
                    ..RollConfig::default()
                };
                let image = draw_roll(&scale(steps), &config).unwrap();
                assert!(count(&image, CONTINUED.fill) > 0);
            }
        }
        let all = draw_roll(&[Frame::of_keys(0..88)], &RollConfig::default()).unwrap();
        assert!(all.height() > 88 * 7);
        draw_roll(&[Frame::SILENT; 3], &RollConfig::default()).unwrap();
    }
}
