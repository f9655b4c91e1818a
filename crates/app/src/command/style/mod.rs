//! `reverie style`: one picture's content in other pictures' manner.

mod inputs;
mod resume;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::picture::{
    Filter, Picture, SheetOptions, before_after, check_output, resize_plane, save,
};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};
use reverie_viz::style::{
    Event, OptimizerKind, Outcome, Scale, Snapshot, StyleConfig, Transfer, brought_to,
    drop_unusable_layers, transfer,
};
use serde_json::{Value, json};

use self::inputs::Inputs;
use super::shared::{self, Stop, Stopper};
use crate::backend::Opened;
use crate::cli::StyleArgs;
use crate::exit::{self, UsageError};
use crate::network::{self, Loaded, Options};
use crate::output::Output;
use crate::recipe::Recipe;
use crate::{memory, paths, settings};

/// Makes the picture.
///
/// # Errors
/// Wrong settings, unusable files, a diverged optimisation, a full disk.
pub fn run(args: &StyleArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let inputs = Inputs::gather(args)?;
    let mut config = inputs.config.clone();
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let out = inputs.out()?;
    check_output(out, args.run.force || args.resume)?;
    if args.sheet {
        check_output(&paths::beside(out, "-sheet"), args.run.force || args.resume)?;
    }
    let checkpoint = resume::checkpoint_path(out);
    if args.resume {
        resume::require(&checkpoint)?;
    }
    let (pictures, alpha) = inputs.load(&output)?;
    let opened = shared::open_device(&args.device, &output)?;
    let options = Options {
        pooling: config.pooling,
        edges: config.edges,
    };
    let loaded = network::load(&inputs.net, options, &opened.device)?;
    fit_layers(&mut config, &loaded, &inputs, &output)?;
    let job = Transfer {
        network: loaded.network.as_ref(),
        config: &config,
        pictures: &pictures,
        seed: inputs.seed,
        report_every: shared::report_every(&opened),
    };
    let plan = job.plan()?;
    announce(&job, &plan, &loaded, &opened, &output)?;
    let recipe = inputs.recipe(&config, &loaded, &opened)?;
    let saved = args
        .resume
        .then(|| resume::load(&checkpoint, &recipe, &config, &opened.device))
        .transpose()?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }

    let stopper = Stopper::start(&args.run);
    let saver = Saver {
        args,
        out,
        recipe: &recipe,
        alpha: alpha.as_ref(),
    };
    let total: usize = plan.iter().map(|scale| scale.steps).sum();
    let mut bar = output.bar(total as u64);
    let mut stop = None;
    let mut failed: Option<anyhow::Error> = None;
    let outcome = transfer(&job, saved, |event, snapshot| {
        let Some(snapshot) = snapshot else {
            tell_start(&output, event);
            return ControlFlow::Continue(());
        };
        tell_step(&output, &mut bar, event, snapshot);
        if let Err(error) = saver.save_now_and_then(snapshot) {
            failed = Some(error);
            return ControlFlow::Break(());
        }
        stop = stopper.asks();
        if args
            .stop_after
            .is_some_and(|limit| snapshot.steps() >= limit)
        {
            stop = Some(Stop::Interrupted);
        }
        if stop.is_none() || snapshot.steps() == total {
            stop = None;
            return ControlFlow::Continue(());
        }
        if let Err(error) = resume::save(&checkpoint, &recipe, snapshot) {
            failed = Some(error);
        }
        ControlFlow::Break(())
    });
    bar.finish();
    let outcome = outcome?;
    // Whatever else went wrong, the picture so far is worth keeping.
    saver.save(&outcome.picture, out, args.run.force || args.resume)?;
    if args.sheet {
        saver.save_sheet(&pictures.content, &pictures.styles, &outcome.picture)?;
    }
    if let Some(error) = failed {
        return Err(error);
    }
    if outcome.is_interrupted {
        output.note(&format!(
            "stopped after {} of {total} steps; {} is the picture so far, and --resume with the same flags goes on",
            outcome.steps,
            out.display()
        ));
    } else {
        // A finished run has nothing to go on with; a file that is not there is as good as removed.
        let _ = std::fs::remove_file(&checkpoint);
        shared::say_done(&output, out, started, &summary(&outcome));
    }
    output.event(&Value::Object(result(&outcome, out, started, &opened)));
    Ok(match stop {
        Some(Stop::Interrupted) if outcome.is_interrupted => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
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

/// Prints the plan and refuses one that does not fit.
fn announce(
    job: &Transfer<'_>,
    plan: &[Scale],
    loaded: &Loaded,
    opened: &Opened,
    output: &Output,
) -> anyhow::Result<()> {
    let (config, content) = (job.config, &job.pictures.content);
    let (width, height) = brought_to(content.width(), content.height(), config.size);
    let bytes = memory_plan(config, loaded, width, height)?;
    let sizes: Vec<String> = plan
        .iter()
        .map(|scale| format!("{} px x {}", scale.size, scale.steps))
        .collect();
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    output.note(&format!(
        "plan: {} steps ({}), {width}x{height} pixels at the end, about {} of memory",
        plan.iter().map(|scale| scale.steps).sum::<usize>(),
        sizes.join(", "),
        memory::readable(bytes)
    ));
    let scales: Vec<Value> = plan
        .iter()
        .map(|scale| json!({"size": scale.size, "steps": scale.steps}))
        .collect();
    output.event(&json!({
        "event": "plan",
        "net": loaded.name,
        "backend": opened.backend,
        "width": width,
        "height": height,
        "scales": scales,
        "memory_bytes": bytes,
    }));
    shared::check_memory(bytes, config.size)
}

/// Bytes at the last and largest size.
fn memory_plan(
    config: &StyleConfig,
    loaded: &Loaded,
    width: u32,
    height: u32,
) -> anyhow::Result<u64> {
    let names = config.style_layers.iter().chain(&config.content_layers);
    let layers = names
        .map(|name| loaded.network.layer(name))
        .collect::<Result<Vec<_>, _>>()?;
    let copies = match config.optimizer {
        // Image, gradient, direction, two copies in flight; a step and a change for each remembered.
        OptimizerKind::Lbfgs => 5 + 2 * config.history.min(config.first_steps.max(config.steps)),
        OptimizerKind::Adam => 8,
    };
    let look = look_bytes(loaded.network.as_ref(), &layers, width, height)?;
    let network = network_bytes(loaded.network.as_ref());
    Ok(memory::BASE + network + look + image_bytes(width, height, copies as u64))
}

/// A new size begins.
fn tell_start(output: &Output, event: &Event) {
    if let Event::Started {
        index,
        of,
        steps,
        width,
        height,
    } = event
    {
        output.detail(&format!(
            "size {} of {of}: {width}x{height}, {steps} steps",
            index + 1
        ));
        output.event(&json!({
            "event": "size", "index": index, "of": of, "steps": steps,
            "width": width, "height": height,
        }));
    }
}

/// A step was done.
fn tell_step(
    output: &Output,
    bar: &mut crate::output::Bar,
    event: &Event,
    snapshot: &Snapshot<'_>,
) {
    let Event::Step(progress) = event else {
        return;
    };
    let Some(losses) = &progress.losses else {
        return;
    };
    let (content, style) = (losses.part("content"), losses.part("style"));
    let remark = format!("content {content:.4} style {style:.4}");
    bar.show(snapshot.steps() as u64, &remark);
    output.event(&json!({
        "event": "step", "step": snapshot.steps(), "size_index": snapshot.scale,
        "evaluations": progress.evaluations,
        "loss": losses.total, "content_loss": content, "style_loss": style,
    }));
}

fn summary(outcome: &Outcome) -> String {
    let losses = outcome.losses.clone().unwrap_or_default();
    format!(
        ", {} steps, loss {:.5} (content {:.5}, style {:.5})",
        outcome.steps,
        losses.total,
        losses.part("content"),
        losses.part("style")
    )
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

/// Writes pictures with the recipe and the content's transparency.
struct Saver<'a> {
    args: &'a StyleArgs,
    out: &'a Path,
    recipe: &'a Recipe<StyleConfig>,
    alpha: Option<&'a (Vec<f32>, u32, u32)>,
}

impl Saver<'_> {
    fn save(&self, picture: &Picture, path: &Path, overwrite: bool) -> anyhow::Result<()> {
        let alpha = self.alpha.map(|(alpha, width, height)| {
            let (w, h) = (picture.width(), picture.height());
            let mut alpha = resize_plane(alpha, *width, *height, w, h, Filter::Bilinear);
            alpha
                .iter_mut()
                .for_each(|value| *value = value.clamp(0.0, 1.0));
            alpha
        });
        let recipe = (self.recipe.to_json()?, self.recipe.summary());
        let mut options = shared::save_options(&self.args.run, &self.args.picture, Some(recipe));
        options.overwrite = overwrite;
        Ok(save(picture, alpha.as_deref(), path, &options)?)
    }

    fn save_now_and_then(&self, snapshot: &Snapshot<'_>) -> anyhow::Result<()> {
        let Some(every) = self.args.save_every else {
            return Ok(());
        };
        let steps = snapshot.steps();
        if !steps.is_multiple_of(every as usize) {
            return Ok(());
        }
        let path = paths::beside(self.out, &format!("-{steps:06}"));
        self.save(&snapshot.picture(), &path, true)
    }

    fn save_sheet(
        &self,
        content: &Picture,
        styles: &[(Picture, f64)],
        result: &Picture,
    ) -> anyhow::Result<()> {
        let mut row = vec![(content, "content")];
        row.extend(styles.iter().map(|(style, _)| (style, "style")));
        row.push((result, "result"));
        let sheet = before_after(&row, &SheetOptions::default());
        let path = paths::beside(self.out, "-sheet");
        let mut options = shared::save_options(&self.args.run, &self.args.picture, None);
        options.overwrite = true;
        Ok(save(&sheet, None, &path, &options)?)
    }
}
