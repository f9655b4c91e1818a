//! The cells as one type, chosen while the program runs.

use burn::module::Module;
use burn::tensor::{Device, Tensor};

use super::init::Draw;
use super::{
    Cell, CellConfig, CellKind, ElmanCell, GruCell, InitConfig, JordanCell, LstmCell, Mode,
    Regularisation, Sequence, State, Step,
};
use crate::rng::Rng;

/// Any of the cells.
#[derive(Module, Debug)]
pub enum AnyCell {
    /// Elman's simple recurrent network.
    Elman(ElmanCell),
    /// Jordan's network.
    Jordan(JordanCell),
    /// Long short-term memory.
    Lstm(LstmCell),
    /// Gated recurrent unit.
    Gru(GruCell),
}

impl AnyCell {
    /// A cell of `d_hidden` units that reads `d_input` features or symbols.
    pub fn init(
        config: &CellConfig,
        d_input: usize,
        d_hidden: usize,
        init: &InitConfig,
        rng: &mut Rng,
        device: &Device,
    ) -> Self {
        let draw = &mut Draw {
            config: init,
            rng,
            device,
            units: d_hidden,
        };
        match config.kind {
            CellKind::Rnn => Self::Elman(ElmanCell::init(d_input, config, draw)),
            CellKind::Jordan => Self::Jordan(JordanCell::init(d_input, config, draw)),
            CellKind::Lstm => Self::Lstm(LstmCell::init(d_input, config, draw)),
            CellKind::Gru => Self::Gru(GruCell::init(d_input, config, draw)),
        }
    }

    fn cell(&self) -> &dyn Cell {
        match self {
            Self::Elman(cell) => cell,
            Self::Jordan(cell) => cell,
            Self::Lstm(cell) => cell,
            Self::Gru(cell) => cell,
        }
    }
}

impl Cell for AnyCell {
    fn d_hidden(&self) -> usize {
        self.cell().d_hidden()
    }

    fn initial(&self, batch: usize, device: &Device) -> State {
        self.cell().initial(batch, device)
    }

    fn ready(
        &self,
        batch: usize,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Box<dyn Step + '_> {
        self.cell().ready(batch, regularisation, mode)
    }

    fn run_fused(
        &self,
        inputs: Sequence,
        state: &State,
        regularisation: &Regularisation,
        mode: &mut Mode<'_>,
    ) -> Option<(Tensor<3>, State)> {
        self.cell().run_fused(inputs, state, regularisation, mode)
    }
}
