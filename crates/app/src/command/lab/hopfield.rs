//! `reverie lab hopfield`: pictures as the valleys of an energy.
//!
//! | file | what |
//! |---|---|
//! | here | settings, pictures and run |
//! | `rows` | the table |
//! | `page` | the page |
//! | `film` | recalls as an animation |

pub mod film;
mod page;
mod rows;

use std::path::Path;

use reverie_lab::hopfield::{Hopfield, HopfieldConfig, Pattern, drawings, hopfield};
use reverie_viz::picture::animation::check_animation;
use reverie_viz::picture::load;
use serde_json::json;
use toml::Table;

use super::Experiment;
use super::bench::Bench;
use super::findings::Findings;
use super::room::{self, Room};
use crate::cli::{HopfieldArgs, LabRunArgs};
use crate::paths;
use crate::settings::{list, put, whole};

/// The theory's capacity of Hebb's rule (Amit, Gutfreund, Sompolinsky 1985).
const THEORY: f64 = 0.138;
/// Units that a picture may have: the weights of so many take 400 megabytes.
const MOST_UNITS: usize = 10_000;

impl HopfieldArgs {
    /// The pictures of the user, or the drawings.
    fn patterns(&self) -> anyhow::Result<Vec<Pattern>> {
        if self.pattern.is_empty() {
            return Ok(drawings());
        }
        self.pattern.iter().map(|path| pattern(path)).collect()
    }
}

fn pattern(path: &Path) -> anyhow::Result<Pattern> {
    let picture = load(path, &Default::default())?.picture;
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    anyhow::ensure!(
        width * height <= MOST_UNITS,
        "{} has {width}x{height} pixels; a network has a unit for each and at most {MOST_UNITS}, so make it smaller",
        path.display()
    );
    let name = paths::file_name(path);
    Ok(Pattern::from_brightness(
        name,
        width,
        height,
        &picture.luma(),
    ))
}

impl Experiment for HopfieldArgs {
    const NAME: &'static str = "hopfield";

    type Settings = HopfieldConfig;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> HopfieldConfig {
        match is_quick {
            true => HopfieldConfig::quick(),
            false => HopfieldConfig::default(),
        }
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "rule", self.rule.clone());
        put(flags, "cue", self.cue.clone());
        put(flags, "noise", self.noise);
        put(flags, "units", whole(self.units));
        put(flags, "loads", list(&self.loads));
        put(flags, "seeds", whole(self.seeds));
    }

    fn settle(config: &mut HopfieldConfig) -> anyhow::Result<()> {
        Ok(config.check()?)
    }

    fn seed(config: &HopfieldConfig) -> u64 {
        config.seed
    }

    fn room(&self, config: &HopfieldConfig) -> Room {
        let units = config.units as f64;
        // Weights, and as many patterns as there are units at most.
        Room {
            bytes: (room::DOUBLE + room::SINGLE) * units * units,
            by: "--units",
        }
    }

    fn plan(&self, config: &HopfieldConfig) -> anyhow::Result<String> {
        if let Some(path) = &self.gif {
            check_animation(path, self.lab.run.force)?;
        }
        let patterns = self.patterns()?;
        // What cannot be stored is refused here; the weights cost little.
        let n_units = config.rule.weights(&patterns)?.n_units();
        Ok(format!(
            "{} pictures of {n_units} units by {}, recalled from {}; capacity of {} units at {} loads, {} seeds",
            patterns.len(),
            config.rule,
            config.cue,
            config.units,
            config.loads.len(),
            config.seeds
        ))
    }

    fn run(&self, config: &HopfieldConfig, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let patterns = self.patterns()?;
        let found = hopfield(config, &patterns, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        let film = film::film(&found, &patterns, self.gif.as_deref(), self.lab.run.force)?;
        if let Some(path) = &self.gif {
            bench.output().note(&format!("{} written", path.display()));
        }
        Ok(findings(&found, film))
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Hopfield, film: Vec<u8>) -> Findings {
    Findings {
        title: "Hopfield network".to_owned(),
        idea: "Symmetric weights give every state of the units an energy, and units that change one \
               at a time only ever lower it. Stored patterns lie at the bottom of its valleys, so a \
               damaged one rolls back to what it was, as long as not too many are stored."
            .to_owned(),
        rows: rows::rows(found),
        sections: page::sections(found, film),
        figures: json!(found),
    }
}
