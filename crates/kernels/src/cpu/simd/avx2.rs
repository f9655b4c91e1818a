//! Eight lanes: AVX2 with fused multiply-add.

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

use super::Lanes;

/// Eight numbers in one register.
#[derive(Clone, Copy, Debug)]
pub struct Avx2(__m256);

macro_rules! operator {
    ($name:ident, $method:ident, $instruction:ident) => {
        impl $name for Avx2 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    };
}
operator!(Add, add, _mm256_add_ps);
operator!(Sub, sub, _mm256_sub_ps);
operator!(Mul, mul, _mm256_mul_ps);
operator!(Div, div, _mm256_div_ps);

impl Lanes for Avx2 {
    const COUNT: usize = 8;
    // Twelve sums, two vectors of the right-hand side, and two registers to spare, of 16.
    const ROWS: usize = 6;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm256_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for the numbers there.
        Self(unsafe { _mm256_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for the room.
        unsafe { _mm256_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm256_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm256_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm256_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn scale_by_power(self, n: Self) -> Self {
        // SAFETY: such vectors exist only where the instructions do; see `Lanes`.
        unsafe {
            // The exponent of an f32 begins at bit 23 and counts from -127.
            let exponent = _mm256_add_epi32(_mm256_cvtps_epi32(n.0), _mm256_set1_epi32(127));
            let power = _mm256_castsi256_ps(_mm256_slli_epi32::<23>(exponent));
            Self(_mm256_mul_ps(self.0, power))
        }
    }

    #[inline(always)]
    fn where_positive(self, yes: Self, no: Self) -> Self {
        // SAFETY: such vectors exist only where the instructions do; see `Lanes`.
        unsafe {
            let positive = _mm256_cmp_ps::<_CMP_GT_OQ>(self.0, _mm256_setzero_ps());
            Self(_mm256_blendv_ps(no.0, yes.0, positive))
        }
    }

    #[inline(always)]
    fn positive_bits(self) -> u16 {
        // SAFETY: such vectors exist only where the instructions do; see `Lanes`.
        unsafe {
            let positive = _mm256_cmp_ps::<_CMP_GT_OQ>(self.0, _mm256_setzero_ps());
            _mm256_movemask_ps(positive) as u16
        }
    }

    #[inline(always)]
    fn only(self, bits: u16) -> Self {
        // SAFETY: such vectors exist only where the instructions do; see `Lanes`.
        unsafe {
            let lanes = _mm256_setr_epi32(1, 2, 4, 8, 16, 32, 64, 128);
            let set = _mm256_and_si256(_mm256_set1_epi32(i32::from(bits)), lanes);
            let set = _mm256_castsi256_ps(_mm256_cmpeq_epi32(set, lanes));
            Self(_mm256_and_ps(self.0, set))
        }
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm256_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn load_some(from: &[f32]) -> Self {
        // SAFETY: the mask keeps the instruction inside the slice.
        Self(unsafe { _mm256_maskload_ps(from.as_ptr(), mask(from.len())) })
    }

    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        // SAFETY: the mask keeps the instruction inside the slice.
        unsafe { _mm256_maskstore_ps(to.as_mut_ptr(), mask(to.len()), self.0) }
    }

    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
        for half in 0..2 {
            // Four numbers of row i and of row i + 4 in one register: then only blocks of 4x4
            // inside the registers have to be turned.
            let four = |i: usize| {
                // SAFETY: the caller vouches for eight rows of eight numbers.
                unsafe {
                    let part = |row: usize| _mm_loadu_ps(from.add(row * from_row + half * 4));
                    _mm256_insertf128_ps::<1>(_mm256_castps128_ps256(part(i)), part(i + 4))
                }
            };
            // SAFETY: the caller vouches for the room; for the instructions see `Lanes`.
            unsafe {
                let (a, b, c, d) = (four(0), four(1), four(2), four(3));
                let (ab, cd) = (_mm256_unpacklo_ps(a, b), _mm256_unpacklo_ps(c, d));
                let (ef, gh) = (_mm256_unpackhi_ps(a, b), _mm256_unpackhi_ps(c, d));
                let to = to.add(half * 4 * to_row);
                _mm256_storeu_ps(to, _mm256_shuffle_ps::<0x44>(ab, cd));
                _mm256_storeu_ps(to.add(to_row), _mm256_shuffle_ps::<0xee>(ab, cd));
                _mm256_storeu_ps(to.add(2 * to_row), _mm256_shuffle_ps::<0x44>(ef, gh));
                _mm256_storeu_ps(to.add(3 * to_row), _mm256_shuffle_ps::<0xee>(ef, gh));
            }
        }
    }
}

/// All bits of each of the first lanes.
#[inline(always)]
fn mask(count: usize) -> __m256i {
    const WINDOW: [i32; 16] = [-1, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 0, 0, 0, 0];
    // SAFETY: eight of the sixteen numbers, from the eighth before the end at the latest.
    unsafe { _mm256_loadu_si256(WINDOW.as_ptr().add(8 - count.min(8)).cast()) }
}
