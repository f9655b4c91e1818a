//! The mel scale, and triangles along it.

/// Hz to mel: m = 2595 log10(1 + f / 700).
///
/// # Source
/// O'Shaughnessy 1987, in the form of the Hidden Markov Model Toolkit.
pub fn to_mel(hertz: f64) -> f64 {
    2595.0 * (1.0 + hertz / 700.0).log10()
}

/// Mel to Hz.
pub fn to_hertz(mel: f64) -> f64 {
    700.0 * (10f64.powf(mel / 2595.0) - 1.0)
}

/// One triangle: weights of neighbouring frequencies.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Band {
    /// Number of the first frequency with a weight.
    pub first: usize,
    /// Weights from there on, at most 1.
    pub weights: Vec<f32>,
}

/// Triangles that reach from the peak of the one before to the peak of the one after, with their
/// peaks evenly spaced in mel and 1 high.
///
/// `spacing` is the distance of two frequencies, in Hz, and `count` how many there are from 0 on.
/// A triangle between two frequencies takes the nearest one, so that no band is empty.
pub(super) fn bands(n_bands: usize, range: (f64, f64), spacing: f64, count: usize) -> Vec<Band> {
    let (lowest, highest) = (to_mel(range.0), to_mel(range.1));
    let step = (highest - lowest) / (n_bands + 1) as f64;
    let edge = |number: usize| to_hertz(lowest + step * number as f64);
    let band = |number: usize| {
        let (left, peak, right) = (edge(number), edge(number + 1), edge(number + 2));
        let weight = |place: usize| {
            let at = place as f64 * spacing;
            ((at - left) / (peak - left)).min((right - at) / (right - peak))
        };
        let inside: Vec<usize> = (0..count).filter(|place| weight(*place) > 0.0).collect();
        match inside.first() {
            Some(&first) => Band {
                first,
                weights: inside.iter().map(|place| weight(*place) as f32).collect(),
            },
            None => Band {
                first: ((peak / spacing).round() as usize).min(count - 1),
                weights: vec![1.0],
            },
        }
    };
    (0..n_bands).map(band).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mel_is_a_thousand_at_a_kilohertz_and_there_is_a_way_back() {
        assert!((to_mel(1000.0) - 1000.0).abs() < 0.02);
        assert_eq!(to_mel(0.0), 0.0);
        for hertz in [0.0, 20.0, 440.0, 4000.0] {
            assert!((to_hertz(to_mel(hertz)) - hertz).abs() < 1e-9);
        }
    }

    #[test]
    fn between_the_outer_peaks_the_triangles_add_up_to_one() {
        let (spacing, count) = (4000.0 / 256.0, 257);
        let all = bands(40, (20.0, 4000.0), spacing, count);
        let mut sums = vec![0.0; count];
        for band in &all {
            assert!(
                band.weights
                    .iter()
                    .all(|weight| *weight > 0.0 && *weight <= 1.0)
            );
            for (number, weight) in band.weights.iter().enumerate() {
                sums[band.first + number] += weight;
            }
        }
        let step = (to_mel(4000.0) - to_mel(20.0)) / 41.0;
        let (first, last) = (
            to_hertz(to_mel(20.0) + step),
            to_hertz(to_mel(4000.0) - step),
        );
        for (place, sum) in sums.iter().enumerate() {
            let hertz = place as f64 * spacing;
            if hertz >= first && hertz <= last {
                assert!((sum - 1.0).abs() < 1e-5, "{hertz} Hz: {sum}");
            }
        }
    }

    #[test]
    fn no_band_is_empty() {
        let all = bands(64, (20.0, 4000.0), 250.0, 17);
        assert!(all.iter().all(|band| !band.weights.is_empty()));
        assert!(all.iter().all(|band| band.first + band.weights.len() <= 17));
    }
}
