//! Settings of a network and of a study.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{LabError, positive, up_to, within};

/// Most units: the equations of the readout are a full matrix of as many rows and columns.
const MOST_UNITS: usize = 10_000;
/// Most steps of washout, training and test, each: the features of all training steps lie in memory.
const MOST_STEPS: usize = 100_000;
/// Most of these features, 2 GiB.
const MOST_FEATURES: usize = 1 << 28;
/// Largest scale of weights, biases and noise.
const LARGEST_SCALE: f64 = 1_000.0;

/// What a network is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EsnTask {
    /// Going on with the chaotic series of Mackey and Glass, tau 17.
    MackeyGlass,
    /// Following a non-linear average of the last ten inputs.
    Narma10,
    /// Going on with a series of the user's.
    Series,
}

impl EsnTask {
    /// What the figure of a run is called.
    pub fn figure(self) -> &'static str {
        match self {
            Self::MackeyGlass => "log10 NRMSE84",
            Self::Narma10 => "NRMSE",
            Self::Series => "free-run NRMSE",
        }
    }

    /// What the figure must not exceed, where there is a bar: for Mackey-Glass a factor of eight above the
    /// -4.2 of Jaeger and Haas 2004, for NARMA-10 about what 200 units reach in Rodan and Tino 2011.
    pub fn bar(self) -> Option<f64> {
        match self {
            Self::MackeyGlass => Some(-3.3),
            Self::Narma10 => Some(0.22),
            Self::Series => None,
        }
    }
}

impl FromStr for EsnTask {
    type Err = LabError;

    fn from_str(name: &str) -> Result<Self, LabError> {
        match name {
            "mackey-glass" => Ok(Self::MackeyGlass),
            "narma10" => Ok(Self::Narma10),
            _ => Err(LabError::setting("task", name, "mackey-glass or narma10")),
        }
    }
}

/// A network: how its random part is drawn and how its readout is fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EsnConfig {
    /// Units of the reservoir.
    pub units: usize,
    /// Part of the weights between units that are not zero, in (0, 1].
    pub density: f64,
    /// Largest absolute eigenvalue of the weights between units; above 0.
    pub spectral_radius: f64,
    /// Weights from the input are uniform in plus or minus this.
    pub input_scale: f64,
    /// Weights from the output of the step before are uniform in plus or minus this.
    pub feedback_scale: f64,
    /// Biases are uniform in plus or minus this.
    pub bias_scale: f64,
    /// How much of a unit is new in a step, in (0, 1]: 1 forgets all but what W carries.
    pub leak: f64,
    /// Weight of the readout's squared weights against the sum of squared errors; above 0. Raised
    /// tenfold, as often as need be, where the equations cannot be solved in double precision.
    pub ridge: f64,
    /// Deviation of the normal noise added to the units in training.
    pub noise: f64,
}

impl EsnConfig {
    /// The defaults for a task, found by hand on seeds 0 to 9.
    pub fn for_task(task: EsnTask) -> Self {
        let mackey_glass = Self {
            units: 1000,
            density: 0.01,
            spectral_radius: 1.0,
            input_scale: 0.0,
            feedback_scale: 1.0,
            bias_scale: 0.2,
            leak: 0.7,
            ridge: 1e-10,
            noise: 0.0,
        };
        match task {
            EsnTask::MackeyGlass => mackey_glass,
            EsnTask::Narma10 => Self {
                units: 200,
                density: 0.05,
                spectral_radius: 0.95,
                input_scale: 0.08,
                feedback_scale: 0.0,
                bias_scale: 0.3,
                leak: 0.9,
                ridge: 1e-9,
                ..mackey_glass
            },
            EsnTask::Series => Self {
                units: 500,
                density: 0.02,
                spectral_radius: 0.95,
                ridge: 1e-6,
                ..mackey_glass
            },
        }
    }

    /// Whether all settings are in their range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), LabError> {
        within("units", self.units, 1..=MOST_UNITS)?;
        within("density", self.density, up_to(1.0))?;
        within("leak", self.leak, up_to(1.0))?;
        positive("spectral radius", self.spectral_radius)?;
        positive("ridge", self.ridge)?;
        for (name, value) in [
            ("input scale", self.input_scale),
            ("feedback scale", self.feedback_scale),
            ("bias scale", self.bias_scale),
            ("noise", self.noise),
        ] {
            within(name, value, 0.0..=LARGEST_SCALE)?;
        }
        Ok(())
    }
}

/// A study: what is learnt, by how many networks, how it is tested.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EsnStudy {
    /// What the networks learn.
    pub task: EsnTask,
    /// The networks.
    pub network: EsnConfig,
    /// Steps at the start of the series that only wake the reservoir.
    pub washout: usize,
    /// Steps that the readout is fitted to. A user's series: at most this many.
    pub train: usize,
    /// NARMA-10: steps of the test. Else: steps of a free run.
    pub horizon: usize,
    /// Free runs, each from another place of the series.
    pub starts: usize,
    /// Networks, with the seeds `seed`, `seed + 1`, ...
    pub networks: usize,
    /// Of the first network and its data.
    pub seed: u64,
    /// A user's series: whether the ridge is chosen on the last fifth of the training steps.
    pub choose_ridge: bool,
}

impl EsnStudy {
    /// The defaults for a task.
    pub fn new(task: EsnTask) -> Self {
        let common = Self {
            task,
            network: EsnConfig::for_task(task),
            washout: 1000,
            train: 3000,
            horizon: 84,
            starts: 50,
            networks: 3,
            seed: 0,
            choose_ridge: false,
        };
        match task {
            EsnTask::MackeyGlass => common,
            EsnTask::Narma10 => Self {
                washout: 200,
                train: 4000,
                horizon: 2000,
                starts: 1,
                ..common
            },
            EsnTask::Series => Self {
                washout: 100,
                train: 20_000,
                choose_ridge: true,
                ..common
            },
        }
    }

    /// Whether all settings are in their range.
    ///
    /// # Errors
    /// The first that is not.
    pub fn check(&self) -> Result<(), LabError> {
        self.network.check()?;
        within("washout", self.washout, 0..=MOST_STEPS)?;
        within("train", self.train, 5..=MOST_STEPS)?;
        let units = self.network.units;
        within("train", self.train, ..=MOST_FEATURES / units)
            .map_err(|e| e.because(&format!("{units} units at every step fill 2 GiB")))?;
        within("horizon", self.horizon, 1..=MOST_STEPS)?;
        within("starts", self.starts, 1..=10_000)?;
        within("networks", self.networks, 1..=100)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_in_range() {
        for task in [EsnTask::MackeyGlass, EsnTask::Narma10, EsnTask::Series] {
            EsnStudy::new(task).check().unwrap();
        }
    }

    #[test]
    fn what_is_out_of_range_is_named() {
        let mut study = EsnStudy::new(EsnTask::MackeyGlass);
        study.network.spectral_radius = -0.5;
        let said = study.check().unwrap_err().to_string();
        assert_eq!(
            said,
            "spectral radius is -0.5; it must be a finite number above 0"
        );
        study.network.spectral_radius = f64::NAN;
        assert!(study.check().is_err());
        study.network.spectral_radius = 1.0;
        study.horizon = 0;
        let said = study.check().unwrap_err().to_string();
        assert_eq!(said, "horizon is 0; it must be between 1 and 100000");
    }
}
