//! What every cell can do.

use burn::tensor::{Device, Tensor};

use super::{Input, Mode, Regularisation, Sequence, State};

/// Names of gates, as the literature has them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum GateName {
    /// i: how much of the candidate enters the memory of an LSTM.
    Input,
    /// f: how much of its memory an LSTM keeps.
    Forget,
    /// o: how much of its memory an LSTM shows.
    Output,
    /// r: how much of its state a GRU looks at.
    Reset,
    /// z: how much of its state a GRU replaces or keeps, by convention.
    Update,
}

impl GateName {
    /// The name in words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Input => "input",
            Self::Forget => "forget",
            Self::Output => "output",
            Self::Reset => "reset",
            Self::Update => "update",
        }
    }
}

/// What one step made.
#[derive(Clone, Debug)]
pub struct Stepped {
    /// What the layer above reads, `[B, K]`.
    pub output: Tensor<2>,
    /// What the next step reads.
    pub state: State,
    /// The gates that were opened, each `[B, K]` between 0 and 1.
    pub gates: Vec<(GateName, Tensor<2>)>,
}

/// A cell made ready to walk along one sequence: its weights taken apart by gate, and the noise
/// that holds for the whole sequence drawn.
pub trait Step {
    /// One step in time.
    fn step(&self, input: Input, state: State) -> Stepped;
}

/// A recurrent cell. It knows one step, and nothing of time, direction or layers.
pub trait Cell {
    /// K, the width of its output.
    fn d_hidden(&self) -> usize;

    /// The state before the first step: zeros.
    fn initial(&self, batch: usize, device: &Device) -> State {
        State::of(Tensor::zeros([batch, self.d_hidden()], device))
    }

    /// Makes the cell ready for one sequence of `batch` cases.
    fn ready(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Box<dyn Step + '_>;

    /// Runs along a whole sequence at once where there is a fused operation for that: outputs
    /// `[T, B, K]` and the state at the end. None where there is none; then nothing was drawn.
    ///
    /// Only asked on devices that [`reverie_kernels::serves`], and where no masks are wanted on the
    /// way.
    fn run_fused(
        &self,
        inputs: Sequence,
        state: &State,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Option<(Tensor<3>, State)> {
        let _ = (inputs, state, regularisation, mode);
        None
    }
}
