//! Whether two maps put pixels in the same order.

/// Spearman's rank correlation of two rows of numbers: 1 for the same order, −1 for the opposite one.
/// Equal numbers share their mean rank. 0 where all numbers of a row are equal.
///
/// # Panics
/// If the rows are of different length.
pub fn spearman(a: &[f32], b: &[f32]) -> f64 {
    assert_eq!(a.len(), b.len(), "two rows of one length");
    let (a, b) = (ranks(a), ranks(b));
    let mean = (a.len() as f64 - 1.0) / 2.0;
    let product = |a: &[f64], b: &[f64]| -> f64 {
        let pairs = a.iter().zip(b);
        pairs.map(|(a, b)| (a - mean) * (b - mean)).sum()
    };
    let scale = (product(&a, &a) * product(&b, &b)).sqrt();
    match scale > 0.0 {
        true => product(&a, &b) / scale,
        false => 0.0,
    }
}

/// The rank of every number, from 0; equal ones share their mean.
fn ranks(values: &[f32]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
    let mut ranks = vec![0.0; values.len()];
    let mut first = 0;
    for equal in order.chunk_by(|a, b| values[*a] == values[*b]) {
        let rank = first as f64 + (equal.len() as f64 - 1.0) / 2.0;
        equal.iter().for_each(|place| ranks[*place] = rank);
        first += equal.len();
    }
    ranks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_order_counts() {
        let a = [1.0, 2.0, 3.0, 4.0];
        assert_eq!(spearman(&a, &[1.0, 10.0, 11.0, 900.0]), 1.0);
        assert_eq!(spearman(&a, &[4.0, 3.0, 2.0, 1.0]), -1.0);
        assert_eq!(spearman(&a, &[5.0; 4]), 0.0);
    }

    #[test]
    fn equal_numbers_share_a_rank() {
        assert_eq!(ranks(&[2.0, 1.0, 2.0, 0.0]), [2.5, 1.0, 2.5, 0.0]);
        // By hand: ranks 0, 1.5, 1.5, 3 against 0, 1, 2, 3.
        let found = spearman(&[1.0, 2.0, 2.0, 3.0], &[1.0, 2.0, 3.0, 4.0]);
        assert!((found - 0.948_683).abs() < 1e-5, "{found}");
    }
}
