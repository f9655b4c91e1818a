//! A network learns to go on with sound.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use serde::{Deserialize, Serialize};

use super::waves_model::window;
use super::{WavesConfig, WavesModel};
use crate::data::speech::{Waves, shuffle};
use crate::recurrent::{Mode, StackState};
use crate::rng::{Rng, seeded};
use crate::sequence::SequenceError;
use crate::train::{EarlyStop, Optimizer, ParamGradients, check_step};

/// One look at the validation part.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct WavesLook {
    /// Updates that were made.
    pub update: u64,
    /// Mean training loss since the last look, in nats per step.
    pub train_nats: f64,
    /// Validation loss, in nats per step.
    pub val_nats: f64,
}

/// One update.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct WavesStep {
    /// Updates that are made now.
    pub update: u64,
    /// Mean loss of the window, in nats per step.
    pub loss: f64,
    /// Global norm of its gradients before they were limited.
    pub norm: f64,
    /// The rate of this update.
    pub rate: f64,
    /// Whether it is time to look at the validation part.
    pub is_look_due: bool,
}

/// A network while it learns.
///
/// Sequences come in a new random order in every pass, B at a time; each batch is heard window by
/// window with the state carried on and its history cut off, and every window is one update. What
/// counts in the end is the network of the best look at the validation part.
pub struct WavesTrainer {
    config: WavesConfig,
    device: Device,
    model: WavesModel,
    best: Option<WavesModel>,
    optimizer: Optimizer,
    rng: Rng,
    /// Sequences of this pass that were not heard yet, the next ones last.
    waiting: Vec<usize>,
    batch: Vec<usize>,
    /// Step of the batch that comes next, and what the network remembers.
    carried: Option<(usize, StackState)>,
    update: u64,
    early: EarlyStop,
    train_sum: f64,
    train_count: u64,
    history: Vec<WavesLook>,
}

impl WavesTrainer {
    /// A network that has learnt nothing, on a device without gradients; they are switched on here.
    ///
    /// # Errors
    /// Settings that make no network or no training.
    pub fn new(config: WavesConfig, seed: u64, device: &Device) -> Result<Self, SequenceError> {
        let mut rng = seeded(seed);
        let model = WavesModel::init(&config, &mut rng, device)?.train();
        Ok(Self {
            device: device.clone(),
            model,
            best: None,
            optimizer: config.optimizer_config().init(),
            rng,
            waiting: Vec::new(),
            batch: Vec::new(),
            carried: None,
            update: 0,
            early: EarlyStop::new(config.patience),
            train_sum: 0.0,
            train_count: 0,
            history: Vec::new(),
            config,
        })
    }

    /// Settings.
    pub fn config(&self) -> &WavesConfig {
        &self.config
    }

    /// Updates that were made.
    pub fn update(&self) -> u64 {
        self.update
    }

    /// All looks at the validation part so far.
    pub fn history(&self) -> &[WavesLook] {
        &self.history
    }

    /// The best look so far.
    pub fn early(&self) -> EarlyStop {
        self.early
    }

    /// Whether there is nothing more to do.
    pub fn is_done(&self) -> bool {
        self.update >= self.config.updates || self.early.is_over()
    }

    /// The network as it is now, ready to be used.
    pub fn model(&self) -> WavesModel {
        self.model.valid()
    }

    /// The network of the best look; the one as it is now, where there was none.
    pub fn best(&self) -> WavesModel {
        self.best.clone().unwrap_or_else(|| self.model())
    }

    /// One update: hears a window, takes gradients back through it, limits them, moves the numbers.
    ///
    /// # Errors
    /// [`SequenceError::Unsound`] where the loss or a gradient is no number any more.
    ///
    /// # Panics
    /// If there are no sequences.
    pub fn step(&mut self, waves: &Waves) -> Result<WavesStep, SequenceError> {
        assert!(!waves.is_empty(), "sequences to learn from");
        let device = self.device.clone().autodiff();
        let (from, state) = match self.carried.take() {
            Some(carried) => carried,
            None => {
                self.draw_batch(waves.len());
                (0, self.model.initial(self.batch.len(), &device))
            }
        };
        let steps = self.config.window.min(waves.steps() - from);
        let (inputs, targets) = window(waves, &self.batch, from, steps, &device);
        let mut mode = Mode::Train(&mut self.rng);
        let (losses, state) = self.model.losses(inputs, targets, state, &mut mode);
        let loss = losses.mean();
        let gradients = loss.backward();
        if from + steps < waves.steps() {
            self.carried = Some((from + steps, state.map(Tensor::inner)));
        }
        let mut gradients = ParamGradients::of(&self.model, &gradients);
        let norm = gradients.clip_norm(self.config.clip_norm);
        let loss = f64::from(loss.inner().into_scalar::<f32>());
        let norm = norm.map_or(0.0, |norm| f64::from(norm.into_scalar::<f32>()));
        let schedule = self.config.rate_schedule();
        let rate = self.config.rate * schedule.factor(self.update, 1, self.config.updates);
        // A density has no largest value that a blind guess would set a bound to.
        check_step(self.update + 1, loss, f64::INFINITY, Some(norm), &gradients)
            .map_err(|trouble| SequenceError::Unsound { trouble, rate })?;
        let model = self.model.clone();
        self.model = self.optimizer.step(rate, model, gradients);
        self.update += 1;
        (self.train_sum, self.train_count) = (self.train_sum + loss, self.train_count + 1);
        Ok(WavesStep {
            update: self.update,
            loss,
            norm,
            rate,
            is_look_due: self.update.is_multiple_of(self.config.eval_every)
                || self.update == self.config.updates,
        })
    }

    /// Notes a look at the validation part, in nats per step; whether it is the best so far, in which
    /// case the network is kept.
    pub fn note(&mut self, val_nats: f64) -> bool {
        let is_best = self.early.look(self.update, val_nats);
        if is_best {
            self.best = Some(self.model());
        }
        self.history.push(WavesLook {
            update: self.update,
            train_nats: self.train_sum / self.train_count.max(1) as f64,
            val_nats,
        });
        (self.train_sum, self.train_count) = (0.0, 0);
        is_best
    }

    fn draw_batch(&mut self, count: usize) {
        if self.waiting.is_empty() {
            self.waiting = (0..count).collect();
            shuffle(&mut self.waiting, &mut self.rng);
        }
        let left = self.waiting.len().saturating_sub(self.config.batch);
        self.batch = self.waiting.split_off(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::speech::WaveTask;
    use crate::recurrent::CellKind;
    use crate::sequence::speech::evaluate_waves;

    /// A sine with a phase of its own in each sequence: easily continued.
    fn sines(count: usize) -> Waves {
        let samples = 130;
        let at = |n: usize| ((n % samples) as f32 * 0.4 + (n / samples) as f32).sin();
        Waves {
            samples,
            values: (0..count * samples).map(at).collect(),
        }
    }

    fn config(cell: CellKind) -> WavesConfig {
        WavesConfig {
            hidden: 12,
            batch: 4,
            window: 5,
            updates: 120,
            rate: 1e-2,
            eval_every: 30,
            ..WavesConfig::matched(cell, WaveTask::A)
        }
    }

    fn run(cell: CellKind) -> (Vec<f64>, f64) {
        let device = Device::flex();
        let (waves, held_out) = (sines(10), sines(3));
        let mut trainer = WavesTrainer::new(config(cell), 7, &device).unwrap();
        let mut losses = Vec::new();
        while !trainer.is_done() {
            let step = trainer.step(&waves).unwrap();
            losses.push(step.loss);
            if step.is_look_due {
                let model = trainer.model();
                let nats = evaluate_waves(&model, &held_out, trainer.config(), &device, || true);
                trainer.note(nats.unwrap());
            }
        }
        let nats = evaluate_waves(
            &trainer.best(),
            &held_out,
            trainer.config(),
            &device,
            || true,
        );
        let nats = nats.unwrap();
        assert_eq!(Some(nats), trainer.early().best);
        (losses, nats)
    }

    #[test]
    fn every_cell_learns_a_sine_and_does_the_same_again() {
        for cell in [CellKind::Rnn, CellKind::Gru, CellKind::Lstm] {
            let (losses, nats) = run(cell);
            assert!(nats < losses[0] - 5.0, "{cell:?}: {} to {nats}", losses[0]);
            let (again, nats_again) = run(cell);
            assert_eq!((losses, nats), (again, nats_again), "{cell:?}");
        }
    }

    #[test]
    fn a_pass_hears_every_sequence_once() {
        let waves = sines(10);
        let mut trainer = WavesTrainer::new(config(CellKind::Rnn), 7, &Device::flex()).unwrap();
        let mut heard = Vec::new();
        // Three batches of 4, 4 and 2 sequences, three windows of 5, 5 and 1 steps each.
        for update in 0..9 {
            trainer.step(&waves).unwrap();
            if update % 3 == 0 {
                heard.extend(trainer.batch.clone());
            }
        }
        heard.sort_unstable();
        assert_eq!(heard, (0..10).collect::<Vec<_>>());
    }
}
