//! The tour's variances of signals and gradients.

use reverie_lab::variance::{VarianceConfig, variance};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::variance::findings;

/// How large signals are layer by layer, and whether a scale keeps them.
///
/// # Errors
/// If measuring fails.
pub fn make(_: &Workshop) -> anyhow::Result<Section> {
    let config = VarianceConfig {
        width: 64,
        steps: 1,
        seed: SEED,
        ..VarianceConfig::quick()
    };
    let found = variance(&config, go_on)?;
    Extract {
        title: "How large signals are, layer by layer",
        text: format!(
            "Every layer multiplies the variance of its signals by α²nσ², which must be one or {} \
             layers make much or nothing of them. In the first chart, measured lines lie on the \
             dashes of the theory; in the second, how far signals or gradients stray at worst for every scale: \
             linear units and relu have a scale that keeps both, the sigmoid has none.",
            config.depth
        ),
        command: "reverie lab variance -o variance.html",
        rows: &[
            "signals: ratio of layers",
            "gradients: ratio of layers",
            "relu: least drift",
            "sigmoid: least drift",
        ],
        drawings: &["tanh: signals", "Drift over"],
    }
    .of(findings(&found))
}
