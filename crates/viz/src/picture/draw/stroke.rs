//! One stroke of a loaded brush: a ribbon along a curve, with the marks of its bristles.

use super::noise::Noise;
use super::{CHANNELS, Colour, mix, shade, smoothstep};

/// Marks of bristles across a stroke.
const BRISTLES: f32 = 7.0;

/// Wet paint on a sheet: its colour, and how thick it lies.
pub(super) struct Canvas {
    pub(super) width: usize,
    pub(super) height: usize,
    colours: Vec<Colour>,
    thickness: Vec<f32>,
}

/// A stroke before it is painted. Places and radius in pixels of the canvas.
pub(super) struct Stroke {
    pub(super) path: Vec<(f32, f32)>,
    pub(super) radius: f32,
    pub(super) colour: Colour,
    /// The second paint on the brush.
    pub(super) other: Colour,
    pub(super) bristles: Noise,
}

/// Where a pixel lies on a stroke: along it in `[0, 1]`, across it in `[-1, 1]`.
#[derive(Clone, Copy)]
struct Place {
    along: f32,
    across: f32,
}

impl Canvas {
    /// A sheet with a thin first coat; `coat` takes the middle of a pixel.
    pub(super) fn new(width: usize, height: usize, coat: impl Fn(f32, f32) -> Colour) -> Self {
        let count = width * height;
        let middle = |i: usize| ((i % width) as f32 + 0.5, (i / width) as f32 + 0.5);
        let colours = (0..count).map(middle).map(|(x, y)| coat(x, y)).collect();
        Self {
            width,
            height,
            colours,
            thickness: vec![0.0; count],
        }
    }

    /// Paints a stroke over what is there.
    pub(super) fn paint(&mut self, stroke: &Stroke) {
        let reach = stroke.radius + 1.0;
        let range = |low: f32, high: f32, side: usize| {
            let first = (low - reach).floor().max(0.0) as usize;
            first.min(side)..((high + reach).ceil().max(0.0) as usize).min(side)
        };
        let bounds = |places: &[(f32, f32)], side: fn(&(f32, f32)) -> f32| {
            let values = || places.iter().map(side);
            (
                values().fold(f32::MAX, f32::min),
                values().fold(f32::MIN, f32::max),
            )
        };
        let (left, right) = bounds(&stroke.path, |p| p.0);
        let (top, bottom) = bounds(&stroke.path, |p| p.1);
        let (columns, rows) = (
            range(left, right, self.width),
            range(top, bottom, self.height),
        );
        if columns.is_empty() || rows.is_empty() {
            return;
        }
        // A pixel belongs to the nearest piece of the curve, so that bends are not painted twice.
        let mut nearest: Vec<Option<Place>> = vec![None; columns.len() * rows.len()];
        let pieces = stroke.path.len() - 1;
        for (i, piece) in stroke.path.windows(2).enumerate() {
            let (x0, x1) = bounds(piece, |p| p.0);
            let (y0, y1) = bounds(piece, |p| p.1);
            for y in range(y0, y1, self.height) {
                for x in range(x0, x1, self.width) {
                    let at = (x as f32 + 0.5, y as f32 + 0.5);
                    let (part, distance) = project(at, piece[0], piece[1]);
                    let place = Place {
                        along: (i as f32 + part) / pieces as f32,
                        across: distance / stroke.radius,
                    };
                    let slot = &mut nearest[(y - rows.start) * columns.len() + x - columns.start];
                    if slot.is_none_or(|old| old.across.abs() > place.across.abs()) {
                        *slot = Some(place);
                    }
                }
            }
        }
        for (i, place) in nearest.into_iter().enumerate() {
            if let Some(place) = place {
                let (x, y) = (
                    columns.start + i % columns.len(),
                    rows.start + i / columns.len(),
                );
                self.dab(y * self.width + x, place, stroke);
            }
        }
    }

    fn dab(&mut self, i: usize, place: Place, stroke: &Stroke) {
        let Place { along, across } = place;
        let mark = stroke.bristles.at(across * BRISTLES * 0.5, along * 2.5);
        let fine = stroke
            .bristles
            .at(across * BRISTLES * 1.3 + 40.0, along * 4.0);
        // Narrow where the brush lands, ragged where it leaves.
        let ends = smoothstep(0.0, 0.16, along) * (1.0 - smoothstep(0.72, 1.0, along + 0.2 * mark));
        let half = 0.35 + 0.65 * ends.sqrt();
        let soft = (1.5 / stroke.radius).min(0.5);
        let cover = 1.0 - smoothstep(half - soft, half, across.abs() + 0.08 * fine);
        let cover = cover * smoothstep(0.0, 0.1, ends + 0.05);
        if cover <= 0.0 {
            return;
        }
        let paint = mix(
            stroke.colour,
            stroke.other,
            smoothstep(-0.1, 0.7, mark + 0.3 * fine),
        );
        let paint = shade(paint, 1.0 + 0.10 * fine);
        // Paint is pushed to the sides of a stroke, and lies in ridges behind the bristles.
        let body = 0.55 + 0.45 * (across.abs() / half).powi(2) + 0.5 * mark + 0.3 * fine;
        let thickness = body * stroke.radius * (1.0 - 0.5 * along);
        self.colours[i] = mix(self.colours[i], paint, 0.94 * cover);
        self.thickness[i] += (0.35 * self.thickness[i] + thickness - self.thickness[i]) * cover;
    }

    /// The painting in a light from the upper left, `[H, W, C]`; `relief` says how strong it is.
    pub(super) fn lit(&self, relief: f32) -> Vec<f32> {
        let at = |x: usize, y: usize| {
            self.thickness[y.min(self.height - 1) * self.width + x.min(self.width - 1)]
        };
        let mut pixels = Vec::with_capacity(self.colours.len() * CHANNELS);
        for (y, row) in self.colours.chunks_exact(self.width).enumerate() {
            for (x, &colour) in row.iter().enumerate() {
                let slope_x = at(x + 1, y) - at(x.saturating_sub(1), y);
                let slope_y = at(x, y + 1) - at(x, y.saturating_sub(1));
                let light = relief * (0.6 * slope_x + 0.8 * slope_y);
                let light = light / (1.0 + light.abs());
                let shown = if light > 0.0 {
                    mix(colour, [1.0, 0.98, 0.93], 0.30 * light)
                } else {
                    shade(colour, 1.0 + 0.42 * light)
                };
                pixels.extend(shown.map(|value| value.clamp(0.0, 1.0)));
            }
        }
        pixels
    }
}

/// How far along a piece in `[0, 1]` a point lies, and its distance to it, negative on one side.
fn project(at: (f32, f32), from: (f32, f32), to: (f32, f32)) -> (f32, f32) {
    let (dx, dy) = (to.0 - from.0, to.1 - from.1);
    let (px, py) = (at.0 - from.0, at.1 - from.1);
    let part = ((px * dx + py * dy) / (dx * dx + dy * dy).max(f32::MIN_POSITIVE)).clamp(0.0, 1.0);
    let distance = (px - part * dx).hypot(py - part * dy);
    (
        part,
        if dx * py - dy * px < 0.0 {
            -distance
        } else {
            distance
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_beside_a_piece_knows_its_side() {
        let (part, left) = project((1.0, 1.0), (0.0, 0.0), (2.0, 0.0));
        assert!((part - 0.5).abs() < 1e-6 && (left - 1.0).abs() < 1e-6);
        let (part, right) = project((9.0, -1.0), (0.0, 0.0), (2.0, 0.0));
        assert!(part == 1.0 && right < -7.0);
    }

    #[test]
    fn a_stroke_covers_its_middle_and_nothing_far_away() {
        let mut canvas = Canvas::new(40, 20, |_, _| [0.0; 3]);
        canvas.paint(&Stroke {
            path: vec![(5.0, 10.0), (20.0, 10.0), (35.0, 10.0)],
            radius: 4.0,
            colour: [1.0, 0.5, 0.0],
            other: [1.0, 0.6, 0.0],
            bristles: Noise::new(1),
        });
        let pixels = canvas.lit(0.0);
        let red = |x: usize, y: usize| pixels[(y * 40 + x) * CHANNELS];
        assert!(red(18, 10) > 0.6, "{}", red(18, 10));
        assert!(red(18, 1) == 0.0 && red(1, 19) == 0.0);
    }

    #[test]
    fn a_stroke_outside_the_sheet_is_no_trouble() {
        let mut canvas = Canvas::new(4, 4, |_, _| [0.2; 3]);
        let (colour, bristles) = ([1.0; 3], Noise::new(1));
        let path = vec![(-50.0, -50.0), (-40.0, -50.0)];
        canvas.paint(&Stroke {
            path,
            radius: 3.0,
            colour,
            other: colour,
            bristles,
        });
        assert!(
            canvas
                .lit(1.0)
                .iter()
                .all(|value| (value - 0.2).abs() < 1e-6)
        );
    }
}
