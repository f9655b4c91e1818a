//! The filters that read the picture.

use burn::tensor::{Tensor, TensorData};
use reverie_model::vision::Network;

use super::Bank;
use crate::picture::CHANNELS;
use crate::tensor::values_of;

/// The filters of the first layer, on the picture itself: red, green and blue in `[0, 1]`, whatever
/// order and scale of colours the network wants. None where they are not to be had.
///
/// A filter answers with `Σ_k f_k n_k` to the normalised colours `n = J·rgb + b`, hence with
/// `Σ_j (Jᵀf)_j rgb_j` and a constant to the picture's own. Column `j` of `J` is what normalising makes
/// of a pixel of one colour alone, less what it makes of black.
pub fn first_filters(network: &dyn Network) -> Option<Bank> {
    let filters = network.first_filters()?;
    let dims = filters.dims();
    let [count, planes, height, width] = dims;
    if planes != CHANNELS {
        return None;
    }
    let jacobian = colour_matrix(network);
    let values = values_of(filters);
    let plane = height * width;
    let in_rgb = (0..count * CHANNELS * plane).map(|place| {
        let (filter, colour) = (place / (CHANNELS * plane), place / plane % CHANNELS);
        let pixel = place % plane;
        let of_plane = |k: usize| values[(filter * CHANNELS + k) * plane + pixel];
        (0..CHANNELS)
            .map(|k| jacobian[k][colour] * of_plane(k))
            .sum()
    });
    Some(Bank::new(dims, in_rgb.collect()))
}

/// How the colours that the network sees follow those of the picture: `J[k][j] = ∂n_k/∂rgb_j`.
fn colour_matrix(network: &dyn Network) -> [[f32; CHANNELS]; CHANNELS] {
    // Black, red, green and blue, a pixel each.
    let pixels = [
        [0.0; CHANNELS],
        [1.0, 0.0, 0.0],
        [0.0, 1.0, 0.0],
        [0.0, 0.0, 1.0],
    ];
    let data = TensorData::new(pixels.concat(), [CHANNELS + 1, CHANNELS, 1, 1]);
    let seen = values_of(network.normalise(Tensor::from_data(data, &network.device())));
    std::array::from_fn(|k| std::array::from_fn(|j| seen[(j + 1) * CHANNELS + k] - seen[k]))
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::vision::{Layer, LayerInfo, Vgg, VggConfig};
    use reverie_model::weights::Preprocessing;

    use super::*;

    /// A network that wants its pictures in another way.
    struct Fed(Vgg, Preprocessing);

    #[rustfmt::skip]
    impl Network for Fed {
        fn name(&self) -> &str { self.0.name() }
        fn device(&self) -> Device { self.0.device() }
        fn layers(&self) -> &[LayerInfo] { self.0.layers() }
        fn normalise(&self, x: Tensor<4>) -> Tensor<4> { reverie_model::vision::normalised(&self.1, x) }
        fn mean_colour(&self) -> [f32; 3] { self.0.mean_colour() }
        fn first_filters(&self) -> Option<Tensor<4>> { self.0.first_filters() }
        fn run(&self, x: Tensor<4>, wanted: &[Layer], keep: &mut dyn FnMut(&Layer, Tensor<4>)) {
            self.0.run(x, wanted, keep);
        }
    }

    /// What the first layer answers at the middle of a picture of 3x3 pixels.
    fn answers(network: &Fed, pixels: &[f32]) -> Vec<f32> {
        let data = TensorData::new(pixels.to_vec(), [1, 3, 3, 3]);
        let image = Tensor::from_data(data, &network.device());
        let layer = network.layers()[0].layer.clone();
        let seen = network.activations(image, std::slice::from_ref(&layer));
        values_of(seen.unwrap().of(&layer).narrow(2, 1, 1).narrow(3, 1, 1))
    }

    #[test]
    fn filters_answer_to_the_picture_as_the_layer_does() {
        // RGB with a deviation for each colour; BGR on a scale of 255.
        for preprocessing in [Preprocessing::torchvision(), Preprocessing::squeezenet()] {
            let vgg = Vgg::random(&VggConfig::tiny(), 5, &Device::flex());
            let network = Fed(vgg, preprocessing);
            let bank = first_filters(&network).unwrap();
            let pixels: Vec<f32> = (0..27).map(|i| ((i * 7) % 11) as f32 / 11.0).collect();
            let (lit, black) = (answers(&network, &pixels), answers(&network, &[0.0; 27]));
            for channel in 0..bank.channels() {
                let products = bank.channel(channel).iter().zip(&pixels);
                let want: f32 = products.map(|(weight, pixel)| weight * pixel).sum();
                let found = lit[channel] - black[channel];
                let bar = 1e-4 * want.abs().max(lit[channel].abs()).max(1.0);
                assert!((found - want).abs() < bar, "{channel}: {found}, not {want}");
            }
        }
    }
}
