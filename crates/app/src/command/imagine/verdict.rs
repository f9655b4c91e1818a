//! What networks say of a picture of a class.

use burn::tensor::activation::softmax;
use reverie_model::vision::{Network, SCORES};
use reverie_viz::picture::Picture;
use reverie_viz::tensor_of;

use crate::classes;

/// What a network says of a picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// How likely the class is, from 0 to 1.
    pub probability: f64,
    /// Its place among all classes, from 1.
    pub rank: usize,
    /// The class that the network finds likeliest.
    pub first: String,
}

/// Asks a network for the class that it, or another network, calls by this name; none where it knows
/// no such class.
///
/// # Errors
/// A picture that is too small for the network.
pub fn ask(
    network: &dyn Network,
    class: &str,
    picture: &Picture,
) -> anyhow::Result<Option<Verdict>> {
    let Some(place) = classes::counterpart(class, network.classes()) else {
        return Ok(None);
    };
    let layer = network.layer(SCORES)?;
    let image = tensor_of(picture, &network.device());
    let scores = network
        .activations(image, std::slice::from_ref(&layer))?
        .of(&layer);
    let shares = softmax(scores.reshape([1, network.classes().len()]), 1);
    let shares: Vec<f64> = shares.into_data().iter::<f64>().collect();
    let better = |share: f64| shares.iter().filter(|other| **other > share).count();
    let first = (0..shares.len()).max_by(|&a, &b| shares[a].total_cmp(&shares[b]));
    Ok(Some(Verdict {
        probability: shares[place],
        rank: better(shares[place]) + 1,
        first: classes::short(&network.classes()[first.unwrap_or(place)]).to_owned(),
    }))
}
