//! How well one number follows another.

/// Pearson's correlation, in `[-1, 1]`; `None` where one of the two is the same everywhere.
///
/// # Shapes
/// - `a`, `b`: `[T]`
///
/// # Panics
/// If the lengths differ.
pub fn pearson(a: &[f32], b: &[f32]) -> Option<f64> {
    assert!(
        a.len() == b.len(),
        "{} values cannot follow {} others",
        a.len(),
        b.len()
    );
    let (mean_a, mean_b) = (mean(a), mean(b));
    let (mut ab, mut aa, mut bb) = (0.0, 0.0, 0.0);
    for (x, y) in a.iter().zip(b) {
        let (x, y) = (f64::from(*x) - mean_a, f64::from(*y) - mean_b);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    (aa > 0.0 && bb > 0.0).then(|| (ab / (aa * bb).sqrt()).clamp(-1.0, 1.0))
}

/// The area under the ROC curve, in `[0, 1]`: how often a value where the label is true is larger
/// than one where it is false; a tie counts one half. `None` where all labels are the same.
///
/// # Shapes
/// - `values`, `labels`: `[T]`
///
/// # Panics
/// If the lengths differ.
///
/// # Source
/// Mann and Whitney 1947: the sum of the ranks of the true ones says it without looking at pairs.
pub fn auc(values: &[f32], labels: &[bool]) -> Option<f64> {
    assert!(
        values.len() == labels.len(),
        "{} values cannot follow {} labels",
        values.len(),
        labels.len()
    );
    let yes = labels.iter().filter(|label| **label).count();
    let no = labels.len() - yes;
    if yes == 0 || no == 0 {
        return None;
    }
    let ranks = centred_ranks(values);
    let sum: f64 = ranks
        .iter()
        .zip(labels)
        .filter(|(_, label)| **label)
        .map(|(rank, _)| f64::from(*rank))
        .sum();
    Some(0.5 + sum / (yes as f64 * no as f64))
}

/// The rank of every value minus the mean rank, so that they sum to 0; equal values share the mean
/// of their ranks.
///
/// # Shapes
/// - `values`, returns: `[T]`
pub(crate) fn centred_ranks(values: &[f32]) -> Vec<f32> {
    let mut order: Vec<u64> = (0_u64..)
        .zip(values)
        .map(|(index, value)| u64::from(sort_key(*value)) << 32 | index)
        .collect();
    order.sort_unstable();
    let middle = (values.len() as f64 - 1.0) / 2.0;
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for tied in order.chunk_by(|a, b| a >> 32 == b >> 32) {
        let rank = first as f64 + (tied.len() as f64 - 1.0) / 2.0 - middle;
        for place in tied {
            ranks[(place & u64::from(u32::MAX)) as usize] = rank as f32;
        }
        first += tied.len();
    }
    ranks
}

/// The values minus their mean, divided by their length as a vector; zeros where all are the same.
/// The sum of the products of two such vectors is the correlation.
///
/// # Shapes
/// - `values`, returns: `[T]`
pub(crate) fn standardised(values: &[f32]) -> Vec<f32> {
    let mean = mean(values);
    let squares: f64 = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum();
    let scale = if squares > 0.0 {
        squares.sqrt().recip()
    } else {
        0.0
    };
    values
        .iter()
        .map(|v| ((f64::from(*v) - mean) * scale) as f32)
        .collect()
}

/// A number that sorts as the value does; both zeros are one.
fn sort_key(value: f32) -> u32 {
    const SIGN: u32 = 1 << 31;
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

fn mean(values: &[f32]) -> f64 {
    values.iter().map(|v| f64::from(*v)).sum::<f64>() / values.len() as f64
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Looks at every pair.
    fn brute_force_auc(values: &[f32], labels: &[bool]) -> Option<f64> {
        let of = |wanted: bool| {
            let pairs = values
                .iter()
                .zip(labels)
                .filter(move |(_, l)| **l == wanted);
            pairs.map(|(v, _)| *v).collect::<Vec<f32>>()
        };
        let (yes, no) = (of(true), of(false));
        let wins: f64 = yes
            .iter()
            .flat_map(|a| no.iter().map(move |b| (a, b)))
            .map(|(a, b)| if a > b { 1.0 } else { 0.5 * f64::from(a == b) })
            .sum();
        let pairs = (yes.len() * no.len()) as f64;
        (pairs > 0.0).then(|| wins / pairs)
    }

    proptest! {
        #[test]
        fn the_area_is_the_share_of_pairs_in_order(
            pairs in proptest::collection::vec((-4_i8..4, any::<bool>()), 0..60),
            scale in 0.01_f32..100.0,
        ) {
            let values: Vec<f32> = pairs.iter().map(|(v, _)| f32::from(*v) * scale).collect();
            let labels: Vec<bool> = pairs.iter().map(|(_, l)| *l).collect();
            match (auc(&values, &labels), brute_force_auc(&values, &labels)) {
                (Some(fast), Some(slow)) => prop_assert!((fast - slow).abs() < 1e-12),
                (fast, slow) => prop_assert_eq!(fast, slow),
            }
        }

        #[test]
        fn turning_the_values_around_turns_the_figures_around(
            pairs in proptest::collection::vec((-1.0_f32..1.0, any::<bool>()), 2..60),
        ) {
            let values: Vec<f32> = pairs.iter().map(|(v, _)| *v).collect();
            let turned: Vec<f32> = values.iter().map(|v| -v).collect();
            let labels: Vec<bool> = pairs.iter().map(|(_, l)| *l).collect();
            let graded: Vec<f32> = labels.iter().map(|l| f32::from(u8::from(*l))).collect();
            if let (Some(a), Some(b)) = (auc(&values, &labels), auc(&turned, &labels)) {
                prop_assert!((a + b - 1.0).abs() < 1e-12);
            }
            if let (Some(a), Some(b)) = (pearson(&values, &graded), pearson(&turned, &graded)) {
                prop_assert!((a + b).abs() < 1e-12);
            }
        }

        #[test]
        fn standardised_vectors_multiply_to_the_correlation(
            pairs in proptest::collection::vec((-1.0_f32..1.0, -9.0_f32..9.0), 2..60),
        ) {
            let a: Vec<f32> = pairs.iter().map(|(v, _)| *v).collect();
            let b: Vec<f32> = pairs.iter().map(|(_, v)| *v).collect();
            let product: f32 = standardised(&a).iter().zip(standardised(&b)).map(|(x, y)| x * y).sum();
            if let Some(exact) = pearson(&a, &b) {
                prop_assert!((f64::from(product) - exact).abs() < 1e-5);
            }
        }
    }

    #[test]
    fn known_figures() {
        assert_eq!(
            auc(&[0.1, 0.4, 0.35, 0.8], &[false, false, true, true]),
            Some(0.75)
        );
        assert_eq!(pearson(&[1.0, 2.0, 3.0], &[2.0, 4.0, 6.0]), Some(1.0));
        assert_eq!(pearson(&[1.0, 2.0, 3.0], &[3.0, 2.0, 1.0]), Some(-1.0));
        assert_eq!(
            pearson(&[1.0, 0.0, 1.0, 0.0], &[1.0, 1.0, 0.0, 0.0]),
            Some(0.0)
        );
    }

    #[test]
    fn where_nothing_varies_there_is_no_figure() {
        assert_eq!(auc(&[1.0, 2.0], &[true, true]), None);
        assert_eq!(pearson(&[1.0, 2.0], &[3.0, 3.0]), None);
        assert_eq!(auc(&[5.0, 5.0, 5.0], &[true, false, true]), Some(0.5));
    }

    #[test]
    fn both_zeros_are_a_tie() {
        assert_eq!(auc(&[-0.0, 0.0], &[true, false]), Some(0.5));
        assert_eq!(centred_ranks(&[-1.0, 3.0, 0.0]), [-1.0, 1.0, 0.0]);
    }
}
