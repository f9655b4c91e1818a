//! Matrix products of the shapes that networks are made of.
//!
//! Burn's CPU backends multiply large matrices well, and pack both of them anew for every product.
//! A recurrent step multiplies a few rows with a matrix that stays the same for a whole sequence,
//! and a Winograd convolution does 36 small products with weights that never change. So here the
//! right-hand side can be packed once, or read where it lies, and the left-hand side is never
//! copied.

mod block;
mod pack;

pub use pack::Packed;

use super::simd::{Lanes, Level, Vectorised};
use block::{Block, multiply};
use pack::Panels;

/// A matrix to read: element (i, j) lies at `i·row + j·column`.
#[derive(Clone, Copy, Debug)]
pub struct Matrix<'a> {
    data: &'a [f32],
    row: usize,
    column: usize,
}

impl<'a> Matrix<'a> {
    /// Rows of `row` numbers, one after the other.
    pub fn rows(data: &'a [f32], row: usize) -> Self {
        Self {
            data,
            row,
            column: 1,
        }
    }

    /// The same numbers with rows and columns exchanged.
    #[must_use]
    pub fn transposed(self) -> Self {
        Self {
            row: self.column,
            column: self.row,
            ..self
        }
    }

    /// Refuses a matrix that reaches past its numbers.
    #[inline(always)]
    fn check(&self, rows: usize, columns: usize) {
        let last = (rows - 1) * self.row + (columns - 1) * self.column;
        assert!(
            last < self.data.len(),
            "a matrix of {rows}x{columns} with strides {} and {} does not fit into {} numbers",
            self.row,
            self.column,
            self.data.len()
        );
    }
}

/// The right-hand side of a product.
#[derive(Clone, Copy, Debug)]
pub enum Right<'a> {
    /// As it lies.
    Plain(Matrix<'a>),
    /// Packed beforehand.
    Packed(&'a Packed),
}

/// A matrix to write: rows of contiguous numbers, `row` apart.
#[derive(Debug)]
pub struct Output<'a> {
    to: *mut f32,
    len: usize,
    row: usize,
    life: std::marker::PhantomData<&'a mut [f32]>,
}

impl<'a> Output<'a> {
    /// Rows of `row` numbers, one after the other.
    pub fn rows(data: &'a mut [f32], row: usize) -> Self {
        Self {
            to: data.as_mut_ptr(),
            len: data.len(),
            row,
            life: std::marker::PhantomData,
        }
    }

    /// Rows that lie between rows that others write.
    ///
    /// # Safety
    /// The numbers that the product writes, from `to` on and before `to + len`, are there, and
    /// nobody else reads or writes them meanwhile.
    pub unsafe fn among_others(to: *mut f32, len: usize, row: usize) -> Self {
        Self {
            to,
            len,
            row,
            life: std::marker::PhantomData,
        }
    }
}

/// Whether a product takes the place of what is there, or is added to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Into {
    /// C = A·B.
    Replace,
    /// C += A·B.
    Add,
}

/// The sizes of a product: `[m, k] · [k, n]`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sizes {
    /// Rows of the result.
    pub m: usize,
    /// Columns of the result.
    pub n: usize,
    /// Numbers in every sum.
    pub k: usize,
}

/// Rows of the right-hand side that are worked on before the next.
const DEPTH: usize = 384;
/// Rows of the left-hand side that stay near while all columns pass by.
const HEIGHT: usize = 112;
/// With fewer rows than this, reading the right-hand side where it lies is cheaper than packing it.
const PACK_FROM: usize = 33;

/// Room that products use while they work, kept from one to the next.
#[derive(Debug, Default)]
pub struct Scratch(Vec<f32>);

/// Multiplies on this thread, inside [`Level::run`].
///
/// # Panics
/// If a matrix does not fit into its numbers.
#[inline(always)]
pub fn product<L: Lanes>(
    sizes: Sizes,
    left: Matrix<'_>,
    right: Right<'_>,
    out: Output<'_>,
    into: Into,
    scratch: &mut Scratch,
) {
    let Sizes { m, n, k } = sizes;
    if m == 0 || n == 0 {
        return;
    }
    assert!((m - 1) * out.row + n <= out.len, "the result does not fit");
    if k == 0 {
        if into == Into::Replace {
            for i in 0..m {
                // SAFETY: row i lies inside the output, as asserted above.
                unsafe { out.to.add(i * out.row).write_bytes(0, n) };
            }
        }
        return;
    }
    left.check(m, k);
    match right {
        Right::Plain(matrix) => matrix.check(k, n),
        Right::Packed(packed) => {
            let found = (packed.k, packed.n, packed.width);
            assert_eq!(
                found,
                (k, n, 2 * L::COUNT),
                "it was packed for another product"
            );
        }
    }
    let mut into = into;
    for depth in (0..k).step_by(DEPTH) {
        let steps = DEPTH.min(k - depth);
        let panels = match right {
            Right::Packed(packed) => packed.panels(depth),
            Right::Plain(matrix) if matrix.column == 1 && m < PACK_FROM => {
                // Full panels are read where they lie.
                Panels::plain(&matrix.data[depth * matrix.row..], matrix.row)
            }
            Right::Plain(matrix) => {
                pack::pack::<L>(matrix, depth..depth + steps, n, &mut scratch.0);
                Panels::packed(&scratch.0, steps, 2 * L::COUNT)
            }
        };
        for top in (0..m).step_by(HEIGHT) {
            let rows = HEIGHT.min(m - top);
            let block = Block {
                m: rows,
                n,
                k: steps,
                // SAFETY: `check` found the last element of the matrix inside its numbers.
                left: unsafe { left.data.as_ptr().add(top * left.row + depth * left.column) },
                left_row: left.row,
                left_step: left.column,
                // SAFETY: the row lies inside the output, as asserted above.
                out: unsafe { out.to.add(top * out.row) },
                out_row: out.row,
                is_added: into == Into::Add,
            };
            // SAFETY: sizes, left-hand side and output were checked above, and the panels cover
            // `steps` rows of n columns.
            unsafe { multiply::<L>(&block, &panels) };
        }
        into = Into::Add;
    }
}

/// A product by itself, on this thread: for [`Level::run`].
#[derive(Debug)]
pub struct Multiply<'a> {
    /// Its sizes.
    pub sizes: Sizes,
    /// A.
    pub left: Matrix<'a>,
    /// B.
    pub right: Matrix<'a>,
    /// C, `[m, n]` without gaps.
    pub out: &'a mut [f32],
    /// Whether C is replaced.
    pub into: Into,
}

impl Vectorised for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let right = Right::Plain(self.right);
        let out = Output::rows(self.out, self.sizes.n);
        let mut scratch = Scratch::default();
        product::<L>(self.sizes, self.left, right, out, self.into, &mut scratch);
    }
}

/// A product by itself, on all threads.
///
/// # Panics
/// If a matrix does not fit into its numbers.
pub fn multiply_all(
    level: Level,
    sizes: Sizes,
    left: Matrix<'_>,
    right: Matrix<'_>,
    out: &mut [f32],
    into: Into,
) {
    struct Part<'a>(Sizes, Matrix<'a>, Matrix<'a>, Output<'a>, Into);
    impl Vectorised for Part<'_> {
        type Output = ();
        #[inline(always)]
        fn run<L: Lanes>(self) {
            let Self(sizes, left, right, out, into) = self;
            let mut scratch = Scratch::default();
            product::<L>(sizes, left, Right::Plain(right), out, into, &mut scratch);
        }
    }
    let Sizes { m, n, k } = sizes;
    if m == 0 || n == 0 {
        return;
    }
    let threads = super::threads::for_work(2 * m * n * k);
    assert!(m * n <= out.len(), "the result does not fit");
    let width = 2 * level.lanes();
    let shared = super::threads::Shared::new(out);
    if n >= m && k > 0 {
        // By columns, in whole panels.
        let panels = n.div_ceil(width);
        super::threads::share(threads, panels, |part| {
            let columns = part.start * width..(part.end * width).min(n);
            // SAFETY: parts of the columns do not overlap, and the whole fits, as asserted above.
            let out = unsafe {
                let len = (m - 1) * n + columns.len();
                Output::among_others(shared.at(columns.start), len, n)
            };
            let right = Matrix {
                data: &right.data[columns.start * right.column..],
                ..right
            };
            let sizes = Sizes {
                n: columns.len(),
                ..sizes
            };
            level.run(Part(sizes, left, right, out, into));
        });
    } else {
        super::threads::share(threads, m, |part| {
            // SAFETY: parts of the rows do not overlap, and the whole fits, as asserted above.
            let out = unsafe { Output::among_others(shared.at(part.start * n), part.len() * n, n) };
            let left = Matrix {
                data: &left.data[(part.start * left.row).min(left.data.len())..],
                ..left
            };
            let sizes = Sizes {
                m: part.len(),
                ..sizes
            };
            level.run(Part(sizes, left, right, out, into));
        });
    }
}

#[cfg(test)]
mod tests;
