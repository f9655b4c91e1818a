//! `reverie classify train`: a VGG learns to tell classes of pictures apart.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use reverie_model::data::pictures::{Parts, PictureSet};
use reverie_model::vision::classifier::{
    ClassesMeasured, ClassifierCard, ClassifierConfig, ClassifierTrainer, evaluate_classes,
    save_classifier,
};
use reverie_viz::picture::write_atomic;
use serde_json::{Value, json};

use super::{pictures, report};
use crate::backend::Opened;
use crate::cli::{ClassifyTrainArgs, TalkArgs};
use crate::command::shared::{self, Stop, Stopper};
use crate::command::study_dir;
use crate::exit::{self, UsageError};
use crate::memory;
use crate::output::Output;
use crate::settings::{CLASSIFY_PRESETS, put, resolve, to_toml};

/// Pictures that are measured side by side.
const MEASURED: usize = 64;
/// Time between two checkpoints.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(60);

/// Where everything goes.
struct Files {
    checkpoint: PathBuf,
    network: PathBuf,
    report: PathBuf,
    classes: PathBuf,
}

impl Files {
    fn of(root: &Path) -> Self {
        Self {
            checkpoint: root.join("checkpoint.safetensors"),
            network: root.join("network.safetensors"),
            report: root.join("report.json"),
            classes: root.join("classes.md"),
        }
    }
}

/// What is learnt from and measured on.
struct Sets {
    train: PictureSet,
    held_out: PictureSet,
    /// What people call the classes.
    titles: Vec<String>,
}

/// Trains.
///
/// # Errors
/// Wrong settings, pictures that are no good, a folder that is in use, a full disk.
pub fn run(args: &ClassifyTrainArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let mut config = config_of(args)?;
    if args.run.print_config {
        output.result(to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let out = args.out.as_deref();
    let out = out.ok_or_else(|| UsageError("say where the network goes: --out DIR".to_owned()))?;
    let files = Files::of(out);
    study_dir::check(out, files.checkpoint.exists(), args.resume, args.run.force)?;
    let opened = shared::open_device(&args.device, &output)?;
    let resumed = match args.resume {
        true => Some(ClassifierTrainer::resume(
            &files.checkpoint,
            &opened.device,
        )?),
        false => None,
    };
    if let Some(trainer) = &resumed {
        config = trainer.config().clone();
    }
    let found = pictures::find(&args.pictures, args.data_dir.as_deref())?;
    let parts = Parts::of(&found.listed)?;
    let titles: Vec<String> = parts
        .classes
        .iter()
        .map(|class| found.title(class))
        .collect();
    output.note(&format!(
        "{} classes, {} pictures to learn from, {} to measure on, {} of memory",
        titles.len(),
        parts.learnt.len(),
        parts.measured.len(),
        memory::readable(
            ((parts.learnt.len() + parts.measured.len()) * config.side * config.side * 3) as u64
        )
    ));
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let stopper = Stopper::start(&args.run);
    let decode =
        |part| pictures::decode(part, &parts.classes, config.side, &args.pictures, &output);
    let Some(train) = decode(&parts.learnt)? else {
        return Ok(exit::interrupted());
    };
    let Some(held_out) = decode(&parts.measured)? else {
        return Ok(exit::interrupted());
    };
    let sets = Sets {
        train,
        held_out,
        titles,
    };
    let mut trainer = match resumed {
        Some(trainer) => fitting(trainer, &sets, &files)?,
        None => {
            let (classes, pictures) = (sets.titles.clone(), sets.train.len());
            ClassifierTrainer::new(config, classes, pictures, args.run.seed(), &opened.device)?
        }
    };
    let _held = study_dir::hold(out, &[""])?;
    output.note(&format!(
        "plan: {} parameters, {} passes of {} updates",
        trainer.num_params(),
        trainer.config().epochs,
        trainer.batches()
    ));
    let started = Instant::now();
    let learnt = learn(&mut trainer, &sets, &files, &opened, &stopper, &output)?;
    finish(&trainer, &sets, &files, learnt, started, &opened, &output)
}

fn config_of(args: &ClassifyTrainArgs) -> anyhow::Result<ClassifierConfig> {
    let mut flags = shared::set_flags(&args.run)?;
    let epochs = args
        .epochs
        .map(|epochs| i64::try_from(epochs).unwrap_or(i64::MAX));
    put(&mut flags, "epochs", epochs);
    resolve(
        &CLASSIFY_PRESETS,
        args.preset.as_deref(),
        args.run.config.as_deref(),
        flags,
    )
}

/// A checkpoint is of certain pictures: with others the order would be another.
fn fitting(
    trainer: ClassifierTrainer,
    sets: &Sets,
    files: &Files,
) -> anyhow::Result<ClassifierTrainer> {
    let shown = files.checkpoint.display();
    anyhow::ensure!(
        trainer.classes() == sets.titles,
        "{shown} was begun with {} classes, {}; these are {}, {}; use the same pictures, or begin anew with --force",
        trainer.classes().len(),
        trainer.classes().join(", "),
        sets.titles.len(),
        sets.titles.join(", "),
    );
    anyhow::ensure!(
        trainer.pictures() == sets.train.len(),
        "{shown} was begun with {} pictures to learn from, and there are {} now; use the same pictures, or begin anew with --force",
        trainer.pictures(),
        sets.train.len()
    );
    Ok(trainer)
}

/// What came of it: the last measurement, or why it stopped early.
enum Learnt {
    All(ClassesMeasured),
    Stopped(Stop),
}

fn learn(
    trainer: &mut ClassifierTrainer,
    sets: &Sets,
    files: &Files,
    opened: &Opened,
    stopper: &Stopper,
    output: &Output,
) -> anyhow::Result<Learnt> {
    let batches = trainer.batches();
    let mut bar = output.bar(trainer.config().epochs * batches);
    let mut saved = Instant::now();
    let mut last = None;
    let mut remark = String::new();
    while !trainer.is_done() {
        if let Some(stop) = stopper.asks() {
            trainer.checkpoint().write(&files.checkpoint)?;
            return Ok(Learnt::Stopped(stop));
        }
        let step = trainer.step(&sets.train)?;
        if step.is_end_of_epoch() {
            let measured = measure(trainer, sets, opened);
            trainer.note(&measured);
            if let Some(look) = trainer.history().last() {
                remark = format!(
                    ", pass {}: training {:.3}, held out {:.3} nats, {:.1} % right",
                    look.epoch,
                    look.train_nats,
                    look.val_nats,
                    100.0 * look.val_top_1
                );
                bar.note(output, remark.trim_start_matches(", "));
                output.event(&json!({
                    "event": "pass", "epoch": look.epoch, "train_nats": look.train_nats,
                    "val_nats": look.val_nats, "val_top_1": look.val_top_1,
                    "val_top_5": look.val_top_5,
                }));
            }
            last = Some(measured);
        }
        bar.show(trainer.updates(), &format!("loss {:.3}{remark}", step.loss));
        if saved.elapsed() >= CHECKPOINT_EVERY || step.is_end_of_epoch() {
            trainer.checkpoint().write(&files.checkpoint)?;
            saved = Instant::now();
        }
    }
    bar.finish();
    Ok(Learnt::All(match last {
        Some(measured) => measured,
        None => measure(trainer, sets, opened),
    }))
}

fn measure(trainer: &ClassifierTrainer, sets: &Sets, opened: &Opened) -> ClassesMeasured {
    let network = trainer.network();
    let measured = evaluate_classes(&network, &sets.held_out, MEASURED, &opened.device, || true);
    measured.expect("nobody stops it")
}

fn finish(
    trainer: &ClassifierTrainer,
    sets: &Sets,
    files: &Files,
    learnt: Learnt,
    started: Instant,
    opened: &Opened,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    let mut event = shared::result_event(&files.network, started, opened);
    event.insert("epochs".to_owned(), json!(trainer.epoch()));
    event.insert("updates".to_owned(), json!(trainer.updates()));
    let measured = match learnt {
        Learnt::Stopped(stop) => {
            event.insert("interrupted".to_owned(), json!(true));
            event.insert(
                "output".to_owned(),
                json!(files.checkpoint.display().to_string()),
            );
            output.event(&Value::Object(event));
            return Ok(match stop {
                Stop::Interrupted => {
                    output.note("stopped; --resume goes on");
                    exit::interrupted()
                }
                Stop::OutOfTime => {
                    output.note("the time is up; --resume goes on");
                    ExitCode::SUCCESS
                }
            });
        }
        Learnt::All(measured) => measured,
    };
    let network = trainer.network();
    let card = ClassifierCard {
        config: trainer.config().clone(),
        stages: trainer.config().shape()?.stages,
        classes: sets.titles.clone(),
        preprocessing: *network.preprocessing(),
        seed: trainer.seed(),
        history: trainer.history().to_vec(),
    };
    save_classifier(&network, &card, false, &files.network)?;
    let table = report::to_markdown(&measured, &sets.titles);
    let told = report::to_json(&measured, &sets.titles);
    let text = serde_json::to_string_pretty(&told).context("writing the report")?;
    write_atomic(&files.report, text.as_bytes(), true)?;
    write_atomic(&files.classes, table.as_bytes(), true)?;
    for line in report::mistakes(&measured, &sets.titles) {
        output.note(&format!("  {line}"));
    }
    for key in ["top_1", "top_5", "nats"] {
        event.insert(key.to_owned(), told[key].clone());
    }
    output.event(&Value::Object(event));
    let more = format!("; {}", report::summary(&measured));
    shared::say_done(output, &files.network, started, &more);
    Ok(ExitCode::SUCCESS)
}
