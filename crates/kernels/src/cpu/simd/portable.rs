//! Eight lanes in plain Rust, for machines without AVX2; the compiler makes of it what it has.

use std::ops::{Add, Div, Mul, Sub};

use super::Lanes;

/// Eight numbers.
#[derive(Clone, Copy, Debug)]
pub struct Portable([f32; 8]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|i| f(self.0[i], other.0[i])))
    }
}

macro_rules! operator {
    ($name:ident, $method:ident, $sign:tt) => {
        impl $name for Portable {
            type Output = Self;
            #[inline(always)]
            fn $method(self, other: Self) -> Self {
                self.zip(other, |a, b| a $sign b)
            }
        }
    };
}
operator!(Add, add, +);
operator!(Sub, sub, -);
operator!(Mul, mul, *);
operator!(Div, div, /);

impl Lanes for Portable {
    const COUNT: usize = 8;
    // Eight lanes are two registers of four, of which there are sixteen.
    const ROWS: usize = 2;

    #[inline(always)]
    fn splat(value: f32) -> Self {
        Self([value; 8])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: the caller vouches for eight numbers there.
        Self(unsafe { from.cast::<[f32; 8]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: the caller vouches for room for eight numbers.
        unsafe { to.cast::<[f32; 8]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // Rounded twice: without the instruction, rounding once is a slow function call.
        self * factor + addend
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { a } else { b })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { a } else { b })
    }

    #[inline(always)]
    fn scale_by_power(self, n: Self) -> Self {
        // The exponent of an f32 begins at bit 23 and counts from -127.
        let power = |n: f32| f32::from_bits(((n as i32 + 127) as u32) << 23);
        self.zip(n, |a, n| a * power(n))
    }

    #[inline(always)]
    fn where_positive(self, yes: Self, no: Self) -> Self {
        Self(std::array::from_fn(|i| {
            if self.0[i] > 0.0 { yes.0[i] } else { no.0[i] }
        }))
    }

    #[inline(always)]
    fn positive_bits(self) -> u16 {
        let bits = self.0.iter().enumerate();
        bits.fold(0, |bits, (i, &x)| bits | u16::from(x > 0.0) << i)
    }

    #[inline(always)]
    fn only(self, bits: u16) -> Self {
        Self(std::array::from_fn(|i| {
            if bits >> i & 1 == 1 { self.0[i] } else { 0.0 }
        }))
    }

    #[inline(always)]
    fn sqrt(self) -> Self {
        Self(self.0.map(f32::sqrt))
    }
}
