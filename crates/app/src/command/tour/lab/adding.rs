//! The tour's two numbers that are to be added.

use reverie_lab::adding::{AddingCell, AddingConfig, TRIVIAL_ERROR, run};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::adding::findings;

/// Steps of a sequence: the whole experiment has 100, its bars are of 200.
const LENGTH: usize = 40;

/// Tanh units, a GRU and an LSTM carry a number across a sequence.
///
/// # Errors
/// If learning fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config = AddingConfig {
        lengths: vec![LENGTH],
        cells: vec![AddingCell::Tanh, AddingCell::Gru, AddingCell::Lstm],
        hidden: 32,
        updates: 1_000,
        look_every: 25,
        seed: SEED,
        ..AddingConfig::default()
    };
    let found = run(&config, &shop.opened.device, go_on)?;
    Extract {
        title: "Two numbers, far apart, to be added",
        text: format!(
            "A network reads {LENGTH} random numbers, two of them marked, and says the sum of those \
             two at the end; always saying 1 costs {TRIVIAL_ERROR:.4}. Gates carry a number along the \
             sequence; tanh units find little or nothing of it in as many updates. The bars are of \
             200 steps, which take minutes and are left to the whole experiment."
        ),
        command: "reverie lab adding --lengths 200 --seeds 3 --updates 4000 -o adding.html",
        rows: &["error, T"],
        drawings: &["Mean squared error"],
    }
    .of(findings(&config, &found))
}
