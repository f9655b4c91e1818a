//! Runs at work, side by side, one thread each.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::{Duration, Instant};

use burn::module::Module;
use burn::tensor::Device;
use reverie_model::data::music::MusicSet;
use reverie_model::sequence::music::{MusicRun, MusicTrainer, evaluate};

use super::contest::{Contest, Job};
use super::record::{End, Point, Record, RunFiles, tidy};
use super::study::Study;
use crate::command::workers::in_one_thread;

/// Seconds between two checkpoints of a run.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(20);

/// What the workers share.
pub struct Floor<'a> {
    /// What is compared.
    pub study: &'a Study,
    /// The sets, in the study's order.
    pub sets: &'a [MusicSet],
    /// Where it is computed.
    pub device: &'a Device,
    /// Every cell on every set.
    pub contests: Mutex<Vec<Contest>>,
    /// Somebody has finished a job.
    pub changed: Condvar,
    /// Everybody should stop.
    pub stop: AtomicBool,
}

/// What a worker tells.
#[derive(Debug)]
pub enum News {
    /// A pass was made.
    Pass(String),
    /// A run has come as far as it should.
    Run(Box<Record>),
    /// A worker has nothing more to do, or could not go on.
    Gone(anyhow::Result<()>),
}

impl Floor<'_> {
    /// Takes jobs until there are none.
    pub fn work(&self, news: &Sender<News>) {
        let outcome = in_one_thread(|| self.take_jobs(news));
        if outcome.is_err() {
            self.stop.store(true, Ordering::Relaxed);
        }
        self.changed.notify_all();
        // Nobody listens only when the program is on its way out.
        let _ = news.send(News::Gone(outcome));
    }

    fn take_jobs(&self, news: &Sender<News>) -> anyhow::Result<()> {
        while let Some((number, job)) = self.next() {
            let Some(record) = self.run(number, job, news)? else {
                return Ok(());
            };
            let loss = record.loss();
            let _ = news.send(News::Run(Box::new(record)));
            let mut contests = self.contests.lock().unwrap_or_else(PoisonError::into_inner);
            contests[number].done(job, loss);
            self.changed.notify_all();
        }
        Ok(())
    }

    /// The next job, waiting for one where others have to end first; none where all is done.
    fn next(&self) -> Option<(usize, Job)> {
        let mut contests = self.contests.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            if self.stop.load(Ordering::Relaxed) || contests.iter().all(Contest::is_over) {
                return None;
            }
            let found = contests.iter_mut().enumerate();
            let mut found = found.filter_map(|(number, contest)| Some((number, contest.take()?)));
            if let Some(found) = found.next() {
                return Some(found);
            }
            let waited = self.changed.wait_timeout(contests, Duration::from_secs(1));
            contests = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Makes a run, or goes on with it; none where it was stopped.
    fn run(&self, number: usize, job: Job, news: &Sender<News>) -> anyhow::Result<Option<Record>> {
        let (set, cell) = {
            let contests = self.contests.lock().unwrap_or_else(PoisonError::into_inner);
            (&self.sets[contests[number].set], contests[number].cell)
        };
        let study = self.study;
        let seed = study.seeds(job.seed);
        let stem = Record::stem(&set.name, cell, job.rate, seed);
        let files = RunFiles::of(&study.root, &stem);
        let known = Record::read(&files.record)?;
        let is_enough = |record: &Record| record.end.is_some() || record.epochs >= job.until;
        if let Some(record) = known.filter(is_enough) {
            return Ok(Some(record));
        }
        let mut work = Work::begin(self, set, &files, || MusicRun {
            config: study.config.clone(),
            cell,
            rate: study.rates[job.rate],
            seed,
        })?;
        let go_on = || !self.stop.load(Ordering::Relaxed);
        while !work.trainer.is_done() && (work.trainer.history().len() as u64) < job.until {
            let Some(pass) = work.trainer.pass(&set.train, &set.valid, go_on) else {
                work.save(&files)?;
                return Ok(None);
            };
            work.clock.push(work.seconds());
            let told = format!(
                "{stem}: pass {}, validation {:.3}",
                pass.epoch, pass.valid_nll
            );
            let _ = news.send(News::Pass(told));
            if work.saved.elapsed() >= CHECKPOINT_EVERY {
                work.save(&files)?;
            }
        }
        let mut record = work.record(study, job, set);
        if work.trainer.is_done() {
            let Some(end) = work.measure(set, self.device, go_on) else {
                work.save(&files)?;
                return Ok(None);
            };
            record.end = Some(end);
            work.trainer.checkpoint().write(&files.model)?;
        } else {
            work.save(&files)?;
        }
        record.seconds = tidy(work.seconds());
        record.write(&files.record)?;
        if record.end.is_some() {
            // A checkpoint that stays is untidy and does no harm.
            let _ = std::fs::remove_file(&files.checkpoint);
            let _ = std::fs::remove_file(clock(&files));
        }
        Ok(Some(record))
    }
}

/// The file with the seconds of a run that is not over.
fn clock(files: &RunFiles) -> std::path::PathBuf {
    files.checkpoint.with_extension("clock")
}

/// A run at work.
struct Work {
    trainer: MusicTrainer,
    /// Seconds before this time, and when this time began.
    before: f64,
    began: Instant,
    saved: Instant,
    /// Seconds at the end of every pass.
    clock: Vec<f64>,
}

impl Work {
    fn begin(
        floor: &Floor<'_>,
        set: &MusicSet,
        files: &RunFiles,
        run: impl FnOnce() -> MusicRun,
    ) -> anyhow::Result<Self> {
        let trainer = match files.checkpoint.exists() {
            true => MusicTrainer::resume(&files.checkpoint, floor.device)?,
            false => MusicTrainer::new(run(), &set.name, floor.device)?,
        };
        // Times are no results: where they are lost, they are counted from here on.
        let text = std::fs::read_to_string(clock(files)).unwrap_or_default();
        let mut seconds: Vec<f64> = text.lines().filter_map(|line| line.parse().ok()).collect();
        seconds.resize(
            trainer.history().len(),
            seconds.last().copied().unwrap_or(0.0),
        );
        Ok(Self {
            trainer,
            before: seconds.last().copied().unwrap_or(0.0),
            began: Instant::now(),
            saved: Instant::now(),
            clock: seconds,
        })
    }

    fn seconds(&self) -> f64 {
        self.before + self.began.elapsed().as_secs_f64()
    }

    fn save(&mut self, files: &RunFiles) -> anyhow::Result<()> {
        let lines: Vec<String> = self.clock.iter().map(f64::to_string).collect();
        reverie_viz::picture::write_atomic(&clock(files), lines.join("\n").as_bytes(), true)?;
        self.trainer.checkpoint().write(&files.checkpoint)?;
        self.saved = Instant::now();
        Ok(())
    }

    fn measure(&self, set: &MusicSet, device: &Device, go_on: impl Fn() -> bool) -> Option<End> {
        let model = self.trainer.best_model();
        let train = evaluate(&model, &set.train, device, &go_on)?;
        let test = evaluate(&model, &set.test, device, &go_on)?;
        Some(End {
            train_nll: tidy(train.nll),
            test_nll: tidy(test.nll),
            frame_accuracy: tidy(test.accuracy),
            has_diverged: self.trainer.has_diverged(),
        })
    }

    fn record(&self, study: &Study, job: Job, set: &MusicSet) -> Record {
        let model = self.trainer.best_model();
        let run = self.trainer.run();
        let best = self.trainer.best();
        let history = self.trainer.history();
        Record {
            set: set.name.clone(),
            cell: run.cell,
            preset: study.preset.clone(),
            seed: run.seed,
            rate_number: job.rate,
            learning_rate: tidy(run.rate),
            epochs: history.len() as u64,
            updates: self.trainer.updates(),
            best_epoch: best.best_at,
            valid_nll: best.best.map(tidy),
            end: None,
            params_recurrent: model.n_recurrent(),
            params_total: model.num_params(),
            seconds: self.seconds(),
            curve: history
                .iter()
                .zip(&self.clock)
                .map(|(pass, seconds)| Point::of(pass, *seconds))
                .collect(),
        }
    }
}
