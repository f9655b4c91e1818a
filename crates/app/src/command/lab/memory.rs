//! `reverie lab memory`: how long the first input still counts, and what the gates do meanwhile.
//!
//! | file | what |
//! |---|---|
//! | here | settings and run |
//! | `rows` | the table |
//! | `page` | the page |

mod page;
mod rows;

use reverie_lab::memory::{CellMemory, LearnConfig, Memory, MemoryConfig, memory};
use reverie_model::recurrent::CellKind;
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::Findings;
use super::room::{self, Room};
use crate::cli::{LabMemoryArgs, LabRunArgs};
use crate::command::shared;
use crate::settings::{put, whole};

impl Experiment for LabMemoryArgs {
    const NAME: &'static str = "memory";
    const SEED: &'static str = "learn.seed";
    /// Sequences have their full length from the first update on.
    const DECIDED: &'static [&'static str] = &["learn.first_steps", "learn.growth"];

    type Settings = MemoryConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> MemoryConfig {
        match is_quick {
            true => MemoryConfig::quick(),
            false => MemoryConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "learn.hidden", whole(self.hidden));
        put(flags, "learn.steps", whole(self.steps));
        put(flags, "learn.updates", whole(self.updates));
        put(flags, "seeds", whole(self.seeds));
    }

    fn settle(config: &mut MemoryConfig) -> anyhow::Result<()> {
        config.learn.first_steps = config.learn.steps;
        Ok(config.check()?)
    }

    fn seed(config: &MemoryConfig) -> u64 {
        config.learn.seed
    }

    fn room(&self, config: &MemoryConfig) -> Room {
        let LearnConfig {
            hidden,
            steps,
            batch,
            ..
        } = config.learn;
        // A sequence is followed by a copy for every step and unit.
        let copies = steps.saturating_mul(hidden);
        Room {
            bytes: room::learning(1, hidden, batch.max(copies), steps),
            by: "--steps or --hidden",
        }
    }

    fn plan(&self, config: &MemoryConfig) -> anyhow::Result<String> {
        Ok(format!(
            "tanh, GRU and LSTM of {} units remember the first of {} symbols; {} updates, {} seeds",
            config.learn.hidden, config.learn.steps, config.learn.updates, config.seeds
        ))
    }

    fn run(&self, config: &MemoryConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = memory(config, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Memory) -> Findings {
    Findings {
        title: "Preserving gradients".to_owned(),
        idea: "A tanh network writes over its state at every step, so what came first fades from \
               later outputs. An LSTM holds it as long as its forget gates are open, and so it can \
               learn from it."
            .to_owned(),
        rows: rows::rows(found),
        sections: page::sections(found),
        figures: json!(found),
    }
}

/// The networks of a cell.
fn of(found: &Memory, cell: CellKind) -> impl Iterator<Item = &CellMemory> {
    found
        .networks
        .iter()
        .filter(move |network| network.cell == cell)
}
