//! A recogniser with everything it needs to be used: its file.

use std::path::Path;

use burn::tensor::Device;
use burn::tensor::activation::softmax;
use serde::{Deserialize, Serialize};

use super::digit_set::DigitBatch;
use super::{DigitsConfig, DigitsLook, DigitsModel};
use crate::data::speech::{BandScale, LogMel, LogMelConfig, N_DIGITS};
use crate::recurrent::Mode;
use crate::rng::seeded;
use crate::sequence::SequenceError;
use crate::train::{Checkpoint, CheckpointError, export, import};

/// What kind of checkpoint this is.
const KIND: &str = "digits";

/// Everything of a recogniser that is not a tensor.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct DigitsNotes {
    /// All settings.
    pub config: DigitsConfig,
    /// How frames are made.
    pub log_mel: LogMelConfig,
    /// Scale of the frames.
    pub scale: BandScale,
    /// Seed of all random numbers.
    pub seed: u64,
    /// Indices that were the validation part.
    pub validation_indices: Vec<u32>,
    /// All looks at the validation part.
    pub history: Vec<DigitsLook>,
}

/// A recogniser that is ready to be used.
pub struct Recogniser {
    /// The network, on a device without gradients.
    pub model: DigitsModel,
    /// How it came to be.
    pub notes: DigitsNotes,
    log_mel: LogMel,
    device: Device,
}

impl Recogniser {
    /// Puts together what was learnt.
    ///
    /// # Errors
    /// Notes that speak of no frames.
    pub fn new(
        model: DigitsModel,
        notes: DigitsNotes,
        device: &Device,
    ) -> Result<Self, SequenceError> {
        Ok(Self {
            model,
            log_mel: LogMel::new(&notes.log_mel)?,
            notes,
            device: device.clone(),
        })
    }

    /// How likely each digit is in a sound of 8,000 samples a second, in [-1, 1].
    ///
    /// # Panics
    /// If there are no samples.
    pub fn hear(&self, samples: &[f32]) -> [f64; N_DIGITS] {
        assert!(!samples.is_empty(), "samples to hear");
        let mut frames = self.log_mel.frames(samples);
        self.notes.scale.apply(&mut frames);
        let batch = DigitBatch::of(&[frames], &self.device);
        let logits = self
            .model
            .logits(batch.frames, &batch.lengths, &mut Mode::Use);
        let shares = softmax(logits, 1).into_data();
        let mut found = [0.0; N_DIGITS];
        for (to, share) in found.iter_mut().zip(shares.iter::<f64>()) {
            *to = share;
        }
        found
    }

    /// Writes it as one file.
    ///
    /// # Errors
    /// The folder or the disk refuses.
    pub fn save(&self, path: &Path) -> Result<(), SequenceError> {
        let mut checkpoint = Checkpoint::new(KIND, &self.notes);
        checkpoint.put("model", export(&self.model));
        Ok(checkpoint.write(path)?)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn load(path: &Path, device: &Device) -> Result<Self, SequenceError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: DigitsNotes = checkpoint.notes(path)?;
        let bands = notes.log_mel.bands;
        // The numbers drawn here are all replaced.
        let model = DigitsModel::init(&notes.config, bands, &mut seeded(0), device);
        let model = model.map_err(|source| CheckpointError::Senseless {
            path: path.to_owned(),
            source,
        })?;
        let unfit = |source| CheckpointError::Unfit {
            path: path.to_owned(),
            source,
        };
        let model = import(model, checkpoint.part("model")).map_err(unfit)?;
        for (name, values) in [
            ("mean", &notes.scale.mean),
            ("deviation", &notes.scale.deviation),
        ] {
            if values.len() != bands {
                let source = crate::train::ImportError::Shape {
                    name: format!("scale.{name}"),
                    found: vec![values.len()],
                    need: vec![bands],
                };
                return Err(unfit(source).into());
            }
        }
        Self::new(model, notes, device)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::normal;

    fn recogniser(device: &Device) -> Recogniser {
        let config = DigitsConfig {
            hidden: 6,
            ..DigitsConfig::default()
        };
        let log_mel = LogMelConfig::default();
        let model = DigitsModel::init(&config, log_mel.bands, &mut seeded(3), device).unwrap();
        let look = DigitsLook {
            epoch: 1,
            train_nats: 2.3,
            val_nats: f64::NAN,
            val_accuracy: 0.1,
        };
        let notes = DigitsNotes {
            config,
            scale: BandScale {
                mean: vec![-9.123_456; log_mel.bands],
                deviation: vec![2.5; log_mel.bands],
            },
            log_mel,
            seed: 3,
            validation_indices: vec![7, 9],
            history: vec![look],
        };
        Recogniser::new(model, notes, device).unwrap()
    }

    #[test]
    fn what_is_saved_hears_the_same() {
        let device = Device::flex();
        let one = recogniser(&device);
        let samples: Vec<f32> = normal(&mut seeded(1), 3_000)
            .iter()
            .map(|x| 0.1 * x)
            .collect();
        let shares = one.hear(&samples);
        assert!(
            (shares.iter().sum::<f64>() - 1.0).abs() < 1e-5,
            "{shares:?}"
        );
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("digits.safetensors");
        one.save(&path).unwrap();
        let two = Recogniser::load(&path, &device).unwrap();
        assert_eq!(two.hear(&samples), shares);
        assert_eq!(two.notes.scale, one.notes.scale);
        let error = crate::sequence::TextNotes::read(&path)
            .err()
            .unwrap()
            .to_string();
        assert!(error.contains("is of kind digits"), "{error}");
    }

    #[test]
    fn a_scale_that_does_not_fit_is_refused() {
        let device = Device::flex();
        let mut one = recogniser(&device);
        one.notes.scale.mean.pop();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("digits.safetensors");
        one.save(&path).unwrap();
        let error = Recogniser::load(&path, &device).err().unwrap();
        assert!(error.to_string().contains("does not fit"), "{error}");
    }
}
