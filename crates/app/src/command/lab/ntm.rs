//! `reverie lab ntm`: a network that learns to use a memory.

pub mod findings;
mod state;

use std::ops::ControlFlow;

use reverie_lab::ntm::baseline::{self, BaselineReport};
use reverie_lab::ntm::{BaselineConfig, NtmConfig, NtmReport, NtmTrainer, Task, report, teach};

use self::state::State;
use super::Experiment;
use super::bench::Bench;
use super::findings::Findings;
use crate::cli::{LabRunArgs, NtmArgs, NtmTask};
use crate::command::shared;
use crate::exit::UsageError;

/// Longest sequence of a repeated copy, and most repeats, unless said otherwise: as in the paper.
const LONGEST_REPEATED: usize = 10;
/// Units of the LSTM beside the machine.
const LSTM_HIDDEN: usize = 256;
/// Sequences in an update of the LSTM.
const LSTM_BATCH: usize = 8;
/// Its step size.
const LSTM_RATE: f64 = 1e-3;

/// What was found.
pub struct Found {
    /// One machine a seed.
    pub machines: Vec<NtmReport>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
    /// What stood beside them.
    pub lstm: Option<BaselineReport>,
}

impl NtmArgs {
    fn config(&self, number: usize) -> anyhow::Result<NtmConfig> {
        let mut config = match self.lab.quick {
            true => NtmConfig::quick(),
            false => NtmConfig::default(),
        };
        config.seed = self.lab.seed().wrapping_add(number as u64);
        if self.task == Some(NtmTask::RepeatCopy) {
            (config.task, config.longest) = (Task::RepeatCopy, LONGEST_REPEATED);
        }
        config.longest = self.longest.unwrap_or(config.longest);
        config.sequences = self.sequences.unwrap_or(config.sequences);
        config.look_every = config.look_every.min(config.sequences);
        config.rows = self.rows.unwrap_or(config.rows);
        config.width = self.width.unwrap_or(config.width);
        config.hidden = self.hidden.unwrap_or(config.hidden);
        config.rate = self.rate.unwrap_or(config.rate);
        config.batch = self.batch.unwrap_or(config.batch);
        config.check()?;
        Ok(config)
    }

    fn seeds(&self) -> anyhow::Result<usize> {
        let seeds = self.seeds.unwrap_or(1);
        if (1..=100).contains(&seeds) {
            return Ok(seeds);
        }
        let sentence = format!("--seeds is {seeds}; it must be between 1 and 100");
        Err(UsageError(sentence).into())
    }

    fn lstm(&self, config: &NtmConfig) -> BaselineConfig {
        BaselineConfig {
            task: config.task,
            longest: config.longest,
            hidden: self.lstm_hidden.unwrap_or(LSTM_HIDDEN),
            layers: self.lstm_layers.unwrap_or(1),
            batch: LSTM_BATCH,
            sequences: config.sequences,
            rate: LSTM_RATE,
            clip: config.clip,
            tests: config.tests,
            look_every: config.look_every,
            seed: self.lab.seed(),
        }
    }

    fn state(&self) -> Option<State> {
        self.state.as_deref().map(State::at)
    }
}

impl Experiment for NtmArgs {
    const NAME: &'static str = "ntm";

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn plan(&self) -> anyhow::Result<String> {
        let config = self.config(0)?;
        let seeds = self.seeds()?;
        if let Some(state) = self.state() {
            let configs = (0..seeds).map(|number| self.config(number));
            let configs = configs.collect::<anyhow::Result<Vec<_>>>()?;
            state.check(&configs, self.resume, self.lab.force)?;
        }
        let task = match config.task {
            Task::Copy => "copy",
            Task::RepeatCopy => "repeated copy",
        };
        let lstm = self.lstm(&config);
        lstm.check()?;
        let beside = match self.no_lstm {
            true => String::new(),
            false => format!(", beside an LSTM {} x {}", lstm.layers, lstm.hidden),
        };
        Ok(format!(
            "{task} of up to {} vectors, memory {} x {}, controller {}, {} sequences, seeds: {seeds}{beside}",
            config.longest, config.rows, config.width, config.hidden, config.sequences,
        ))
    }

    fn run(&self, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let seeds = self.seeds()?;
        let config = self.config(0)?;
        let mut found = Found {
            machines: Vec::new(),
            is_stopped: false,
            lstm: None,
        };
        let parts = seeds as u64 + u64::from(!self.no_lstm);
        let total = parts * config.sequences;
        for number in 0..seeds {
            let mut trainer = self.begin(number)?;
            let (is_whole, lost) = self.teach(&mut trainer, bench, number as u64, total)?;
            if let Some(error) = lost {
                return Err(error);
            }
            found.machines.push(report(&trainer));
            if !is_whole {
                found.is_stopped = true;
                return Ok(findings::findings(&found));
            }
        }
        if !self.no_lstm {
            let opened = shared::open_device(&self.device, bench.output())?;
            let before = seeds as u64 * config.sequences;
            let lstm = baseline::run(&self.lstm(&config), &opened.device, |sequences, nats, _| {
                let remark = format!("LSTM, {nats:.4} nats a bit");
                bench.progress((before + sequences).min(total), total, &remark)
            })?;
            found.lstm = Some(lstm);
        }
        Ok(findings::findings(&found))
    }
}

impl NtmArgs {
    fn begin(&self, number: usize) -> anyhow::Result<NtmTrainer> {
        let config = self.config(number)?;
        let kept = self.state().filter(|_| self.resume);
        match kept.and_then(|state| state.find(config.seed)) {
            Some(path) => Ok(NtmTrainer::resume(&path)?),
            None => Ok(NtmTrainer::new(config)?),
        }
    }

    /// Teaches one machine and keeps it at every look; whether it came to the end, and why it could
    /// not be kept.
    fn teach(
        &self,
        trainer: &mut NtmTrainer,
        bench: &mut Bench<'_>,
        number: u64,
        total: u64,
    ) -> anyhow::Result<(bool, Option<anyhow::Error>)> {
        let state = self.state();
        let seed = trainer.config().seed;
        let sequences = trainer.config().sequences;
        let mut lost = None;
        let is_whole = teach(trainer, |trainer, nats, look| {
            let wrong = trainer
                .looks()
                .last()
                .map(|look| format!(", {:.2} wrong bits", look.wrong_bits));
            let wrong = wrong.unwrap_or_default();
            let remark = format!("seed {seed}, {nats:.4} nats a bit{wrong}");
            let done = number * sequences + trainer.sequences().min(sequences);
            let flow = bench.progress(done, total, &remark);
            if let Some(look) = look {
                bench.event(&findings::event(seed, &look));
            }
            // Also where it is stopped: nothing of what was learnt is lost.
            if (look.is_some() || flow.is_break())
                && let Some(state) = &state
                && let Err(error) = state.keep(trainer)
            {
                lost = Some(error);
                return ControlFlow::Break(());
            }
            flow
        })?;
        Ok((is_whole, lost))
    }
}
