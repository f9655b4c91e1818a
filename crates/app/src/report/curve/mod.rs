//! The losses of a run as a picture.
//!
//! Drawn with light colours, which any viewer shows, and a style sheet inside that swaps them where
//! the reader prefers a dark screen.

pub(super) mod axis;
pub(super) mod ink;
pub(super) mod legend;
mod lines;
pub(super) mod pen;
mod plot;

use anyhow::Context as _;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use self::lines::Lines;
use self::pen::{Area, UNIT, text};
use self::plot::plot;
use super::point::LogPoint;
use super::sample::Sample;

/// Size of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// From left to right.
    pub width: i32,
    /// From top to bottom.
    pub height: i32,
}

impl Shape {
    /// For screens and paper.
    pub const WIDE: Self = Self {
        width: 860,
        height: 410,
    };
    /// For phones.
    pub const NARROW: Self = Self {
        width: 360,
        height: 330,
    };
}

/// The curve as a file of its own: training and validation loss over iterations, in nats on the
/// left and in bits on the right, with a mark and the share of real words where a sample was taken.
///
/// # Errors
/// If it cannot be drawn.
pub fn curve_svg(points: &[LogPoint], samples: &[Sample]) -> anyhow::Result<String> {
    draw(points, samples, Shape::WIDE)
}

/// The curve in a given shape.
///
/// # Errors
/// If it cannot be drawn.
pub fn draw(points: &[LogPoint], samples: &[Sample], shape: Shape) -> anyhow::Result<String> {
    let lines = Lines::new(points, samples);
    picture(shape, ink::CLASS, &ink::style(), |area| {
        if lines.is_empty() {
            let middle = (shape.width / 2, shape.height / 2);
            text(area, "no losses yet", middle, HPos::Center, &ink::FAINT)
        } else {
            plot(area, shape, &lines)
        }
    })
}

/// A picture of a class, with its style sheet inside.
///
/// # Errors
/// If it cannot be drawn.
pub(super) fn picture(
    shape: Shape,
    class: &str,
    style: &str,
    draw: impl FnOnce(&Area<'_>) -> anyhow::Result<()>,
) -> anyhow::Result<String> {
    let mut drawing = String::new();
    {
        let size = ((shape.width * UNIT) as u32, (shape.height * UNIT) as u32);
        let area = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        area.fill(&ink::CARD)?;
        draw(&area)?;
        area.present()?;
    }
    let (_, drawn) = drawing
        .split_once('>')
        .context("the drawing has no first tag")?;
    let (width, height) = (shape.width, shape.height);
    let (view_width, view_height) = (width * UNIT, height * UNIT);
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {view_width} {view_height}\">\n\
         <style>{style}</style>{drawn}"
    ))
}

#[cfg(test)]
mod tests;
