//! Where everything is.

use super::colours::{CONTINUED, GIVEN, Note};
use super::config::{MAX_PIXELS, RollConfig, RollError};
use super::keys::shown;
use crate::picture::font::LETTER;
use reverie_model::data::music::Frame;
use reverie_model::data::music::held_notes;

/// Pixels around everything, between two rows, and between a label and what it names.
const MARGIN: u32 = 12;
const GAP: u32 = 14;
pub(super) const SPACE: u32 = 4;
/// Letters of the longest name of an octave.
const NAME: u32 = 2;
/// Pixels of the keyboard.
const KEYBOARD: u32 = 26;

/// A place and a size in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Area {
    pub(super) left: u32,
    pub(super) top: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// A note, or the part of one that is in a row and has one colour.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bar {
    pub(super) area: Area,
    pub(super) colours: Note,
    /// Whether the note begins here, and not in the row before or in the other colour.
    pub(super) begins: bool,
}

/// The places of a picture.
#[derive(Clone, Debug)]
pub(super) struct Layout {
    pub(super) width: u32,
    pub(super) height: u32,
    /// The lowest key shown and the number of them.
    pub(super) lowest: usize,
    pub(super) keys: usize,
    pub(super) rows: usize,
    steps: usize,
    config: RollConfig,
}

impl Layout {
    pub(super) fn new(roll: &[Frame], config: &RollConfig) -> Result<Self, RollError> {
        config.check()?;
        if roll.is_empty() {
            return Err(RollError::Empty);
        }
        let (lowest, keys) = shown(roll);
        let across = roll.len().min(config.steps_per_row) as u64;
        let rows = roll.len().div_ceil(config.steps_per_row);
        let mut layout = Self {
            width: 0,
            height: 0,
            lowest,
            keys,
            rows,
            steps: roll.len(),
            config: config.clone(),
        };
        let right = u64::from(layout.roll_left()) + across * u64::from(config.cell_width) + 1;
        let width = right.max(u64::from(layout.legend_right())) + u64::from(MARGIN);
        let height = u64::from(layout.first_top())
            + rows as u64 * u64::from(layout.pitch())
            + u64::from(MARGIN)
            - u64::from(GAP);
        if width * height > MAX_PIXELS {
            return Err(RollError::TooLarge { width, height });
        }
        (layout.width, layout.height) = (width as u32, height as u32);
        Ok(layout)
    }

    /// Pixels from one row to the next.
    fn pitch(&self) -> u32 {
        self.roll_height() + SPACE + LETTER + GAP
    }

    fn roll_height(&self) -> u32 {
        self.keys as u32 * self.config.cell_height
    }

    fn first_top(&self) -> u32 {
        let legend = if self.has_legend() { LETTER + GAP } else { 0 };
        MARGIN + legend
    }

    fn roll_left(&self) -> u32 {
        self.keyboard_left() + KEYBOARD
    }

    fn keyboard_left(&self) -> u32 {
        MARGIN + NAME * LETTER + SPACE
    }

    /// Whether there are two colours, so that it has to be said which is which.
    pub(super) fn has_legend(&self) -> bool {
        self.config.given.is_some()
    }

    /// The left of each colour's field in the legend, and its top.
    pub(super) fn legend(&self) -> [(Note, Area); 2] {
        let words = [GIVEN, CONTINUED];
        let mut left = self.roll_left();
        words.map(|colours| {
            let (width, height) = (2 * LETTER, LETTER);
            let area = Area {
                left,
                top: MARGIN,
                width,
                height,
            };
            left += width + SPACE + (colours.word.len() as u32 + 2) * LETTER;
            (colours, area)
        })
    }

    /// Where the legend ends, if there is one.
    fn legend_right(&self) -> u32 {
        let [_, (colours, area)] = self.legend();
        let letters = colours.word.len() as u32 * LETTER;
        if self.has_legend() {
            area.left + area.width + SPACE + letters
        } else {
            0
        }
    }

    /// Where the notes of a row are.
    pub(super) fn roll(&self, row: usize) -> Area {
        let first = row * self.config.steps_per_row;
        let steps = (self.steps - first).min(self.config.steps_per_row);
        Area {
            left: self.roll_left(),
            top: self.first_top() + row as u32 * self.pitch(),
            width: steps as u32 * self.config.cell_width,
            height: self.roll_height(),
        }
    }

    /// Where the keys of a row are.
    pub(super) fn keyboard(&self, row: usize) -> Area {
        Area {
            left: self.keyboard_left(),
            width: KEYBOARD,
            ..self.roll(row)
        }
    }

    /// The top of a key in a row, and the height of every key.
    pub(super) fn key(&self, row: usize, key: usize) -> (u32, u32) {
        let below_top = (self.lowest + self.keys - 1 - key) as u32;
        let height = self.config.cell_height;
        (self.roll(row).top + below_top * height, height)
    }

    /// The keys shown, the lowest first.
    pub(super) fn shown(&self) -> std::ops::Range<usize> {
        self.lowest..self.lowest + self.keys
    }

    /// The x of the lines of a row, with whether each begins a bar.
    pub(super) fn lines(&self, row: usize) -> Vec<(u32, bool)> {
        let (first, config) = (row * self.config.steps_per_row, &self.config);
        let last = (first + config.steps_per_row).min(self.steps);
        (first + 1..last)
            .filter_map(|step| {
                let is_bar = step % config.steps_per_bar == 0;
                let is_beat = step % config.steps_per_bar % config.steps_per_beat == 0;
                (is_bar || is_beat).then(|| (self.x(step), is_bar))
            })
            .collect()
    }

    /// The x and the number of the bars that are numbered in a row: the first that begins there and
    /// then every fourth of the piece.
    pub(super) fn numbers(&self, row: usize) -> Vec<(u32, usize)> {
        const EVERY: usize = 4;
        let (first, bar) = (row * self.config.steps_per_row, self.config.steps_per_bar);
        let last = (first + self.config.steps_per_row).min(self.steps);
        let bars = first.div_ceil(bar)..last.div_ceil(bar);
        let mut free = 0;
        let mut numbers = Vec::new();
        for number in bars.clone() {
            let (x, letters) = (self.x(number * bar), (number + 1).to_string().len() as u32);
            let fits = x >= free && x + letters * LETTER <= self.width;
            if fits && (number == bars.start || number % EVERY == 0) {
                numbers.push((x, number + 1));
                free = x + (letters + 1) * LETTER;
            }
        }
        numbers
    }

    /// The left of a step.
    fn x(&self, step: usize) -> u32 {
        self.roll_left() + (step % self.config.steps_per_row) as u32 * self.config.cell_width
    }

    /// The row and the x of the border between what was given and its continuation.
    pub(super) fn border(&self) -> Option<(usize, u32)> {
        let given = self.config.given?;
        (given > 0 && given < self.steps)
            .then(|| (given / self.config.steps_per_row, self.x(given)))
    }

    /// The notes, cut at the ends of rows and where the colour changes.
    pub(super) fn bars(&self, roll: &[Frame]) -> Vec<Bar> {
        let given = self.config.given.unwrap_or(usize::MAX);
        let per_row = self.config.steps_per_row;
        let mut bars = Vec::new();
        for note in held_notes(roll) {
            let mut from = note.from;
            while from < note.to {
                let row = from / per_row;
                let mut to = note.to.min((row + 1) * per_row);
                if from < given {
                    to = to.min(given);
                }
                let (top, height) = self.key(row, note.key);
                let width = (to - from) as u32 * self.config.cell_width;
                let left = self.x(from);
                bars.push(Bar {
                    area: Area {
                        left,
                        top,
                        width,
                        height,
                    },
                    colours: if from < given { GIVEN } else { CONTINUED },
                    begins: from == note.from,
                });
                from = to;
            }
        }
        bars
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roll(steps: usize) -> Vec<Frame> {
        vec![Frame::of_notes([60, 67]).unwrap(); steps]
    }

    fn layout(steps: usize, config: &RollConfig) -> Layout {
        Layout::new(&roll(steps), config).unwrap()
    }

    #[test]
    fn notes_are_cut_at_rows_and_where_the_colour_changes() {
        let config = RollConfig {
            steps_per_row: 10,
            given: Some(4),
            ..RollConfig::default()
        };
        let layout = layout(25, &config);
        assert_eq!(layout.rows, 3);
        let bars = layout.bars(&roll(25));
        // For each of two notes: given, the rest of the row, a row, half a row.
        assert_eq!(bars.len(), 8);
        assert_eq!(bars.iter().filter(|bar| bar.begins).count(), 2);
        assert_eq!(bars.iter().filter(|bar| bar.colours == GIVEN).count(), 2);
        let steps: u32 = bars
            .iter()
            .map(|bar| bar.area.width / config.cell_width)
            .sum();
        assert_eq!(steps, 50);
        for bar in bars {
            assert!(bar.area.left + bar.area.width < layout.width);
            assert!(bar.area.top + bar.area.height < layout.height);
        }
    }

    #[test]
    fn rows_lie_inside_and_apart() {
        for given in [None, Some(3)] {
            let config = RollConfig {
                given,
                ..RollConfig::default()
            };
            let layout = layout(500, &config);
            let rows: Vec<Area> = (0..layout.rows).map(|row| layout.roll(row)).collect();
            assert!(
                rows.windows(2)
                    .all(|pair| pair[0].top + pair[0].height < pair[1].top)
            );
            let last = rows[rows.len() - 1];
            assert!(last.top + last.height + LETTER < layout.height);
        }
    }

    #[test]
    fn what_is_too_large_is_refused() {
        let config = RollConfig {
            cell_width: 64,
            cell_height: 64,
            ..RollConfig::default()
        };
        let error = Layout::new(&roll(100_000), &config).unwrap_err();
        assert!(matches!(error, RollError::TooLarge { .. }), "{error}");
        assert!(matches!(Layout::new(&[], &config), Err(RollError::Empty)));
    }
}
