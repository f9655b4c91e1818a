//! `reverie lab ntm`: a network that learns to use a memory.

mod findings;
mod settings;
mod state;

use std::ops::ControlFlow;

use reverie_lab::ntm::baseline::{self, BaselineReport};
use reverie_lab::ntm::{NtmConfig, NtmReport, NtmTrainer, Task, report, teach};
use toml::Table;

use self::settings::NtmSettings;
use self::state::State;
use super::Experiment;
use super::bench::Bench;
use super::findings::Findings;
use super::room::Room;
use super::settings::{long, name};
use crate::cli::{LabRunArgs, NtmArgs};
use crate::command::shared;
use crate::settings::{put, whole};

/// What was found.
struct Found {
    machines: Vec<NtmReport>,
    /// Whether somebody said stop.
    is_stopped: bool,
    lstm: Option<BaselineReport>,
}

impl NtmArgs {
    fn state(&self) -> Option<State> {
        self.state.as_deref().map(State::at)
    }
}

impl Experiment for NtmArgs {
    const NAME: &'static str = "ntm";
    const SEED: &'static str = "machine.seed";
    const DECIDED: &'static [&'static str] = &settings::OF_THE_MACHINE;

    type Settings = NtmSettings;

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn defaults(is_quick: bool) -> NtmSettings {
        NtmSettings::new(is_quick, Task::Copy)
    }

    fn flags(&self, flags: &mut Table) {
        put(flags, "seeds", whole(self.seeds));
        put(flags, "with_lstm", self.no_lstm.then_some(false));
        put(flags, "machine.task", self.task.map(name));
        put(flags, "machine.longest", whole(self.longest));
        put(flags, "machine.sequences", long(self.sequences));
        put(flags, "machine.rows", whole(self.rows));
        put(flags, "machine.width", whole(self.width));
        put(flags, "machine.hidden", whole(self.hidden));
        put(flags, "machine.rate", self.rate);
        put(flags, "machine.batch", whole(self.batch));
        put(flags, "lstm.hidden", whole(self.lstm_hidden));
        put(flags, "lstm.layers", whole(self.lstm_layers));
    }

    fn settle(settings: &mut NtmSettings) -> anyhow::Result<()> {
        settings.settle()
    }

    /// Every task has defaults of its own, and file and flags may name the task.
    fn settings(&self) -> anyhow::Result<NtmSettings> {
        let resolve = |task| {
            let defaults = NtmSettings::new(self.lab.quick, task);
            super::settings::resolve(self, &defaults)
        };
        let settings = resolve(Task::Copy)?;
        match settings.machine.task {
            Task::Copy => Ok(settings),
            task => resolve(task),
        }
    }

    fn seed(settings: &NtmSettings) -> u64 {
        settings.machine.seed
    }

    fn room(&self, settings: &NtmSettings) -> Room {
        settings.room()
    }

    fn plan(&self, settings: &NtmSettings) -> anyhow::Result<String> {
        let seeds = settings.seeds;
        if let Some(state) = self.state() {
            let configs: Vec<NtmConfig> = (0..seeds).map(|number| settings.of(number)).collect();
            state.check(&configs, self.resume, self.lab.run.force)?;
        }
        let NtmSettings {
            machine: config,
            lstm,
            ..
        } = settings;
        let task = match config.task {
            Task::Copy => "copy",
            Task::RepeatCopy => "repeated copy",
        };
        let beside = match settings.with_lstm {
            true => format!(", beside an LSTM {} x {}", lstm.layers, lstm.hidden),
            false => String::new(),
        };
        Ok(format!(
            "{task} of up to {} vectors, memory {} x {}, controller {}, {} sequences, seeds: {seeds}{beside}",
            config.longest, config.rows, config.width, config.hidden, config.sequences,
        ))
    }

    fn run(&self, settings: &NtmSettings, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let seeds = settings.seeds;
        let sequences = settings.machine.sequences;
        let mut found = Found {
            machines: Vec::new(),
            is_stopped: false,
            lstm: None,
        };
        let parts = seeds as u64 + u64::from(settings.with_lstm);
        let total = parts.saturating_mul(sequences);
        for number in 0..seeds {
            let mut trainer = self.begin(settings.of(number))?;
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
        if settings.with_lstm {
            let opened = shared::open_device(&self.device, bench.output())?;
            let before = seeds as u64 * sequences;
            let lstm = baseline::run(&settings.lstm, &opened.device, |sequences, nats, _| {
                let remark = format!("LSTM, {nats:.4} nats a bit");
                bench.progress((before + sequences).min(total), total, &remark)
            })?;
            found.lstm = Some(lstm);
        }
        Ok(findings::findings(&found))
    }
}

impl NtmArgs {
    fn begin(&self, config: NtmConfig) -> anyhow::Result<NtmTrainer> {
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
