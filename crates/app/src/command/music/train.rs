//! `reverie music train`: one network learns one set.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::Context;
use burn::module::Module;
use reverie_model::data::music::MusicSet;
use reverie_model::sequence::music::{
    MusicCell, MusicConfig, MusicMeasured, MusicRun, MusicTrainer, Pass, evaluate,
};
use serde_json::{Value, json};

use super::sets;
use crate::backend::Opened;
use crate::cli::{MusicTrainArgs, TalkArgs};
use crate::command::shared::{self, Stop, Stopper};
use crate::exit::{self, UsageError};
use crate::lock::Lock;
use crate::output::Output;
use crate::settings::{MUSIC_PRESETS, put, resolve, to_toml};

/// Time between two checkpoints.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(20);

/// Trains.
///
/// # Errors
/// Wrong settings, an unfit set, a file that is in use, a full disk.
pub fn run(args: &MusicTrainArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "rate", args.rate);
    let epochs = args
        .epochs
        .map(|epochs| i64::try_from(epochs).unwrap_or(i64::MAX));
    put(&mut flags, "epochs", epochs);
    let (preset, file) = (args.preset.as_deref(), args.run.config.as_deref());
    let mut config: MusicConfig = resolve(&MUSIC_PRESETS, preset, file, flags)?;
    // One network: nothing is chosen between.
    (config.rates, config.seeds) = (1, 1);
    if args.run.print_config {
        output.result(to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let cell: MusicCell = args
        .cell
        .parse()
        .map_err(|words| UsageError(format!("--cell: {words}")))?;
    let out = args.out.as_deref();
    let out = out.ok_or_else(|| UsageError("say where the network goes: --out FILE".to_owned()))?;
    check_out(out, args)?;
    let set = sets::load_one(
        &args.data,
        args.data_dir.as_deref(),
        args.clip_notes,
        &output,
    )?;
    let opened = shared::open_device(&args.device, &output)?;
    let mut trainer = match args.resume {
        false => {
            let rate = config.rate;
            let seed = args.run.seed();
            let run = MusicRun {
                config,
                cell,
                rate,
                seed,
            };
            MusicTrainer::new(run, &set.name, &opened.device)?
        }
        true => resumed(out, args, &set, &opened)?,
    };
    say_plan(&trainer, &set, &output);
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let _held = hold(out)?;
    let started = Instant::now();
    let stop = train(&mut trainer, &set, out, &Stopper::start(&args.run), &output)?;
    finish(&trainer, &set, out, stop, started, &opened, &output)
}

fn check_out(out: &Path, args: &MusicTrainArgs) -> anyhow::Result<()> {
    let shown = out.display();
    anyhow::ensure!(!out.is_dir(), "{shown} is a folder; --out names a file");
    if args.resume {
        anyhow::ensure!(
            out.exists(),
            "there is nothing to resume: {shown} does not exist"
        );
        return Ok(());
    }
    anyhow::ensure!(
        args.run.force || !out.exists(),
        "{shown} exists already; --resume goes on with it, --force begins anew"
    );
    Ok(())
}

fn hold(out: &Path) -> anyhow::Result<Lock> {
    let lock = out.with_extension("lock");
    let held = Lock::acquire(lock.clone());
    let held = held.map_err(|error| {
        anyhow::anyhow!(
            "{} cannot be made: {error}; choose another --out",
            lock.display()
        )
    })?;
    held.with_context(|| format!("{} is being trained already", out.display()))
}

fn resumed(
    out: &Path,
    args: &MusicTrainArgs,
    set: &MusicSet,
    opened: &Opened,
) -> anyhow::Result<MusicTrainer> {
    let mut trainer = MusicTrainer::resume(out, &opened.device)?;
    anyhow::ensure!(
        trainer.set() == set.name,
        "{} was begun with the set {}; use that, or begin anew with --force",
        out.display(),
        trainer.set()
    );
    if let Some(epochs) = args.epochs {
        trainer.set_epochs(epochs);
    }
    Ok(trainer)
}

fn say_plan(trainer: &MusicTrainer, set: &MusicSet, output: &Output) {
    let run = trainer.run();
    let steps = |rolls: &[Vec<_>]| rolls.iter().map(Vec::len).sum::<usize>();
    output.note(&format!(
        "plan: {} of {} x {}, {} parameters, rate {}; {} pieces of {}, {} steps, at most {} passes",
        run.cell.title(),
        run.config.layers,
        run.config.hidden(run.cell),
        trainer.best_model().num_params(),
        run.rate,
        set.train.len(),
        set.title,
        steps(&set.train),
        run.config.epochs,
    ));
}

fn train(
    trainer: &mut MusicTrainer,
    set: &MusicSet,
    out: &Path,
    stopper: &Stopper,
    output: &Output,
) -> anyhow::Result<Option<Stop>> {
    let mut bar = output.bar(trainer.run().config.epochs);
    let mut saved = Instant::now();
    while !trainer.is_done() {
        let pass = trainer.pass(&set.train, &set.valid, || stopper.asks().is_none());
        let Some(pass) = pass else {
            trainer.checkpoint().write(out)?;
            return Ok(stopper.asks());
        };
        bar.show(pass.epoch, &remark(&pass));
        output.event(&json!({
            "event": "pass", "epoch": pass.epoch, "updates": pass.updates,
            "train_nll": pass.train_nll, "valid_nll": pass.valid_nll,
        }));
        if saved.elapsed() >= CHECKPOINT_EVERY {
            trainer.checkpoint().write(out)?;
            saved = Instant::now();
        }
    }
    bar.finish();
    trainer.checkpoint().write(out)?;
    Ok(None)
}

fn remark(pass: &Pass) -> String {
    format!(
        "training {:.3}, validation {:.3} nats per step",
        pass.train_nll, pass.valid_nll
    )
}

fn finish(
    trainer: &MusicTrainer,
    set: &MusicSet,
    out: &Path,
    stop: Option<Stop>,
    started: Instant,
    opened: &Opened,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        !trainer.has_diverged() || trainer.best().best.is_some(),
        "the loss is no number after {} updates; a rate below {} may help",
        trainer.updates(),
        trainer.run().rate
    );
    let mut event = shared::result_event(out, started, opened);
    let mut more = String::new();
    if stop.is_none() {
        let model = trainer.best_model();
        let measured = evaluate(&model, &set.test, &opened.device, || true);
        if let Some(MusicMeasured { nll, accuracy, .. }) = measured {
            more = format!("; test {nll:.3} nats per step, frame accuracy {accuracy:.3}");
            event.insert("test_nll".to_owned(), json!(nll));
            event.insert("frame_accuracy".to_owned(), json!(accuracy));
        }
    }
    event.insert("epochs".to_owned(), json!(trainer.history().len()));
    event.insert("updates".to_owned(), json!(trainer.updates()));
    event.insert("valid_nll".to_owned(), json!(trainer.best().best));
    output.event(&Value::Object(event));
    shared::say_done(output, out, started, &more);
    Ok(match stop {
        Some(Stop::Interrupted) => {
            output.note("stopped; --resume goes on");
            exit::interrupted()
        }
        Some(Stop::OutOfTime) => {
            output.note("the time is up; --resume goes on");
            ExitCode::SUCCESS
        }
        None => ExitCode::SUCCESS,
    })
}
