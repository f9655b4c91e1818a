//! `reverie text train`: truncated back-propagation through a text, written down as it goes.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use burn::module::Module;
use burn::tensor::Device;
use reverie_model::data::text::{EvalBatches, TrainBatches, Vocabulary, WordList, WordShare};
use reverie_model::recurrent::CellKind;
use reverie_model::rng::seeded;
use reverie_model::sequence::{
    CharModel, Outcome, SampleConfig, ScheduleName, SequenceError, TextConfig, TextNotes,
    TextTrainer, evaluate, sample,
};
use reverie_model::train::Kept;
use reverie_viz::picture::write_atomic;
use serde_json::{Value, json};
use toml::Table;

use super::corpus::{self, Corpus, Parts};
use super::log::{Line, Log};
use super::run_dir::RunDir;
use crate::backend::Opened;
use crate::cli::{TalkArgs, TextTrainArgs};
use crate::command::shared::{self, Stop, Stopper};
use crate::exit::{self, UsageError};
use crate::output::{Bar, Output};
use crate::report::{self, Report, Status};
use crate::settings::{put, whole};
use crate::{memory, settings};

/// Updates between two `step` events.
const EVENT_EVERY: u64 = 10;
/// Texts that the share of known words is counted in; together they are as long as asked for.
const WORD_TEXTS: usize = 20;
/// Settings that a resumed run may change.
const MAY_CHANGE: [&str; 4] = ["iterations", "keep", "patience", "sample_at"];
/// Characters of the latest sample that are shown while training.
const GLIMPSE: usize = 60;

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
        output.result(settings::to_toml(&config)?.trim_end())?;
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
    let text = settings::to_toml(trainer.config())?;
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

/// Preset or the resumed run, then file, then flags.
fn config_of(args: &TextTrainArgs, resumed: Option<&TextConfig>) -> anyhow::Result<TextConfig> {
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "cell", args.cell.clone());
    put(&mut flags, "activation", args.activation.clone());
    put(&mut flags, "gru", args.gru.clone());
    put(&mut flags, "peepholes", args.peepholes.then_some(true));
    put(&mut flags, "layer_norm", args.layer_norm.then_some(true));
    put(
        &mut flags,
        "bidirectional",
        args.bidirectional.then_some(true),
    );
    put(&mut flags, "hidden", whole(args.hidden));
    put(&mut flags, "layers", whole(args.layers));
    put(&mut flags, "dropout", args.dropout);
    put(&mut flags, "iterations", long(args.iterations));
    put(&mut flags, "batch", whole(args.batch));
    put(&mut flags, "steps", whole(args.steps));
    put(&mut flags, "optimizer", args.optimizer.clone());
    put(&mut flags, "rate", args.rate);
    put(&mut flags, "newlines", args.newlines.clone());
    put(&mut flags, "eval_every", long(args.eval_every));
    let file = args.run.config.as_deref();
    let Some(before) = resumed else {
        let preset = args.preset.as_deref();
        let config: TextConfig = settings::resolve(&settings::TEXT_PRESETS, preset, file, flags)?;
        if let Some(gru) = args.gru.as_deref().filter(|_| config.cell != CellKind::Gru) {
            let sentence =
                format!("--gru {gru} says how a GRU is written; add --cell gru, or leave it out");
            return Err(UsageError(sentence).into());
        }
        return Ok(config);
    };
    let table = Table::try_from(before).context("reading the settings of the run")?;
    let config: TextConfig = settings::resolve_over(table.clone(), file, flags)?;
    let now = Table::try_from(&config).context("reading the settings")?;
    let changed: Vec<String> = now
        .iter()
        .filter(|(key, value)| {
            let is_free = MAY_CHANGE.contains(&key.as_str());
            // A cosine over another number of updates is another curve from the beginning.
            let is_bound = key.as_str() == "iterations" && config.schedule == ScheduleName::Cosine;
            (!is_free || is_bound) && table.get(key.as_str()) != Some(*value)
        })
        .map(|(key, value)| format!("{key} was {}, is {value}", table[key.as_str()]))
        .collect();
    anyhow::ensure!(
        changed.is_empty(),
        "the run was begun with other settings ({}); use those, or begin anew with --force",
        changed.join(", ")
    );
    Ok(config)
}

fn long(value: Option<u64>) -> Option<i64> {
    value.map(|value| i64::try_from(value).unwrap_or(i64::MAX))
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

/// Tensors of the size of a layer's state that one step keeps for the way back.
const KEPT_A_STEP: u64 = 40;
/// Copies of all parameters: themselves, gradients, two moments, and where training would go back.
const COPIES: u64 = 8;

/// Refuses a network that the free memory does not hold.
fn check_memory(config: &TextConfig, symbols: usize) -> anyhow::Result<()> {
    let wide = |value: usize| value as u64;
    let (hidden, layers) = (wide(config.hidden), wide(config.layers));
    let gates = match config.cell {
        CellKind::Lstm => 4,
        CellKind::Gru => 3,
        CellKind::Rnn | CellKind::Jordan => 1,
    };
    let directions = if config.bidirectional { 2 } else { 1 };
    let inputs = wide(symbols) + hidden * (2 * layers - 1);
    let parameters = directions * hidden * (gates * inputs + wide(symbols));
    let steps = wide(config.batch) * wide(config.steps);
    let kept = steps * (directions * layers * hidden * KEPT_A_STEP + 4 * wide(symbols));
    let need = memory::BASE + 4 * (parameters * COPIES + kept);
    match memory::available() {
        Some(free) if need > free => anyhow::bail!(
            "training a network of {layers} x {hidden} needs about {} of memory, and {} are free; use a smaller --hidden, --batch or --steps",
            memory::readable(need),
            memory::readable(free)
        ),
        _ => Ok(()),
    }
}

/// A training run at work.
struct Run<'a> {
    args: &'a TextTrainArgs,
    dir: RunDir,
    corpus: &'a Corpus,
    batches: &'a TrainBatches,
    validation: &'a EvalBatches,
    opened: &'a Opened,
    output: &'a Output,
    bar: Bar,
    log: Log,
    started: Instant,
    /// When the last line was written, and after which update.
    spoken: (Instant, u64),
}

impl Run<'_> {
    /// Trains until there is nothing more to do or somebody says stop.
    fn train(&mut self, trainer: &mut TextTrainer) -> anyhow::Result<Option<Stop>> {
        let stopper = Stopper::start(&self.args.run);
        loop {
            // Also after going on with a run that was broken off during a look.
            if is_due(trainer) && !self.look(trainer, &stopper)? {
                return Ok(stopper.asks());
            }
            if trainer.is_done() {
                return Ok(None);
            }
            if let Some(stop) = stopper.asks() {
                return Ok(Some(stop));
            }
            match trainer.step(self.batches) {
                Ok(outcome) => self.tell(&outcome, trainer),
                Err(error) => {
                    // What is good is on the disk already.
                    self.write_report(
                        trainer,
                        Status::Stopped {
                            of: trainer.config().iterations,
                        },
                    )?;
                    return Err(error.into());
                }
            }
        }
    }

    fn tell(&mut self, outcome: &Outcome, trainer: &TextTrainer) {
        match outcome {
            Outcome::Stepped(step) => {
                let speed = self.chars_per_second(step.iteration);
                let bits = step.loss / std::f64::consts::LN_2;
                let remark = format!(
                    "loss {:.3} nats, {bits:.3} bits/char, {speed:.0} chars/s",
                    step.loss
                );
                self.bar.show(step.iteration, &remark);
                if step.iteration.is_multiple_of(EVENT_EVERY) {
                    self.output.event(&json!({
                        "event": "step", "iteration": step.iteration, "loss": step.loss,
                        "bits": bits, "norm": step.norm, "rate": step.rate,
                        "chars_per_second": speed,
                    }));
                }
            }
            Outcome::RolledBack {
                trouble,
                to,
                rate_factor,
            } => {
                let rate = trainer.config().rate * rate_factor;
                self.bar.note(
                    self.output,
                    &format!("warning: {trouble}; back at iteration {to} with the rate {rate:.3e}"),
                );
                self.output.event(&json!({
                    "event": "rolled_back", "reason": trouble.to_string(), "to": to,
                    "rate_factor": rate_factor,
                }));
            }
        }
    }

    fn chars_per_second(&self, iteration: u64) -> f64 {
        let (since, from) = self.spoken;
        let config = self.batches.batch() * self.batches.steps();
        let updates = iteration.saturating_sub(from) as f64;
        updates * config as f64 / since.elapsed().as_secs_f64().max(1e-9)
    }

    /// Looks at the validation text, writes a line, a sample where one is due, and a checkpoint.
    /// Whether it came to an end.
    fn look(&mut self, trainer: &mut TextTrainer, stopper: &Stopper) -> anyhow::Result<bool> {
        let iteration = trainer.iteration();
        let speed = self.chars_per_second(iteration);
        let model = trainer.model();
        let device = &self.opened.device;
        let go_on = || stopper.asks().is_none();
        let Some(measured) = evaluate(&model, self.validation, device, go_on) else {
            return Ok(false);
        };
        let before = trainer.history().len();
        trainer.note(measured)?;
        if trainer.history().len() == before {
            self.bar.note(
                self.output,
                &format!(
                    "warning: training went wrong before iteration {iteration}; back at {}",
                    trainer.iteration()
                ),
            );
            return Ok(true);
        }
        let train_nats = trainer
            .history()
            .last()
            .map_or(f64::NAN, |look| look.train_nats);
        let mut line = Line {
            iteration,
            epoch: iteration as f64 / self.batches.n_chunks() as f64,
            train_nats,
            val_nats: measured.nats,
            val_bpc: measured.bits(),
            chars_per_second: speed.round(),
            word_share: None,
        };
        self.bar.note(
            self.output,
            &format!(
                "iteration {iteration}: training {train_nats:.4}, validation {:.4} nats, {:.4} bits/char",
                measured.nats,
                measured.bits()
            ),
        );
        if is_sample_due(trainer) && model.backward.is_none() {
            self.sample(trainer, &model, &mut line)?;
        }
        self.output.event(&event_of(&line));
        self.log.push(line)?;
        // Before the checkpoint: a line too many is left out when the run goes on, but one that is
        // missing never comes back.
        self.log.write(&self.dir.file("log.jsonl"))?;
        let checkpoint = trainer.checkpoint();
        let keep = trainer.config().keep;
        let nats = Some(measured.nats);
        self.dir
            .checkpoints
            .save(&checkpoint, iteration, nats, keep)?;
        let of = trainer.config().iterations;
        let status = if iteration < of {
            Status::Running { of }
        } else {
            Status::Finished
        };
        self.write_report(trainer, status)?;
        self.spoken = (Instant::now(), iteration);
        Ok(true)
    }

    fn sample(
        &mut self,
        trainer: &TextTrainer,
        model: &CharModel,
        line: &mut Line,
    ) -> anyhow::Result<()> {
        let (text, share) = sample_texts(
            model,
            trainer.config(),
            trainer.vocabulary(),
            &self.corpus.words,
            trainer.seed().wrapping_add(line.iteration),
            &self.opened.device,
        )?;
        line.word_share = share.ratio();
        write_atomic(&self.dir.sample(line.iteration), text.as_bytes(), true)?;
        let glimpse: String = text.chars().take(GLIMPSE).collect();
        let share = line
            .word_share
            .map(|share| format!(", {:.0} % of its words are known", 100.0 * share));
        self.bar.note(
            self.output,
            &format!("  it writes: {glimpse:?}{}", share.unwrap_or_default()),
        );
        Ok(())
    }

    /// Log, curve and page, as they stand.
    fn write_report(&self, trainer: &TextTrainer, status: Status) -> anyhow::Result<()> {
        let points: Vec<_> = self.log.lines().map(Line::point).collect();
        let samples: Vec<_> = self
            .log
            .lines()
            .filter_map(|line| {
                let text = std::fs::read_to_string(self.dir.sample(line.iteration)).ok()?;
                Some(line.sample(text))
            })
            .collect();
        self.log.write(&self.dir.file("log.jsonl"))?;
        let write = |name: &str, text: String| {
            write_atomic(&self.dir.file(name), text.as_bytes(), true).map_err(anyhow::Error::from)
        };
        write("log.csv", report::csv(&points))?;
        write("curve.svg", report::curve_svg(&points, &samples)?)?;
        let words = &self.corpus.words;
        let page = report::html(&Report {
            title: &format!("A network learns {}", self.corpus.source.file),
            status,
            facts: facts(trainer, self.corpus, self.batches, self.opened),
            command: command_of(self.args, trainer, self.opened),
            points: &points,
            samples: &samples,
            best: None,
            is_known_word: &|word| words.contains(word),
        })?;
        write("report.html", page)
    }

    /// The last checkpoint, the report, the result.
    fn finish(self, trainer: &mut TextTrainer, stop: Option<Stop>) -> anyhow::Result<ExitCode> {
        let of = trainer.config().iterations;
        let iteration = trainer.iteration();
        let is_saved = |kept: Kept| kept.step == iteration;
        if stop.is_some() && !self.dir.checkpoints.latest().is_some_and(is_saved) {
            let checkpoint = trainer.checkpoint();
            let keep = trainer.config().keep;
            self.dir
                .checkpoints
                .save(&checkpoint, iteration, None, keep)?;
        }
        let status = if stop.is_some() {
            Status::Stopped { of }
        } else {
            Status::Finished
        };
        self.write_report(trainer, status)?;
        let Self {
            bar,
            output,
            dir,
            log,
            ..
        } = self;
        bar.finish();
        let report = dir.file("report.html");
        let best = trainer.best();
        if stop.is_some() {
            output.note(&format!(
                "stopped after {iteration} of {of} iterations; the same command with --resume goes on"
            ));
        } else {
            let best = best.best.map(|nats| {
                format!(
                    ", best validation {nats:.4} nats at iteration {}",
                    best.best_at
                )
            });
            shared::say_done(output, &report, self.started, &best.unwrap_or_default());
        }
        if !output.is_json() {
            output.result(&report.display().to_string())?;
        }
        let mut event = shared::result_event(&report, self.started, self.opened);
        event.insert("iteration".into(), json!(iteration));
        event.insert("best_val_nats".into(), json!(best.best));
        event.insert("best_iteration".into(), json!(best.best_at));
        event.insert(
            "val_nats".into(),
            json!(log.lines().last().map(|line| line.val_nats)),
        );
        event.insert("interrupted".into(), json!(stop.is_some()));
        output.event(&Value::Object(event));
        Ok(match stop {
            Some(Stop::Interrupted) => exit::interrupted(),
            _ => ExitCode::SUCCESS,
        })
    }
}

fn event_of(line: &Line) -> Value {
    let mut event = serde_json::to_value(line).unwrap_or_default();
    event["event"] = json!("evaluation");
    event
}

/// Whether it is time to look at the validation text, and nobody has yet.
fn is_due(trainer: &TextTrainer) -> bool {
    let iteration = trainer.iteration();
    let is_seen = trainer
        .history()
        .last()
        .is_some_and(|look| look.iteration == iteration);
    let is_time = trainer.is_done()
        || iteration.is_multiple_of(trainer.config().eval_every)
        || is_sample_due(trainer);
    iteration > 0 && is_time && !is_seen
}

fn is_sample_due(trainer: &TextTrainer) -> bool {
    trainer.is_done() || trainer.config().sample_at.contains(&trainer.iteration())
}

/// What a model writes from nothing, and how many of its words the text has, counted in several
/// texts at once.
///
/// # Errors
/// A model that cannot write.
pub fn sample_texts(
    model: &CharModel,
    config: &TextConfig,
    vocabulary: &Vocabulary,
    words: &WordList,
    seed: u64,
    device: &Device,
) -> Result<(String, WordShare), SequenceError> {
    let counted = config.word_length.div_ceil(WORD_TEXTS);
    let count = if counted > 0 { WORD_TEXTS } else { 1 };
    let length = counted.max(config.sample_length);
    let how = SampleConfig {
        temperature: config.temperature,
        ..SampleConfig::default()
    };
    let rng = &mut seeded(seed);
    let texts = sample(
        model,
        vocabulary,
        &[],
        count,
        length,
        &how,
        rng,
        device,
        |_| true,
    )?;
    let shares = texts
        .iter()
        .map(|text| words.share(&vocabulary.decode(&text[..counted.min(text.len())])));
    let share = shares.fold(WordShare::default(), |a, b| a + b);
    let shown = &texts[0][..config.sample_length.min(texts[0].len())];
    Ok((vocabulary.decode(shown), share))
}

fn facts(
    trainer: &TextTrainer,
    corpus: &Corpus,
    batches: &TrainBatches,
    opened: &Opened,
) -> Vec<(String, String)> {
    let config = trainer.config();
    let name = |value: Value| value.as_str().unwrap_or_default().to_owned();
    let mut cell = name(json!(config.cell));
    let mut with = |is_on: bool, what: &str| {
        if is_on {
            cell += what;
        }
    };
    with(config.peepholes, ", peepholes");
    with(config.layer_norm, ", layer normalisation");
    with(config.bidirectional, ", both directions");
    let symbols = corpus.vocabulary.symbols().len();
    let newlines = name(json!(config.newlines));
    let limit = |value: f64| {
        if value > 0.0 {
            value.to_string()
        } else {
            "none".to_owned()
        }
    };
    let rows = [
        (
            "network",
            format!("{cell}, {} x {} units", config.layers, config.hidden),
        ),
        ("parameters", trainer.model().num_params().to_string()),
        (
            "text",
            format!(
                "{} (sha256 {}…)",
                corpus.source.file,
                &corpus.source.sha256[..12]
            ),
        ),
        (
            "characters",
            format!(
                "{}: {} to learn from, {} for validation, {} for the test, cut in {}",
                corpus.source.characters,
                Parts::len_of(&corpus.parts.train),
                Parts::len_of(&corpus.parts.validation),
                Parts::len_of(&corpus.parts.test),
                name(json!(config.cut))
            ),
        ),
        (
            "symbols",
            format!(
                "{symbols} in the training part, line ends: {newlines}; {} later characters are unknown",
                corpus.source.unseen
            ),
        ),
        (
            "batches",
            format!(
                "{} pieces of {} characters, {} updates a pass",
                config.batch,
                config.steps,
                batches.n_chunks()
            ),
        ),
        (
            "optimiser",
            format!(
                "{}, rate {}, schedule {}",
                name(json!(config.optimizer)),
                config.rate,
                name(json!(config.schedule))
            ),
        ),
        (
            "gradient limits",
            format!(
                "each number {}, global norm {}",
                limit(config.clip_value),
                limit(config.clip_norm)
            ),
        ),
        ("seed", trainer.seed().to_string()),
        (
            "computed on",
            format!("{}: {}", opened.backend, opened.name),
        ),
        ("program", format!("reverie {}", env!("CARGO_PKG_VERSION"))),
        (
            "memory",
            memory::peak().map(memory::readable).unwrap_or_default(),
        ),
    ];
    let rows = rows.into_iter().filter(|(_, value)| !value.is_empty());
    rows.map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The command with names of files but not of folders.
fn command_of(args: &TextTrainArgs, trainer: &TextTrainer, opened: &Opened) -> String {
    let file = |path: Option<&Path>| path.map(crate::paths::file_name).unwrap_or_default();
    format!(
        "reverie text train --text {} --config settings.toml --seed {} --backend {} --out {}",
        file(args.text.as_deref()),
        trainer.seed(),
        opened.backend,
        file(args.out.as_deref()),
    )
}
