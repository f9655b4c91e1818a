//! `reverie lab gradients`: how gradients explode and vanish, and what clipping does.
//!
//! | file | what |
//! |---|---|
//! | here | settings and run |
//! | `rows` | the table |
//! | `page` | linear networks, cells, clipping, training |
//! | `cliff` | the unit at a cliff |

mod cliff;
mod page;
mod rows;

use reverie_lab::gradients::{Gradients, GradientsConfig, gradients};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::cells::title;
use super::findings::Findings;
use super::room::{self, Room};
use crate::cli::{GradientsArgs, LabCell, LabRunArgs};
use crate::command::shared;
use crate::settings::{list, put, whole};

impl Experiment for GradientsArgs {
    const NAME: &'static str = "gradients";
    /// The training has the seed and the limit of all of it, and its full length from the start.
    const DECIDED: &'static [&'static str] = &[
        "learn.seed",
        "learn.clip",
        "learn.first_steps",
        "learn.growth",
    ];

    type Settings = GradientsConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> GradientsConfig {
        match is_quick {
            true => GradientsConfig::quick(),
            false => GradientsConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "radii", list(&self.radius));
        put(flags, "hidden", whole(self.hidden));
        put(flags, "steps", whole(self.steps));
        put(flags, "clip", self.clip);
        put(flags, "seeds", whole(self.seeds));
        put(flags, "cell", self.cell.map(LabCell::setting));
        put(flags, "learn.updates", whole(self.updates));
    }

    fn settle(config: &mut GradientsConfig) -> anyhow::Result<()> {
        config.learn.first_steps = config.learn.steps;
        Ok(config.check()?)
    }

    fn seed(config: &GradientsConfig) -> u64 {
        config.seed
    }

    fn room(&self, config: &GradientsConfig) -> Room {
        let learn = &config.learn;
        // Jacobians come from a copy of the sequence for every unit.
        let followed = room::learning(1, config.hidden, config.hidden, config.steps);
        let trained = room::learning(1, learn.hidden, learn.batch, learn.steps);
        Room {
            bytes: followed.max(trained),
            by: "--hidden or --steps",
        }
    }

    fn plan(&self, config: &GradientsConfig) -> anyhow::Result<String> {
        Ok(format!(
            "linear, tanh, GRU and LSTM of {} units over {} steps at {} spectral radii, {} seeds; a unit at a cliff; {} updates of {} with and without clipping",
            config.hidden,
            config.steps,
            config.radii.len(),
            config.seeds,
            config.learn.updates,
            title(config.cell)
        ))
    }

    fn run(&self, config: &GradientsConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let opened = shared::open_device(&self.device, bench.output())?;
        let found = gradients(config, &opened.device, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Gradients) -> Findings {
    Findings {
        title: "Exploding and vanishing gradients".to_owned(),
        idea: "The gradient over many steps is a product of as many Jacobians, so it grows or fades \
               like a power of their spectral radius. Gates keep it; clipping bounds the step where it \
               explodes."
            .to_owned(),
        rows: rows::rows(found),
        sections: page::sections(found),
        figures: json!(found),
    }
}

/// A training or a descent by its limit.
fn limit(clip: Option<f64>) -> String {
    match clip {
        Some(limit) => format!("clipped at {limit}"),
        None => "not clipped".to_owned(),
    }
}
