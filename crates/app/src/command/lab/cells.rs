//! What cells are called on the command line, in settings and in tables.

use reverie_model::recurrent::CellKind;

use crate::cli::LabCell;

impl LabCell {
    /// The name that the setting has for it.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Tanh => "rnn",
            Self::Gru => "gru",
            Self::Lstm => "lstm",
        }
    }
}

/// What a cell is called in tables.
pub fn title(kind: CellKind) -> &'static str {
    match kind {
        CellKind::Rnn => "tanh",
        CellKind::Jordan => "Jordan",
        CellKind::Gru => "GRU",
        CellKind::Lstm => "LSTM",
    }
}
