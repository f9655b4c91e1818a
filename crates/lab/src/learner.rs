//! A network while it learns: what all experiments train with.

use burn::module::Module;
use burn::tensor::{Device, Tensor};
use reverie_model::train::{
    Checkpoint, ImportError, Optimizer, OptimizerConfig, ParamGradients, export, import,
};

use crate::LabError;

/// Adam's usual memory and floor.
///
/// # Source
/// Kingma and Ba 2015 (arXiv 1412.6980), algorithm 1.
const ADAM: OptimizerConfig = OptimizerConfig::Adam {
    beta_1: 0.9,
    beta_2: 0.999,
    epsilon: 1e-8,
};

/// Parts of a checkpoint.
const NET: &str = "net";
const OPTIMIZER: &str = "optimizer";

/// A network that learns by Adam, with the global norm of its gradients limited.
pub struct Learner<M> {
    /// As it is now, with gradients.
    pub net: M,
    optimizer: Optimizer,
    clip: Option<f64>,
    updates: u64,
}

/// What an update met.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Descent {
    /// The loss before it.
    pub loss: f64,
    /// Global norm of the gradients before they were limited.
    pub norm: f64,
}

impl Descent {
    /// Whether both are numbers; if not, nothing was moved.
    pub fn is_finite(&self) -> bool {
        self.loss.is_finite() && self.norm.is_finite()
    }
}

impl<M: Module> Learner<M> {
    /// Begins to teach a network that was drawn on a device without gradients; `clip` is the largest
    /// norm of all gradients together, where there is one.
    pub fn new(net: M, clip: impl Into<Option<f64>>) -> Self {
        Self {
            net: net.train(),
            optimizer: ADAM.init(),
            clip: clip.into(),
            updates: 0,
        }
    }

    /// One update of size `rate` downhill from a loss `[1]` of this network. Where loss or gradient
    /// are no numbers it stays as it is.
    pub fn descend(&mut self, rate: f64, loss: Tensor<1>) -> Descent {
        self.updates += 1;
        let mut gradients = ParamGradients::of(&self.net, &loss.backward());
        let norm = match self.clip {
            Some(limit) => gradients.clip_norm(limit),
            None => gradients.global_norm(),
        };
        let number = |tensor: Tensor<1>| f64::from(tensor.into_scalar::<f32>());
        let found = Descent {
            loss: number(loss),
            norm: norm.map_or(0.0, number),
        };
        if found.is_finite() {
            self.net = self.optimizer.step(rate, self.net.clone(), gradients);
        }
        found
    }

    /// The same for a loss that must be a number; answers with it.
    ///
    /// # Errors
    /// [`LabError::Diverged`] where loss or gradient are no numbers.
    pub fn update(
        &mut self,
        rate: f64,
        loss: impl FnOnce(&M) -> Tensor<1>,
    ) -> Result<f64, LabError> {
        let loss = loss(&self.net);
        let found = self.descend(rate, loss);
        let what = match (found.loss.is_finite(), found.norm.is_finite()) {
            (true, true) => return Ok(found.loss),
            (false, _) => "the loss",
            (true, false) => "the gradient",
        };
        Err(LabError::Diverged {
            what,
            step: self.updates,
        })
    }

    /// Updates that were tried.
    pub fn updates(&self) -> u64 {
        self.updates
    }

    /// Puts network and optimiser into a checkpoint.
    pub fn put(&self, checkpoint: &mut Checkpoint) {
        checkpoint.put(NET, export(&self.net()));
        checkpoint.put(OPTIMIZER, self.optimizer.export());
    }

    /// Goes on after so many updates with what [`Self::put`] put there.
    ///
    /// # Errors
    /// Numbers that do not fit this network.
    pub fn restore(
        &mut self,
        checkpoint: &Checkpoint,
        updates: u64,
        device: &Device,
    ) -> Result<(), ImportError> {
        let net = import(self.net(), checkpoint.part(NET))?;
        let sizes: Vec<usize> = export(&net)
            .iter()
            .map(|(_, tensor)| tensor.values.len())
            .collect();
        self.optimizer
            .restore(&checkpoint.part(OPTIMIZER), &sizes, device)?;
        self.net = net.train();
        self.updates = updates;
        Ok(())
    }

    /// The network ready to be used.
    pub fn net(&self) -> M {
        self.net.valid()
    }
}
