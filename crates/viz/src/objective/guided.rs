//! Dreams guided by a second picture.

use burn::tensor::{Int, Tensor};
use reverie_model::vision::{Activations, Layer, LayerInfo};

use super::{Additive, Objective, Part, check_length};
use crate::VizError;
use crate::tensor::{beside, plain};

/// Products of picture and guide positions held at a time: 16 MiB of 32-bit numbers.
const CHUNK: usize = 1 << 22;

/// Every position of a layer becomes more like the guide's position that it matches best.
///
/// For the activation `f_i` `[C]` at position `i` and the guide's `g_j`, the match is
/// `j(i) = argmax_j f_i·g_j`, and the score is the mean over positions of `f_i · g_{j(i)}`. The
/// match is held fixed: the gradient with respect to `f_i` is `g_{j(i)}`, divided by the number of
/// positions. Several images are matched each by itself.
///
/// # Memory
/// The table of all products is never held: only 16 MiB of it at a time (or one row, where the
/// guide has more positions than that).
///
/// # Source
/// The DeepDream notebook (Mordvintsev, Olah, Tyka 2015), `objective_guide`, which sums instead of
/// taking the mean.
#[derive(Clone, Debug)]
pub struct GuidedMatch {
    layer: Layer,
    /// `[C, M]`, without gradients.
    guide: Tensor<2>,
}

impl GuidedMatch {
    /// A match of a layer to a guide's features `[C, M]`: C channels at M positions.
    ///
    /// # Errors
    /// [`VizError::WrongLength`] if the layer has another number of channels.
    pub fn new(info: &LayerInfo, guide: Tensor<2>) -> Result<Self, VizError> {
        check_length(info, guide.dims()[0])?;
        Ok(Self {
            layer: info.layer.clone(),
            guide: plain(guide),
        })
    }

    /// A match of a layer to what it made of guide pictures, `[B, C, H, W]`: the positions of all of
    /// them are candidates.
    ///
    /// # Errors
    /// As for [`new`](Self::new).
    pub fn from_features(info: &LayerInfo, features: Tensor<4>) -> Result<Self, VizError> {
        Self::new(info, by_position(features))
    }

    /// For each column of `features` `[C, M]` the number of the guide position with the largest
    /// product, `[M]`.
    fn best(&self, features: Tensor<2>) -> Tensor<1, Int> {
        let (positions, candidates) = (features.dims()[1], self.guide.dims()[1]);
        let rows = (CHUNK / candidates).clamp(1, positions);
        let parts = (0..positions).step_by(rows).map(|start| {
            let part = features
                .clone()
                .narrow(1, start, rows.min(positions - start));
            let products = part.transpose().matmul(self.guide.clone());
            products.argmax(1).flatten::<1>(0, 1)
        });
        Tensor::cat(parts.collect(), 0)
    }
}

/// Feature maps `[B, C, H, W]` as `[C, B * H * W]`.
fn by_position(features: Tensor<4>) -> Tensor<2> {
    let [batch, channels, height, width] = features.dims();
    features
        .swap_dims(0, 1)
        .reshape([channels, batch * height * width])
}

impl GuidedMatch {
    /// The mean over the positions of `maps`, `[B, C, H, W]`.
    fn mean(&self, maps: Tensor<4>) -> Tensor<1> {
        let features = by_position(maps);
        let positions = features.dims()[1] as f64;
        let best = self.best(plain(features.clone()));
        let target = self.guide.clone().select(1, best);
        let target = beside(target, &features);
        (features * target).sum() / positions
    }
}

impl Additive for GuidedMatch {
    fn sums(&self, part: &Part<'_>) -> Vec<Tensor<3>> {
        let mean = self.mean(part.of(&self.layer));
        vec![(mean * part.share(&self.layer)).reshape([1, 1, 1])]
    }

    fn score_of(&self, sums: Vec<Tensor<3>>) -> Tensor<1> {
        sums[0].clone().sum()
    }
}

impl Objective for GuidedMatch {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        self.mean(seen.of(&self.layer))
    }

    fn additive(&self) -> Option<&dyn Additive> {
        Some(self)
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "activity"
    }
}

#[cfg(test)]
mod tests {
    use burn::tensor::{Device, TensorData};
    use reverie_model::rng::{normal, seeded};

    use super::*;
    use crate::objective::mirror::Mirror;

    fn random(shape: [usize; 2], seed: u64) -> Tensor<2> {
        let data = normal(&mut seeded(seed), shape[0] * shape[1]);
        Tensor::from_data(TensorData::new(data, shape), &Device::flex())
    }

    #[test]
    fn each_position_meets_the_guide_position_of_the_largest_product() {
        let mirror = Mirror::new(2);
        let guide = TensorData::new(vec![1.0f32, 0.0, -2.0, 0.0, 3.0, 0.0], [2, 3]);
        let guide = Tensor::from_data(guide, &Device::flex());
        let guided = GuidedMatch::new(mirror.info(), guide).unwrap();
        // Positions (5, 1), (0, 1), (-1, -1) match (1, 0), (0, 3), (-2, 0): 5, 3 and 2.
        let seen = mirror.seen(vec![5.0, 0.0, -1.0, 1.0, 1.0, -1.0], [1, 2, 1, 3]);
        let found = guided.score(&seen).into_scalar::<f32>();
        assert!((found - 10.0 / 3.0).abs() < 1e-6, "{found}");
    }

    #[test]
    fn a_table_taken_in_parts_has_the_same_matches() {
        let mirror = Mirror::new(3);
        let guided = GuidedMatch::new(mirror.info(), random([3, CHUNK / 7], 1)).unwrap();
        let features = random([3, 20], 2);
        let products = features.clone().transpose().matmul(guided.guide.clone());
        let whole = products.argmax(1).flatten::<1>(0, 1);
        let read = |indices: Tensor<1, Int>| indices.try_into_vec_as::<i64>().unwrap();
        assert_eq!(read(guided.best(features)), read(whole));
    }

    #[test]
    fn features_of_another_layer_are_refused() {
        let error = GuidedMatch::new(Mirror::new(2).info(), random([3, 4], 1)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "mirror has 2 channels, but 3 numbers a position were given"
        );
    }
}
