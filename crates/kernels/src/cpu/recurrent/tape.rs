//! What a walk writes down on its way, to find back.

use super::room::{Mine, Place, Room};
use super::{Cell, Inputs, Plan, Weights, table};
use std::ops::Range;

/// Something for every buffer of a walk: how wide it is, its numbers, or one thread's rows.
#[derive(Clone, Debug)]
pub(super) struct Tape<T> {
    /// The gates, `[G·K]` in every row; for Elman â under layer normalisation and else nothing, as
    /// its outputs say it all.
    pub gates: T,
    /// LSTM: c. GRU: h_{t-1} ∘ r, or q + b_hn where the reset comes after the product. `[K]`
    pub memory: T,
    /// Layer normalisation of LSTM and GRU: â of x W_x, `[G·K]`; nothing where there is a table.
    pub input: T,
    /// Layer normalisation of LSTM and GRU: â of h W_h, `[G·K]`.
    pub hidden: T,
    /// Layer normalisation: 1 / √(σ² + ε) of x W_x, `[G]`; nothing where there is a table.
    pub input_scales: T,
    /// Layer normalisation of LSTM and GRU: 1 / √(σ² + ε) of h W_h, `[G]`.
    pub hidden_scales: T,
    /// Layer normalisation of LSTM: μ and 1 / √(σ² + ε) of c, `[2]`.
    pub statistics: T,
}

impl<T> Tape<T> {
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Tape<U> {
        Tape {
            gates: f(self.gates),
            memory: f(self.memory),
            input: f(self.input),
            hidden: f(self.hidden),
            input_scales: f(self.input_scales),
            hidden_scales: f(self.hidden_scales),
            statistics: f(self.statistics),
        }
    }

    pub fn each_mut(&mut self) -> Tape<&mut T> {
        Tape {
            gates: &mut self.gates,
            memory: &mut self.memory,
            input: &mut self.input,
            hidden: &mut self.hidden,
            input_scales: &mut self.input_scales,
            hidden_scales: &mut self.hidden_scales,
            statistics: &mut self.statistics,
        }
    }

    pub fn each(&self) -> Tape<&T> {
        Tape {
            gates: &self.gates,
            memory: &self.memory,
            input: &self.input,
            hidden: &self.hidden,
            input_scales: &self.input_scales,
            hidden_scales: &self.hidden_scales,
            statistics: &self.statistics,
        }
    }

    pub fn zip<U>(self, other: Tape<U>) -> Tape<(T, U)> {
        Tape {
            gates: (self.gates, other.gates),
            memory: (self.memory, other.memory),
            input: (self.input, other.input),
            hidden: (self.hidden, other.hidden),
            input_scales: (self.input_scales, other.input_scales),
            hidden_scales: (self.hidden_scales, other.hidden_scales),
            statistics: (self.statistics, other.statistics),
        }
    }
}

impl Tape<usize> {
    /// How many numbers a row of each buffer has.
    pub fn widths(plan: &Plan<'_>, inputs: Inputs<'_>, weights: &Weights<'_>) -> Self {
        let (k, gates, width) = (plan.shape.d_hidden, plan.cell.gates(), plan.width());
        let is_normed = weights.norm.is_some();
        let is_elman = matches!(plan.cell, Cell::Elman(_));
        let has_table = table::serves(plan, inputs, weights);
        let only = |is_there: bool, width: usize| if is_there { width } else { 0 };
        Self {
            gates: only(!is_elman || is_normed, width),
            memory: only(!is_elman, k),
            input: only(is_normed && !is_elman && !has_table, width),
            hidden: only(is_normed && !is_elman, width),
            input_scales: only(is_normed && !has_table, gates),
            hidden_scales: only(is_normed && !is_elman, gates),
            statistics: only(is_normed && plan.cell == Cell::Lstm, 2),
        }
    }

    /// Room for so many rows.
    ///
    /// It is one piece, as the C library gives several large pieces back to the system when they
    /// are done with, and asking for them anew every time costs as much as the products.
    pub fn room(&self, rows: usize) -> Room {
        let mut width = 0;
        self.each().map(|buffer| width += buffer);
        Room::new(rows * width)
    }

    /// Where each buffer of so many rows lies in the room.
    pub fn places<'a>(&self, rows: usize, room: Place<'a>) -> Tape<Place<'a>> {
        let mut from = 0;
        self.each().map(|width| {
            from += rows * width;
            room.part(from - rows * width..from)
        })
    }

    /// The numbers of each buffer of so many rows.
    pub fn slices<'a>(&self, rows: usize, numbers: &'a [f32]) -> Tape<&'a [f32]> {
        let mut from = 0;
        self.each().map(|width| {
            from += rows * width;
            &numbers[from - rows * width..from]
        })
    }

    /// One thread's rows of buffers of `steps` times `batch` rows.
    ///
    /// # Safety
    /// Nobody else reads or writes these rows meanwhile, and what is read was written before.
    pub unsafe fn mine<'a>(
        &self,
        places: &Tape<Place<'a>>,
        (steps, batch): (usize, usize),
        rows: Range<usize>,
    ) -> Tape<Mine<'a>> {
        self.each().zip(places.each()).map(|(&width, &place)| {
            // SAFETY: the caller vouches for it.
            unsafe { Mine::new(place, (steps, batch, width), rows.clone()) }
        })
    }
}

/// What the way back needs of the way forward: about as much as the gates of all steps.
#[derive(Clone, Debug)]
pub struct Kept(pub(super) Vec<f32>);
