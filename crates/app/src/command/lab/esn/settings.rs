//! What can be set: which tasks, and for each task the network and how it is tested.

use reverie_lab::esn::{EsnConfig, EsnStudy, EsnTask};
use serde::{Deserialize, Serialize};

/// All settings. Those of a task stand whether it is asked for or not, since every task has defaults of
/// its own.
#[derive(Debug, Serialize, Deserialize)]
pub struct EsnSettings {
    /// What is learnt.
    pub tasks: Vec<EsnTask>,
    /// Networks of a task, each with a seed of its own.
    pub networks: usize,
    /// Of the first network.
    pub seed: u64,
    /// The chaotic series.
    pub mackey_glass: TaskSettings,
    /// The average of ten inputs.
    pub narma10: TaskSettings,
    /// A series of the user's.
    pub series: TaskSettings,
}

/// The settings of a task.
#[derive(Debug, Serialize, Deserialize)]
pub struct TaskSettings {
    #[serde(flatten)]
    network: EsnConfig,
    washout: usize,
    train: usize,
    horizon: usize,
    starts: usize,
    choose_ridge: bool,
}

/// The tasks by the names of their settings.
pub const TASKS: [&str; 3] = ["mackey_glass", "narma10", "series"];

impl EsnSettings {
    /// The defaults, of so many networks if not of as many as usual.
    pub fn new(networks: Option<usize>) -> Self {
        let [mackey_glass, narma10, series] =
            [EsnTask::MackeyGlass, EsnTask::Narma10, EsnTask::Series].map(EsnStudy::new);
        Self {
            tasks: vec![EsnTask::MackeyGlass, EsnTask::Narma10],
            networks: networks.unwrap_or(mackey_glass.networks),
            seed: mackey_glass.seed,
            mackey_glass: mackey_glass.into(),
            narma10: narma10.into(),
            series: series.into(),
        }
    }

    /// One study a task.
    pub fn studies(&self) -> Vec<EsnStudy> {
        let study = |task: &EsnTask| {
            let settings = match task {
                EsnTask::MackeyGlass => &self.mackey_glass,
                EsnTask::Narma10 => &self.narma10,
                EsnTask::Series => &self.series,
            };
            EsnStudy {
                task: *task,
                network: settings.network.clone(),
                washout: settings.washout,
                train: settings.train,
                horizon: settings.horizon,
                starts: settings.starts,
                networks: self.networks,
                seed: self.seed,
                choose_ridge: settings.choose_ridge,
            }
        };
        self.tasks.iter().map(study).collect()
    }
}

impl From<EsnStudy> for TaskSettings {
    fn from(study: EsnStudy) -> Self {
        Self {
            network: study.network,
            washout: study.washout,
            train: study.train,
            horizon: study.horizon,
            starts: study.starts,
            choose_ridge: study.choose_ridge,
        }
    }
}
