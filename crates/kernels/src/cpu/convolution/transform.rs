//! Winograd's minimal filtering F(4x4, 3x3): the three small linear maps and their adjoints.
//!
//! A tile of 6x6 inputs d gives 4x4 outputs y for a filter g of 3x3:
//!
//! `y = Aᵀ [ (G g Gᵀ) ⊙ (Bᵀ d B) ] A`
//!
//! with 36 multiplications in place of 144. The matrices are those of Lavin & Gray 2016
//! (arXiv 1509.09308, after Winograd 1980) for the points 0, ±1, ±2 and infinity. Every map here is
//! one-dimensional and is applied to all columns and then to all rows. The adjoint of a map is its
//! transposed matrix: B for Bᵀ, A for Aᵀ, Gᵀ for G.

use crate::cpu::simd::Lanes;

/// A linear map from `FROM` numbers to `TO` numbers, done in all lanes.
pub(super) trait Map<const FROM: usize, const TO: usize> {
    /// The images.
    fn map<L: Lanes>(from: [L; FROM]) -> [L; TO];
}

/// `M d Mᵀ`.
#[inline(always)]
pub(super) fn both_ways<L: Lanes, M: Map<FROM, TO>, const FROM: usize, const TO: usize>(
    d: &[[L; FROM]; FROM],
) -> [[L; TO]; TO] {
    let mut half = [[L::zero(); FROM]; TO];
    for s in 0..FROM {
        let mut column = [L::zero(); FROM];
        for r in 0..FROM {
            column[r] = d[r][s];
        }
        let column = M::map(column);
        for r in 0..TO {
            half[r][s] = column[r];
        }
    }
    let mut whole = [[L::zero(); TO]; TO];
    for r in 0..TO {
        whole[r] = M::map(half[r]);
    }
    whole
}

#[inline(always)]
fn times<L: Lanes>(factor: f32, x: L, and: L) -> L {
    L::splat(factor).mul_add(x, and)
}

/// Bᵀ: what a tile of inputs becomes.
pub(super) struct Inputs;

impl Map<6, 6> for Inputs {
    #[inline(always)]
    fn map<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 6] {
        let even = times(-4.0, c, e);
        let odd = times(-4.0, b, d);
        let (far_even, far_odd) = (e - c, d - b);
        [
            times(4.0, a, times(-5.0, c, e)),
            even + odd,
            even - odd,
            times(2.0, far_odd, far_even),
            times(-2.0, far_odd, far_even),
            times(4.0, b, times(-5.0, d, f)),
        ]
    }
}

/// B: from gradients of transformed inputs back to gradients of inputs.
pub(super) struct InputsBack;

impl Map<6, 6> for InputsBack {
    #[inline(always)]
    fn map<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 6] {
        let (near, near_odd) = (b + c, b - c);
        let (far, far_odd) = (d + e, d - e);
        [
            L::splat(4.0) * a,
            times(-4.0, near_odd, times(-2.0, far_odd, L::splat(4.0) * f)),
            times(-5.0, a, times(-4.0, near, L::zero() - far)),
            times(-5.0, f, times(2.0, far_odd, near_odd)),
            a + near + far,
            f,
        ]
    }
}

/// Aᵀ: from products to outputs.
pub(super) struct Outputs;

impl Map<6, 4> for Outputs {
    #[inline(always)]
    fn map<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 4] {
        let (near, near_odd) = (b + c, b - c);
        let (far, far_odd) = (d + e, d - e);
        [
            a + near + far,
            times(2.0, far_odd, near_odd),
            times(4.0, far, near),
            times(8.0, far_odd, near_odd + f),
        ]
    }
}

/// A: from gradients of outputs back to gradients of products.
///
/// The second of its rows is 1, 1, 1, 1: the second row and column of the 6x6 gradients holds the
/// sum over the tile, which is the tile's part of the bias gradient ([`SUM`]).
pub(super) struct OutputsBack;

/// Where among the 36 gradients of products the sum over the tile stands.
pub(super) const SUM: usize = 7;

impl Map<4, 6> for OutputsBack {
    #[inline(always)]
    fn map<L: Lanes>([a, b, c, d]: [L; 4]) -> [L; 6] {
        let (even, odd) = (a + c, b + d);
        let far_even = times(4.0, c, a);
        let far_odd = times(4.0, d, b);
        [
            a,
            even + odd,
            even - odd,
            times(2.0, far_odd, far_even),
            times(-2.0, far_odd, far_even),
            d,
        ]
    }
}

/// G: what a filter becomes.
pub(super) struct Weights;

impl Map<3, 6> for Weights {
    #[inline(always)]
    fn map<L: Lanes>([a, b, c]: [L; 3]) -> [L; 6] {
        let near = L::splat(-1.0 / 6.0) * (a + c);
        let near_odd = L::splat(1.0 / 6.0) * b;
        let far = times(1.0 / 24.0, a, L::splat(1.0 / 6.0) * c);
        let far_odd = L::splat(1.0 / 12.0) * b;
        [
            L::splat(0.25) * a,
            near - near_odd,
            near + near_odd,
            far + far_odd,
            far - far_odd,
            c,
        ]
    }
}

/// Gᵀ: from gradients of transformed filters back to gradients of filters.
pub(super) struct WeightsBack;

impl Map<6, 3> for WeightsBack {
    #[inline(always)]
    fn map<L: Lanes>([a, b, c, d, e, f]: [L; 6]) -> [L; 3] {
        let sixth = L::splat(-1.0 / 6.0) * (b + c);
        let far = d + e;
        [
            times(0.25, a, times(1.0 / 24.0, far, sixth)),
            times(1.0 / 6.0, c - b, L::splat(1.0 / 12.0) * (d - e)),
            times(1.0 / 6.0, far, sixth + f),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cpu::simd::Portable;

    /// The matrix of a map, row by row: what it makes of every unit vector.
    fn matrix<M: Map<FROM, TO>, const FROM: usize, const TO: usize>() -> [[f32; FROM]; TO] {
        let mut rows = [[0.0; FROM]; TO];
        for from in 0..FROM {
            let unit = std::array::from_fn(|i| Portable::splat(f32::from(i == from)));
            for (to, image) in M::map::<Portable>(unit).into_iter().enumerate() {
                rows[to][from] = image.sum() / Portable::COUNT as f32;
            }
        }
        rows
    }

    fn assert_adjoint<const A: usize, const B: usize>(there: [[f32; A]; B], back: [[f32; B]; A]) {
        for i in 0..A {
            for j in 0..B {
                assert!((there[j][i] - back[i][j]).abs() < 1e-7, "{i} {j}");
            }
        }
    }

    #[test]
    fn every_map_back_is_the_adjoint_of_the_map_there() {
        assert_adjoint(matrix::<Inputs, 6, 6>(), matrix::<InputsBack, 6, 6>());
        assert_adjoint(matrix::<Outputs, 6, 4>(), matrix::<OutputsBack, 4, 6>());
        assert_adjoint(matrix::<Weights, 3, 6>(), matrix::<WeightsBack, 6, 3>());
    }

    #[test]
    fn filtering_a_row_takes_six_multiplications() {
        let (b, g, a) = (
            matrix::<Inputs, 6, 6>(),
            matrix::<Weights, 3, 6>(),
            matrix::<Outputs, 6, 4>(),
        );
        for input in 0..6 {
            for weight in 0..3 {
                for (output, row) in a.iter().enumerate() {
                    let sum: f32 = (0..6).map(|k| row[k] * b[k][input] * g[k][weight]).sum();
                    let wanted = f32::from(output + weight == input);
                    assert!((sum - wanted).abs() < 1e-6, "{input} {weight} {output}");
                }
            }
        }
    }
}
