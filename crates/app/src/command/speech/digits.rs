//! `reverie speech digits`: a network learns which digit was spoken.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use burn::module::Module;
use reverie_model::data::speech::{LogMel, LogMelConfig};
use reverie_model::sequence::speech::{
    DigitSet, DigitsConfig, DigitsNotes, DigitsTrainer, Recogniser, evaluate_digits,
};
use reverie_model::train::Confusion;
use serde_json::{Value, json};

use super::recordings;
use crate::backend::Opened;
use crate::cli::{SpeechDigitsArgs, TalkArgs};
use crate::command::shared::{self, Stop, Stopper};
use crate::exit::{self, UsageError};
use crate::output::Output;
use crate::settings::{SPEECH_PRESETS, put, resolve, to_toml, whole};

/// Recordings that are measured side by side.
const MEASURED: usize = 64;
/// Mistakes that are told.
const TOLD: usize = 5;

/// Trains.
///
/// # Errors
/// Wrong settings, recordings that are no good, a file that is there already, a full disk.
pub fn run(args: &SpeechDigitsArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let config = config_of(args)?;
    if args.run.print_config {
        output.result(to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let out = args.out.as_deref();
    let out = out.ok_or_else(|| UsageError("say where the network goes: --out FILE".to_owned()))?;
    anyhow::ensure!(
        !out.is_dir(),
        "{} is a folder; --out names a file",
        out.display()
    );
    anyhow::ensure!(
        args.run.force || !out.exists(),
        "{} exists already; choose another name, or replace it with --force",
        out.display()
    );
    let heard = recordings::load(&args.recordings, config.validation_share, &output)?;
    let log_mel = LogMel::new(&LogMelConfig::default())?;
    let split = &heard.split;
    let (sets, scale) = recordings::parts(&heard.recordings, split, &log_mel)?;
    let [train, validation, test] = sets;
    let opened = shared::open_device(&args.device, &output)?;
    let mut trainer = DigitsTrainer::new(config, log_mel.bands(), args.run.seed(), &opened.device)?;
    output.note(&format!(
        "plan: {} x {} units, {} parameters, {}; {} recordings to learn from, {} to choose by, {} for the test, {} passes",
        trainer.config().layers,
        trainer.config().hidden,
        trainer.model().num_params(),
        direction(trainer.config()),
        train.len(),
        validation.len(),
        test.len(),
        trainer.config().epochs,
    ));
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let started = Instant::now();
    let stopper = Stopper::start(&args.run);
    let stop = learn(
        &mut trainer,
        &train,
        &validation,
        &opened,
        &stopper,
        &output,
    )?;
    let model = trainer.best();
    let measured = evaluate_digits(&model, &test, MEASURED, &opened.device, || true);
    let notes = DigitsNotes {
        config: trainer.config().clone(),
        log_mel: LogMelConfig::default(),
        scale,
        seed: args.run.seed(),
        validation_indices: split.validation_indices.clone(),
        history: trainer.history().to_vec(),
    };
    Recogniser::new(model, notes, &opened.device)?.save(out)?;
    if let Some(measured) = &measured {
        tell(&measured.confusion, &output);
    }
    finish(
        &trainer,
        out,
        measured.map(|found| found.confusion),
        stop,
        started,
        &opened,
        &output,
    )
}

fn config_of(args: &SpeechDigitsArgs) -> anyhow::Result<DigitsConfig> {
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "cell", args.cell.clone());
    put(
        &mut flags,
        "bidirectional",
        args.unidirectional.then_some(false),
    );
    put(&mut flags, "hidden", whole(args.hidden));
    put(&mut flags, "layers", whole(args.layers));
    let epochs = args
        .epochs
        .map(|epochs| i64::try_from(epochs).unwrap_or(i64::MAX));
    put(&mut flags, "epochs", epochs);
    resolve(
        &SPEECH_PRESETS,
        args.preset.as_deref(),
        args.run.config.as_deref(),
        flags,
    )
}

fn direction(config: &DigitsConfig) -> &'static str {
    match config.bidirectional {
        true => "both directions",
        false => "forwards only",
    }
}

fn learn(
    trainer: &mut DigitsTrainer,
    train: &DigitSet,
    validation: &DigitSet,
    opened: &Opened,
    stopper: &Stopper,
    output: &Output,
) -> anyhow::Result<Option<Stop>> {
    let mut bar = output.bar(trainer.config().epochs);
    while !trainer.is_done() {
        if let Some(stop) = stopper.asks() {
            return Ok(Some(stop));
        }
        let step = trainer.step(train)?;
        if !step.is_end_of_epoch() {
            continue;
        }
        let model = trainer.model();
        let go_on = || stopper.asks().is_none();
        let Some(measured) = evaluate_digits(&model, validation, MEASURED, &opened.device, go_on)
        else {
            return Ok(stopper.asks());
        };
        trainer.note(&measured);
        if let Some(look) = trainer.history().last() {
            let accuracy = 100.0 * look.val_accuracy;
            let remark = format!(
                "training {:.3} nats, validation {accuracy:.1} %",
                look.train_nats
            );
            bar.show(look.epoch, &remark);
            output.event(&json!({
                "event": "pass", "epoch": look.epoch, "train_nats": look.train_nats,
                "val_nats": look.val_nats, "val_accuracy": look.val_accuracy,
            }));
        }
    }
    bar.finish();
    Ok(None)
}

/// What was taken for what.
fn tell(confusion: &Confusion, output: &Output) {
    for (said, understood, count) in confusion.mistakes().into_iter().take(TOLD) {
        let times = if count == 1 {
            "once".to_owned()
        } else {
            format!("{count} times")
        };
        output.note(&format!("  {said} was taken for {understood} {times}"));
    }
}

fn finish(
    trainer: &DigitsTrainer,
    out: &Path,
    confusion: Option<Confusion>,
    stop: Option<Stop>,
    started: Instant,
    opened: &Opened,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    let mut event = shared::result_event(out, started, opened);
    event.insert("epochs".to_owned(), json!(trainer.history().len()));
    event.insert(
        "bidirectional".to_owned(),
        json!(trainer.config().bidirectional),
    );
    let mut more = String::new();
    if let Some(confusion) = confusion {
        more = format!(
            "; {:.2} % of {} test recordings are understood",
            100.0 * confusion.accuracy(),
            confusion.total()
        );
        event.insert("test_accuracy".to_owned(), json!(confusion.accuracy()));
        event.insert("confusion".to_owned(), json!(confusion.counts));
    }
    output.event(&Value::Object(event));
    shared::say_done(output, out, started, &more);
    Ok(match stop {
        Some(Stop::Interrupted) => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}
