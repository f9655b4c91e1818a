//! Sixteen lanes: AVX-512.

use std::arch::x86_64::*;
use std::ops::{Add, Div, Mul, Sub};

use super::Lanes;

/// Sixteen numbers in one register.
#[derive(Clone, Copy, Debug)]
pub struct Avx512(__m512);

macro_rules! operator {
    ($name:ident, $method:ident, $instruction:ident) => {
        impl $name for Avx512 {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
                Self(unsafe { $instruction(self.0, other.0) })
            }
        }
    };
}
operator!(Add, add, _mm512_add_ps);
operator!(Sub, sub, _mm512_sub_ps);
operator!(Mul, mul, _mm512_mul_ps);
operator!(Div, div, _mm512_div_ps);

impl Lanes for Avx512 {
    const COUNT: usize = 16;
    // 16 sums of 32 registers: with more rows their addresses no longer fit into registers.
    const ROWS: usize = 8;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_set1_ps(value) })
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for the numbers there.
        Self(unsafe { _mm512_loadu_ps(from) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for the room.
        unsafe { _mm512_storeu_ps(to, self.0) }
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_fmadd_ps(self.0, factor.0, addend.0) })
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_max_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_min_ps(self.0, other.0) })
    }

    #[inline(always)]
    fn scale_by_power(self, n: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_scalef_ps(self.0, n.0) })
    }

    #[inline(always)]
    fn where_positive(self, yes: Self, no: Self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        unsafe {
            let positive = _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, _mm512_setzero_ps());
            Self(_mm512_mask_blend_ps(positive, no.0, yes.0))
        }
    }

    #[inline(always)]
    fn positive_bits(self) -> u16 {
        // SAFETY: such vectors exist only where the instructions do; see `Lanes`.
        unsafe { _mm512_cmp_ps_mask::<_CMP_GT_OQ>(self.0, _mm512_setzero_ps()) }
    }

    #[inline(always)]
    fn only(self, bits: u16) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_maskz_mov_ps(bits, self.0) })
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        // SAFETY: such vectors exist only where the instruction does; see `Lanes`.
        Self(unsafe { _mm512_sqrt_ps(self.0) })
    }

    #[inline(always)]
    fn reciprocal(self) -> Self {
        // Half the bits and one step of Newton's: a division takes several times as long.
        // SAFETY: such vectors exist only where the instructions do; see `Lanes`.
        unsafe {
            let rough = _mm512_rcp14_ps(self.0);
            let error = _mm512_fnmadd_ps(self.0, rough, _mm512_set1_ps(1.0));
            Self(_mm512_fmadd_ps(rough, error, rough))
        }
    }

    #[inline(always)]
    fn load_some(from: &[f32]) -> Self {
        let mask = mask(from.len());
        // SAFETY: the mask keeps the instruction inside the slice.
        Self(unsafe { _mm512_maskz_loadu_ps(mask, from.as_ptr()) })
    }

    #[inline(always)]
    fn store_some(self, to: &mut [f32]) {
        let mask = mask(to.len());
        // SAFETY: the mask keeps the instruction inside the slice.
        unsafe { _mm512_mask_storeu_ps(to.as_mut_ptr(), mask, self.0) }
    }

    #[inline(always)]
    unsafe fn transpose(from: *const f32, from_row: usize, to: *mut f32, to_row: usize) {
        for quarter in 0..4 {
            // Four numbers of row i, of row i + 4, i + 8 and i + 12 in one register: then only
            // blocks of 4x4 inside the registers have to be turned.
            let four = |i: usize| {
                // SAFETY: the caller vouches for 16 rows of 16 numbers.
                unsafe {
                    let part = |row: usize| _mm_loadu_ps(from.add(row * from_row + quarter * 4));
                    let all = _mm512_castps128_ps512(part(i));
                    let all = _mm512_insertf32x4::<1>(all, part(i + 4));
                    let all = _mm512_insertf32x4::<2>(all, part(i + 8));
                    _mm512_insertf32x4::<3>(all, part(i + 12))
                }
            };
            // SAFETY: the caller vouches for the room; for the instructions see `Lanes`.
            unsafe {
                let (a, b, c, d) = (four(0), four(1), four(2), four(3));
                let (ab, cd) = (_mm512_unpacklo_ps(a, b), _mm512_unpacklo_ps(c, d));
                let (ef, gh) = (_mm512_unpackhi_ps(a, b), _mm512_unpackhi_ps(c, d));
                let to = to.add(quarter * 4 * to_row);
                _mm512_storeu_ps(to, _mm512_shuffle_ps::<0x44>(ab, cd));
                _mm512_storeu_ps(to.add(to_row), _mm512_shuffle_ps::<0xee>(ab, cd));
                _mm512_storeu_ps(to.add(2 * to_row), _mm512_shuffle_ps::<0x44>(ef, gh));
                _mm512_storeu_ps(to.add(3 * to_row), _mm512_shuffle_ps::<0xee>(ef, gh));
            }
        }
    }
}

/// A bit for each of the first lanes.
#[inline(always)]
fn mask(count: usize) -> u16 {
    match count {
        0..16 => (1 << count) - 1,
        _ => u16::MAX,
    }
}
