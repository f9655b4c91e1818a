//! Lines and bars for a page.

use std::fmt::{self, Write};

use super::colours::{CONTINUED, GIVEN, Note, hex};
use super::config::{RollConfig, RollError};
use super::keys::{ends_octave, is_black, octave_name};
use super::layout::{Bar, Layout, SPACE};
use crate::picture::font::LETTER;
use reverie_model::data::music::Frame;

/// Opacities of lines and fields in the colour of the page's text.
const BLACK_ROW: &str = ".06";
const BEAT_LINE: &str = ".1";
const STRONG_LINE: &str = ".35";
/// Pixels of letters.
const LETTERS: u32 = 10;
/// The radius of a note's corners.
const CORNER: u32 = 1;

/// A picture of a roll as an `<svg>` element that can stand in a page.
///
/// Lines and letters have the colour of the page's text (`currentColor`), so they are right on light
/// and on dark pages. Notes have the colours `--roll-given` and `--roll-continued` where a style
/// sheet sets them. `title` is what a screen reader says; it is escaped. A held note is one `<rect>`.
/// It is as wide as its place, and at most as wide as its pixels.
///
/// # Errors
/// As [`super::draw_roll`].
pub fn roll_svg(roll: &[Frame], title: &str, config: &RollConfig) -> Result<String, RollError> {
    let layout = Layout::new(roll, config)?;
    let mut svg = String::new();
    write_svg(&mut svg, &layout, &layout.bars(roll), title)
        .expect("writing to a string does not fail");
    Ok(svg)
}

fn write_svg(svg: &mut String, layout: &Layout, bars: &[Bar], title: &str) -> fmt::Result {
    let (width, height) = (layout.width, layout.height);
    write!(
        svg,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\" \
         style=\"width:100%;max-width:{width}px;height:auto\"><title>{}</title>",
        escaped(title)
    )?;
    write_grid(svg, layout)?;
    write_letters(svg, layout)?;
    for colours in [GIVEN, CONTINUED] {
        write_notes(svg, colours, bars)?;
    }
    if layout.has_legend() {
        for (colours, area) in layout.legend() {
            write!(svg, "<rect {} ", fill(colours))?;
            let (x, y) = (area.left, area.top);
            write!(
                svg,
                "x=\"{x}\" y=\"{y}\" width=\"{}\" height=\"{}\"/>",
                area.width, area.height
            )?;
        }
    }
    if let Some((row, x)) = layout.border() {
        let area = layout.roll(row);
        write!(
            svg,
            "<path d=\"M{x} {}v{}\" stroke=\"currentColor\" stroke-width=\"2\" \
             stroke-dasharray=\"4\"/>",
            area.top, area.height
        )?;
    }
    svg.write_str("</svg>")
}

/// Fields of the black keys, and lines between beats, bars and octaves.
fn write_grid(svg: &mut String, layout: &Layout) -> fmt::Result {
    let (mut fields, mut keys) = (String::new(), String::new());
    let (mut faint, mut strong) = (String::new(), String::new());
    for row in 0..layout.rows {
        let (area, keyboard) = (layout.roll(row), layout.keyboard(row));
        for key in layout.shown() {
            let (top, height) = layout.key(row, key);
            if is_black(key) {
                let (x, width) = (area.left, area.width);
                write!(fields, "M{x} {top}h{width}v{height}h-{width}z")?;
                let (x, width) = (keyboard.left, keyboard.width * 5 / 8);
                write!(keys, "M{x} {top}h{width}v{height}h-{width}z")?;
            }
            if ends_octave(key) && top > area.top {
                write!(
                    strong,
                    "M{} {top}h{}",
                    keyboard.left,
                    keyboard.width + area.width
                )?;
            }
        }
        for (x, is_bar) in layout.lines(row) {
            let lines = if is_bar { &mut strong } else { &mut faint };
            write!(lines, "M{x} {}v{}", area.top, area.height)?;
        }
        let (x, width) = (keyboard.left, keyboard.width + area.width);
        write!(
            strong,
            "M{x} {}h{width}v{}h-{width}z",
            area.top, area.height
        )?;
        write!(strong, "M{} {}v{}", area.left, area.top, area.height)?;
    }
    write!(
        svg,
        "<path fill=\"currentColor\" opacity=\"{BLACK_ROW}\" d=\"{fields}\"/>\
         <path fill=\"currentColor\" opacity=\".7\" d=\"{keys}\"/>\
         <g fill=\"none\" stroke=\"currentColor\" shape-rendering=\"crispEdges\">\
         <path opacity=\"{BEAT_LINE}\" d=\"{faint}\"/>\
         <path opacity=\"{STRONG_LINE}\" d=\"{strong}\"/></g>"
    )
}

/// Names of octaves, numbers of bars, and the words of the legend.
fn write_letters(svg: &mut String, layout: &Layout) -> fmt::Result {
    write!(
        svg,
        "<g fill=\"currentColor\" font-family=\"sans-serif\" font-size=\"{LETTERS}\">"
    )?;
    for row in 0..layout.rows {
        let (area, keyboard) = (layout.roll(row), layout.keyboard(row));
        for key in layout.shown() {
            if let Some(name) = octave_name(key) {
                let (top, height) = layout.key(row, key);
                let (x, y) = (keyboard.left - SPACE, top + height);
                write!(
                    svg,
                    "<text text-anchor=\"end\" x=\"{x}\" y=\"{y}\">{name}</text>"
                )?;
            }
        }
        let y = area.top + area.height + SPACE + LETTER;
        for (x, number) in layout.numbers(row) {
            write!(svg, "<text x=\"{x}\" y=\"{y}\">{number}</text>")?;
        }
    }
    if layout.has_legend() {
        for (colours, area) in layout.legend() {
            let (x, y) = (area.left + area.width + SPACE, area.top + area.height);
            write!(svg, "<text x=\"{x}\" y=\"{y}\">{}</text>", colours.word)?;
        }
    }
    svg.write_str("</g>")
}

fn write_notes(svg: &mut String, colours: Note, bars: &[Bar]) -> fmt::Result {
    let bars: Vec<&Bar> = bars.iter().filter(|bar| bar.colours == colours).collect();
    if bars.is_empty() {
        return Ok(());
    }
    write!(svg, "<g {}>", fill(colours))?;
    for bar in bars {
        let (x, y) = (bar.area.left + 1, bar.area.top);
        let (width, height) = (bar.area.width - 1, bar.area.height - 1);
        write!(
            svg,
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"{CORNER}\"/>"
        )?;
    }
    svg.write_str("</g>")
}

/// The attribute that gives a note its colour.
fn fill(colours: Note) -> String {
    format!(
        "style=\"fill:var({},{})\"",
        colours.variable,
        hex(colours.fill)
    )
}

/// A text without the letters that mean something in XML, nor those that it must not have.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '\u{fffe}' | '\u{ffff}' => {}
            _ if letter.is_control() => escaped.push(' '),
            _ => escaped.push(letter),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn held_notes_are_one_rect_each() {
        let roll = vec![Frame::of_keys([40, 47]); 16];
        let svg = roll_svg(&roll, "two notes", &RollConfig::default()).unwrap();
        assert_eq!(svg.matches("<rect").count(), 2);
        assert!(svg.contains("<title>two notes</title>"));
        assert!(svg.contains("var(--roll-given,#3b73b9)"));
        assert!(!svg.contains("--roll-continued"));
        assert!(svg.len() < 4_000, "{}", svg.len());
    }

    #[test]
    fn the_continuation_has_its_colour_and_a_legend() {
        let roll = vec![Frame::of_keys([40]); 16];
        let config = RollConfig {
            given: Some(8),
            ..RollConfig::default()
        };
        let svg = roll_svg(&roll, "", &config).unwrap();
        // Two halves of the note and two fields of the legend.
        assert_eq!(svg.matches("<rect").count(), 4);
        assert!(svg.contains(">given</text>") && svg.contains(">continued</text>"));
    }

    #[test]
    fn a_title_cannot_break_the_page() {
        let svg = roll_svg(
            &[Frame::SILENT],
            "</title><script>&\u{7}",
            &RollConfig::default(),
        );
        let svg = svg.unwrap();
        assert!(svg.contains("<title>&lt;/title&gt;&lt;script&gt;&amp; </title>"));
        assert!(!svg.contains("<script"));
    }
}
