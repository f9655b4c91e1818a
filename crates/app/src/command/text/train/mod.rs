//! `reverie text train`: truncated back-propagation through a text, written down as it goes.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | what is done before the first update |
//! | `settings` | preset or the run that goes on, file, flags |
//! | `memory` | whether it fits |
//! | `work` | updates, looks, samples, checkpoints, report |
//! | `sampling` | what the model writes meanwhile |
//! | `facts` | what the report says about how it was made |

mod facts;
mod memory;
mod sampling;
mod settings;
mod work;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use burn::module::Module;
use reverie_model::data::text::TrainBatches;
use reverie_model::sequence::{TextNotes, TextTrainer};
use reverie_viz::picture::write_atomic;

pub use self::memory::check_memory;
pub use self::sampling::sample_texts;
use self::settings::config_of;
use self::work::Run;
use super::corpus::{self, Corpus};
use super::log::Log;
use super::run_dir::RunDir;
use crate::cli::{TalkArgs, TextTrainArgs};
use crate::command::shared;
use crate::exit::UsageError;
use crate::output::Output;
use crate::settings::to_toml;

/// Trains.
///
/// # Errors
/// Wrong settings, an unfit text, a folder that is in use, training that diverges, a full disk.
pub fn run(args: &TextTrainArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let missing = |what: &str| UsageError(format!("say {what}"));
    let out = || {
        let out = args.out.as_deref();
        out.ok_or_else(|| missing("where the run goes: --out DIR"))
    };
    let resumed = if args.resume {
        let dir = RunDir::at(out()?);
        let latest = dir.checkpoints.latest().with_context(|| {
            let dir = dir.checkpoints.path().display();
            format!(
                "there is nothing to resume: {dir} holds no checkpoint; leave --resume out to begin"
            )
        })?;
        Some((latest.path.clone(), TextNotes::read(&latest.path)?))
    } else {
        None
    };
    let config = config_of(args, resumed.as_ref().map(|(_, notes)| &notes.config))?;
    if args.run.print_config {
        output.result(to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let dir = RunDir::at(out()?);
    dir.check_free(args.resume || args.run.force)?;
    let text = args.text.as_deref();
    let text = text.ok_or_else(|| missing("which text to learn from: --text FILE"))?;
    let path = corpus::find(text, args.data_dir.as_deref())?;
    let corpus = Corpus::read(&path, &config)?;
    let batches = corpus.train_batches(&config)?;
    let validation = corpus.validation_batches(&config)?;
    check_memory(&config, corpus.vocabulary.len())?;
    let _held = if args.run.dry_run {
        None
    } else {
        Some(dir.hold()?)
    };
    let opened = shared::open_device(&args.device, &output)?;
    let mut trainer = match resumed {
        Some((checkpoint, notes)) => {
            anyhow::ensure!(
                notes.source.sha256 == corpus.source.sha256,
                "{} is not the text this run was begun with ({}); use that, or begin anew with --force",
                path.display(),
                notes.source.file
            );
            anyhow::ensure!(
                args.run.seed.is_none_or(|seed| seed == notes.seed),
                "this run was begun with --seed {}; use that, or begin anew with --force",
                notes.seed
            );
            let mut trainer = TextTrainer::resume(&checkpoint, &opened.device)?;
            trainer.set_config(config);
            trainer
        }
        None => TextTrainer::new(
            config,
            corpus.vocabulary.clone(),
            corpus.source.clone(),
            args.run.seed(),
            &opened.device,
        )?,
    }
    .check_every(shared::report_every(&opened));
    say_plan(&trainer, &corpus, &batches, &output);
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let lines = if args.resume {
        let mut log = Log::read(&dir.file("log.jsonl"), trainer.iteration());
        log.complete(trainer.history(), batches.n_chunks())?;
        log
    } else {
        dir.clear()?;
        Log::default()
    };
    lines.write(&dir.file("log.jsonl"))?;
    let text = to_toml(trainer.config())?;
    write_atomic(&dir.file("settings.toml"), text.as_bytes(), true)?;
    let total = trainer.config().iterations;
    if args.resume && trainer.is_done() {
        output.note(&format!(
            "the run has made its {} iterations already; --iterations goes further",
            trainer.iteration()
        ));
    }
    let mut run = Run {
        args,
        dir,
        corpus: &corpus,
        batches: &batches,
        validation: &validation,
        opened: &opened,
        output: &output,
        bar: output.bar(total),
        log: lines,
        started: Instant::now(),
        spoken: (Instant::now(), trainer.iteration()),
    };
    let stop = run.train(&mut trainer)?;
    run.finish(&mut trainer, stop)
}

fn say_plan(trainer: &TextTrainer, corpus: &Corpus, batches: &TrainBatches, output: &Output) {
    let config = trainer.config();
    if corpus.source.unseen > 0 {
        output.note(&format!(
            "{} characters outside the training part do not occur in it; they count as one unknown symbol",
            corpus.source.unseen
        ));
    }
    output.note(&format!(
        "plan: {} of {} x {}, {} parameters, {} symbols; {} characters, {} updates a pass, {} updates",
        serde_json::to_value(config.cell)
            .ok()
            .and_then(|name| name.as_str().map(str::to_owned))
            .unwrap_or_default(),
        config.layers,
        config.hidden,
        trainer.model().num_params(),
        trainer.vocabulary().len(),
        corpus.source.characters,
        batches.n_chunks(),
        config.iterations,
    ));
}
