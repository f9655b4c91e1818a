//! The best cell of each property as one picture, to be shown where a page cannot be.

use std::ops::Range;

use reverie_model::sequence::Trace;

use super::excerpt::excerpt;
use super::findings::{Findings, Ranking, Scored};
use super::palette::{Bytes, LEVELS, LIGHT, level};
use super::property::Property;
use crate::picture::Picture;
use crate::picture::font::{LETTER, for_each_dark_pixel, wrap};

/// Letters of a line.
const COLUMNS: usize = 84;

/// Characters of each passage.
const EXCERPT: usize = 480;

/// Pixels of the picture for each pixel of a letter.
const SCALE: u32 = 2;

/// Pixels around everything.
const MARGIN: u32 = 32;

/// Pixels between two properties.
const GAP: u32 = 34;

/// Pixels of a letter's place, across and down.
const PLACE: (u32, u32) = (LETTER * SCALE, (LETTER + 4) * SCALE);

/// Pixels from the top of a place to the letter in it.
const INSET: u32 = 2 * SCALE;

/// Ink of what is less important.
const FAINT: Bytes = [0x6a, 0x6a, 0x74];

/// What stands for a line break.
const LINE_BREAK: char = '\u{b6}';

/// The best cell of each property: a passage coloured by its values, below a line that says which
/// cell it is and how good.
///
/// # Panics
/// If the trace is of another network than the findings.
pub fn picture(findings: &Findings, trace: &Trace) -> Picture {
    let panels: Vec<Panel> = findings
        .rankings()
        .filter_map(|(property, ranking)| {
            Some(Panel::new(property, ranking, ranking.best.first()?, trace))
        })
        .collect();
    let rows: u32 = panels.iter().map(|panel| panel.height() + GAP).sum();
    let width = 2 * MARGIN + COLUMNS as u32 * PLACE.0;
    let height = 2 * MARGIN + PLACE.1 + rows.max(PLACE.1 + GAP);
    let mut paper = Paper(Picture::filled(width, height, unit(LIGHT.middle)));
    paper.scale((MARGIN, MARGIN));
    let mut top = MARGIN + PLACE.1 + GAP;
    if panels.is_empty() {
        let nothing = "No property of this text could be measured.";
        paper.write(nothing, (MARGIN, top), FAINT);
    }
    for panel in &panels {
        panel.draw(&mut paper, top, trace);
        top += panel.height() + GAP;
    }
    paper.0
}

/// One property.
struct Panel {
    title: String,
    figures: Vec<String>,
    lines: Vec<Range<usize>>,
    series: Vec<f32>,
    marked: Option<Vec<bool>>,
}

impl Panel {
    fn new(property: Property, ranking: &Ranking, best: &Scored, trace: &Trace) -> Self {
        let labels = property.labels(&trace.text);
        let figures = format!(
            "{} {:.2} (chosen with {:.2}; luck {:.2}, at most {:.2})",
            ranking.measure.name(),
            best.reported,
            best.chosen,
            ranking.shifted.mean,
            ranking.shifted.highest
        );
        Self {
            title: format!("{}: {}", property.title(), best.site),
            figures: wrap(&figures, COLUMNS, 2),
            lines: lines(&trace.text, excerpt(&trace.text, &labels, EXCERPT)),
            series: best.site.series(trace),
            marked: labels.yes().map(<[bool]>::to_vec),
        }
    }

    fn height(&self) -> u32 {
        (1 + self.figures.len() + self.lines.len()) as u32 * PLACE.1 + INSET
    }

    fn draw(&self, paper: &mut Paper, top: u32, trace: &Trace) {
        paper.write(&self.title, (MARGIN, top), LIGHT.ink);
        let mut y = top + PLACE.1;
        for figures in &self.figures {
            paper.write(figures, (MARGIN, y), FAINT);
            y += PLACE.1;
        }
        y += INSET;
        for line in &self.lines {
            for (x, t) in (MARGIN..).step_by(PLACE.0 as usize).zip(line.clone()) {
                paper.fill((x, y), PLACE, LIGHT.colour(level(self.series[t])));
                if self.marked.as_ref().is_some_and(|marked| marked[t]) {
                    paper.fill((x, y + PLACE.1 - SCALE), (PLACE.0, SCALE), LIGHT.ink);
                }
                match drawable(trace.text[t]) {
                    Some(letter) => paper.write(&letter.to_string(), (x, y + INSET), LIGHT.ink),
                    None => paper.write_box((x, y + INSET), LIGHT.ink),
                }
            }
            y += PLACE.1;
        }
    }
}

/// The lines of a part of the text: broken at its line breaks, and at blanks where they are longer
/// than the picture.
fn lines(text: &[char], part: Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = part.start;
    while start < part.end {
        let longest = part.end.min(start + COLUMNS);
        let here = &text[start..longest];
        let end = match here.iter().position(|c| *c == '\n') {
            Some(at) => start + at + 1,
            None if longest == part.end => longest,
            None => {
                let blank = here.iter().rposition(|c| *c == ' ');
                blank.map_or(longest, |at| start + at + 1)
            }
        };
        lines.push(start..end);
        start = end;
    }
    lines
}

/// The letter of the font that comes nearest, if there is one.
fn drawable(c: char) -> Option<char> {
    match c {
        '\n' => Some(LINE_BREAK),
        '\r' | '\u{feff}' => Some('\u{b7}'),
        ' ' | '\t' | '\u{a0}' => Some(' '),
        '!'..='~' | '\u{a1}'..='\u{ff}' => Some(c),
        '\u{201c}'..='\u{201f}' | '\u{2033}' => Some('"'),
        '\u{2018}'..='\u{201b}' | '\u{2032}' => Some('\''),
        '\u{2010}'..='\u{2015}' | '\u{2212}' => Some('-'),
        '\u{2026}' => Some('.'),
        '\u{152}' => Some('O'),
        '\u{153}' => Some('o'),
        _ => None,
    }
}

fn unit(colour: Bytes) -> [f32; 3] {
    colour.map(|value| f32::from(value) / 255.0)
}

/// A picture that is written on.
struct Paper(Picture);

impl Paper {
    fn fill(&mut self, (left, top): (u32, u32), (width, height): (u32, u32), colour: Bytes) {
        let colour = unit(colour);
        for (x, y) in (0..height).flat_map(|y| (0..width).map(move |x| (left + x, top + y))) {
            if x < self.0.width() && y < self.0.height() {
                self.0.set(x, y, colour);
            }
        }
    }

    fn write(&mut self, text: &str, (left, top): (u32, u32), ink: Bytes) {
        for_each_dark_pixel(text, |x, y| {
            self.fill((left + x * SCALE, top + y * SCALE), (SCALE, SCALE), ink);
        });
    }

    /// The colours from -1 to 1 with what they mean.
    fn scale(&mut self, (left, top): (u32, u32)) {
        self.write("-1", (left, top + INSET), FAINT);
        let first = left + 3 * PLACE.0;
        for (x, level) in (first..).step_by(PLACE.0 as usize).zip(0..LEVELS) {
            self.fill((x, top), PLACE, LIGHT.colour(level));
        }
        let end = first + (LEVELS as u32 + 1) * PLACE.0;
        let meaning = "+1    the cell's value after the character";
        self.write(meaning, (end, top + INSET), FAINT);
    }

    /// What stands for a character that the font does not have: an empty box.
    fn write_box(&mut self, (left, top): (u32, u32), ink: Bytes) {
        let side = (LETTER - 2) * SCALE;
        self.fill((left, top), (side, SCALE), ink);
        self.fill((left, top + side - SCALE), (side, SCALE), ink);
        self.fill((left, top), (SCALE, side), ink);
        self.fill((left + side - SCALE, top), (SCALE, side), ink);
    }
}

#[cfg(test)]
mod tests {
    use reverie_model::rng::seeded;

    use super::super::synthetic::{self, Unit};
    use super::*;

    #[test]
    fn the_picture_has_the_colours_of_both_ends() {
        let mut rng = seeded(4);
        let units = [Unit::Follows {
            property: Property::Quotes,
            scale: 6.0,
            noise: 0.1,
        }];
        let passages = [0, 1].map(|_| {
            let text = synthetic::prose(3_000, &mut rng);
            let mut trace = synthetic::trace(&text, &units, &mut rng);
            let memory = trace.layers[0].memory.as_mut().unwrap();
            memory.iter_mut().for_each(|c| *c -= 3.0);
            trace
        });
        let findings = Findings::of(&passages[0], &passages[1], &mut rng).unwrap();
        let picture = picture(&findings, &passages[1]);
        let bytes = picture.to_rgb8();
        for colour in [LIGHT.low, LIGHT.high, LIGHT.ink, LIGHT.middle] {
            assert!(
                bytes.as_chunks().0.contains(&colour),
                "{colour:?} is missing"
            );
        }
        assert_eq!(picture.width(), 2 * MARGIN + COLUMNS as u32 * PLACE.0);
    }

    #[test]
    fn lines_break_at_line_breaks_and_blanks_and_lose_nothing() {
        let text: Vec<char> = format!("ab\n{} cd {}", "x".repeat(80), "y".repeat(200))
            .chars()
            .collect();
        let lines = lines(&text, 0..text.len());
        assert_eq!(lines[0], 0..3);
        assert_eq!(lines[1], 3..3 + 84);
        assert!(lines.iter().all(|line| line.len() <= COLUMNS));
        assert!(lines.windows(2).all(|pair| pair[0].end == pair[1].start));
        assert_eq!(lines.last().unwrap().end, text.len());
    }

    #[test]
    fn letters_that_the_font_lacks_are_their_nearest_or_a_box() {
        assert_eq!(
            ['“', '—', 'é', '\n'].map(drawable),
            [Some('"'), Some('-'), Some('é'), Some('¶')]
        );
        assert_eq!(drawable('夜'), None);
    }
}
