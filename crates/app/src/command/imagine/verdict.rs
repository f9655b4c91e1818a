//! What networks say of a picture of a class.

use burn::tensor::activation::softmax;
use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::vision::{Network, SCORES};
use reverie_viz::picture::Picture;

/// What a network says of a picture.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Verdict {
    /// How likely the class is, from 0 to 1.
    pub probability: f64,
    /// Its place among all classes, from 1.
    pub rank: usize,
}

/// Asks a network for the class that it calls by this name; none where it knows no such class.
///
/// # Errors
/// A picture that is too small for the network.
pub fn ask(
    network: &dyn Network,
    class: &str,
    picture: &Picture,
    device: &Device,
) -> anyhow::Result<Option<Verdict>> {
    let Some(place) = network.classes().iter().position(|name| name == class) else {
        return Ok(None);
    };
    let layer = network.layer(SCORES)?;
    let shape = [1, 3, picture.height() as usize, picture.width() as usize];
    let image = Tensor::<4>::from_data(TensorData::new(picture.to_planar(), shape), device);
    let scores = network
        .activations(image, std::slice::from_ref(&layer))?
        .of(&layer);
    let shares = softmax(scores.reshape([1, network.classes().len()]), 1);
    let shares: Vec<f64> = shares.into_data().iter::<f64>().collect();
    let better = shares
        .iter()
        .filter(|share| **share > shares[place])
        .count();
    Ok(Some(Verdict {
        probability: shares[place],
        rank: better + 1,
    }))
}
