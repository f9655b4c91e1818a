//! The tour's two ways to feed back.

use reverie_lab::elman::{ElmanConfig, Stream, run};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::elman::findings;

/// Elman's network beside Jordan's on a rule that needs memory.
///
/// # Errors
/// If learning fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config = ElmanConfig {
        streams: vec![Stream::Xor],
        seeds: 1,
        seed: SEED,
        ..ElmanConfig::default()
    };
    let found = run(&config, &shop.opened.device, go_on)?;
    Extract {
        title: "What goes round: Elman and Jordan",
        text:
            "Two random bits, then their exclusive or, and so on: every third can be known by who \
               remembers two. Elman's network feeds back its hidden units and learns it; Jordan's \
               feeds back only what it said and stays where a guess from the last bit is. On the \
               right, Elman's pays almost nothing for every third bit."
                .to_owned(),
        command: "reverie lab elman -o elman.html",
        rows: &["nats a symbol"],
        drawings: &["Cost of a symbol while learning", "Cost along a stream"],
    }
    .of(findings(&config, &found))
}
