//! What the axes and the colours mean, in a line above the curve.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::Shape;
use super::axis::Across;
use super::ink;
use super::lines::Lines;
use super::pen::{Area, TYPE, UNIT, stroke, text};
use super::plot::{MARGIN, MARK, SIDE, TOP};

/// Length of a colour's line, in pixels.
const SWATCH: i32 = 18;
/// Between a colour and its name, in pixels.
const GAP: i32 = 6;
/// Between a name and the next colour, in pixels.
const SPACE: i32 = 12;
/// Widths of characters, in hundredths of the type's height: what wide sans serifs need.
const NARROW: i32 = 40;
const CHARACTER: i32 = 62;
const WIDE: i32 = 96;

/// Names the axes.
///
/// # Errors
/// If the backend fails.
pub fn captions(area: &Area<'_>, shape: Shape, across: &Across) -> anyhow::Result<()> {
    let right = shape.width - MARGIN;
    let below = shape.height - MARGIN - TYPE / 2;
    text(area, "nats", (MARGIN, TOP / 2), HPos::Left, &ink::FAINT)?;
    text(area, "bits", (right, TOP / 2), HPos::Right, &ink::FAINT)?;
    let middle = (shape.width / 2, below);
    let caption = across.caption("iterations");
    text(area, &caption, middle, HPos::Center, &ink::FAINT)
}

/// Names what is drawn.
///
/// # Errors
/// If the backend fails.
pub fn legend(area: &Area<'_>, shape: Shape, lines: &Lines) -> anyhow::Result<()> {
    let y = TOP / 2;
    let mut x = MARGIN + SIDE;
    for (name, colour, is_there) in [
        ("training", &ink::TRAIN, !lines.train.is_empty()),
        ("validation", &ink::VALIDATION, !lines.validation.is_empty()),
    ] {
        if is_there {
            let line = [(x, y), (x + SWATCH, y)].map(|(x, y)| (x * UNIT, y * UNIT));
            area.draw(&PathElement::new(line, stroke(colour, 3)))?;
            x += SWATCH + GAP;
            text(area, name, (x, y), HPos::Left, &ink::INK)?;
            x += width(name) + SPACE;
        }
    }
    if !lines.marks.is_empty() {
        let middle = ((x + MARK) * UNIT, y * UNIT);
        area.draw(&Circle::new(middle, MARK * UNIT, ink::MARK.filled()))?;
        x += 2 * MARK + GAP;
        let name = if shape == Shape::WIDE {
            "sample, with its share of real words"
        } else {
            "sample"
        };
        text(area, name, (x, y), HPos::Left, &ink::INK)?;
    }
    Ok(())
}

/// About how wide a name is, in pixels.
pub fn width(name: &str) -> i32 {
    let character = |one: char| match one {
        'i' | 'j' | 'l' | 'f' | 't' | 'r' | 'I' | ' ' | '.' | ',' | ':' | '\'' | '(' | ')' => {
            NARROW
        }
        'm' | 'w' | 'M' | 'W' | '%' | '@' => WIDE,
        _ => CHARACTER,
    };
    name.chars().map(character).sum::<i32>() * TYPE / 100
}
