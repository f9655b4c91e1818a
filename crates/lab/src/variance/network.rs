//! Random networks: signals on their way up, gradients on their way down.

use std::rc::Rc;

use nalgebra::DMatrix;
use rayon::prelude::*;
use reverie_model::rng::{Rng, normal, seeded};
use serde::Serialize;

use super::activation::Function;
use super::scheme::Scheme;
use crate::numbers::mean_by_place;

/// What was measured of every draw.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// `[draws][L + 1]`: mean square of y^0, which is drawn with variance 1, to y^L.
    pub up: Vec<Vec<f64>>,
    /// `[draws][L + 1]`: mean square of ∂cost/∂y^0 to ∂cost/∂y^L, which is drawn with variance 1.
    pub down: Vec<Vec<f64>>,
}

impl Measured {
    /// The mean over the draws of y^0 to y^L.
    pub fn mean_up(&self) -> Vec<f64> {
        mean_by_place(&self.up)
    }

    /// The mean over the draws of ∂cost/∂y^0 to ∂cost/∂y^L.
    pub fn mean_down(&self) -> Vec<f64> {
        mean_by_place(&self.down)
    }

    /// The mean over the draws of Var(y^l) / Var(y^{l-1}), layer by layer.
    pub fn ratios_up(&self) -> Vec<f64> {
        mean_by_place(&self.up.iter().map(|draw| ratios(draw)).collect::<Vec<_>>())
    }

    /// The mean over the draws of Var(∂cost/∂y^{l-1}) / Var(∂cost/∂y^l), layer by layer.
    pub fn ratios_down(&self) -> Vec<f64> {
        let of =
            |draw: &Vec<f64>| -> Vec<f64> { ratios(draw).into_iter().map(f64::recip).collect() };
        mean_by_place(&self.down.iter().map(of).collect::<Vec<_>>())
    }
}

fn ratios(values: &[f64]) -> Vec<f64> {
    values.windows(2).map(|pair| pair[1] / pair[0]).collect()
}

/// Draws networks with these widths, sends `batch` normal inputs up and normal gradients down.
///
/// With `is_tied` all layers have the same weights, as the steps of a recurrent network have, and in
/// every step an input of variance `input` is added to what f of the state gives.
///
/// # Panics
/// If layers with the same weights have different widths.
pub fn measure(
    function: Function,
    scheme: Scheme,
    widths: &[usize],
    (is_tied, input): (bool, f64),
    (draws, batch): (usize, usize),
    seed: u64,
) -> Measured {
    assert!(
        !is_tied || widths.windows(2).all(|pair| pair[0] == pair[1]),
        "one width"
    );
    // Every draw has a generator of its own, so that threads do not matter.
    let one = |draw: usize| {
        let rng = &mut seeded(seed ^ ((draw as u64 + 1) << 32));
        once(function, scheme, widths, (is_tied, input), batch, rng)
    };
    let (up, down) = (0..draws).into_par_iter().map(one).unzip();
    Measured { up, down }
}

fn once(
    function: Function,
    scheme: Scheme,
    widths: &[usize],
    (is_tied, input): (bool, f64),
    batch: usize,
    rng: &mut Rng,
) -> (Vec<f64>, Vec<f64>) {
    let mut y = gaussian(widths[0], batch, 1.0, rng);
    let mut up = vec![mean_square(&y)];
    let mut passed = Vec::with_capacity(widths.len());
    let mut last: Option<Rc<DMatrix<f64>>> = None;
    for pair in widths.windows(2) {
        let weights = match last.take().filter(|_| is_tied) {
            Some(weights) => weights,
            None => Rc::new(scheme.draw(pair[0], pair[1], rng)),
        };
        let mut next = &*weights * y.map(|value| function.value(value));
        if input > 0.0 {
            next += gaussian(pair[1], batch, input.sqrt(), rng);
        }
        up.push(mean_square(&next));
        let slopes = std::mem::replace(&mut y, next).map(|value| function.slope(value));
        last = is_tied.then(|| weights.clone());
        passed.push((weights, slopes));
    }
    let mut gradient = gaussian(y.nrows(), batch, 1.0, rng);
    let mut down = vec![mean_square(&gradient)];
    for (weights, slopes) in passed.iter().rev() {
        gradient = weights.tr_mul(&gradient).component_mul(slopes);
        down.push(mean_square(&gradient));
    }
    down.reverse();
    (up, down)
}

fn gaussian(rows: usize, columns: usize, std: f64, rng: &mut Rng) -> DMatrix<f64> {
    let draws = normal(rng, rows * columns).into_iter();
    DMatrix::from_vec(
        rows,
        columns,
        draws.map(|draw| f64::from(draw) * std).collect(),
    )
}

fn mean_square(values: &DMatrix<f64>) -> f64 {
    values.norm_squared() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use super::super::theory::mean_field;
    use super::*;

    /// Largest distance of a list from one number, relative to it.
    fn off(found: &[f64], expected: f64) -> f64 {
        found
            .iter()
            .map(|one| (one / expected - 1.0).abs())
            .fold(0.0, f64::max)
    }

    /// The bar of the experiment: 3 % of the formula, mean of 50 draws.
    #[test]
    fn linear_layers_follow_the_formula_up_and_down() {
        let widths = [100, 150, 100, 150];
        let found = measure(
            Function::Linear,
            Scheme::Gain(1.2),
            &widths,
            (false, 0.0),
            (50, 64),
            1,
        );
        assert!(
            off(&found.ratios_up(), 1.2) < 0.03,
            "{:?}",
            found.ratios_up()
        );
        // n_l σ² with σ² = 1.2 / n_{l-1}.
        for (ratio, expected) in found.ratios_down().iter().zip([1.8, 0.8, 1.8]) {
            assert!((ratio / expected - 1.0).abs() < 0.03, "{ratio} {expected}");
        }
    }

    /// The bar of the experiment: 1 % over 100 layers.
    #[test]
    fn rotations_keep_the_variance_over_a_hundred_layers() {
        let widths = [48; 101];
        let found = measure(
            Function::Linear,
            Scheme::Orthogonal,
            &widths,
            (false, 0.0),
            (2, 8),
            1,
        );
        for draw in &found.up {
            assert!(off(draw, draw[0]) < 0.01);
        }
    }

    #[test]
    fn tanh_and_relu_follow_the_recursion() {
        for (function, gain) in [
            (Function::Tanh, 1.5),
            (Function::Relu, 2.0),
            (Function::Sigmoid, 3.0),
        ] {
            let widths = [256; 7];
            let found = measure(
                function,
                Scheme::Gain(gain),
                &widths,
                (false, 0.0),
                (20, 32),
                1,
            );
            // Each layer from the one before it: what is off does not add up. The layers' mean, because
            // a draw counts once where its inputs have become alike.
            let ratio = |draw: &Vec<f64>| {
                let ratios = draw
                    .windows(2)
                    .map(|pair| pair[1] / mean_field(function, gain, pair[0]).0);
                ratios.sum::<f64>() / 6.0
            };
            let ratio = found.up.iter().map(ratio).sum::<f64>() / 20.0;
            assert!((ratio - 1.0).abs() < 0.03, "{function:?}: {ratio}");
        }
    }

    #[test]
    fn tied_layers_add_what_comes_in() {
        let widths = [128; 9];
        let found = measure(
            Function::Linear,
            Scheme::Gain(0.5),
            &widths,
            (true, 0.5),
            (20, 32),
            1,
        );
        assert!(off(&found.mean_up(), 1.0) < 0.05, "{:?}", found.mean_up());
    }
}
