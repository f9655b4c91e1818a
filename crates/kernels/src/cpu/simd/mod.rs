//! Vectors of numbers whose width is known when the program is compiled, and the choice between
//! widths when it runs.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
mod math;
mod portable;

#[cfg(target_arch = "x86_64")]
pub use avx2::Avx2;
#[cfg(target_arch = "x86_64")]
pub use avx512::Avx512;
pub use math::{exp, ln_1p, sigmoid, tanh};
pub use portable::Portable;

use std::ops::{Add, Div, Mul, Sub};
use std::sync::OnceLock;

/// Several numbers that are computed at once.
///
/// # Safety
/// The methods may only run where the instruction set of the type exists: inside
/// [`Level::run`]. That is why only this module makes vectors for others to use.
pub trait Lanes:
    Copy + Add<Output = Self> + Sub<Output = Self> + Mul<Output = Self> + Div<Output = Self>
{
    /// How many there are.
    const COUNT: usize;
    /// Rows of a block of a matrix product whose sums fit into the registers, two vectors wide.
    const ROWS: usize;

    /// The same number in every lane.
    fn splat(value: f32) -> Self;

    /// `COUNT` numbers from memory.
    ///
    /// # Safety
    /// There are that many at `from`.
    unsafe fn load(from: *const f32) -> Self;

    /// `COUNT` numbers to memory.
    ///
    /// # Safety
    /// There is room for that many at `to`.
    unsafe fn store(self, to: *mut f32);

    /// `self · factor + addend`, rounded once where the machine can.
    fn mul_add(self, factor: Self, addend: Self) -> Self;

    /// The larger of two; the second where the first is not a number.
    fn max(self, other: Self) -> Self;

    /// The smaller of two; the second where the first is not a number.
    fn min(self, other: Self) -> Self;

    /// `self · 2ⁿ` for whole numbers n between -126 and 127.
    fn scale_by_power(self, n: Self) -> Self;

    /// `yes` where `self > 0`, else `no`.
    fn where_positive(self, yes: Self, no: Self) -> Self;

    /// A bit for every lane that is above zero, the first lane lowest.
    fn positive_bits(self) -> u16;

    /// The lanes whose bits are set, zero in the others.
    fn only(self, bits: u16) -> Self;

    /// The square root.
    fn sqrt(self) -> Self;

    /// One by every lane, to a unit in the last place.
    #[inline(always)]
    fn reciprocal(self) -> Self {
        Self::splat(1.0) / self
    }

    /// All lanes added up.
    #[inline(always)]
    fn sum(self) -> f32 {
        let mut lanes = [0.0; MOST_LANES];
        // SAFETY: no vector is wider than the array.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes[..Self::COUNT].iter().sum()
    }

    /// Zero in every lane.
    #[inline(always)]
    fn zero() -> Self {
        Self::splat(0.0)
    }

    /// The first numbers of a slice that may be shorter than the vector; the rest is zero.
    #[inline(always)]
    fn load_some(from: &[f32]) -> Self {
        let mut lanes = [0.0; MOST_LANES];
        let count = from.len().min(Self::COUNT);
        lanes[..count].copy_from_slice(&from[..count]);
        // SAFETY: no vector is wider than the array.
        unsafe { Self::load(lanes.as_ptr()) }
    }

    /// The first lanes to a slice that may be shorter than the vector.
    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        let mut lanes = [0.0; MOST_LANES];
        // SAFETY: no vector is wider than the array.
        unsafe { self.store(lanes.as_mut_ptr()) };
        let count = to.len().min(Self::COUNT);
        to[..count].copy_from_slice(&lanes[..count]);
    }

    /// Exchanges rows and columns of a block of `COUNT` times `COUNT` numbers.
    ///
    /// # Safety
    /// There are `COUNT` rows of as many numbers at `from`, `from_row` apart, and room for them at
    /// `to`, `to_row` apart; the two do not overlap.
    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
        for i in 0..Self::COUNT {
            for j in 0..Self::COUNT {
                // SAFETY: row and column are inside the block.
                unsafe { *to.add(j * to_row + i) = *from.add(i * from_row + j) };
            }
        }
    }
}

/// The widest vector there is.
pub const MOST_LANES: usize = 16;

/// Tells the machine that the cache line of a number will soon be read. Any address will do: this
/// is a hint, and nothing happens where there is no such memory.
#[inline(always)]
pub fn prefetch(from: *const f32) {
    #[cfg(target_arch = "x86_64")]
    // SAFETY: every x86-64 has the instruction, and it never faults.
    unsafe {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        _mm_prefetch::<_MM_HINT_T0>(from.cast());
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = from;
}

/// Work that is compiled once for every instruction set.
///
/// `run` must be `#[inline(always)]`, and so must everything it calls that touches vectors: code
/// that is not inlined is compiled without the instructions.
pub trait Vectorised {
    /// What comes of it.
    type Output;

    /// The work.
    fn run<L: Lanes>(self) -> Self::Output;
}

/// An instruction set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// What every machine of this kind has: SSE2 on x86-64, NEON on 64-bit ARM.
    Portable,
    /// AVX2 with fused multiply-add.
    Avx2,
    /// AVX-512 F, VL, DQ and BW.
    Avx512,
}

impl Level {
    /// The best this machine has.
    pub fn detect() -> Self {
        static BEST: OnceLock<Level> = OnceLock::new();
        *BEST.get_or_init(|| *Self::available().last().expect("portable is always there"))
    }

    /// All that this machine has, the simplest first.
    pub fn available() -> Vec<Self> {
        let all = [Self::Portable, Self::Avx2, Self::Avx512];
        all.into_iter().filter(|level| level.exists()).collect()
    }

    fn exists(self) -> bool {
        match self {
            Self::Portable => true,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"),
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => {
                Self::Avx2.exists()
                    && is_x86_feature_detected!("avx512f")
                    && is_x86_feature_detected!("avx512vl")
                    && is_x86_feature_detected!("avx512dq")
                    && is_x86_feature_detected!("avx512bw")
            }
            #[cfg(not(target_arch = "x86_64"))]
            _ => false,
        }
    }

    /// Numbers in a vector.
    pub fn lanes(self) -> usize {
        match self {
            Self::Portable => Portable::COUNT,
            #[cfg(target_arch = "x86_64")]
            Self::Avx2 => Avx2::COUNT,
            #[cfg(target_arch = "x86_64")]
            Self::Avx512 => Avx512::COUNT,
            #[cfg(not(target_arch = "x86_64"))]
            _ => Portable::COUNT,
        }
    }

    /// Does the work with these instructions, or with simpler ones where the machine lacks them.
    #[inline]
    pub fn run<W: Vectorised>(self, work: W) -> W::Output {
        match self.min(Self::detect()) {
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `detect` found all features that the function asks for.
            Self::Avx512 => unsafe { with_avx512(work) },
            #[cfg(target_arch = "x86_64")]
            // SAFETY: as above; every machine with AVX-512 has AVX2.
            Self::Avx2 => unsafe { with_avx2(work) },
            _ => work.run::<Portable>(),
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw,avx2,fma")]
fn with_avx512<W: Vectorised>(work: W) -> W::Output {
    work.run::<Avx512>()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn with_avx2<W: Vectorised>(work: W) -> W::Output {
    work.run::<Avx2>()
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Square<'a>(&'a mut [f32]);

    impl Vectorised for Square<'_> {
        type Output = usize;

        #[inline(always)]
        fn run<L: Lanes>(self) -> usize {
            for chunk in self.0.chunks_mut(L::COUNT) {
                let x = L::load_some(chunk);
                (x * x).store_some(chunk);
            }
            L::COUNT
        }
    }

    #[test]
    fn every_level_does_the_same() {
        for level in Level::available() {
            let mut numbers: Vec<f32> = (0..37).map(|i| i as f32).collect();
            assert_eq!(level.run(Square(&mut numbers)), level.lanes());
            let wanted: Vec<f32> = (0..37).map(|i| (i * i) as f32).collect();
            assert_eq!(numbers, wanted, "{level:?}");
        }
    }

    struct Turn<'a>(&'a [f32], &'a mut [f32]);

    impl Vectorised for Turn<'_> {
        type Output = ();

        #[inline(always)]
        fn run<L: Lanes>(self) {
            // SAFETY: both have 16 rows, 20 and 18 apart, and no block is larger.
            unsafe { L::transpose(self.0.as_ptr(), 20, self.1.as_mut_ptr(), 18) };
        }
    }

    #[test]
    fn a_block_is_transposed() {
        let from: Vec<f32> = (0..16 * 20).map(|i| i as f32).collect();
        for level in Level::available() {
            let mut to = vec![0.0; 16 * 18];
            level.run(Turn(&from, &mut to));
            for i in 0..level.lanes() {
                for j in 0..level.lanes() {
                    assert_eq!(to[j * 18 + i], from[i * 20 + j], "{level:?}");
                }
            }
        }
    }

    struct Sieve<'a>(&'a mut [f32]);

    impl Vectorised for Sieve<'_> {
        type Output = Vec<u16>;

        #[inline(always)]
        fn run<L: Lanes>(self) -> Vec<u16> {
            let chunks = self.0.chunks_mut(L::COUNT).map(|chunk| {
                let x = L::load_some(chunk);
                let bits = x.positive_bits();
                (L::splat(1.0).only(bits)).store_some(chunk);
                bits
            });
            chunks.collect()
        }
    }

    #[test]
    fn bits_say_which_lanes_are_above_zero() {
        for level in Level::available() {
            let numbers: Vec<f32> = (0..37).map(|i| (i * 7 % 5 - 2) as f32).collect();
            let mut found = numbers.clone();
            let bits = level.run(Sieve(&mut found));
            for (i, (&x, &one)) in numbers.iter().zip(&found).enumerate() {
                let bit = bits[i / level.lanes()] >> (i % level.lanes()) & 1;
                assert_eq!((bit == 1, one == 1.0), (x > 0.0, x > 0.0), "{level:?} {i}");
            }
        }
    }

    #[test]
    fn a_level_that_is_missing_falls_back() {
        let mut numbers = [3.0];
        Level::Avx512.run(Square(&mut numbers));
        assert_eq!(numbers, [9.0]);
    }
}
