//! The tour's driven oscillator.

use reverie_lab::universal::{UniversalStudy, study};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::universal::findings;

/// Updates of every network, few enough for some seconds.
const UPDATES: usize = 800;

/// Networks of growing size follow a system that they no longer see.
///
/// # Errors
/// If learning fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut settings = UniversalStudy {
        sizes: vec![2, 8, 32],
        seed: SEED,
        ..UniversalStudy::quick()
    };
    settings.learning.updates = UPDATES;
    let found = study(&settings, &shop.opened.device, go_on)?;
    Extract {
        title: "More units come nearer",
        text: format!(
            "Networks of 2, 8 and 32 units are told where van der Pol's oscillator starts and how it \
             is pushed, and say where it goes for {} steps, alone. After {UPDATES} updates the larger \
             ones follow it best; the whole experiment gives them {} and takes the mean of three.",
            settings.horizon,
            UniversalStudy::default().learning.updates
        ),
        command: "reverie lab universal -o universal.html",
        rows: &["free-run error", "the error falls"],
        drawings: &["Error along a free run", "Position"],
    }
    .of(findings(&found))
}
