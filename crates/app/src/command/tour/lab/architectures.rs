//! The tour's overview of what a recurrent network can be asked.

use reverie_lab::architectures::{ArchitecturesConfig, run};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::architectures::findings;

/// Updates of every example, a fifth of what the whole experiment takes.
const UPDATES: u64 = 300;

/// hell becomes ello, and all other patterns.
///
/// # Errors
/// If learning fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config = ArchitecturesConfig {
        updates: UPDATES,
        seed: SEED,
        ..ArchitecturesConfig::default()
    };
    let found = run(&config, &shop.opened.device, go_on)?;
    Extract {
        title: "What a recurrent network can be asked",
        text: format!(
            "The same cells answer different questions by where they read and where they are listened \
             to. The toy of three units reads hell and says ello, because it knows which of the two l \
             it reads; each pattern below was taught to a small network in {UPDATES} updates, a fifth \
             of what the whole experiment gives them, so that some are not yet where they could be."
        ),
        command: "reverie lab architectures -o architectures.html",
        rows: &[""],
        drawings: &["hell becomes ello", "The patterns"],
    }
    .of(findings(&config, &found))
}
