//! What every channel of a layer makes of a picture.

use burn::tensor::Tensor;
use reverie_model::vision::{Layer, Network};

use super::Bank;
use crate::VizError;
use crate::tensor::values_of;

/// The feature maps of a layer for one image `[1, 3, H, W]` in `[0, 1]`.
///
/// # Errors
/// [`VizError::Model`] for a layer that does not exist, or an image too small for it.
pub fn feature_maps(
    network: &dyn Network,
    image: Tensor<4>,
    layer: &Layer,
) -> Result<Bank, VizError> {
    let seen = network.activations(image, std::slice::from_ref(layer))?;
    let maps = seen.of(layer);
    let [_, channels, height, width] = maps.dims();
    Ok(Bank::new([channels, 1, height, width], values_of(maps)))
}
