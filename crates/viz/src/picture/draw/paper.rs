//! Shapes and lines on paper: outlines filled with colour, as cut with a knife.

use std::f32::consts::{PI, TAU};

use super::{CHANNELS, Colour, Picture, mix};
use crate::picture::{Filter, resize};

/// A place; the height of the picture is 1.
pub(super) type Point = (f32, f32);

/// A sheet that shapes are laid on, one over the other.
pub(super) struct Paper {
    columns: usize,
    rows: usize,
    /// Pixels of the sheet for each pixel of the picture, along a side.
    per_side: u32,
    colours: Vec<Colour>,
}

impl Paper {
    /// A sheet for a picture of this size, with a ground; edges are smoothed by `per_side` squared
    /// pixels of the sheet for each pixel of the picture.
    ///
    /// # Panics
    /// If a side is 0.
    pub(super) fn new(
        width: u32,
        height: u32,
        per_side: u32,
        ground: impl Fn(f32, f32) -> Colour,
    ) -> Self {
        assert!(
            width > 0 && height > 0,
            "a picture of {width}x{height} has no pixels"
        );
        let (columns, rows) = ((width * per_side) as usize, (height * per_side) as usize);
        let place = |i: usize| middle(i % columns, i / columns, rows);
        let colours = (0..columns * rows)
            .map(place)
            .map(|(x, y)| ground(x, y))
            .collect();
        Self {
            columns,
            rows,
            per_side,
            colours,
        }
    }

    /// Lays a closed shape on the sheet; `paint` says which colour it has at a place, and how much
    /// of what is below it hides.
    ///
    /// Where an outline covers itself, the shape has no hole.
    pub(super) fn fill(&mut self, outline: &[Point], paint: impl Fn(f32, f32) -> (Colour, f32)) {
        let rows = self.rows as f32;
        let (top, bottom) = range(outline.iter().map(|p| p.1 * rows));
        let mut crossings = Vec::new();
        // A row belongs to the shape where its middle does.
        let first = (top - 0.5).ceil().clamp(0.0, rows) as usize;
        let last = (bottom + 0.5).floor().clamp(0.0, rows) as usize;
        for row in first..last {
            let y = (row as f32 + 0.5) / rows;
            cross(outline, y, &mut crossings);
            let mut winding = 0;
            for pair in crossings.windows(2) {
                winding += pair[0].1;
                if winding != 0 {
                    self.span(row, pair[0].0 * rows, pair[1].0 * rows, &paint);
                }
            }
        }
    }

    /// A shape of one colour.
    pub(super) fn fill_plain(&mut self, outline: &[Point], colour: Colour) {
        self.fill(outline, |_, _| (colour, 1.0));
    }

    /// A line along a path whose width at a part in `[0, 1]` of the way is `width`.
    pub(super) fn line(&mut self, path: &[Point], width: impl Fn(f32) -> f32, colour: Colour) {
        let widest = (0..=8).map(|i| width(i as f32 / 8.0)).fold(0.0, f32::max);
        // A line thinner than a pixel becomes paler, not broken.
        let pixel = 1.0 / self.rows as f32;
        let opacity = (widest / pixel).min(1.0);
        let least = pixel * opacity.sqrt();
        let outline = ribbon(path, |part| width(part).max(least * edge(part)));
        self.fill(&outline, |_, _| (colour, opacity));
    }

    /// Changes every place of the sheet.
    pub(super) fn wash(&mut self, change: impl Fn(f32, f32, Colour) -> Colour) {
        for (i, colour) in self.colours.iter_mut().enumerate() {
            let (x, y) = middle(i % self.columns, i / self.columns, self.rows);
            *colour = change(x, y, *colour);
        }
    }

    /// What lies on the sheet.
    pub(super) fn picture(&self) -> Picture {
        let pixels = self.colours.iter().flatten();
        let pixels: Vec<f32> = pixels.map(|value| value.clamp(0.0, 1.0)).collect();
        debug_assert_eq!(pixels.len(), self.columns * self.rows * CHANNELS);
        let (columns, rows) = (self.columns as u32, self.rows as u32);
        let large = Picture::new(columns, rows, pixels);
        resize(
            &large,
            columns / self.per_side,
            rows / self.per_side,
            Filter::Box,
        )
    }

    /// Paints a row from one place to another, in pixels; a pixel at an end is covered in part.
    fn span(&mut self, row: usize, from: f32, to: f32, paint: &impl Fn(f32, f32) -> (Colour, f32)) {
        let (from, to) = (from.max(0.0), to.min(self.columns as f32));
        if from >= to {
            return;
        }
        for column in from.floor() as usize..(to.ceil() as usize).min(self.columns) {
            let left = column as f32;
            let covered = (to.min(left + 1.0) - from.max(left)).clamp(0.0, 1.0);
            let (x, y) = middle(column, row, self.rows);
            let (colour, opacity) = paint(x, y);
            let slot = &mut self.colours[row * self.columns + column];
            *slot = mix(*slot, colour, opacity * covered);
        }
    }
}

fn middle(column: usize, row: usize, rows: usize) -> Point {
    let step = 1.0 / rows as f32;
    ((column as f32 + 0.5) * step, (row as f32 + 0.5) * step)
}

fn range(values: impl Iterator<Item = f32>) -> (f32, f32) {
    values.fold((f32::MAX, f32::MIN), |(low, high), value| {
        (low.min(value), high.max(value))
    })
}

/// Where a closed outline crosses the height `y`, from left to right, and which way it goes there.
fn cross(outline: &[Point], y: f32, crossings: &mut Vec<(f32, i32)>) {
    crossings.clear();
    let next = outline.iter().cycle().skip(1);
    for (&(ax, ay), &(bx, by)) in outline.iter().zip(next) {
        if (ay <= y) != (by <= y) {
            let x = ax + (bx - ax) * (y - ay) / (by - ay);
            crossings.push((x, if ay <= y { 1 } else { -1 }));
        }
    }
    crossings.sort_by(|a, b| a.0.total_cmp(&b.0));
}

/// The pressure of a hand along a line: none at both ends.
pub(super) fn swell(part: f32) -> f32 {
    (part * PI).sin().max(0.0)
}

/// The outline of an ellipse: its middle, and half its width and height.
pub(super) fn oval((x, y): Point, wide: f32, high: f32) -> Vec<Point> {
    let point = |i: u8| {
        let (sin, cos) = (f32::from(i) / 20.0 * TAU).sin_cos();
        (x + wide * cos, y + high * sin)
    };
    (0..20).map(point).collect()
}

/// 0 at the two ends of a line, 1 between.
fn edge(part: f32) -> f32 {
    if part <= 0.0 || part >= 1.0 { 0.0 } else { 1.0 }
}

/// The outline of a line along a path whose width changes.
pub(super) fn ribbon(path: &[Point], width: impl Fn(f32) -> f32) -> Vec<Point> {
    let last = path.len().saturating_sub(1).max(1);
    let side = |sign: f32| {
        let width = &width;
        move |i: usize| {
            let (x, y) = path[i];
            let (nx, ny) = normal(path, i);
            let half = 0.5 * sign * width(i as f32 / last as f32);
            (x + nx * half, y + ny * half)
        }
    };
    let there = (0..path.len()).map(side(1.0));
    let back = (0..path.len()).rev().map(side(-1.0));
    there.chain(back).collect()
}

/// The direction to the left of a path at one of its points, of length 1; `y` grows downwards.
pub(super) fn normal(path: &[Point], i: usize) -> Point {
    let (a, b) = (
        path[i.saturating_sub(1)],
        path[(i + 1).min(path.len().saturating_sub(1))],
    );
    let (dx, dy) = (b.0 - a.0, b.1 - a.1);
    let length = dx.hypot(dy).max(f32::MIN_POSITIVE);
    (dy / length, -dx / length)
}

/// A smooth path through the points, with so many pieces between two of them.
///
/// # Source
/// Catmull and Rom 1974, "A class of local interpolating splines".
pub(super) fn curve(points: &[Point], pieces: usize) -> Vec<Point> {
    let at = |i: isize| points[i.clamp(0, points.len() as isize - 1) as usize];
    let mut path = spline(points.len().saturating_sub(1), pieces, at);
    path.extend(points.last());
    path
}

/// A smooth closed outline through the points.
pub(super) fn closed_curve(points: &[Point], pieces: usize) -> Vec<Point> {
    let count = points.len() as isize;
    spline(points.len(), pieces, |i| {
        points[i.rem_euclid(count) as usize]
    })
}

fn spline(spans: usize, pieces: usize, at: impl Fn(isize) -> Point) -> Vec<Point> {
    let mut path = Vec::with_capacity(spans * pieces + 1);
    for span in 0..spans as isize {
        let (a, b, c, d) = (at(span - 1), at(span), at(span + 1), at(span + 2));
        for piece in 0..pieces {
            let t = piece as f32 / pieces as f32;
            let side = |a: f32, b: f32, c: f32, d: f32| {
                let (m, n) = ((c - a) / 2.0, (d - b) / 2.0);
                let bent = (2.0 * b - 2.0 * c + m + n) * t + (3.0 * c - 3.0 * b - 2.0 * m - n);
                (bent * t + m) * t + b
            };
            path.push((side(a.0, b.0, c.0, d.0), side(a.1, b.1, c.1, d.1)));
        }
    }
    path
}

/// The place at a part in `[0, 1]` of the points of a path.
pub(super) fn along(path: &[Point], part: f32) -> Point {
    let last = path.len() - 1;
    let place = part.clamp(0.0, 1.0) * last as f32;
    let i = (place as usize).min(last.saturating_sub(1));
    let (a, b) = (path[i], path[(i + 1).min(last)]);
    let t = place - i as f32;
    (a.0 + (b.0 - a.0) * t, a.1 + (b.1 - a.1) * t)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: Colour = [1.0; CHANNELS];

    fn mean(picture: &Picture) -> f32 {
        picture.pixels().iter().sum::<f32>() / picture.pixels().len() as f32
    }

    #[test]
    fn a_shape_covers_its_area() {
        let mut paper = Paper::new(20, 10, 3, |_, _| [0.0; CHANNELS]);
        paper.fill_plain(&[(0.2, 0.1), (1.0, 0.1), (1.0, 0.9), (0.2, 0.9)], WHITE);
        let found = mean(&paper.picture());
        assert!((found - 0.32).abs() < 0.01, "{found}");
    }

    #[test]
    fn an_outline_that_covers_itself_has_no_hole() {
        let round = |i: u8| (f32::from(i) * 0.3).sin_cos();
        let twice: Vec<Point> = (0..42)
            .map(round)
            .map(|(s, c)| (0.5 + 0.3 * s, 0.5 + 0.3 * c))
            .collect();
        let mut paper = Paper::new(30, 30, 3, |_, _| [0.0; CHANNELS]);
        paper.fill_plain(&twice, WHITE);
        assert!(paper.picture().get(15, 15)[0] > 0.99);
    }

    #[test]
    fn a_thin_line_is_pale_and_unbroken() {
        let mut paper = Paper::new(30, 30, 3, |_, _| [0.0; CHANNELS]);
        paper.line(&[(0.0, 0.3), (0.5, 0.4), (1.0, 0.5)], |_| 0.004, WHITE);
        let picture = paper.picture();
        let brightest = |x: u32| (0..30).map(|y| picture.get(x, y)[0]).fold(0.0, f32::max);
        for x in 2..28 {
            assert!((0.02..0.5).contains(&brightest(x)), "{}", brightest(x));
        }
    }

    #[test]
    fn a_curve_passes_its_points() {
        let points = [(0.0, 0.0), (1.0, 2.0), (3.0, 1.0)];
        let path = curve(&points, 4);
        assert_eq!(
            (path[0], path[4], path[8]),
            (points[0], points[1], points[2])
        );
        assert_eq!(closed_curve(&points, 4).len(), 12);
        assert_eq!(along(&path, 0.5), points[1]);
    }
}
