//! Pascanu's network of one unit, whose loss has a cliff.
//!
//! x_t = w σ(x_{t-1}) + b for fifty steps from x_0 = 0.5; the loss is (σ(x_50) - 0.7)². Where the unit
//! goes over from one resting place to another, the loss jumps, and its gradient is as steep as the
//! jump: a step along it leads far away. Clipped, it leads along the cliff's foot.
//!
//! # Source
//! Pascanu, Mikolov, Bengio 2013 (arXiv 1211.5063), figure 6 and algorithm 1.

use serde::Serialize;

/// x_0.
const START: f64 = 0.5;
/// T.
const STEPS: usize = 50;
/// What σ(x_50) should be.
const TARGET: f64 = 0.7;

/// The loss over w and b.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cliff {
    /// Values of w, from left to right.
    pub w: Vec<f64>,
    /// Values of b, from the top down.
    pub b: Vec<f64>,
    /// `[b][w]`: the loss.
    pub loss: Vec<Vec<f64>>,
    /// `[b][w]`: length of its gradient.
    pub norm: Vec<Vec<f64>>,
}

/// Steps downhill.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Descent {
    /// The limit of the gradient's length; none without.
    pub clip: Option<f64>,
    /// w and b before every step, and after the last.
    pub path: Vec<(f64, f64)>,
    /// The loss there.
    pub loss: Vec<f64>,
    /// Length of the longest step.
    pub longest_step: f64,
    /// Length of the longest gradient, before clipping.
    pub longest_gradient: f64,
}

impl Descent {
    /// The median loss of the last hundred steps: along a cliff single losses go up and down.
    pub fn settled(&self) -> f64 {
        let mut losses = self.loss[self.loss.len().saturating_sub(100)..].to_vec();
        losses.sort_by(f64::total_cmp);
        losses[losses.len() / 2]
    }
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// The loss and its derivatives by w and b.
pub fn loss_and_gradient(w: f64, b: f64) -> (f64, [f64; 2]) {
    let (mut x, mut by_w, mut by_b) = (START, 0.0, 0.0);
    for _ in 0..STEPS {
        let s = sigmoid(x);
        let slope = w * s * (1.0 - s);
        by_w = s + slope * by_w;
        by_b = 1.0 + slope * by_b;
        x = w * s + b;
    }
    let s = sigmoid(x);
    let error = s - TARGET;
    let outer = 2.0 * error * s * (1.0 - s);
    (error * error, [outer * by_w, outer * by_b])
}

/// The loss on a grid of `n` by `n` places, with the cliff running across it.
///
/// # Panics
/// For less than two places.
pub fn surface(n: usize) -> Cliff {
    assert!(n > 1, "a grid of {n} places");
    let between = |low: f64, high: f64, at: usize| low + (high - low) * at as f64 / (n - 1) as f64;
    let w: Vec<f64> = (0..n).map(|at| between(4.0, 7.0, at)).collect();
    let b: Vec<f64> = (0..n).map(|at| between(-1.6, -3.4, at)).collect();
    let at = |b: &f64| {
        w.iter()
            .map(|w| loss_and_gradient(*w, *b))
            .collect::<Vec<_>>()
    };
    let all: Vec<Vec<(f64, [f64; 2])>> = b.iter().map(at).collect();
    Cliff {
        loss: all
            .iter()
            .map(|row| row.iter().map(|one| one.0).collect())
            .collect(),
        norm: all
            .iter()
            .map(|row| row.iter().map(|one| one.1[0].hypot(one.1[1])).collect())
            .collect(),
        w,
        b,
    }
}

/// Goes downhill from a place.
pub fn descend(start: (f64, f64), rate: f64, clip: Option<f64>, steps: usize) -> Descent {
    let mut descent = Descent {
        clip,
        path: vec![start],
        loss: Vec::new(),
        longest_step: 0.0,
        longest_gradient: 0.0,
    };
    let (mut w, mut b) = start;
    for _ in 0..steps {
        let (loss, [by_w, by_b]) = loss_and_gradient(w, b);
        let norm = by_w.hypot(by_b);
        let scale = clip.map_or(1.0, |limit| (limit / norm).min(1.0));
        w -= rate * scale * by_w;
        b -= rate * scale * by_b;
        descent.loss.push(loss);
        descent.path.push((w, b));
        descent.longest_step = descent.longest_step.max(rate * scale * norm);
        descent.longest_gradient = descent.longest_gradient.max(norm);
    }
    descent.loss.push(loss_and_gradient(w, b).0);
    descent
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn derivatives_are_those_of_small_moves() {
        for (w, b) in [(5.0, -2.0), (6.0, -2.9), (4.2, -1.7)] {
            let (_, found) = loss_and_gradient(w, b);
            let step = 1e-6;
            let loss = |w, b| loss_and_gradient(w, b).0;
            let by_w = (loss(w + step, b) - loss(w - step, b)) / (2.0 * step);
            let by_b = (loss(w, b + step) - loss(w, b - step)) / (2.0 * step);
            let size = found[0].hypot(found[1]);
            assert!(
                (found[0] - by_w).abs() < 1e-6 * (1.0 + size),
                "{found:?} {by_w}"
            );
            assert!(
                (found[1] - by_b).abs() < 1e-6 * (1.0 + size),
                "{found:?} {by_b}"
            );
        }
    }

    #[test]
    fn a_step_over_the_cliff_leads_far_away_unless_it_is_clipped() {
        let free = descend((6.0, -2.4), 0.05, None, 2000);
        let clipped = descend((6.0, -2.4), 0.05, Some(0.05), 2000);
        assert!(free.longest_step > 1.0, "{}", free.longest_step);
        assert!(
            clipped.longest_step <= 0.0025 + 1e-12,
            "{}",
            clipped.longest_step
        );
        let (free, clipped) = (free.settled(), clipped.settled());
        assert!(clipped < 0.02 && free > 0.05, "{free} {clipped}");
    }

    #[test]
    fn the_surface_has_a_low_and_a_high_side() {
        let cliff = surface(31);
        let all = cliff.loss.iter().flatten().copied();
        assert!(all.clone().fold(1.0, f64::min) < 0.01 && all.fold(0.0, f64::max) > 0.4);
        assert!(cliff.norm.iter().flatten().copied().fold(0.0, f64::max) > 1.0);
    }
}
