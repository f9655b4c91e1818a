//! `reverie style` and `reverie texture`: pictures in the manner of others.

mod again;
mod film;
mod inputs;
mod measure;
mod plan;
mod resume;
mod saver;
mod work;

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::picture::check_output;
use reverie_viz::style::{Outcome, StyleConfig, Transfer, drop_unusable_layers};
use serde_json::{Value, json};

use self::inputs::Inputs;
use self::measure::Distances;
use self::plan::Plan;
use self::saver::Saver;
use self::work::{Done, Work};
use super::shared::{self, Stop, Stopper};
use crate::backend::Opened;
use crate::cli::{MakingArgs, StyleArgs, TextureArgs};
use crate::exit::{self, UsageError};
use crate::network::{self, Loaded, Options};
use crate::output::Output;
use crate::{paths, settings};

/// Makes one picture in the manner of others, or a film of them.
///
/// # Errors
/// Wrong settings, unusable files, a diverged optimisation, a full disk.
pub fn run(args: &StyleArgs) -> anyhow::Result<ExitCode> {
    // The parser asks for no flag beside one that rules it out, as --content does --frames.
    if args.flow.is_some() && args.frames.is_none() {
        return Err(UsageError(
            "--flow says how the frames of a film move, and there are none: add --frames DIR, or leave it out"
                .into(),
        )
        .into());
    }
    let inputs = Inputs::of_style(args)?;
    match &args.frames {
        Some(frames) => film::run(args, frames, &inputs),
        None => make(&args.making, &inputs),
    }
}

/// Makes a texture.
///
/// # Errors
/// As for [`run`].
pub fn texture(args: &TextureArgs) -> anyhow::Result<ExitCode> {
    make(&args.making, &Inputs::of_texture(args)?)
}

/// Makes one picture.
fn make(args: &MakingArgs, inputs: &Inputs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let mut config = inputs.config.clone();
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let out = inputs.out()?;
    let may_replace = args.run.force || args.resume;
    check_output(out, may_replace)?;
    if args.sheet {
        check_output(&paths::beside(out, "-sheet"), may_replace)?;
    }
    let checkpoint = resume::checkpoint_path(out);
    if args.resume {
        resume::require(&checkpoint)?;
    }
    let (pictures, alpha) = inputs.load(&output)?;
    let (opened, loaded) = open(args, &mut config, inputs, &output)?;
    let mut job = Transfer {
        seed: inputs.seed,
        report_every: shared::report_every(&opened),
        ..Transfer::new(loaded.network.as_ref(), &config, &pictures)
    };
    let plan = Plan::new(&job, &loaded, &opened, args.memory.memory)?;
    job.tile = plan.tile;
    plan.announce(&loaded, &opened, &output);
    let recipe = inputs.recipe(&config, &loaded, &opened)?;
    let saved = args
        .resume
        .then(|| {
            let optimizer_at = |index| {
                let scale = plan.scales.get(index)?;
                Some(config.optimizer_config(job.size_at(scale)))
            };
            resume::load(&checkpoint, &recipe, optimizer_at, &opened.device)
        })
        .transpose()?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }

    let stopper = Stopper::start(&args.run);
    // A run that goes on keeps to the steps it began with.
    job.budget = args.run.time_budget.filter(|_| !args.resume);
    let saver = Saver {
        args,
        out,
        recipe: &recipe,
        alpha: alpha.as_ref(),
    };
    let total = plan.steps();
    let mut bar = output.bar(total as u64);
    let work = Work {
        job: &job,
        saver: &saver,
        checkpoint: Some(&checkpoint),
        stopper: &stopper,
        before: 0,
        total,
    };
    let done = work.run(saved, &mut bar, &output);
    bar.finish();
    let Done {
        outcome,
        stop,
        failed,
    } = done?;
    // Whatever else went wrong, the picture so far is worth keeping.
    saver.save(&outcome.picture, out, may_replace)?;
    if args.sheet {
        saver.save_sheet(&pictures, &outcome.picture)?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    let distances = args
        .measure
        .then(|| Distances::of(&job, &outcome.picture))
        .transpose()?;
    if outcome.is_interrupted {
        output.note(&format!(
            "stopped after {} of {total} steps; {} is the picture so far, and --resume with the same flags goes on",
            outcome.steps,
            out.display()
        ));
    } else {
        // A finished run has nothing to go on with; a file that is not there is as good as removed.
        let _ = std::fs::remove_file(&checkpoint);
        if outcome.steps < total {
            output.note(&format!(
                "the time allowed {} of {total} steps, shared among all sizes",
                outcome.steps
            ));
        }
        shared::say_done(&output, out, started, &summary(&job, &outcome));
    }
    if let Some(distances) = &distances {
        output.note(&distances.to_string());
    }
    let mut event = result(&outcome, out, started, &opened);
    if let Some(distances) = distances {
        distances.tell(&mut event);
    }
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) if outcome.is_interrupted => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

/// Opens the device and the network, and settles the layers.
fn open(
    args: &MakingArgs,
    config: &mut StyleConfig,
    inputs: &Inputs,
    output: &Output,
) -> anyhow::Result<(Opened, Loaded)> {
    let opened = shared::open_device(&args.device, output)?;
    let options = Options {
        pooling: config.pooling,
        edges: config.edges,
    };
    let loaded = network::load(&inputs.net, options, &opened.device)?;
    fit_layers(config, &loaded, inputs, output)?;
    Ok((opened, loaded))
}

/// Takes out layers that this network cannot use, unless the user named them.
fn fit_layers(
    config: &mut StyleConfig,
    loaded: &Loaded,
    inputs: &Inputs,
    output: &Output,
) -> anyhow::Result<()> {
    if inputs.names_layers {
        return Ok(());
    }
    let deepest = loaded.deepest_useful.as_deref();
    let dropped = drop_unusable_layers(config, loaded.network.as_ref(), deepest);
    if config.style_layers.is_empty() {
        let dropped = dropped.join(" ");
        return Err(UsageError(format!(
            "{} has none of the style layers {dropped}",
            loaded.name
        ))
        .into());
    }
    if !dropped.is_empty() {
        output.note(&format!(
            "{} has no usable {}: the other style layers do its work",
            loaded.name,
            dropped.join(", ")
        ));
    }
    Ok(())
}

fn summary(job: &Transfer<'_>, outcome: &Outcome) -> String {
    let losses = outcome.losses.clone().unwrap_or_default();
    let (steps, total) = (outcome.steps, losses.total);
    match job.pictures.content {
        Some(_) => format!(
            ", {steps} steps, loss {total:.5} (content {:.5}, style {:.5})",
            losses.part("content"),
            losses.part("style")
        ),
        None => format!(", {steps} steps, loss {total:.6}"),
    }
}

fn result(
    outcome: &Outcome,
    out: &Path,
    started: Instant,
    opened: &Opened,
) -> serde_json::Map<String, Value> {
    let losses = outcome.losses.clone().unwrap_or_default();
    let mut event = shared::result_event(out, started, opened);
    event.insert("steps".into(), json!(outcome.steps));
    event.insert("evaluations".into(), json!(outcome.evaluations));
    event.insert("loss".into(), json!(losses.total));
    event.insert("content_loss".into(), json!(losses.part("content")));
    event.insert("style_loss".into(), json!(losses.part("style")));
    event.insert("interrupted".into(), json!(outcome.is_interrupted));
    event
}
