//! The losses of a run as a picture.
//!
//! Drawn with light colours, which any viewer shows, and a style sheet inside that swaps them where
//! the reader prefers a dark screen.

mod axis;
mod ink;
mod legend;
mod lines;
mod pen;
mod plot;

use anyhow::Context as _;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use self::lines::Lines;
use self::pen::{UNIT, text};
use self::plot::plot;
use super::point::LogPoint;
use super::sample::Sample;

/// Size of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    width: i32,
    height: i32,
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
    let mut drawing = String::new();
    {
        let size = ((shape.width * UNIT) as u32, (shape.height * UNIT) as u32);
        let area = SVGBackend::with_string(&mut drawing, size).into_drawing_area();
        area.fill(&ink::CARD)?;
        if lines.is_empty() {
            let middle = (shape.width / 2, shape.height / 2);
            text(&area, "no losses yet", middle, HPos::Center, &ink::FAINT)?;
        } else {
            plot(&area, shape, &lines)?;
        }
        area.present()?;
    }
    let (_, drawn) = drawing
        .split_once('>')
        .context("the drawing has no first tag")?;
    let (width, height) = (shape.width, shape.height);
    let (view_width, view_height) = (width * UNIT, height * UNIT);
    let class = ink::CLASS;
    let style = ink::style();
    Ok(format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"{class}\" width=\"{width}\" \
         height=\"{height}\" viewBox=\"0 0 {view_width} {view_height}\">\n\
         <style>{style}</style>{drawn}"
    ))
}

#[cfg(test)]
mod tests;
