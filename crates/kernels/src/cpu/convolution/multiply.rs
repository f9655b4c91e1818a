//! One product on this thread, compiled once for every instruction set.

use crate::cpu::product::{Into, Matrix, Output, Packed, Right, Scratch, Sizes, product};
use crate::cpu::simd::{Lanes, Level, Vectorised};

struct Product<'a> {
    sizes: Sizes,
    left: Matrix<'a>,
    right: Right<'a>,
    out: Output<'a>,
    into: Into,
    scratch: &'a mut Scratch,
}

impl Vectorised for Product<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        product::<L>(
            self.sizes,
            self.left,
            self.right,
            self.out,
            self.into,
            self.scratch,
        );
    }
}

/// `out = left · right`, or `out += left · right`.
pub(super) fn multiply(
    level: Level,
    sizes: Sizes,
    left: Matrix<'_>,
    right: Right<'_>,
    out: Output<'_>,
    into: Into,
    scratch: &mut Scratch,
) {
    level.run(Product {
        sizes,
        left,
        right,
        out,
        into,
        scratch,
    });
}

struct Turn<'a>(&'a Packed, std::ops::Range<usize>, &'a mut Packed);

impl Vectorised for Turn<'_> {
    type Output = ();

    #[inline(always)]
    fn run<L: Lanes>(self) {
        self.0.turn_rows::<L>(self.1, self.2);
    }
}

/// Packs the transpose of some rows of a packed matrix; see [`Packed::turn_rows`].
pub(super) fn turn_rows(
    level: Level,
    from: &Packed,
    rows: std::ops::Range<usize>,
    to: &mut Packed,
) {
    level.run(Turn(from, rows, to));
}
