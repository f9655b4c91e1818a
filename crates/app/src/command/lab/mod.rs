//! `reverie lab`: the lecture's small networks, each with figures beside what theory says.
//!
//! | file | what |
//! |---|---|
//! | here | [`Experiment`], and what is done before and after every one |
//! | `bench` | [`Bench`]: progress, Ctrl-C, events |
//! | `settings` | defaults, file and flags become the settings of an experiment |
//! | `room` | [`Room`]: the memory it takes |
//! | `findings` | [`Findings`]: what an experiment hands back |
//! | `page` | its page |
//! | `points`, `cells` | numbers as points of charts; what cells are called |
//! | `again` | the command that makes it again |
//! | the others | one experiment each |
//!
//! An experiment is a struct of flags (`cli/lab.rs`) that implements [`Experiment`]: `defaults`,
//! `flags` and `settle` make its settings, `plan` checks files and says in a sentence what will be
//! done, `run` measures and answers with [`Findings`]. Seed, settings file, page, table, JSON,
//! `--dry-run`, memory, Ctrl-C and exit codes are done here.

pub(super) mod adding;
mod again;
pub(super) mod architectures;
mod bench;
mod cells;
pub(super) mod elman;
pub(super) mod esn;
pub(super) mod findings;
pub(super) mod gradients;
pub(super) mod hopfield;
pub(super) mod layernorm;
pub(super) mod memory;
pub(super) mod ntm;
pub(super) mod ode;
pub(super) mod page;
mod points;
mod room;
mod settings;
pub(super) mod universal;
pub(super) mod variance;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::picture::{check_writable, write_atomic};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::json;
use toml::Table;

use self::bench::Bench;
use self::findings::Findings;
use self::room::Room;
use super::shared::{self, Stop};
use crate::cli::{LabAction, LabArgs, LabRunArgs};
use crate::exit::{self, UsageError};
use crate::interrupt;
use crate::output::Output;
use crate::settings::to_toml_open;

/// One experiment with its flags.
pub trait Experiment {
    /// The verb on the command line.
    const NAME: &'static str;
    /// The setting that is the seed.
    const SEED: &'static str = "seed";
    /// Settings that follow from others, so that they are not the user's.
    const DECIDED: &'static [&'static str] = &[];

    /// All that can be set.
    type Settings: Serialize + DeserializeOwned;

    /// The flags that all share.
    fn common(&self) -> &LabRunArgs;

    /// What is done unless somebody says otherwise; with `is_quick` the small version.
    fn defaults(is_quick: bool) -> Self::Settings;

    /// Adds the flags that were given, by the names of the settings.
    fn flags(&self, flags: &mut Table);

    /// Fills in what follows from other settings, and refuses what means nothing.
    ///
    /// # Errors
    /// Settings out of range.
    fn settle(settings: &mut Self::Settings) -> anyhow::Result<()>;

    /// The settings: defaults, file, flags.
    ///
    /// # Errors
    /// Settings that do not exist, have a value of the wrong kind, or are out of range.
    fn settings(&self) -> anyhow::Result<Self::Settings> {
        settings::resolve(self, &Self::defaults(self.common().quick))
    }

    /// The seed of all random numbers.
    fn seed(settings: &Self::Settings) -> u64;

    /// The memory that it takes, about.
    fn room(&self, settings: &Self::Settings) -> Room;

    /// Checks files; answers with what will be done, in one sentence.
    ///
    /// # Errors
    /// Input files that are missing or unfit, outputs that cannot be written.
    fn plan(&self, settings: &Self::Settings) -> anyhow::Result<String>;

    /// Measures. Where [`Bench::progress`] says stop, answers with what was measured up to then.
    ///
    /// # Errors
    /// As [`Self::plan`], and whatever else went wrong.
    fn run(&self, settings: &Self::Settings, bench: &mut Bench<'_>) -> anyhow::Result<Findings>;
}

/// Runs the experiment.
///
/// # Errors
/// Whatever it could not do.
pub fn run(args: &LabArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(&args.talk);
    match &args.action {
        LabAction::Hopfield(args) => conduct(args, &output),
        LabAction::Esn(args) => conduct(args, &output),
        LabAction::Ode(args) => conduct(args, &output),
        LabAction::Universal(args) => conduct(args, &output),
        LabAction::Elman(args) => conduct(args, &output),
        LabAction::Ntm(args) => conduct(args, &output),
        LabAction::Adding(args) => conduct(args, &output),
        LabAction::Layernorm(args) => conduct(args, &output),
        LabAction::Architectures(args) => conduct(args, &output),
        LabAction::Gradients(args) => conduct(args, &output),
        LabAction::Memory(args) => conduct(args, &output),
        LabAction::Variance(args) => conduct(args, &output),
    }
}

fn conduct<E: Experiment>(experiment: &E, output: &Output) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let common = experiment.common();
    let (out, force) = (common.out.as_deref(), common.run.force);
    let settings = experiment.settings()?;
    let printed = to_toml_open(&settings, E::DECIDED)?;
    if common.run.print_config {
        output.result(printed.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    if let Some(out) = out {
        check_page(out, force)?;
    }
    // What is asked from here on is heard at the first step.
    interrupt::listen();
    experiment.room(&settings).check()?;
    let seed = E::seed(&settings);
    let plan = experiment.plan(&settings)?;
    output.note(&format!("plan: {plan}"));
    output.event(&json!({
        "event": "plan", "experiment": E::NAME, "plan": plan, "seed": seed, "settings": settings,
    }));
    if common.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let mut bench = Bench::new(output, &common.run);
    let findings = experiment.run(&settings, &mut bench)?;
    let stop = bench.finish();
    match output.is_json() {
        true => findings
            .rows
            .iter()
            .for_each(|row| output.event(&row.event())),
        false => output.result(findings.table().trim_end())?,
    }
    if let Some(out) = out {
        let about = page::About {
            command: again::command(E::NAME, seed),
            settings: printed,
            seed,
            seconds: started.elapsed().as_secs_f64(),
            is_whole: stop.is_none(),
        };
        let html = page::html(&findings, &about)?;
        write_atomic(out, html.as_bytes(), force)?;
        shared::say_done(output, out, started, "");
    }
    output.event(&json!({
        "event": "result",
        "experiment": E::NAME,
        "output": out.map(|out| out.display().to_string()),
        "seed": seed,
        "seconds": (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        "rows": findings.rows.iter().map(findings::Row::event).collect::<Vec<_>>(),
        "figures": findings.figures,
        "interrupted": stop.is_some(),
        "peak_memory_bytes": crate::memory::peak(),
    }));
    if stop.is_some() {
        output.note("stopped early; what was measured up to then is above");
    }
    Ok(match stop {
        Some(Stop::Interrupted) => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

/// Whether the page can be written.
fn check_page(out: &Path, force: bool) -> anyhow::Result<()> {
    let extension = out.extension().and_then(|ending| ending.to_str());
    let is_page = extension
        .is_some_and(|ending| ["html", "htm"].contains(&ending.to_ascii_lowercase().as_str()));
    if !is_page {
        let sentence = format!(
            "{} is no name of a page; it must end in .html",
            out.display()
        );
        return Err(UsageError(sentence).into());
    }
    check_writable(out, force)?;
    Ok(())
}
