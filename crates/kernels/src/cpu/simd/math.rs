//! The exponential function and what gates are made of.

use super::Lanes;

/// Beyond this, e^x has no room in an f32 on either side.
const MOST: f32 = 87.33;

/// From here on, the hyperbolic tangent is nearer to one than to its neighbour below.
const ONE: f32 = 9.1;

/// x = n·ln 2 + r with |r| ≤ ln 2 / 2: n, r and e^r − 1 − r.
///
/// # Source
/// The reduction is Cody and Waite's (1980), ln 2 in two parts; the coefficients, which spread the
/// error of the series evenly, are those of Cephes' `expf` (Moshier).
#[inline(always)]
fn reduced<L: Lanes>(x: L) -> (L, L, L) {
    // Adding and taking away 1.5·2^23 rounds to a whole number.
    let round = L::splat(12_582_912.0);
    let n = x.mul_add(L::splat(std::f32::consts::LOG2_E), round) - round;
    let r = n.mul_add(L::splat(-0.693_359_4), x);
    let r = n.mul_add(L::splat(2.121_944_4e-4), r);
    let mut p = L::splat(1.987_569_2e-4);
    for coefficient in [
        1.398_199_9e-3,
        8.333_452e-3,
        4.166_579_6e-2,
        0.166_666_66,
        0.5,
    ] {
        p = p.mul_add(r, L::splat(coefficient));
    }
    (n, r, p * (r * r))
}

/// e^x, to two units in the last place; held at e^±87.33 beyond.
#[inline(always)]
pub fn exp<L: Lanes>(x: L) -> L {
    // In this order, what is not a number stays what it is.
    let x = L::splat(MOST).min(L::splat(-MOST).max(x));
    let (n, r, rest) = reduced(x);
    (rest + r + L::splat(1.0)).scale_by_power(n)
}

/// 1 / (1 + e^-x), to two units in the last place.
#[inline(always)]
pub fn sigmoid<L: Lanes>(x: L) -> L {
    let one = L::splat(1.0);
    (one + exp(L::zero() - x)).reciprocal()
}

/// The hyperbolic tangent, to three units in the last place, near zero too.
///
/// With u = e^2|x| − 1 it is u / (u + 2) and has the sign of x: 1 − 2 / (1 + e^2x) would lose small
/// values to the one, and behind a layer normalisation small values are made large.
#[inline(always)]
pub fn tanh<L: Lanes>(x: L) -> L {
    let one = L::splat(1.0);
    let size = L::splat(ONE).min(x.max(L::zero() - x));
    let (n, r, rest) = reduced(size + size);
    let power = one.scale_by_power(n);
    let u = power.mul_add(rest + r, power - one);
    let t = u * (u + L::splat(2.0)).reciprocal();
    x.where_positive(t, L::zero() - t)
}

/// ln(1 + u) for u between 0 and 1, to two units in the last place.
///
/// ln(1 + u) = 2 artanh(u / (2 + u)), whose argument is at most a third, so that its series ends
/// soon.
#[inline(always)]
pub fn ln_1p<L: Lanes>(u: L) -> L {
    let s = u / (u + L::splat(2.0));
    let square = s * s;
    let mut sum = L::splat(2.0 / 15.0);
    for odd in [13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0] {
        sum = sum.mul_add(square, L::splat(2.0 / odd));
    }
    sum * s
}

#[cfg(test)]
mod tests {
    use super::super::{Level, Vectorised};
    use super::*;

    struct All<'a> {
        x: &'a [f32],
        out: [&'a mut [f32]; 3],
    }

    impl Vectorised for All<'_> {
        type Output = ();

        #[inline(always)]
        fn run<L: Lanes>(self) {
            let [e, s, t] = self.out;
            for (i, x) in self.x.chunks(L::COUNT).enumerate() {
                let at = i * L::COUNT..i * L::COUNT + x.len();
                let x = L::load_some(x);
                exp(x).store_some(&mut e[at.clone()]);
                sigmoid(x).store_some(&mut s[at.clone()]);
                tanh(x).store_some(&mut t[at]);
            }
        }
    }

    #[test]
    fn functions_are_those_of_the_standard_library() {
        let x: Vec<f32> = (-40_000..40_000).map(|i| i as f32 * 2.1e-3).collect();
        for level in Level::available() {
            let mut out = [(); 3].map(|()| vec![0.0; x.len()]);
            let [e, s, t] = &mut out;
            level.run(All {
                x: &x,
                out: [e, s, t],
            });
            for (i, &x) in x.iter().enumerate() {
                let x = f64::from(x);
                let exact = x.exp();
                assert!(
                    (f64::from(out[0][i]) / exact - 1.0).abs() < 3e-7,
                    "{level:?} exp {x}"
                );
                let exact = 1.0 / (1.0 + (-x).exp());
                assert!(
                    (f64::from(out[1][i]) / exact - 1.0).abs() < 3e-7,
                    "{level:?} sigmoid {x}"
                );
                assert!(
                    (f64::from(out[2][i]) - x.tanh()).abs() <= 3e-7 * x.tanh().abs(),
                    "{level:?} tanh {x}"
                );
            }
        }
    }

    struct Log<'a>(&'a mut [f32]);

    impl Vectorised for Log<'_> {
        type Output = ();

        #[inline(always)]
        fn run<L: Lanes>(self) {
            for x in self.0.chunks_mut(L::COUNT) {
                ln_1p(L::load_some(x)).store_some(x);
            }
        }
    }

    #[test]
    fn the_logarithm_is_that_of_the_standard_library() {
        for level in Level::available() {
            let x: Vec<f32> = (0..=10_000).map(|i| i as f32 * 1e-4).collect();
            let mut found = x.clone();
            level.run(Log(&mut found));
            for (x, found) in x.into_iter().zip(found) {
                let error = (f64::from(found) - f64::from(x).ln_1p()).abs();
                assert!(error < 1.5e-7, "{level:?} {x}: {error}");
            }
        }
    }

    #[test]
    fn what_is_not_a_number_stays_so() {
        for level in Level::available() {
            let mut out = [(); 3].map(|()| vec![0.0; 1]);
            let [e, s, t] = &mut out;
            level.run(All {
                x: &[f32::NAN],
                out: [e, s, t],
            });
            assert!(out.iter().all(|out| out[0].is_nan()), "{level:?} {out:?}");
        }
    }

    #[test]
    fn far_away_they_stand_still() {
        let x = [-1e30, 1e30, f32::NEG_INFINITY, f32::INFINITY];
        for level in Level::available() {
            let mut out = [(); 3].map(|()| vec![0.0; x.len()]);
            let [e, s, t] = &mut out;
            level.run(All {
                x: &x,
                out: [e, s, t],
            });
            assert!(
                out[0].iter().all(|e| e.is_finite()),
                "{level:?} {:?}",
                out[0]
            );
            assert_eq!(out[2], [-1.0, 1.0, -1.0, 1.0], "{level:?}");
            assert!(
                out[1][0] < 1e-30 && out[1][1] == 1.0,
                "{level:?} {:?}",
                out[1]
            );
        }
    }
}
