//! The tour's gradients over many steps.

use reverie_lab::gradients::{GradientsConfig, gradients};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::gradients::findings;

/// Spectral radii: one where gradients vanish, one where they explode.
const RADII: [f64; 2] = [0.9, 1.1];

/// How long gradients are after so many steps, against the spectral radius.
///
/// # Errors
/// If measuring fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut config = GradientsConfig {
        radii: RADII.to_vec(),
        seed: SEED,
        ..GradientsConfig::default()
    };
    // Training is not shown here.
    config.learn.updates = 1;
    let found = gradients(&config, &shop.opened.device, go_on)?;
    Extract {
        title: "Gradients explode and vanish",
        text:
            "The gradient over many steps is a product of as many matrices: in the first chart it \
               grows or fades along the dashes, whose slope is the logarithm of the spectral radius. \
               The second shows the same for cells with random weights: the memory of an LSTM keeps more \
               than its outputs or tanh units do."
                .to_owned(),
        command: "reverie lab gradients -o gradients.html",
        rows: &["linear: slope", "LSTM: ‖∂c_T/∂c_t‖", "clipped global norm"],
        drawings: &["ln ‖W^k‖", "Spectral radius 0.9"],
    }
    .of(findings(&found))
}
