//! What can go wrong with a network.

use crate::vision::{Layer, is_part};
use crate::weights::WeightsError;

/// Why a network cannot be built or asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A layer name that the network does not have.
    #[error("{network} has no layer {asked}{}; its layers are {}", suggestion(.nearest), listed(.names))]
    UnknownLayer {
        /// The network's name.
        network: String,
        /// The name that was asked for.
        asked: String,
        /// The most similar name that exists.
        nearest: Option<String>,
        /// Every name that exists, shallow to deep.
        names: Vec<String>,
    },
    /// The picture vanishes in the pooling before the layer is reached.
    #[error(
        "{layer} needs a picture of at least {need}x{need} pixels, but this one is {width}x{height}"
    )]
    PictureTooSmall {
        /// The deepest layer asked for.
        layer: Layer,
        /// Smallest side that leaves one position at that layer, in pixels.
        need: usize,
        /// Width of the picture, in pixels.
        width: usize,
        /// Height of the picture, in pixels.
        height: usize,
    },
    /// An architecture name that is not known.
    #[error("there is no architecture {asked}{}; there are {}", suggestion(.nearest), .names.join(" "))]
    UnknownArchitecture {
        /// The name that was asked for.
        asked: String,
        /// The most similar name that exists.
        nearest: Option<String>,
        /// Every name that exists.
        names: Vec<String>,
    },
    /// The weights could not be read or do not fit.
    #[error(transparent)]
    Weights(#[from] WeightsError),
}

/// Names of layers in a row; of blocks with layers inside only the blocks.
fn listed(names: &[String]) -> String {
    let is_inside = |name: &String| names.iter().any(|block| is_part(name, block));
    let shown: Vec<&str> = names
        .iter()
        .filter(|name| !is_inside(name))
        .map(String::as_str)
        .collect();
    let example = names.iter().rfind(|name| is_inside(name));
    match example {
        Some(example) => format!("{}, and parts of these such as {example}", shown.join(" ")),
        None => shown.join(" "),
    }
}

/// `" (did you mean X?)"`, or nothing.
fn suggestion(nearest: &Option<String>) -> String {
    nearest
        .as_ref()
        .map(|name| format!(" (did you mean {name}?)"))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_blocks_are_listed() {
        let of = |names: &[&str]| {
            listed(
                &names
                    .iter()
                    .map(|name| (*name).to_owned())
                    .collect::<Vec<_>>(),
            )
        };
        assert_eq!(
            of(&["conv1_1", "relu1_1", "pool1"]),
            "conv1_1 relu1_1 pool1"
        );
        let names = [
            "conv",
            "conv_pre_relu",
            "mixed_conv",
            "mixed",
            "mixed_1_pool",
            "mixed_1",
        ];
        assert_eq!(
            of(&names),
            "conv mixed mixed_1, and parts of these such as mixed_1_pool"
        );
    }
}
