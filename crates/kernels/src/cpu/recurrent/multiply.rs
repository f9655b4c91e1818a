//! A weight matrix made ready for many products.

use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes, product};
use crate::cpu::simd::{Lanes, Level, Vectorised};

/// With fewer products than this, reading a matrix where it lies is cheaper than packing it.
const PACK_FROM: usize = 4;

/// A right-hand side `[k, n]`, packed where that is worth it.
#[derive(Debug)]
pub(super) struct Ready<'a> {
    matrix: Matrix<'a>,
    packed: Option<Packed>,
    k: usize,
    n: usize,
}

impl<'a> Ready<'a> {
    /// Columns of a matrix whose rows lie `row` apart, for so many products.
    pub fn columns(
        level: Level,
        (numbers, row): (&'a [f32], usize),
        (k, n): (usize, usize),
        products: usize,
    ) -> Self {
        let matrix = Matrix::rows(numbers, row);
        let is_packed = products >= PACK_FROM && k > 0;
        Self {
            matrix,
            packed: is_packed.then(|| Packed::new(level, matrix, k, n)),
            k,
            n,
        }
    }

    /// The same with rows and columns exchanged: `[n, k]`.
    pub fn transposed(
        level: Level,
        (numbers, row): (&'a [f32], usize),
        (k, n): (usize, usize),
    ) -> Self {
        let matrix = Matrix::rows(numbers, row).transposed();
        Self {
            matrix,
            packed: (k > 0 && n > 0).then(|| Packed::new(level, matrix, n, k)),
            k: n,
            n: k,
        }
    }

    /// Multiplies rows with it: `left` holds `rows` of them, `left_row` apart.
    pub fn multiply(
        &self,
        level: Level,
        rows: usize,
        (left, left_row): (&[f32], usize),
        out: Output<'_>,
        into: Into,
    ) {
        level.run(Multiply {
            sizes: Sizes {
                m: rows,
                n: self.n,
                k: self.k,
            },
            left: Matrix::rows(left, left_row),
            right: match &self.packed {
                Some(packed) => Right::Packed(packed),
                None => Right::Plain(self.matrix),
            },
            out,
            into,
        });
    }
}

/// One product. All go through here, so that the code of the innermost loops exists once for an
/// instruction set.
pub(super) struct Multiply<'a> {
    pub sizes: Sizes,
    pub left: Matrix<'a>,
    pub right: Right<'a>,
    pub out: Output<'a>,
    pub into: Into,
}

impl Vectorised for Multiply<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        let mut scratch = Scratch::default();
        product::<L>(
            self.sizes,
            self.left,
            self.right,
            self.out,
            self.into,
            &mut scratch,
        );
    }
}
