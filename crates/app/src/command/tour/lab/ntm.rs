//! The tour's neural Turing machine.

use reverie_lab::ntm::{NtmConfig, NtmTrainer, report, teach};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::ntm::Found;
use crate::command::lab::ntm::findings::findings;

/// Longest sequence that it learns from, in vectors: a quarter of what the whole experiment takes.
const LONGEST: usize = 5;
/// Sequences, few enough for some seconds.
const SEQUENCES: u64 = 8_000;

/// A network learns to write down and to read back.
///
/// # Errors
/// If learning fails.
pub fn make(_: &Workshop) -> anyhow::Result<Section> {
    let config = NtmConfig {
        longest: LONGEST,
        rows: 48,
        sequences: SEQUENCES,
        look_every: 500,
        tests: 100,
        seed: SEED,
        ..NtmConfig::default()
    };
    let mut trainer = NtmTrainer::new(config)?;
    teach(&mut trainer, |_, _, _| go_on(()))?;
    let found = Found {
        machines: vec![report(&trainer)],
        is_stopped: false,
        lstm: None,
    };
    Extract {
        title: "A network learns to use a memory",
        text: format!("{SEQUENCES} {LONGEST}"),
        command: "reverie lab ntm --seeds 4 -o ntm.html",
        rows: &["sequences to", "wrong bits"],
        drawings: &["Wrong bits of a fresh", "Where the write", "Where the read"],
    }
    .of(findings(&found))
}
