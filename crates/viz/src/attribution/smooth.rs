//! The mean gradient of noisy copies.

use burn::tensor::{Tensor, TensorData};
use reverie_model::rng::{normal, seeded};
use reverie_model::vision::Rule;

use super::{AT_ONCE, Attribution, Map, Question, Watch};
use crate::VizError;
use crate::tensor::values_of;

/// SmoothGrad: the gradient of copies with normal noise, averaged.
///
/// # Units
/// `sigma` is a share of the range of the picture, largest value less smallest, as in the paper.
///
/// # Source
/// Smilkov et al. 2017 (arXiv 1706.03825), section 2: 10 to 20 % of noise, 50 samples.
#[derive(Clone, Copy, Debug)]
pub struct SmoothGrad {
    /// Copies.
    pub samples: usize,
    /// Standard deviation of the noise, as a share of the picture's range.
    pub sigma: f32,
    /// Seed of the noise.
    pub seed: u64,
}

impl Default for SmoothGrad {
    fn default() -> Self {
        Self {
            samples: 50,
            sigma: 0.15,
            seed: 0,
        }
    }
}

impl SmoothGrad {
    /// The same with the noise of every copy from `noise`, which is told the number of the copy and
    /// answers with `[3, H, W]` numbers that are added as they are.
    ///
    /// # Errors
    /// Images that are too small.
    pub fn with_noise(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
        mut noise: impl FnMut(usize) -> Vec<f32>,
    ) -> Result<Option<Map>, VizError> {
        let [_, channels, height, width] = image.dims();
        let mut sum = image.zeros_like();
        for first in (0..self.samples).step_by(AT_ONCE) {
            let count = AT_ONCE.min(self.samples - first);
            let draws: Vec<f32> = (first..first + count).flat_map(&mut noise).collect();
            let data = TensorData::new(draws, [count, channels, height, width]);
            let noisy = image.clone() + Tensor::from_data(data, &image.device());
            sum = sum + question.send_back(Rule::Gradient, noisy)?.images.sum_dim(0);
            if watch(first + count, self.samples).is_break() {
                return Ok(None);
            }
        }
        Ok(Some(Map::of(sum / self.samples.max(1) as f32)))
    }
}

impl Attribution for SmoothGrad {
    fn name(&self) -> &'static str {
        "smoothgrad"
    }

    fn attribute(
        &self,
        question: &Question<'_>,
        image: Tensor<4>,
        watch: &mut Watch<'_>,
    ) -> Result<Option<Map>, VizError> {
        let values = values_of(image.clone());
        let most = values.iter().copied().fold(f32::MIN, f32::max);
        let least = values.iter().copied().fold(f32::MAX, f32::min);
        let deviation = self.sigma * (most - least);
        let mut rng = seeded(self.seed);
        self.with_noise(question, image, watch, |_| {
            let draws = normal(&mut rng, values.len()).into_iter();
            draws.map(|draw| draw * deviation).collect()
        })
    }

    fn passes(&self, _: [usize; 2]) -> usize {
        self.samples.div_ceil(AT_ONCE)
    }

    fn is_signed(&self) -> bool {
        false
    }
}
