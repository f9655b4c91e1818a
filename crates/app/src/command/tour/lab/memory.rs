//! The tour's gradients that are preserved.

use reverie_lab::memory::{MemoryConfig, memory};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::memory::findings;

/// Updates of every network, few enough for some seconds.
const UPDATES: usize = 200;
/// Steps of a sequence: as few as the bars hold for, since following the first input costs their square.
const STEPS: usize = 50;

/// What is left of the first input after many steps, and the gates that hold it.
///
/// # Errors
/// If learning fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let mut config = MemoryConfig {
        seeds: 1,
        ..MemoryConfig::default()
    };
    (config.learn.steps, config.learn.first_steps) = (STEPS, STEPS);
    config.learn.updates = UPDATES;
    config.learn.rate = 0.01;
    config.learn.seed = SEED;
    let found = memory(&config, &shop.opened.device, go_on)?;
    Extract {
        title: "What the first input still counts for",
        text: format!(
            "Three networks of {} units learn in {UPDATES} updates to say after {STEPS} steps which symbol \
             came first. In tanh units the first input fades at every step; the memory of an LSTM \
             holds it where its forget gates stay open: bright, in the last drawing, unit by unit.",
            config.learn.hidden
        ),
        command: "reverie lab memory -o memory.html",
        rows: &[
            "LSTM, before",
            "tanh, before",
            "LSTM, after",
            "tanh, after",
            "LSTM: right",
            "tanh: right",
        ],
        drawings: &["The state after learning", "forget gates"],
    }
    .of(findings(&found))
}
