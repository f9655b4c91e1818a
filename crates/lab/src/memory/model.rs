//! A recurrent network with a read-out.

use burn::module::{Module, Param};
use burn::tensor::activation::log_softmax;
use burn::tensor::{Device, Int, Tensor, TensorData};
use reverie_model::recurrent::{
    CellConfig, CellKind, ConfigError, GruConvention, InitConfig, Initializer, Mode,
    Regularisation, Sequence, Stack, StackConfig,
};
use reverie_model::rng::{Rng, normal};

use super::task::{Batch, RecallTask};
use crate::numbers::largest;

/// Reads a sequence and says at its end which symbol came first.
#[derive(Module, Debug)]
pub struct Reader {
    /// Reads.
    pub stack: Stack,
    /// W_y, `[K, classes]`.
    pub output: Param<Tensor<2>>,
    /// b_y, `[classes]`.
    pub bias: Param<Tensor<1>>,
}

/// The settings of one layer.
pub fn cell_config(
    kind: CellKind,
    d_input: usize,
    d_hidden: usize,
    forget_bias: f64,
) -> StackConfig {
    StackConfig {
        cell: CellConfig {
            kind,
            gru: GruConvention::Torch,
            ..CellConfig::default()
        },
        d_input,
        d_hidden,
        n_layers: 1,
        bidirectional: false,
        regularisation: Regularisation::default(),
        init: InitConfig {
            initializer: Initializer::Xavier,
            scale: 1.0,
            forget_bias,
        },
    }
}

impl Reader {
    /// A network with numbers drawn from `rng`.
    ///
    /// # Errors
    /// Settings that make no network.
    pub fn init(
        config: &StackConfig,
        task: &RecallTask,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Self, ConfigError> {
        let stack = Stack::init(config, rng, device)?;
        let (k, classes) = (config.d_hidden, task.n_cues);
        let scale = (2.0 / (k + classes) as f32).sqrt();
        let values: Vec<f32> = normal(rng, k * classes)
            .into_iter()
            .map(|draw| draw * scale)
            .collect();
        let output = Tensor::from_data(TensorData::new(values, [k, classes]), device);
        Ok(Self {
            stack,
            output: Param::from_tensor(output),
            bias: Param::from_tensor(Tensor::zeros([classes], device)),
        })
    }

    /// What it says at the end: logits, `[B, classes]`.
    pub fn answers(&self, batch: &Batch, device: &Device) -> Tensor<2> {
        let count = batch.answers.len();
        let inputs = Sequence::of_symbols(&batch.symbols, count, device);
        let start = self.stack.initial(count, device);
        let (_, end) = self.stack.forward(inputs, start, &mut Mode::Use);
        let last = end.layers.last().expect("a stack has layers");
        let hidden = last.forward.hidden.clone();
        hidden.matmul(self.output.val()) + self.bias.val().unsqueeze()
    }

    /// Mean cross-entropy of the answers, in nats, `[1]`, and the share that is right.
    pub fn loss(&self, batch: &Batch, device: &Device) -> (Tensor<1>, f64) {
        let logits = self.answers(batch, device);
        let right = share_right(logits.clone(), &batch.answers);
        let answers: Vec<i32> = batch.answers.iter().map(|answer| *answer as i32).collect();
        let count = answers.len();
        let places = Tensor::<2, Int>::from_data(TensorData::new(answers, [count, 1]), device);
        let loss = log_softmax(logits, 1).gather(1, places).mean().neg();
        (loss, right)
    }
}

fn share_right(logits: Tensor<2>, answers: &[u32]) -> f64 {
    let [count, classes] = logits.dims();
    let values: Vec<f32> = logits.into_data().iter::<f32>().collect();
    let rows = values.chunks(classes).zip(answers);
    let right = rows.filter(|(row, answer)| largest(row) == **answer as usize);
    right.count() as f64 / count as f64
}
