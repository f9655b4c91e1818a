//! `reverie lab variance`: how large signals and gradients are, layer by layer and step by step.
//!
//! | file | what |
//! |---|---|
//! | here | settings and run |
//! | `rows` | the table |
//! | `page` | the page |

mod page;
mod rows;

use reverie_lab::variance::{Variance, VarianceConfig, variance};
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::Findings;
use super::room::{self, Room};
use crate::cli::{LabRunArgs, VarianceArgs};
use crate::settings::{put, whole};

impl Experiment for VarianceArgs {
    const NAME: &'static str = "variance";

    type Settings = VarianceConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> VarianceConfig {
        match is_quick {
            true => VarianceConfig::quick(),
            false => VarianceConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "width", whole(self.width));
        put(flags, "depth", whole(self.depth));
        put(flags, "steps", whole(self.steps));
        put(flags, "draws", whole(self.draws));
    }

    fn settle(config: &mut VarianceConfig) -> anyhow::Result<()> {
        Ok(config.check()?)
    }

    fn seed(config: &VarianceConfig) -> u64 {
        config.seed
    }

    fn room(&self, config: &VarianceConfig) -> Room {
        let [width, depth, batch] =
            [config.width, config.depth.max(config.steps), config.batch].map(|count| count as f64);
        // Every thread keeps a network for the way back.
        let threads = rayon::current_num_threads() as f64;
        Room {
            bytes: room::DOUBLE * threads * depth * width * (width + batch),
            by: "--width, --depth or --steps",
        }
    }

    fn plan(&self, config: &VarianceConfig) -> anyhow::Result<String> {
        Ok(format!(
            "layers of {} units, {} deep and {} steps long, the mean of {} draws",
            config.width, config.depth, config.steps, config.draws
        ))
    }

    fn run(&self, config: &VarianceConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let found = variance(config, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Variance) -> Findings {
    Findings {
        title: "Variance analysis".to_owned(),
        idea: "Every layer multiplies the variance of its signals by α² n σ², and that of the \
               gradients on the way back by the same with the other width, where f(x) ≈ αx + β. Many \
               layers raise that factor to a power, so weights must be drawn such that it is one."
            .to_owned(),
        rows: rows::rows(found),
        sections: page::sections(found),
        figures: json!(found),
    }
}

fn percent(share: f64) -> String {
    match share {
        share if share < 1e-6 => format!("{:.0e}\u{a0}%", 100.0 * share),
        share if share < 0.001 => format!("{:.3}\u{a0}%", 100.0 * share),
        share => format!("{:.2}\u{a0}%", 100.0 * share),
    }
}

/// A factor in few characters.
fn factor(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 1e4 => format!("{value:.0}"),
        value => format!("{value:.0e}"),
    }
}
