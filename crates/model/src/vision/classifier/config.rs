//! How a classifier learns.

use serde::{Deserialize, Serialize};

use super::ClassifierError;
use crate::ModelError;
use crate::train::{OptimizerConfig, Schedule};
use crate::vision::VggConfig;

/// How a classifier learns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClassifierConfig {
    /// Name of a network whose shape is taken: vgg-mini, vgg11, …
    pub network: String,
    /// Channels of the convolutions, one list a stage; empty is as the network has them.
    pub stages: Vec<Vec<usize>>,
    /// Whether batch normalisation stands behind every convolution.
    pub batch_norm: bool,
    /// Side of the pictures, in pixels.
    pub side: usize,
    /// Side that pictures have in the first pass, in pixels; they grow from pass to pass, and early
    /// passes cost less. 0, or as much as `side`, is as `side`.
    #[serde(default)]
    pub first_side: usize,
    /// Share of the passes until they have the whole side.
    #[serde(default)]
    pub grown: f64,
    /// Pictures of an update.
    pub batch: usize,
    /// Passes over the pictures.
    pub epochs: u64,
    /// Largest learning rate.
    pub rate: f64,
    /// Share of the rate at the beginning.
    pub first: f64,
    /// Share of the updates until the full rate.
    pub rise: f64,
    /// Share of the rate at the end.
    pub last: f64,
    /// Momentum of the descent.
    pub momentum: f64,
    /// What weights are pulled toward zero by.
    pub weight_decay: f64,
    /// Share of the target that is spread evenly over all classes.
    ///
    /// # Source
    /// Szegedy et al. 2016 (arXiv 1512.00567), section 7.
    pub label_smoothing: f64,
    /// Smallest share of a picture's area that is seen; 1 is always all of it.
    pub crop_area: f64,
    /// Largest ratio of the sides of what is seen to each other.
    pub crop_aspect: f64,
    /// Whether half of the pictures are seen in a mirror.
    pub flip: bool,
    /// Largest change of brightness, contrast and saturation, as a share.
    pub colour_jitter: f64,
    /// Share of the running statistics that a batch replaces.
    pub norm_momentum: f64,
}

impl Default for ClassifierConfig {
    fn default() -> Self {
        Self {
            network: "vgg-mini".to_owned(),
            stages: Vec::new(),
            batch_norm: true,
            side: 64,
            first_side: 0,
            grown: 0.0,
            batch: 64,
            epochs: 12,
            rate: 0.1,
            first: 0.04,
            rise: 0.3,
            last: 0.001,
            momentum: 0.9,
            weight_decay: 5e-4,
            label_smoothing: 0.1,
            crop_area: 0.5,
            crop_aspect: 1.25,
            flip: true,
            colour_jitter: 0.2,
            norm_momentum: 0.1,
        }
    }
}

impl ClassifierConfig {
    /// The shape of the finished network.
    ///
    /// # Errors
    /// A name that no network has.
    pub fn shape(&self) -> Result<VggConfig, ModelError> {
        let config = VggConfig::by_name(&self.network)?;
        Ok(VggConfig {
            stages: match self.stages.is_empty() {
                true => config.stages,
                false => self.stages.clone(),
            },
            batch_norm: false,
            ..config
        })
    }

    /// Side of what is seen in a pass, counted from 0: between `first_side` and `side`, in numbers
    /// that can be halved as often as the network does.
    pub fn side_of_pass(&self, pass: u64) -> usize {
        let growing = self.grown * self.epochs as f64;
        let grows = (1..self.side).contains(&self.first_side);
        if !grows || pass as f64 >= growing {
            return self.side;
        }
        let way = (self.side - self.first_side) as f64 * pass as f64 / growing;
        let side = self.first_side + way as usize;
        let least = self.shape().map_or(1, |shape| least_side(&shape));
        (side / least * least).max(least)
    }

    pub(super) fn optimizer(&self) -> OptimizerConfig {
        OptimizerConfig::Sgd {
            momentum: self.momentum,
        }
    }

    pub(super) fn schedule(&self) -> Schedule {
        Schedule::OneCycle {
            first: self.first,
            rise: self.rise,
            last: self.last,
        }
    }

    /// Refuses settings that make no network or no training.
    ///
    /// # Errors
    /// [`ClassifierError::Setting`] with what is wrong, or a name that no network has.
    pub fn check(&self) -> Result<(), ClassifierError> {
        let shape = self.shape()?;
        let least = least_side(&shape);
        let wrong = |setting: &'static str, value: String, must: String| {
            Err(ClassifierError::Setting {
                setting,
                value,
                must,
            })
        };
        let plain = |value: f64| format!("{value}");
        if shape
            .stages
            .iter()
            .any(|stage| stage.is_empty() || stage.contains(&0))
        {
            let value = format!("{:?}", shape.stages);
            return wrong("stages", value, "have layers of one channel or more".into());
        }
        if self.side < least {
            let halvings = least.ilog2();
            let must =
                format!("be at least {least}, as the network halves its pictures {halvings} times");
            return wrong("side", self.side.to_string(), must);
        }
        if self.first_side != 0 && self.first_side < least {
            let must = format!("be 0 or at least {least}");
            return wrong("first_side", self.first_side.to_string(), must);
        }
        if self.batch < 2 {
            return wrong("batch", self.batch.to_string(), "be at least 2".into());
        }
        if self.epochs == 0 {
            return wrong("epochs", "0".into(), "be at least 1".into());
        }
        let is_between = |value: f64, low: f64, high: f64| (low..=high).contains(&value);
        for (setting, value, low, high) in [
            ("rate", self.rate, f64::MIN_POSITIVE, 1e3),
            ("first", self.first, 0.0, 1.0),
            ("rise", self.rise, 0.0, 0.99),
            ("grown", self.grown, 0.0, 1.0),
            ("last", self.last, 0.0, 1.0),
            ("momentum", self.momentum, 0.0, 0.9999),
            ("weight_decay", self.weight_decay, 0.0, 1.0),
            ("label_smoothing", self.label_smoothing, 0.0, 0.99),
            ("crop_area", self.crop_area, 0.01, 1.0),
            ("crop_aspect", self.crop_aspect, 1.0, 10.0),
            ("colour_jitter", self.colour_jitter, 0.0, 0.99),
            ("norm_momentum", self.norm_momentum, 0.0001, 1.0),
        ] {
            if !is_between(value, low, high) {
                return wrong(
                    setting,
                    plain(value),
                    format!("lie between {low} and {high}"),
                );
            }
        }
        Ok(())
    }
}

/// The smallest side that can be halved as often as the network does.
fn least_side(shape: &VggConfig) -> usize {
    1 << (shape.stages.len() - 1 + usize::from(shape.final_pool))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_settings_that_are_there_are_good_and_others_are_named() {
        ClassifierConfig::default().check().unwrap();
        let refused = |change: &dyn Fn(&mut ClassifierConfig)| {
            let mut config = ClassifierConfig::default();
            change(&mut config);
            config.check().unwrap_err().to_string()
        };
        for (error, word) in [
            (refused(&|config| config.side = 7), "side is 7"),
            (refused(&|config| config.batch = 1), "batch is 1"),
            (refused(&|config| config.first_side = 7), "first_side is 7"),
            (refused(&|config| config.grown = 1.5), "grown is 1.5"),
            (refused(&|config| config.epochs = 0), "epochs is 0"),
            (refused(&|config| config.rate = f64::NAN), "rate is NaN"),
            (refused(&|config| config.crop_area = 0.0), "crop_area is 0"),
            (refused(&|config| config.stages = vec![vec![]]), "stages is"),
            (refused(&|config| config.network = "vgg61".into()), "vgg61"),
        ] {
            assert!(error.contains(word), "{error}");
        }
    }

    #[test]
    fn pictures_grow_in_steps_that_can_be_halved() {
        let config = ClassifierConfig {
            first_side: 40,
            grown: 0.7,
            epochs: 20,
            ..ClassifierConfig::default()
        };
        let sides: Vec<usize> = (0..20).map(|pass| config.side_of_pass(pass)).collect();
        let times = |side| sides.iter().filter(|found| **found == side).count();
        assert_eq!([40, 48, 56, 64].map(times), [5, 5, 4, 6], "{sides:?}");
        assert!(sides.is_sorted());
        assert_eq!(ClassifierConfig::default().side_of_pass(0), 64);
    }

    #[test]
    fn stages_of_ones_own_take_the_place_of_the_networks() {
        let config = ClassifierConfig {
            stages: vec![vec![8], vec![16, 16]],
            ..ClassifierConfig::default()
        };
        assert_eq!(config.shape().unwrap().convolutions().len(), 3);
    }
}
