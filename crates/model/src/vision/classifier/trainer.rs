//! A classifier learns, update by update.

use std::path::Path;

use burn::module::Module;
use burn::tensor::{Device, Int, Tensor, TensorData};
use rand::seq::SliceRandom as _;
use reverie_kernels::loss::cross_entropy;
use serde::{Deserialize, Serialize};

use super::augment::{View, batch};
use super::learner::{Learner, Running};
use super::{ClassesMeasured, ClassifierConfig, ClassifierError};
use crate::data::pictures::PictureSet;
use crate::rng::{Rng, from_text, seeded, to_text};
use crate::train::{
    Checkpoint, CheckpointError, ImportError, Optimizer, ParamGradients, check_step, export, host,
    import,
};
use crate::vision::Vgg;
use crate::weights::{Preprocessing, RawTensor};

/// What kind of checkpoint this is.
const KIND: &str = "classifier";

/// One update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ClassifierStep {
    /// Updates of this pass that are done now.
    pub batch: u64,
    /// Updates of a pass.
    pub of: u64,
    /// Mean loss of the batch, in nats, smoothed labels and all.
    pub loss: f64,
    /// The rate of this update.
    pub rate: f64,
}

impl ClassifierStep {
    /// Whether the pass is over, and it is time to look at the second part.
    pub fn is_end_of_epoch(&self) -> bool {
        self.batch == self.of
    }
}

/// One look at the part that is measured on.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassifierLook {
    /// Passes that were made.
    pub epoch: u64,
    /// Mean loss over the pass, in nats, smoothed labels, changed pictures and all.
    #[serde(with = "crate::train::exact")]
    pub train_nats: f64,
    /// Loss on the other part, in nats.
    #[serde(with = "crate::train::exact")]
    pub val_nats: f64,
    /// Share of the other part that was told right.
    #[serde(with = "crate::train::exact")]
    pub val_top_1: f64,
    /// Share of it whose class was among the five likeliest.
    #[serde(with = "crate::train::exact")]
    pub val_top_5: f64,
}

/// Everything of a checkpoint that is not a tensor.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct Notes {
    config: ClassifierConfig,
    classes: Vec<String>,
    seed: u64,
    /// Pictures that are learnt from: another number would give another order.
    pictures: usize,
    epoch: u64,
    /// Updates of this pass that are done.
    batch: u64,
    /// State of the generator at the beginning of this pass, before the order was drawn.
    rng_of_pass: String,
    rng: String,
    #[serde(with = "crate::train::exact")]
    loss_sum: f64,
    history: Vec<ClassifierLook>,
}

/// A classifier while it learns. Its checkpoint holds everything, so that a run that goes on makes the
/// same numbers as one that was never broken off.
pub struct ClassifierTrainer {
    learner: Learner,
    running: Vec<Running>,
    optimizer: Optimizer,
    rng: Rng,
    /// The order of the pictures in this pass.
    order: Vec<usize>,
    notes: Notes,
    device: Device,
}

impl ClassifierTrainer {
    /// A network that has learnt nothing, for so many pictures, on a device without gradients; they
    /// are switched on here.
    ///
    /// # Errors
    /// Settings that make no network or no training, or fewer pictures than an update has.
    pub fn new(
        config: ClassifierConfig,
        classes: Vec<String>,
        pictures: usize,
        seed: u64,
        device: &Device,
    ) -> Result<Self, ClassifierError> {
        config.check()?;
        if pictures < config.batch {
            return Err(ClassifierError::Setting {
                setting: "batch",
                value: config.batch.to_string(),
                must: format!("be at most {pictures}, the number of pictures to learn from"),
            });
        }
        let mut rng = seeded(seed);
        let learner = Learner::init(&config, classes.len(), &mut rng, device)?.train();
        let mut trainer = Self {
            running: Running::start(&config.shape()?, device),
            optimizer: config.optimizer().init(),
            learner,
            order: Vec::new(),
            notes: Notes {
                config,
                classes,
                seed,
                pictures,
                epoch: 0,
                batch: 0,
                rng_of_pass: String::new(),
                rng: String::new(),
                loss_sum: 0.0,
                history: Vec::new(),
            },
            rng,
            device: device.clone(),
        };
        trainer.begin_pass();
        Ok(trainer)
    }

    /// Settings.
    pub fn config(&self) -> &ClassifierConfig {
        &self.notes.config
    }

    /// Names of the classes.
    pub fn classes(&self) -> &[String] {
        &self.notes.classes
    }

    /// Seed of all random numbers.
    pub fn seed(&self) -> u64 {
        self.notes.seed
    }

    /// Pictures it learns from.
    pub fn pictures(&self) -> usize {
        self.notes.pictures
    }

    /// All looks so far.
    pub fn history(&self) -> &[ClassifierLook] {
        &self.notes.history
    }

    /// Passes that are done.
    pub fn epoch(&self) -> u64 {
        self.notes.epoch
    }

    /// Updates of a pass; what is left over at its end is not learnt from in that pass.
    pub fn batches(&self) -> u64 {
        (self.pictures() / self.config().batch) as u64
    }

    /// Updates so far.
    pub fn updates(&self) -> u64 {
        self.epoch() * self.batches() + self.notes.batch
    }

    /// Whether there is nothing more to do.
    pub fn is_done(&self) -> bool {
        self.epoch() >= self.config().epochs
    }

    /// How many numbers are learnt.
    pub fn num_params(&self) -> usize {
        self.learner.num_params()
    }

    /// The network as it is now, normalisation folded in.
    pub fn network(&self) -> Vgg {
        self.learner
            .folded(&self.running, &self.device)
            .with_classes(self.notes.classes.clone())
    }

    fn begin_pass(&mut self) {
        self.notes.rng_of_pass = to_text(&self.rng);
        self.order = (0..self.pictures()).collect();
        self.order.shuffle(&mut self.rng);
    }

    /// One update.
    ///
    /// # Errors
    /// [`ClassifierError::Unsound`] where the loss or a gradient is no number any more.
    ///
    /// # Panics
    /// If the set has another number of pictures than the trainer was made for.
    pub fn step(&mut self, train: &PictureSet) -> Result<ClassifierStep, ClassifierError> {
        assert_eq!(train.len(), self.pictures(), "the pictures it was made for");
        let config = self.notes.config.clone();
        let from = self.notes.batch as usize * config.batch;
        let places = &self.order[from..from + config.batch];
        let views: Vec<View> = places
            .iter()
            .map(|_| View::draw(train.side, &config, &mut self.rng))
            .collect();
        let side = config.side_of_pass(self.notes.epoch);
        let values = batch(train, places, &views, side, &Preprocessing::torchvision());
        let labels: Vec<i32> = places
            .iter()
            .map(|&place| train.labels[place] as i32)
            .collect();
        let device = self.device.clone().autodiff();
        let shape = [config.batch, 3, side, side];
        let pictures = Tensor::from_data(TensorData::new(values, shape), &device);
        let (scores, found) = self.learner.scores(pictures);
        let loss = smoothed(scores, labels, config.label_smoothing, &device);
        let gradients = loss.backward();
        let mut gradients = ParamGradients::of(&self.learner, &gradients);
        let loss = f64::from(loss.inner().into_scalar::<f32>());
        let total = config.epochs * self.batches();
        let factor = config
            .schedule()
            .factor(self.updates(), self.batches(), total);
        let rate = config.rate * factor;
        check_step(self.updates() + 1, loss, f64::INFINITY, None, &gradients)
            .map_err(|trouble| ClassifierError::Unsound { trouble, rate })?;
        gradients.decay(&self.learner, config.weight_decay);
        self.learner = self.optimizer.step(rate, self.learner.clone(), gradients);
        for (running, batch) in self.running.iter_mut().zip(&found) {
            running.toward(batch, config.norm_momentum);
        }
        self.notes.loss_sum += loss;
        self.notes.batch += 1;
        let step = ClassifierStep {
            batch: self.notes.batch,
            of: self.batches(),
            loss,
            rate,
        };
        if step.is_end_of_epoch() {
            self.notes.epoch += 1;
            self.notes.batch = 0;
            self.begin_pass();
        }
        Ok(step)
    }

    /// Notes a look at the other part, after a pass.
    pub fn note(&mut self, measured: &ClassesMeasured) {
        let look = ClassifierLook {
            epoch: self.epoch(),
            train_nats: self.notes.loss_sum / self.batches() as f64,
            val_nats: measured.nats,
            val_top_1: measured.confusion.accuracy(),
            val_top_5: measured.top_5,
        };
        self.notes.loss_sum = 0.0;
        self.notes.history.push(look);
    }

    /// Everything that is needed to go on, as one checkpoint.
    pub fn checkpoint(&self) -> Checkpoint {
        let notes = Notes {
            rng: to_text(&self.rng),
            ..self.notes.clone()
        };
        let mut checkpoint = Checkpoint::new(KIND, &notes);
        checkpoint.put("learner", export(&self.learner.valid()));
        checkpoint.put("running", running_tensors(&self.running));
        checkpoint.put("optimizer", self.optimizer.export());
        checkpoint
    }

    /// Goes on from a checkpoint as if training had never stopped.
    ///
    /// # Errors
    /// A file that is missing, damaged, of another version, or at odds with itself.
    pub fn resume(path: &Path, device: &Device) -> Result<Self, ClassifierError> {
        let checkpoint = Checkpoint::read(path, KIND)?;
        let notes: Notes = checkpoint.notes(path)?;
        let unfit = |source: ImportError| CheckpointError::Unfit {
            path: path.to_owned(),
            source,
        };
        let mut trainer = Self::new(
            notes.config.clone(),
            notes.classes.clone(),
            notes.pictures,
            notes.seed,
            device,
        )?;
        let learner = import(trainer.learner.valid(), checkpoint.part("learner")).map_err(unfit)?;
        trainer.learner = learner.train();
        let mut running = checkpoint.part("running");
        for (number, place) in trainer.running.iter_mut().enumerate() {
            let mut take = |leaf: &str, old: &Tensor<1>| {
                let name = format!("{number}.{leaf}");
                let raw = running.remove(&name);
                let raw =
                    raw.ok_or_else(|| unfit(ImportError::Missing(format!("running.{name}"))))?;
                let need = old.dims().to_vec();
                if raw.shape != need {
                    let found = raw.shape;
                    return Err(unfit(ImportError::Shape { name, found, need }));
                }
                Ok(Tensor::from_data(
                    TensorData::new(raw.values, raw.shape),
                    device,
                ))
            };
            place.mean = take("mean", &place.mean)?;
            place.variance = take("variance", &place.variance)?;
        }
        let sizes = export(&trainer.learner.valid());
        let sizes: Vec<usize> = sizes.iter().map(|(_, raw)| raw.values.len()).collect();
        let optimizer = &mut trainer.optimizer;
        optimizer
            .restore(&checkpoint.part("optimizer"), &sizes, device)
            .map_err(unfit)?;
        let generator = |text: &str| {
            from_text(text).ok_or_else(|| unfit(ImportError::Missing("the generator".to_owned())))
        };
        trainer.rng = generator(&notes.rng_of_pass)?;
        trainer.begin_pass();
        trainer.rng = generator(&notes.rng)?;
        trainer.notes = notes;
        Ok(trainer)
    }
}

/// (1 − ε) · cross-entropy + ε · the mean of it over all classes.
fn smoothed(scores: Tensor<2>, labels: Vec<i32>, share: f64, device: &Device) -> Tensor<1> {
    let batch = labels.len();
    let labels = Tensor::<1, Int>::from_data(TensorData::new(labels, [batch]), device);
    let losses = cross_entropy(scores.clone(), labels.clone());
    if share == 0.0 {
        return losses.mean();
    }
    // ln Σ e^x − x_k, averaged over k, is the loss at the label, plus x at the label, minus the mean.
    let at_label = scores
        .clone()
        .gather(1, labels.unsqueeze_dim(1))
        .reshape([batch]);
    let mean = scores.mean_dim(1).reshape([batch]);
    (losses + (at_label - mean) * share).mean()
}

fn running_tensors(running: &[Running]) -> Vec<(String, RawTensor)> {
    let mut found = Vec::new();
    for (number, one) in running.iter().enumerate() {
        for (leaf, tensor) in [("mean", &one.mean), ("variance", &one.variance)] {
            let values = host(tensor.clone());
            let shape = vec![values.len()];
            found.push((format!("{number}.{leaf}"), RawTensor { shape, values }));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use rand::RngExt as _;

    use super::super::evaluate_classes;
    use super::*;

    fn config() -> ClassifierConfig {
        ClassifierConfig {
            stages: vec![vec![8], vec![16]],
            side: 12,
            batch: 16,
            epochs: 6,
            ..ClassifierConfig::default()
        }
    }

    /// Three classes: stripes along, stripes across, and dots, in any colour.
    fn stripes(count: usize, seed: u64) -> PictureSet {
        let mut rng = seeded(seed);
        let mut set = PictureSet::new(12);
        for number in 0..count {
            let class = number % 3;
            let colour: [u8; 3] = std::array::from_fn(|_| rng.random_range(60..=255));
            let shift: usize = rng.random_range(0..4);
            let pixels = (0..144).flat_map(|i| {
                let (x, y) = (i % 12 + shift, i / 12 + shift);
                let is_lit = match class {
                    0 => x % 4 < 2,
                    1 => y % 4 < 2,
                    _ => (x % 4 < 2) == (y % 4 < 2),
                };
                if is_lit { colour } else { [0; 3] }
            });
            set.push(number.to_string(), class, &pixels.collect::<Vec<u8>>());
        }
        set
    }

    fn classes() -> Vec<String> {
        ["along", "across", "dots"].map(str::to_owned).to_vec()
    }

    fn learn(trainer: &mut ClassifierTrainer, train: &PictureSet, test: &PictureSet) {
        let device = Device::flex();
        while !trainer.is_done() {
            let step = trainer.step(train).unwrap();
            if step.is_end_of_epoch() {
                let network = trainer.network();
                let measured = evaluate_classes(&network, test, 20, &device, || true).unwrap();
                trainer.note(&measured);
            }
        }
    }

    #[test]
    fn stripes_are_told_apart_with_normalisation_and_without() {
        let (train, test) = (stripes(240, 1), stripes(60, 2));
        for (batch_norm, rate) in [(true, 0.1), (false, 0.05)] {
            let config = ClassifierConfig {
                batch_norm,
                rate,
                ..config()
            };
            let device = Device::flex();
            let mut trainer = ClassifierTrainer::new(config, classes(), 240, 1, &device).unwrap();
            learn(&mut trainer, &train, &test);
            let look = trainer.history().last().unwrap();
            assert_eq!(trainer.history().len(), 6);
            assert!(look.val_top_1 > 0.9, "{batch_norm}: {look:?}");
            assert_eq!(look.val_top_5, 1.0);
        }
    }

    #[test]
    fn a_run_that_goes_on_is_an_unbroken_run() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("checkpoint.safetensors");
        let device = Device::flex();
        let (train, test) = (stripes(80, 1), stripes(30, 2));
        let new = || {
            let config = ClassifierConfig {
                epochs: 2,
                ..config()
            };
            ClassifierTrainer::new(config, classes(), 80, 7, &device).unwrap()
        };
        let mut unbroken = new();
        learn(&mut unbroken, &train, &test);
        let mut broken = new();
        // In the middle of a pass.
        for _ in 0..3 {
            broken.step(&train).unwrap();
        }
        broken.checkpoint().write(&path).unwrap();
        let mut resumed = ClassifierTrainer::resume(&path, &device).unwrap();
        learn(&mut resumed, &train, &test);
        assert_eq!(resumed.history(), unbroken.history());
        let files = [resumed, unbroken].map(|trainer| {
            trainer.checkpoint().write(&path).unwrap();
            std::fs::read(&path).unwrap()
        });
        assert_eq!(files[0], files[1]);
    }

    #[test]
    fn a_smoothed_loss_is_the_mean_over_smoothed_targets() {
        let device = Device::flex();
        let scores = Tensor::<2>::from_data([[1.0, -0.5, 2.0], [0.0, 0.3, -1.0]], &device);
        let found = smoothed(scores, vec![2, 0], 0.1, &device).into_scalar::<f32>();
        let rows = [([1.0_f64, -0.5, 2.0], 2), ([0.0, 0.3, -1.0], 0)];
        let want: f64 = rows
            .iter()
            .map(|(row, label)| {
                let sum = row.iter().map(|x| x.exp()).sum::<f64>().ln();
                let losses = row.map(|x| sum - x);
                0.9 * losses[*label] + 0.1 * losses.iter().sum::<f64>() / 3.0
            })
            .sum::<f64>()
            / 2.0;
        assert!((f64::from(found) - want).abs() < 1e-6, "{found} {want}");
    }

    #[test]
    fn too_few_pictures_for_an_update_are_refused() {
        let error = ClassifierTrainer::new(config(), classes(), 15, 1, &Device::flex());
        let error = error.err().unwrap().to_string();
        assert!(
            error.contains("batch is 16") && error.contains("15"),
            "{error}"
        );
    }
}
