//! From a picture to what a network was trained on.

use burn::tensor::{Tensor, TensorData};

use crate::weights::{ChannelOrder, Preprocessing};

/// An image `[B, 3, H, W]`, RGB in `[0, 1]`, in the channel order and range of a network, as
/// [`Preprocessing::normalise`] does with one pixel.
pub fn normalised(preprocessing: &Preprocessing, image: Tensor<4>) -> Tensor<4> {
    let Preprocessing {
        order,
        scale,
        mean,
        std,
    } = *preprocessing;
    let device = image.device().without_autodiff();
    let image = match order {
        ChannelOrder::Rgb => image,
        ChannelOrder::Bgr => image.flip([1]),
    };
    let row = |values: [f32; 3]| {
        Tensor::<4>::from_data(TensorData::new(values.to_vec(), [1, 3, 1, 1]), &device)
    };
    // (x * scale - mean) / std, as one product and one difference.
    let gain = std.map(|std| scale / std);
    let shift = std::array::from_fn(|i| mean[i] / std[i]);
    image * row(gain) - row(shift)
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::tensor::Device;

    #[test]
    fn a_tensor_is_prepared_as_a_pixel_is() {
        let pixel = [0.1, 0.6, 0.9];
        let data = TensorData::new(pixel.to_vec(), [1, 3, 1, 1]);
        let image = Tensor::from_data(data, &Device::flex());
        for kind in [Preprocessing::torchvision(), Preprocessing::squeezenet()] {
            let found: Vec<f32> = normalised(&kind, image.clone()).try_into_vec_as().unwrap();
            for (found, want) in found.into_iter().zip(kind.normalise(pixel)) {
                assert!((found - want).abs() < 1e-4, "{found} is not {want}");
            }
        }
    }
}
