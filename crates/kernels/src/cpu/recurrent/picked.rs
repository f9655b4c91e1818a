//! Rows of W_x that symbols pick.

use super::Inputs;

/// x W_x of a few sequences whose inputs are symbols.
#[derive(Clone, Copy, Debug)]
pub(super) struct Picked<'a> {
    /// A symbol for each sequence.
    symbols: &'a [i32],
    /// W_x, `[D, G·K]`.
    weights: &'a [f32],
    /// D
    rows: usize,
    /// G·K
    width: usize,
}

impl<'a> Picked<'a> {
    /// W_x is `weights` of so many `rows`; `from` is the first sequence of `[T·B]`. None where
    /// inputs are dense.
    pub fn new(
        inputs: Inputs<'a>,
        (weights, rows, width): (&'a [f32], usize, usize),
        from: usize,
    ) -> Option<Self> {
        match inputs {
            Inputs::Symbols(symbols) => Some(Self {
                symbols: &symbols[from..],
                weights,
                rows,
                width,
            }),
            Inputs::Dense(_) => None,
        }
    }

    /// The row of W_x for one of the sequences.
    ///
    /// # Panics
    /// If W_x has no such row.
    pub fn row(&self, sequence: usize) -> &'a [f32] {
        let from = row_of(self.symbols[sequence], self.rows) * self.width;
        &self.weights[from..from + self.width]
    }
}

/// The row of W_x that a symbol picks, of so many.
///
/// # Panics
/// If there is none.
pub(super) fn row_of(symbol: i32, rows: usize) -> usize {
    match usize::try_from(symbol) {
        Ok(row) if row < rows => row,
        _ => panic!("symbol {symbol} has no row among {rows}"),
    }
}
