//! Where a flow can be believed: not where something came into sight, nor along moving edges.

use super::{Flow, each_pixel, known};

/// Part of the squared lengths by which there and back may differ.
const ROUND_TRIP_SHARE: f64 = 0.01;
/// Squared pixels by which there and back may differ in any case.
const ROUND_TRIP_SLACK: f64 = 0.5;
/// Part of the squared length that the flow may change by from pixel to pixel.
const EDGE_SHARE: f64 = 0.01;
/// Squared change from pixel to pixel that is allowed in any case.
const EDGE_SLACK: f64 = 0.002;

impl Flow {
    /// 1 where this flow, from a frame to the previous one, can be believed, and 0 elsewhere.
    ///
    /// With ŵ this flow and `back` the flow from the previous frame to this one, w̃(p) = back(p + ŵ(p))
    /// (bilinear) is the way back, which should be the opposite of ŵ. A pixel is not believed
    /// - if it was hidden before: |w̃ + ŵ|² > 0.01 (|w̃|² + |ŵ|²) + 0.5; without `back` nobody can say;
    /// - at the edge of something that moves: |∇û|² + |∇v̂|² > 0.01 |ŵ|² + 0.002, where flows are
    ///   seldom exact;
    /// - if it was outside the previous frame, see [`Flow::warp`], or if ŵ or w̃ is unknown.
    ///
    /// Slopes are half the difference of both neighbours, and the difference from one where the other
    /// is unknown or outside. The constants count in pixels, so the answer is best for flow in the
    /// size in which it was computed, and a zoom or turn of more than 3 % in a frame counts as an edge
    /// where its vectors are short.
    ///
    /// # Shapes
    /// - returns: `[H, W]`
    ///
    /// # Panics
    /// If `back` has another size.
    ///
    /// # Source
    /// Ruder, Dosovitskiy, Brox 2016, Artistic style transfer for videos (arXiv 1604.08610), section
    /// 4.3, after Sundaram, Brox, Keutzer 2010, Dense point trajectories by GPU-accelerated large
    /// displacement optical flow. Their program also blurs the answer a little; we do not.
    pub fn trust(&self, back: Option<&Flow>) -> Vec<f32> {
        if let Some(back) = back {
            self.check_same_size("a flow", back.width, back.height);
        }
        each_pixel(self.width, self.height, |x, y| {
            let Some([to_x, to_y]) = self.target(x, y) else {
                return 0.0;
            };
            let (column, row) = (x as usize, y as usize);
            let trusted = self.covers(to_x, to_y)
                && !self.is_edge(column, row)
                && back.is_none_or(|back| {
                    known(back.between(to_x, to_y))
                        .is_some_and(|way_back| returns(self.at(column, row), way_back))
                });
            f32::from(trusted)
        })
    }

    fn at(&self, column: usize, row: usize) -> [f32; 2] {
        self.vectors[row * self.width as usize + column]
    }

    /// Whether the flow changes too much around a pixel whose vector is known.
    fn is_edge(&self, column: usize, row: usize) -> bool {
        let here = self.at(column, row);
        let (width, height) = (self.width as usize, self.height as usize);
        let before = |at: usize| at.checked_sub(1);
        let after = |at: usize, side: usize| Some(at + 1).filter(|&at| at < side);
        let across = |at: Option<usize>| at.and_then(|column| known(self.at(column, row)));
        let along = |at: Option<usize>| at.and_then(|row| known(self.at(column, row)));
        let steepness = slope(across(before(column)), here, across(after(column, width)))
            + slope(along(before(row)), here, along(after(row, height)));
        steepness > EDGE_SHARE * squared(here) + EDGE_SLACK
    }
}

/// How much both parts of a vector change along one side, squared and added.
fn slope(before: Option<[f32; 2]>, here: [f32; 2], after: Option<[f32; 2]>) -> f64 {
    let distance = match (before, after) {
        (Some(_), Some(_)) => 2.0,
        _ => 1.0,
    };
    let (from, to) = (before.unwrap_or(here), after.unwrap_or(here));
    let change = |i: usize| (f64::from(to[i]) - f64::from(from[i])) / distance;
    change(0).powi(2) + change(1).powi(2)
}

/// Whether the way back leads to where the way there began.
fn returns(there: [f32; 2], back: [f32; 2]) -> bool {
    let gap: f64 = there
        .iter()
        .zip(back)
        .map(|(&there, back)| (f64::from(there) + f64::from(back)).powi(2))
        .sum();
    gap <= ROUND_TRIP_SHARE * (squared(there) + squared(back)) + ROUND_TRIP_SLACK
}

fn squared(vector: [f32; 2]) -> f64 {
    vector.iter().map(|&part| f64::from(part).powi(2)).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIDE: u32 = 40;
    /// How far the square goes to the right from frame to frame.
    const STEP: u32 = 5;

    /// The flow `vector` in the square whose left edge is at `left`, no movement around it.
    fn square(left: u32, vector: [f32; 2]) -> Flow {
        Flow::from_fn(SIDE, SIDE, |x, y| {
            let inside = (left..left + 14).contains(&x) && (12..26).contains(&y);
            if inside { vector } else { [0.0; 2] }
        })
    }

    fn at(map: &[f32], x: u32, y: u32) -> f32 {
        map[(y * SIDE + x) as usize]
    }

    #[test]
    fn what_a_moving_square_uncovers_is_found() {
        let step = STEP as f32;
        let now = square(10 + STEP, [-step, 0.0]);
        let before = square(10, [step, 0.0]);
        let trust = now.trust(Some(&before));
        let one_sided = now.trust(None);
        for y in 0..SIDE {
            for x in 0..SIDE {
                let rows = (12..26).contains(&y);
                let uncovered = rows && (10..10 + STEP).contains(&x);
                // Two pixels along the outline of the square.
                let within = |out: u32| {
                    (15 - out..29 + out).contains(&x) && (12..26).contains(&y)
                        || (15..29).contains(&x) && (12 - out..26 + out).contains(&y)
                };
                let inner = (16..28).contains(&x) && (13..25).contains(&y);
                let edge = within(1) && !inner;
                assert_eq!(at(&one_sided, x, y), f32::from(!edge), "{x} {y}");
                let trusted = !edge && !uncovered;
                assert_eq!(at(&trust, x, y), f32::from(trusted), "{x} {y}");
            }
        }
    }

    #[test]
    fn in_a_uniform_shift_only_what_comes_from_outside_is_not_believed() {
        let now = Flow::from_fn(SIDE, SIDE, |_, _| [-3.0, 2.25]);
        let before = Flow::from_fn(SIDE, SIDE, |_, _| [3.0, -2.25]);
        for back in [None, Some(&before)] {
            let trust = now.trust(back);
            for y in 0..SIDE {
                for x in 0..SIDE {
                    let seen = x >= 3 && y < SIDE - 2;
                    assert_eq!(at(&trust, x, y), f32::from(seen), "{x} {y}");
                }
            }
        }
    }

    #[test]
    fn there_and_back_may_differ_by_so_much_and_no_more() {
        // |w̃ + ŵ|² against 0.01 (|w̃|² + |ŵ|²) + 0.5, by hand.
        for (gap, trusted) in [(0.70, 1.0), (0.72, 0.0)] {
            let still = Flow::from_fn(3, 3, |_, _| [0.0; 2]);
            let back = Flow::from_fn(3, 3, |_, _| [0.0, gap]);
            // 0.49 and 0.5184 against 0.5049 and 0.505184.
            assert_eq!(still.trust(Some(&back)), [trusted; 9], "{gap}");
        }
    }

    #[test]
    fn the_flow_may_change_by_so_much_and_no_more() {
        // (0.044)² = 0.001936, (0.045)² = 0.002025, against 0.002 where the vector is short.
        for (rise, trusted) in [(0.044, 1.0), (0.045, 0.0)] {
            let flow = Flow::from_fn(9, 1, |x, _| [rise * (x as f32 - 4.0), 0.0]);
            assert_eq!(flow.trust(None)[4], trusted, "{rise}");
            // At the border one neighbour is all there is, and its difference counts in full.
            let column = Flow::from_fn(1, 9, |_, y| [0.0, rise * y as f32]);
            assert_eq!(column.trust(None)[0], trusted, "{rise}");
        }
    }

    #[test]
    fn an_unknown_vector_is_never_believed_and_makes_no_edge() {
        let hole = |value: f32| {
            Flow::from_fn(SIDE, SIDE, move |x, y| match (x, y) {
                (20, 20) => [f32::NAN, 0.0],
                _ => [value, 0.0],
            })
        };
        let (now, back) = (hole(-2.0), hole(2.0));
        let trust = now.trust(Some(&back));
        assert_eq!(at(&trust, 20, 20), 0.0);
        assert_eq!(at(&trust, 21, 20), 1.0);
        // The way back of this one is the hole.
        assert_eq!(at(&trust, 22, 20), 0.0);
        assert_eq!(at(&now.trust(None), 22, 20), 1.0);
        let nothing = Flow::from_fn(4, 4, |_, _| [f32::NAN; 2]);
        assert_eq!(nothing.trust(None), [0.0; 16]);
    }

    #[test]
    #[should_panic(expected = "a flow of 4x3 does not belong to a flow of 3x4")]
    fn another_size_panics_with_the_numbers() {
        let flow = |width, height| Flow::from_fn(width, height, |_, _| [0.0; 2]);
        flow(3, 4).trust(Some(&flow(4, 3)));
    }
}
