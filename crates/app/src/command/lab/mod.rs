//! `reverie lab`: the lecture's small networks, each with figures beside what theory says.
//!
//! | file | what |
//! |---|---|
//! | here | [`Experiment`], and what is done before and after every one |
//! | `bench` | [`Bench`]: progress, Ctrl-C, events |
//! | `findings` | [`Findings`]: what an experiment hands back |
//! | `page` | its page |
//! | `again` | the command that makes it again |
//! | the others | one experiment each |
//!
//! An experiment is a struct of flags (`cli/lab.rs`) that implements [`Experiment`]: `plan` checks
//! settings and files and says in a sentence what will be done, `run` measures and answers with
//! [`Findings`]. Seed, page, table, JSON, `--dry-run`, Ctrl-C and exit codes are done here.

pub(super) mod adding;
mod again;
pub(super) mod architectures;
mod bench;
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
pub(super) mod universal;
pub(super) mod variance;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::picture::{check_writable, write_atomic};
use serde_json::json;

use self::bench::Bench;
use self::findings::Findings;
use super::shared::{self, Stop};
use crate::cli::{LabAction, LabArgs, LabRunArgs};
use crate::exit::{self, UsageError};
use crate::output::Output;

/// One experiment with its flags.
pub trait Experiment {
    /// The verb on the command line.
    const NAME: &'static str;

    /// The flags that all share.
    fn common(&self) -> &LabRunArgs;

    /// Checks settings and files; answers with what will be done, in one sentence.
    ///
    /// # Errors
    /// Settings out of range, input files that are missing or unfit, outputs that cannot be written.
    fn plan(&self) -> anyhow::Result<String>;

    /// Measures. Where [`Bench::progress`] says stop, answers with what was measured up to then.
    ///
    /// # Errors
    /// As [`Self::plan`], and whatever else went wrong.
    fn run(&self, bench: &mut Bench<'_>) -> anyhow::Result<Findings>;
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
    if let Some(out) = &common.out {
        check_page(out, common.force)?;
    }
    output.note(&format!("plan: {}", experiment.plan()?));
    if common.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let mut bench = Bench::new(output, common);
    let findings = experiment.run(&mut bench)?;
    let stop = bench.finish();
    match output.is_json() {
        true => findings
            .rows
            .iter()
            .for_each(|row| output.event(&row.event())),
        false => output.result(findings.table().trim_end())?,
    }
    if let Some(out) = &common.out {
        let about = page::About {
            command: again::command(E::NAME, common.seed()),
            seed: common.seed(),
            seconds: started.elapsed().as_secs_f64(),
            is_whole: stop.is_none(),
        };
        let html = page::html(&findings, &about)?;
        write_atomic(out, html.as_bytes(), common.force)?;
        shared::say_done(output, out, started, "");
    }
    output.event(&json!({
        "event": "result",
        "experiment": E::NAME,
        "output": common.out.as_deref().map(|out| out.display().to_string()),
        "seed": common.seed(),
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

impl LabRunArgs {
    /// The seed, 0 unless said otherwise.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }
}
