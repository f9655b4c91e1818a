//! A VGG network out of a file of weights.

use burn::tensor::Device;

use super::VggConfig;
use super::vgg::{FixedNorm, Head, Vgg, conv, norm};
use crate::ModelError;
use crate::weights::{Loader, Preprocessing, TensorFile, VggNames, WeightsError};

/// Added to the variance before its root, as PyTorch's batch normalisation does by default.
const NORM_EPSILON: f32 = 1e-5;

impl Vgg {
    /// The network of this shape with the weights of `file`.
    ///
    /// Every tensor must be there, have the right shape and be finite; a tensor that the network
    /// does not have is refused too, but for the classifier and what `ignore` names.
    ///
    /// # Errors
    /// [`ModelError::Weights`], naming every tensor that is wrong.
    pub fn from_file(
        config: &VggConfig,
        preprocessing: Preprocessing,
        file: &TensorFile,
        ignore: &[String],
        device: &Device,
    ) -> Result<Self, ModelError> {
        let convolutions = config.convolutions();
        let layers: Vec<String> = convolutions
            .iter()
            .map(|(stage, place, ..)| format!("conv{stage}_{place}"))
            .collect();
        let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
        let names = VggNames::detect(file, &layers, config.batch_norm)?;
        let mut loader = Loader::new(file);
        for pattern in [
            "classifier.",
            "fc6.",
            "fc7.",
            "fc8.",
            "*num_batches_tracked",
        ] {
            loader.ignore(pattern);
        }
        ignore.iter().for_each(|pattern| loader.ignore(pattern));
        let mut convs = Vec::new();
        let mut norms = Vec::new();
        for ((.., channels_in, channels), names) in convolutions.into_iter().zip(&names.convs) {
            let shape = [channels, channels_in, 3, 3];
            let weight = loader.take(&format!("{}.weight", names.conv), &shape)?;
            let bias = loader.take(&format!("{}.bias", names.conv), &[channels])?;
            convs.push(conv(weight, bias, channels_in, device));
            if let Some(name) = &names.norm {
                norms.push(fixed_norm(&mut loader, name, channels, device)?);
            }
        }
        let head = head(&mut loader, config, device)?;
        loader.finish()?;
        Ok(Self::assemble(config, preprocessing, convs, norms, head))
    }
}

/// The linear layer above the mean over all positions, where the file has one of that form; the three
/// layers of the published networks are another form, and are left out.
fn head(
    loader: &mut Loader<'_>,
    config: &VggConfig,
    device: &Device,
) -> Result<Option<Head>, WeightsError> {
    let width = config
        .convolutions()
        .last()
        .map_or(0, |(.., channels)| *channels);
    let shape = loader
        .file()
        .shape("classifier.weight")
        .map(<[usize]>::to_vec);
    let Some(&[classes, inputs]) = shape.as_deref() else {
        return Ok(None);
    };
    if inputs != width {
        return Ok(None);
    }
    let rows = loader.take("classifier.weight", &[classes, width])?;
    let bias = loader.take("classifier.bias", &[classes])?;
    let columns = (0..width).flat_map(|input| (0..classes).map(move |class| class * width + input));
    let weight = columns.map(|place| rows[place]).collect();
    Ok(Some(Head::new(weight, bias, device)))
}

/// `y = γ (x − μ)/√(σ² + ε) + β` as one scale and one shift.
fn fixed_norm(
    loader: &mut Loader<'_>,
    name: &str,
    channels: usize,
    device: &Device,
) -> Result<FixedNorm, WeightsError> {
    let mut take = |field: &str| loader.take(&format!("{name}.{field}"), &[channels]);
    let (gain, bias) = (take("weight")?, take("bias")?);
    let (mean, variance) = (take("running_mean")?, take("running_var")?);
    let scale: Vec<f32> = gain
        .iter()
        .zip(&variance)
        .map(|(g, v)| g / (v + NORM_EPSILON).sqrt())
        .collect();
    let shift = bias
        .iter()
        .zip(&mean)
        .zip(&scale)
        .map(|((b, m), s)| b - m * s)
        .collect::<Vec<f32>>();
    Ok(norm(scale, shift, device))
}
