//! Numbers of single or double length.

use std::ops::{Add, AddAssign, Div, Mul, Neg, Sub, SubAssign};

use crate::numbers::dot;

/// What the machine computes with: `f32` to train, `f64` to check its gradients.
pub trait Real:
    Copy
    + Default
    + PartialOrd
    + Send
    + Sync
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
{
    /// The nearest number of this length.
    fn of(value: f64) -> Self;
    /// The same number in double length.
    fn wide(self) -> f64;
    /// e to its power.
    fn exp(self) -> Self;
    /// Natural logarithm.
    fn ln(self) -> Self;
    /// Square root.
    fn sqrt(self) -> Self;
    /// Hyperbolic tangent.
    fn tanh(self) -> Self;

    /// Zero.
    fn zero() -> Self {
        Self::default()
    }

    /// One.
    fn one() -> Self {
        Self::of(1.0)
    }

    /// σ(x) = 1 / (1 + e^-x).
    fn sigmoid(self) -> Self {
        Self::one() / (Self::one() + (-self).exp())
    }

    /// ln(1 + e^x), without overflow.
    fn softplus(self) -> Self {
        let far = if self > Self::zero() { self } else { -self };
        let above = if self > Self::zero() {
            self
        } else {
            Self::zero()
        };
        above + (Self::one() + (-far).exp()).ln()
    }
}

macro_rules! real {
    ($kind:ty) => {
        impl Real for $kind {
            fn of(value: f64) -> Self {
                value as $kind
            }
            fn wide(self) -> f64 {
                f64::from(self)
            }
            fn exp(self) -> Self {
                <$kind>::exp(self)
            }
            fn ln(self) -> Self {
                <$kind>::ln(self)
            }
            fn sqrt(self) -> Self {
                <$kind>::sqrt(self)
            }
            fn tanh(self) -> Self {
                <$kind>::tanh(self)
            }
        }
    };
}

real!(f32);
real!(f64);

/// y += s x.
pub fn add_scaled<F: Real>(y: &mut [F], s: F, x: &[F]) {
    for (y, &x) in y.iter_mut().zip(x) {
        *y += s * x;
    }
}

/// Shares that add up to one, in place.
pub fn softmax<F: Real>(values: &mut [F]) {
    let start = values[0];
    let most = values.iter().fold(start, |m, &v| if v > m { v } else { m });
    let mut sum = F::zero();
    for value in values.iter_mut() {
        *value = (*value - most).exp();
        sum += *value;
    }
    for value in values.iter_mut() {
        *value = *value / sum;
    }
}

/// The gradient before a softmax from that behind it: p (d - Σ p d), in place.
pub fn softmax_back<F: Real>(shares: &[F], gradient: &mut [F]) {
    let mean = dot(shares, gradient);
    for (gradient, &share) in gradient.iter_mut().zip(shares) {
        *gradient = share * (*gradient - mean);
    }
}
