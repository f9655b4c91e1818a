//! The patterns.

use reverie_model::recurrent::CellKind;
use serde::{Deserialize, Serialize};

/// Where a network reads and where it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pattern {
    /// One input, then many outputs.
    OneToMany,
    /// Many inputs, one output at the end.
    ManyToOne,
    /// A sequence is read, then another one is said.
    ManyToMany,
    /// An output for every input.
    Aligned,
    /// What is it now, from all observations so far.
    Filtering,
    /// What was it, from all observations before and after: both directions.
    Smoothing,
    /// What will it be at the next step.
    Prediction,
    /// Layers upon layers, in both directions, an output for every input.
    Deep,
}

impl Pattern {
    /// All of them, in the order of the page.
    pub const ALL: [Self; 8] = [
        Self::OneToMany,
        Self::ManyToOne,
        Self::ManyToMany,
        Self::Aligned,
        Self::Filtering,
        Self::Smoothing,
        Self::Prediction,
        Self::Deep,
    ];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::OneToMany => "one to many",
            Self::ManyToOne => "many to one",
            Self::ManyToMany => "many to many",
            Self::Aligned => "aligned",
            Self::Filtering => "filtering",
            Self::Smoothing => "smoothing",
            Self::Prediction => "prediction",
            Self::Deep => "deep, both directions",
        }
    }

    /// The task of its example.
    pub fn task(self) -> &'static str {
        match self {
            Self::OneToMany => "reads a digit once, then spells its name",
            Self::ManyToOne => "reads nine bits, then says whether ones or zeros were more",
            Self::ManyToMany => "reads five letters, then says them backwards",
            Self::Aligned => "says after every bit whether the ones so far are odd",
            Self::Filtering => "says where a hidden quantity is now, from noisy observations",
            Self::Smoothing => "says where it was at every step, knowing what came later",
            Self::Prediction => "says where it will be at the next step",
            Self::Deep => "says of every bracket whether it has a partner",
        }
    }

    /// Its cell.
    pub fn cell(self) -> CellKind {
        match self {
            Self::Aligned => CellKind::Rnn,
            Self::Filtering | Self::Smoothing | Self::Prediction => CellKind::Gru,
            Self::OneToMany | Self::ManyToOne | Self::ManyToMany | Self::Deep => CellKind::Lstm,
        }
    }

    /// Its layers.
    pub fn layers(self) -> usize {
        match self {
            Self::Deep => 2,
            _ => 1,
        }
    }

    /// Whether it reads both ways.
    pub fn is_bidirectional(self) -> bool {
        matches!(self, Self::Smoothing | Self::Deep)
    }

    /// Units of a layer.
    pub fn hidden(self) -> usize {
        match self {
            Self::Aligned | Self::ManyToOne => 16,
            Self::ManyToMany => 48,
            _ => 24,
        }
    }

    /// The network in words.
    pub fn network(self) -> String {
        let cell = match self.cell() {
            CellKind::Rnn => "tanh",
            CellKind::Jordan => "Jordan",
            CellKind::Lstm => "LSTM",
            CellKind::Gru => "GRU",
        };
        let ways = if self.is_bidirectional() {
            ", both directions"
        } else {
            ""
        };
        format!("{cell} {} x {}{ways}", self.layers(), self.hidden())
    }
}
