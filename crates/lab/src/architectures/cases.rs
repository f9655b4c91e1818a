//! Questions with their answers, and what a network says to them.

use std::ops::Range;

use burn::tensor::{Device, Tensor, TensorData};
use reverie_kernels::loss::cross_entropy;
use reverie_model::recurrent::Sequence;

use crate::numbers::largest;
use crate::reader::Reader;

/// What is read.
pub enum Inputs {
    /// `[B, T]` symbols.
    Symbols(Vec<u32>),
    /// `[T, B]` numbers.
    Numbers(Vec<f32>),
}

/// What is asked for.
pub enum Targets {
    /// `[t, B]` classes.
    Classes(Vec<i32>),
    /// `[t, B]` numbers.
    Numbers(Vec<f32>),
}

/// Cases side by side.
pub struct Cases {
    /// B.
    pub batch: usize,
    /// T.
    pub steps: usize,
    /// What is read.
    pub inputs: Inputs,
    /// The steps t whose outputs are asked for.
    pub asked: Range<usize>,
    /// What they should be.
    pub targets: Targets,
}

impl Cases {
    fn sequence(&self, device: &Device) -> Sequence {
        match &self.inputs {
            Inputs::Symbols(rows) => Sequence::of_symbols(rows, self.batch, device),
            Inputs::Numbers(numbers) => {
                let data = TensorData::new(numbers.clone(), [self.steps, self.batch, 1]);
                Sequence::ByTime(Tensor::from_data(data, device))
            }
        }
    }

    /// What the network says at the steps asked for, `[t·B, V]`.
    fn said(&self, net: &Reader) -> Tensor<2> {
        let rows = net.every(self.sequence(&net.device()));
        rows.narrow(
            0,
            self.asked.start * self.batch,
            self.asked.len() * self.batch,
        )
    }

    /// Mean cross-entropy in nats, or mean squared error, `[1]`.
    pub fn loss(&self, net: &Reader) -> Tensor<1> {
        let said = self.said(net);
        let device = said.device();
        match &self.targets {
            Targets::Classes(classes) => {
                let data = TensorData::new(classes.clone(), [classes.len()]);
                cross_entropy(said, Tensor::from_data(data, &device)).mean()
            }
            Targets::Numbers(numbers) => {
                let data = TensorData::new(numbers.clone(), [numbers.len(), 1]);
                (said - Tensor::from_data(data, &device)).square().mean()
            }
        }
    }

    /// The likeliest class at every step asked for, `[t, B]`.
    pub fn classes(&self, net: &Reader) -> Vec<i32> {
        let said = self.said(net);
        let width = said.dims()[1];
        let logits: Vec<f32> = said.into_data().iter::<f32>().collect();
        let rows = logits.chunks(width);
        rows.map(|row| largest(row) as i32).collect()
    }

    /// The number at every step asked for, `[t, B]`.
    pub fn numbers(&self, net: &Reader) -> Vec<f32> {
        self.said(net).into_data().iter::<f32>().collect()
    }
}
