//! A recurrent network with a linear read-out: what several experiments train.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use reverie_kernels::linear::linear;
use reverie_model::recurrent::{AnyCell, Mode, Sequence, Stack, StackConfig, StackState};
use reverie_model::rng::Rng;

use crate::LabError;

/// A stack of cells and y = h W + b.
#[derive(Module, Debug)]
pub struct Reader {
    /// The recurrent part.
    pub stack: Stack,
    /// W, `[K, V]`, or `[2·K, V]` in both directions; none for a Jordan network, whose read-out
    /// belongs to the cell.
    output: Option<Param<Tensor<2>>>,
    /// b, `[V]`.
    bias: Option<Param<Tensor<1>>>,
}

impl Reader {
    /// Draws one. Read-outs begin even within ±1/√K.
    ///
    /// # Errors
    /// What [`StackConfig::check`] refuses.
    pub fn init(
        config: &StackConfig,
        d_output: usize,
        rng: &mut Rng,
        device: &Device,
    ) -> Result<Self, LabError> {
        let stack = Stack::init(config, rng, device)?;
        let is_jordan = matches!(stack.layers[0].forward, AnyCell::Jordan(_));
        let width = config.d_hidden * if config.bidirectional { 2 } else { 1 };
        let bound = 1.0 / (width as f64).sqrt();
        let read_out = (!is_jordan).then(|| {
            let draw = |_| ((2.0 * rng.random::<f64>() - 1.0) * bound) as f32;
            let values: Vec<f32> = (0..width * d_output).map(draw).collect();
            let weights = Tensor::from_data(TensorData::new(values, [width, d_output]), device);
            let bias = Tensor::zeros([d_output], device);
            (Param::from_tensor(weights), Param::from_tensor(bias))
        });
        let (output, bias) = read_out.unzip();
        Ok(Self {
            stack,
            output,
            bias,
        })
    }

    /// What it says at every step, `[T·B, V]`, all sequences of the first step first.
    pub fn every(&self, inputs: Sequence) -> Tensor<2> {
        let device = self.device();
        let state = self.stack.initial(inputs.batch(), &device);
        self.read_on(inputs, state).0
    }

    /// The same from a state, with the state it ends in.
    pub fn read_on(&self, inputs: Sequence, state: StackState) -> (Tensor<2>, StackState) {
        let (outputs, state) = self.stack.forward(inputs, state, &mut Mode::Use);
        (self.read_out(outputs.into_rows()), state)
    }

    /// What it says at the end alone, `[B, V]`; of a network that reads forwards.
    pub fn last(&self, inputs: Sequence) -> Tensor<2> {
        let device = self.device();
        let state = self.stack.initial(inputs.batch(), &device);
        let (_, mut state) = self.stack.forward(inputs, state, &mut Mode::Use);
        let top = state.layers.pop().expect("a stack has layers");
        self.read_out(top.forward.hidden)
    }

    /// Where it computes, gradients included where it learns.
    pub fn device(&self) -> Device {
        match (&self.output, &self.stack.layers[0].forward) {
            (Some(output), _) => output.val().device(),
            (None, AnyCell::Jordan(cell)) => cell.output.val().device(),
            (None, _) => unreachable!("only a Jordan network has no read-out of its own"),
        }
    }

    fn read_out(&self, rows: Tensor<2>) -> Tensor<2> {
        match (&self.output, &self.bias, &self.stack.layers[0].forward) {
            (Some(output), Some(bias), _) => linear(rows, output.val(), bias.val()),
            (_, _, AnyCell::Jordan(cell)) => cell.read_out(rows),
            _ => unreachable!("only a Jordan network has no read-out of its own"),
        }
    }
}
