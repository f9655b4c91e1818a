//! The network: a state from the start, a recurrent cell that hears the drive, a line out.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt;
use reverie_model::recurrent::{
    Activation, AnyCell, CellConfig, CellKind, ConfigError, Direction, InitConfig, Initializer,
    Mode, Regularisation, Sequence, State, unroll,
};
use reverie_model::rng::Rng;

/// Position and velocity.
const D_STATE: usize = 2;

/// A recurrent network that is told where the system starts and how it is driven, and says where it
/// goes; it never sees the system again.
///
/// h_0 = tanh(s_0 E + e), h_t = tanh(u_t W_x + h_{t-1} W_h + b), s_t = h_t C + c
///
/// # Source
/// Schaefer and Zimmermann 2006: networks of this form come as near as one likes to any open dynamical
/// system, if they have enough units.
#[derive(Module, Debug)]
pub struct DrivenNetwork {
    /// E, `[2, K]`.
    pub entry: Param<Tensor<2>>,
    /// e, `[K]`.
    pub entry_bias: Param<Tensor<1>>,
    /// W_x, W_h and b.
    pub cell: AnyCell,
    /// C, `[K, 2]`.
    pub exit: Param<Tensor<2>>,
    /// c, `[2]`.
    pub exit_bias: Param<Tensor<1>>,
}

impl DrivenNetwork {
    /// A network of `units` units: W_h a random rotation, the other weights even within Glorot's and
    /// Bengio's bound, biases zero.
    ///
    /// # Errors
    /// If there are no units.
    pub fn init(units: usize, rng: &mut Rng, device: &Device) -> Result<Self, ConfigError> {
        let cell = CellConfig {
            kind: CellKind::Rnn,
            activation: Activation::Tanh,
            ..CellConfig::default()
        };
        let init = InitConfig {
            initializer: Initializer::Orthogonal,
            scale: 1.0,
            ..InitConfig::default()
        };
        let mut even = |rows: usize, columns: usize| {
            let bound = (6.0 / (rows + columns) as f32).sqrt();
            let draws = (0..rows * columns).map(|_| rng.random_range(-bound..bound));
            let data = TensorData::new(draws.collect::<Vec<f32>>(), [rows, columns]);
            Param::from_tensor(Tensor::from_data(data, device))
        };
        let (entry, exit) = (even(D_STATE, units), even(units, D_STATE));
        let zeros = |count: usize| Param::from_tensor(Tensor::zeros([count], device));
        Ok(Self {
            entry,
            entry_bias: zeros(units),
            cell: AnyCell::init(&cell, 1, units, &init, rng, device),
            exit,
            exit_bias: zeros(D_STATE),
        })
    }

    /// The path from these starts under these drives.
    ///
    /// # Shapes
    /// `starts` is `[B, 2]`, `drives` `[T, B, 1]`; the answer is `[T * B, 2]`, step by step.
    pub fn path(&self, starts: Tensor<2>, drives: Tensor<3>) -> Tensor<2> {
        let entered = starts.matmul(self.entry.val()) + self.entry_bias.val().unsqueeze();
        let (hidden, _) = unroll(
            &self.cell,
            Sequence::by_time(drives, None),
            State::of(entered.tanh()),
            Direction::Forward,
            &Regularisation::default(),
            &mut Mode::Use,
            None,
        );
        hidden.into_rows().matmul(self.exit.val()) + self.exit_bias.val().unsqueeze()
    }
}
