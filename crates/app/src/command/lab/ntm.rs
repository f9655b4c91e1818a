//! `reverie lab ntm`: a network that learns to use a memory.

pub mod findings;
mod settings;
mod state;

use std::ops::ControlFlow;

use burn::tensor::Device;
use reverie_lab::ntm::{
    BaselineConfig, BaselineReport, BaselineTrainer, NtmConfig, NtmReport, NtmTrainer, Task,
    report, teach,
};
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
pub struct Found {
    /// One machine a seed.
    pub machines: Vec<NtmReport>,
    /// Whether somebody said stop.
    pub is_stopped: bool,
    /// What stood beside them.
    pub lstm: Option<BaselineReport>,
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
            let lstm = settings.with_lstm.then_some(&settings.lstm);
            state.check(&configs, lstm, self.resume, self.lab.run.force)?;
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
        // First of all, as the threads that are asked for are made here.
        let opened = shared::open_device(&self.device, bench.output())?;
        for number in 0..seeds {
            let mut trainer = self.begin(settings.of(number))?;
            let is_whole = self.teach(&mut trainer, bench, number as u64, total)?;
            found.machines.push(report(&trainer));
            if !is_whole {
                found.is_stopped = true;
                return Ok(findings::findings(&found));
            }
        }
        if settings.with_lstm {
            let mut trainer = self.begin_lstm(&settings.lstm, &opened.device)?;
            self.teach_lstm(&mut trainer, bench, seeds as u64, total)?;
            found.lstm = Some(trainer.report());
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

    fn begin_lstm(
        &self,
        config: &BaselineConfig,
        device: &Device,
    ) -> anyhow::Result<BaselineTrainer> {
        let kept = self.state().filter(|_| self.resume);
        match kept.and_then(|state| state.find_lstm()) {
            Some(path) => Ok(BaselineTrainer::resume(&path, device)?),
            None => Ok(BaselineTrainer::new(config.clone(), device)?),
        }
    }

    /// Teaches one machine and keeps it at every look; whether it came to the end.
    fn teach(
        &self,
        trainer: &mut NtmTrainer,
        bench: &mut Bench<'_>,
        number: u64,
        total: u64,
    ) -> anyhow::Result<bool> {
        let mut keeper = Keeper::new(self.state());
        let seed = trainer.config().seed;
        let sequences = trainer.config().sequences;
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
            keeper.keep(flow, look.is_some(), |state| state.keep(trainer))
        })?;
        keeper.end(is_whole)
    }

    /// The same for the LSTM, which is taught after `machines` machines.
    fn teach_lstm(
        &self,
        trainer: &mut BaselineTrainer,
        bench: &mut Bench<'_>,
        machines: u64,
        total: u64,
    ) -> anyhow::Result<bool> {
        let mut keeper = Keeper::new(self.state());
        let before = machines.saturating_mul(trainer.config().sequences);
        let is_whole = trainer.teach(|trainer, nats, look| {
            let remark = format!("LSTM, {nats:.4} nats a bit");
            let done = (before + trainer.sequences()).min(total);
            let flow = bench.progress(done, total, &remark);
            keeper.keep(flow, look.is_some(), |state| state.keep_lstm(trainer))
        })?;
        keeper.end(is_whole)
    }
}

/// Keeps what is learnt at every look, and where it is stopped.
struct Keeper {
    state: Option<State>,
    lost: Option<anyhow::Error>,
}

impl Keeper {
    fn new(state: Option<State>) -> Self {
        Self { state, lost: None }
    }

    /// Keeps where it is time to; stops where that cannot be done.
    fn keep(
        &mut self,
        flow: ControlFlow<()>,
        is_look: bool,
        keep: impl FnOnce(&State) -> anyhow::Result<()>,
    ) -> ControlFlow<()> {
        // Also where it is stopped: nothing of what was learnt is lost.
        if (is_look || flow.is_break())
            && let Some(state) = &self.state
            && let Err(error) = keep(state)
        {
            self.lost = Some(error);
            return ControlFlow::Break(());
        }
        flow
    }

    /// Whether learning came to its end, if nothing was lost.
    fn end(self, is_whole: bool) -> anyhow::Result<bool> {
        match self.lost {
            Some(error) => Err(error),
            None => Ok(is_whole),
        }
    }
}
