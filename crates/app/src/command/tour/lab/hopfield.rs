//! The tour's pictures as the valleys of an energy.

use reverie_lab::hopfield::{HopfieldConfig, drawings, hopfield};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::hopfield::film::film;
use crate::command::lab::hopfield::findings;

/// Patterns a unit: below and above what Hebb's rule holds.
const LOADS: [f64; 4] = [0.05, 0.13, 0.18, 0.3];

/// Pictures come back from noise, until there are too many.
///
/// # Errors
/// If recalling fails, or the film cannot be made.
pub fn make(_: &Workshop) -> anyhow::Result<Section> {
    let config = HopfieldConfig {
        loads: LOADS.to_vec(),
        seeds: 1,
        tries: 10,
        seed: SEED,
        ..HopfieldConfig::default()
    };
    let patterns = drawings();
    let found = hopfield(&config, &patterns, go_on)?;
    let film = film(&found, &patterns, None, false)?;
    Extract {
        title: "A Hopfield network remembers pictures",
        text: format!(
            "{} pictures lie in the weights of one network. A fifth of the pixels of each is turned \
             over, then units change one at a time: every change lowers the energy, and the picture \
             comes back. Of random patterns, a network of {} units that learns by Hebb's rule holds \
             about 0.138 a unit, as theory says, and loses all of them together beyond that; two \
             other rules hold more.",
            patterns.len(),
            config.units
        ),
        command: "reverie lab hopfield -o hopfield.html",
        rows: &["energy rises", "recalled from", "overlap at α"],
        drawings: &["stored, and being recalled", "Overlap after recall"],
    }
    .of(findings(&found, film))
}
