//! The tour's neural Turing machine.

use reverie_lab::ntm::{NtmConfig, NtmTrainer, report, teach};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::ntm::Found;
use crate::command::lab::ntm::findings::findings;

/// Longest sequence that it learns from, in vectors: half of what the whole experiment takes.
const LONGEST: usize = 10;
/// Sequences, few enough for some seconds.
const SEQUENCES: u64 = 10_000;

/// A network learns to write down and to read back.
///
/// # Errors
/// If learning fails.
pub fn make(_: &Workshop) -> anyhow::Result<Section> {
    let config = NtmConfig {
        longest: LONGEST,
        rows: 64,
        sequences: SEQUENCES,
        look_every: 500,
        tests: 100,
        seed: SEED,
        ..NtmConfig::default()
    };
    let mut trainer = NtmTrainer::new(config)?;
    teach(&mut trainer, |_, _, _| go_on(()))?;
    let machine = report(&trainer);
    let came_to = match machine.reached {
        Some(sequences) => format!("after {sequences} of them a test finds next to no wrong bits"),
        None => format!(
            "in the end {:.1} bits of one are still wrong, so it has not learnt them yet",
            machine.wrong_bits
        ),
    };
    let found = Found {
        machines: vec![machine],
        is_stopped: false,
        lstm: None,
    };
    Extract {
        title: "A network learns to use a memory",
        text: format!(
            "A small LSTM moves a write head and a read head along a memory. It is shown up to \
             {LONGEST} random vectors and must say them again, {SEQUENCES} times; {came_to}. While \
             vectors are shown the write head goes from row to row, and the read head follows the \
             same way when they are asked for. 20 vectors are more than it ever saw here; the whole \
             experiment learns from so many, and is tested with 120."
        ),
        command: "reverie lab ntm --seeds 4 -o ntm.html",
        rows: &["sequences to", "wrong bits"],
        drawings: &["Wrong bits of a fresh", "Shown", "Where the write", "Where the read"],
    }
    .of(findings(&found))
}
