//! A training run at work: updates, looks, samples, checkpoints, report.

use std::process::ExitCode;
use std::time::Instant;

use reverie_model::data::text::{EvalBatches, TrainBatches};
use reverie_model::sequence::{CharModel, Outcome, TextTrainer, evaluate};
use reverie_model::train::Kept;
use reverie_viz::picture::write_atomic;
use serde_json::{Value, json};

use super::facts::{command_of, facts};
use super::sampling::sample_texts;
use crate::backend::Opened;
use crate::cli::TextTrainArgs;
use crate::command::shared::{self, Stop, Stopper};
use crate::command::text::corpus::Corpus;
use crate::command::text::log::{Line, Log};
use crate::command::text::run_dir::RunDir;
use crate::exit;
use crate::output::{Bar, Output};
use crate::report::{self, Report, Status};

/// Updates between two `step` events.
const EVENT_EVERY: u64 = 10;
/// Characters of the latest sample that are shown while training.
const GLIMPSE: usize = 60;

/// A training run at work.
pub struct Run<'a> {
    /// What the user said.
    pub args: &'a TextTrainArgs,
    /// Where everything goes.
    pub dir: RunDir,
    /// The text.
    pub corpus: &'a Corpus,
    /// What is learnt from.
    pub batches: &'a TrainBatches,
    /// What choices are made by.
    pub validation: &'a EvalBatches,
    /// The device.
    pub opened: &'a Opened,
    /// The terminal.
    pub output: &'a Output,
    /// How far it is.
    pub bar: Bar,
    /// A line for each look.
    pub log: Log,
    /// When it began.
    pub started: Instant,
    /// When the last line was written, and after which update.
    pub spoken: (Instant, u64),
}

impl Run<'_> {
    /// Trains until there is nothing more to do or somebody says stop.
    ///
    /// # Errors
    /// Training that diverges, a full disk.
    pub fn train(&mut self, trainer: &mut TextTrainer) -> anyhow::Result<Option<Stop>> {
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
        // The last report is written when the run is finished.
        if !trainer.is_done() {
            let of = trainer.config().iterations;
            self.write_report(trainer, Status::Running { of })?;
        }
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

    /// Table, curve and page, as they stand.
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
            is_known_word: &|word| words.contains(word),
        })?;
        write("report.html", page)
    }

    /// The last checkpoint, the report, the result.
    ///
    /// # Errors
    /// A full disk.
    pub fn finish(self, trainer: &mut TextTrainer, stop: Option<Stop>) -> anyhow::Result<ExitCode> {
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
