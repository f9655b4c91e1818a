//! The right-hand side laid out in panels: strips of two vectors' width, row after row.

use std::ops::Range;

use super::Matrix;
use crate::cpu::simd::{Lanes, Level, Vectorised, prefetch};

/// Numbers in a cache line.
const CACHE_LINE: usize = 16;

/// A right-hand side that is used many times.
#[derive(Clone, Debug)]
pub struct Packed {
    pub(super) k: usize,
    pub(super) n: usize,
    /// Columns of a panel.
    pub(super) width: usize,
    data: Vec<f32>,
}

impl Packed {
    /// Packs `[k, n]` for products at this level.
    ///
    /// # Panics
    /// If the matrix does not fit into its numbers.
    pub fn new(level: Level, matrix: Matrix<'_>, k: usize, n: usize) -> Self {
        struct Work<'a>(Matrix<'a>, usize, usize);
        impl Vectorised for Work<'_> {
            type Output = (usize, Vec<f32>);
            #[inline(always)]
            fn run<L: Lanes>(self) -> Self::Output {
                let Self(matrix, k, n) = self;
                let mut data = Vec::new();
                pack::<L>(matrix, 0..k, n, &mut data);
                (2 * L::COUNT, data)
            }
        }
        if k > 0 && n > 0 {
            matrix.check(k, n);
        }
        let (width, data) = level.run(Work(matrix, k, n));
        Self { k, n, width, data }
    }

    /// Room for `[k, n]`, all zeros, for someone who writes the panels himself.
    pub fn zeros(level: Level, k: usize, n: usize) -> Self {
        let width = 2 * level.min(Level::detect()).lanes();
        let data = vec![0.0; n.div_ceil(width) * width * k];
        Self { k, n, width, data }
    }

    /// Columns of a panel.
    pub fn width(&self) -> usize {
        self.width
    }

    /// Element (i, j).
    ///
    /// # Panics
    /// If there is none.
    pub fn at(&self, i: usize, j: usize) -> f32 {
        assert!(
            i < self.k && j < self.n,
            "({i}, {j}) of {}x{}",
            self.k,
            self.n
        );
        self.data[(j / self.width * self.k + i) * self.width + j % self.width]
    }

    /// The numbers: element (i, j) lies at `(j / width · k + i) · width + j % width`.
    pub fn panels_mut(&mut self) -> &mut [f32] {
        &mut self.data
    }

    /// Packs the transpose of some of the rows: `[n, rows]`.
    ///
    /// # Panics
    /// If there are no such rows, the first is not the first of a group of as many rows as a panel
    /// has columns, or this was packed for another level.
    #[inline(always)]
    pub fn turn_rows<L: Lanes>(&self, rows: Range<usize>, into: &mut Self) {
        let width = 2 * L::COUNT;
        assert!(
            rows.end <= self.k && self.width == width,
            "other rows, or another level"
        );
        into.k = self.n;
        into.n = rows.len();
        into.width = width;
        let len = rows.len().div_ceil(width) * width * self.n;
        if into.data.len() < len {
            into.data.resize(len, 0.0);
        }
        for (panel, row) in into
            .data
            .chunks_exact_mut((self.n * width).max(1))
            .zip(rows.clone().step_by(width))
        {
            let columns = width.min(rows.end - row);
            if columns < width {
                panel.fill(0.0);
            }
            for (number, first) in (0..self.n).step_by(width).enumerate() {
                let from = &self.data[(number * self.k + row) * width..][..columns * width];
                let to = &mut panel[first * width..];
                let steps = width.min(self.n - first);
                // The next piece lies far off, where the machine does not expect it.
                let next = self
                    .data
                    .as_ptr()
                    .wrapping_add(((number + 1) * self.k + row) * width);
                for line in (0..columns * width).step_by(CACHE_LINE) {
                    prefetch(next.wrapping_add(line));
                }
                if columns == width && steps == width {
                    for (i, j) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                        // SAFETY: both are `width` rows of `width` numbers, four blocks each.
                        unsafe {
                            let from = from.as_ptr().add((i * width + j) * L::COUNT);
                            let to = to.as_mut_ptr().add((j * width + i) * L::COUNT);
                            L::transpose(from, width, to, width);
                        }
                    }
                } else {
                    for i in 0..columns {
                        for j in 0..steps {
                            to[j * width + i] = from[i * width + j];
                        }
                    }
                }
            }
        }
    }

    /// The panels from this row on.
    pub(super) fn panels(&self, depth: usize) -> Panels<'_> {
        Panels {
            data: &self.data[depth * self.width..],
            between: self.k * self.width,
            step: self.width,
            is_padded: true,
        }
    }
}

/// Panels of a right-hand side.
pub(super) struct Panels<'a> {
    data: &'a [f32],
    /// From one panel to the next, for packed ones.
    between: usize,
    /// From one row to the next.
    step: usize,
    /// Whether every row is whole vectors, zeros where there are no columns.
    is_padded: bool,
}

impl<'a> Panels<'a> {
    /// Rows as they lie.
    pub fn plain(data: &'a [f32], row: usize) -> Self {
        Self {
            data,
            between: 0,
            step: row,
            is_padded: false,
        }
    }

    /// What [`pack`] made of `k` rows.
    pub fn packed(data: &'a [f32], k: usize, width: usize) -> Self {
        Self {
            data,
            between: k * width,
            step: width,
            is_padded: true,
        }
    }

    /// First row of a panel, the way to the next row, and whether rows are padded.
    #[inline(always)]
    pub fn at(&self, number: usize, column: usize) -> (*const f32, usize, bool) {
        let start = match self.is_padded {
            true => number * self.between,
            false => column,
        };
        (self.data[start..].as_ptr(), self.step, self.is_padded)
    }
}

/// Lays `rows` of a matrix of n columns out in panels.
#[inline(always)]
pub(super) fn pack<L: Lanes>(
    matrix: Matrix<'_>,
    rows: Range<usize>,
    n: usize,
    into: &mut Vec<f32>,
) {
    let width = 2 * L::COUNT;
    let k = rows.len();
    let len = n.div_ceil(width) * width * k;
    if into.len() < len {
        into.resize(len, 0.0);
    }
    for (panel, column) in into
        .chunks_exact_mut((k * width).max(1))
        .zip((0..n).step_by(width))
    {
        let columns = width.min(n - column);
        if matrix.column == 1 {
            for (to, row) in panel.chunks_exact_mut(width).zip(rows.clone()) {
                let from = &matrix.data[row * matrix.row + column..][..columns];
                if columns == width {
                    // SAFETY: both have `width` numbers, which is two vectors.
                    unsafe {
                        L::load(from.as_ptr()).store(to.as_mut_ptr());
                        L::load(from.as_ptr().add(L::COUNT)).store(to.as_mut_ptr().add(L::COUNT));
                    }
                } else {
                    to[..columns].copy_from_slice(from);
                    to[columns..].fill(0.0);
                }
            }
        } else {
            if columns < width {
                panel.fill(0.0);
            }
            // Eight rows at a time: they are neighbours where the matrix is transposed.
            for (group, row) in rows.clone().step_by(8).enumerate() {
                let count = 8.min(rows.end - row);
                for j in 0..columns {
                    let from = row * matrix.row + (column + j) * matrix.column;
                    for i in 0..count {
                        panel[(group * 8 + i) * width + j] = matrix.data[from + i * matrix.row];
                    }
                }
            }
        }
    }
}
