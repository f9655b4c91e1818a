//! Whether the pixels that a map points at matter to the network.
//!
//! # Source
//! Petsiuk, Das, Saenko 2018 (arXiv 1806.07421), section 4.1.

use burn::tensor::{Tensor, TensorData};

use super::{AT_ONCE, Baseline, Question, Watch};
use crate::VizError;
use crate::render::gaussian_blur;
use crate::tensor::values_of;

/// Answers of the network while pixels are changed, the most important first.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// The answer before the first and after every step: steps + 1 of them.
    pub answers: Vec<f32>,
}

impl Curve {
    /// The area below it, with the whole way counted as 1, by the trapezoid rule.
    pub fn area(&self) -> f64 {
        let steps = self.answers.windows(2);
        let count = steps.len().max(1) as f64;
        let area: f64 = steps.map(|pair| f64::from(pair[0] + pair[1]) / 2.0).sum();
        area / count
    }
}

/// Which way the pixels go.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Change {
    /// From the picture to the network's mean colour: a good map lets the answer fall at once.
    Deletion,
    /// From a blurred picture to the picture: a good map lets the answer rise at once.
    Insertion {
        /// Standard deviation of the blur, in pixels.
        sigma: f64,
    },
}

/// How often `watch` hears of a curve of so many steps.
pub fn passes(steps: usize) -> usize {
    (steps + 1).div_ceil(AT_ONCE)
}

/// The curve of one image, `[1, 3, H, W]`; `importance` is `[H, W]`. Pixels of equal importance go in
/// reading order. None where `watch` said stop.
///
/// # Errors
/// Images that are too small.
pub fn curve(
    question: &Question<'_>,
    image: Tensor<4>,
    importance: &[f32],
    change: Change,
    steps: usize,
    watch: &mut Watch<'_>,
) -> Result<Option<Curve>, VizError> {
    let (from, to) = match change {
        Change::Deletion => (image.clone(), Baseline::Mean.beside(question, &image)),
        Change::Insertion { sigma } => (gaussian_blur(image.clone(), sigma), image.clone()),
    };
    between(question, from, to, importance, steps, watch)
}

/// The curve from one image to another.
///
/// # Errors
/// Images that are too small.
pub fn between(
    question: &Question<'_>,
    from: Tensor<4>,
    to: Tensor<4>,
    importance: &[f32],
    steps: usize,
    watch: &mut Watch<'_>,
) -> Result<Option<Curve>, VizError> {
    let (shape, device) = (from.dims(), from.device());
    let [_, channels, height, width] = shape;
    let plane = height * width;
    let mut order: Vec<usize> = (0..plane).collect();
    order.sort_by(|a, b| importance[*b].total_cmp(&importance[*a]));
    let (mut values, target) = (values_of(from), values_of(to));
    let steps = steps.clamp(1, plane);
    let mut answers = Vec::with_capacity(steps + 1);
    let mut changed = 0;
    let all: Vec<usize> = (0..=steps).collect();
    for some in all.chunks(AT_ONCE) {
        let mut batch = Vec::with_capacity(some.len() * values.len());
        for step in some {
            let until = step * plane / steps;
            for &pixel in &order[changed..until] {
                for place in (pixel..channels * plane).step_by(plane) {
                    values[place] = target[place];
                }
            }
            changed = until;
            batch.extend_from_slice(&values);
        }
        let data = TensorData::new(batch, [some.len(), channels, height, width]);
        answers.extend(question.answers(Tensor::from_data(data, &device))?);
        if watch(answers.len(), steps + 1).is_break() {
            return Ok(None);
        }
    }
    Ok(Some(Curve { answers }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_area_is_that_of_trapezoids() {
        let curve = Curve {
            answers: vec![1.0, 0.5, 0.0],
        };
        assert_eq!(curve.area(), 0.5);
        let at_once = Curve {
            answers: vec![1.0, 0.0, 0.0],
        };
        assert_eq!(at_once.area(), 0.25);
    }
}
