//! Half of the samples, without what they cannot carry.

use std::f32::consts::{PI, TAU};

/// Length of the filter, in samples; odd, so that it has a middle.
const TAPS: usize = 63;
/// Where the filter has fallen to one half, as a share of the old sample rate. With [`TAPS`] and
/// Hamming's window it is down by 50 dB at 0.25, the highest frequency that is left.
const CUTOFF: f32 = 0.223;

/// Every second sample of a sound whose upper half of frequencies has been filtered out: a new
/// sample for each begun pair of old ones. Nothing is late, as the filter looks both ways.
///
/// # Source
/// Oppenheim and Schafer 1989, Discrete-Time Signal Processing, section 7.4: a sine cardinal under
/// Hamming's window.
pub(super) fn halved(samples: &[f32]) -> Vec<f32> {
    let filter = low_pass();
    let reach = TAPS / 2;
    let mut padded = vec![0.0; samples.len() + 2 * reach];
    padded[reach..reach + samples.len()].copy_from_slice(samples);
    // The filter is its own mirror image, so each weight serves two samples.
    let heard = |window: &[f32]| {
        let sides = window[..reach].iter().zip(window[reach + 1..].iter().rev());
        let sum: f32 = sides.zip(&filter).map(|((a, b), w)| (a + b) * w).sum();
        sum + window[reach] * filter[reach]
    };
    padded.windows(TAPS).step_by(2).map(heard).collect()
}

/// The filter's weights; they sum up to one.
fn low_pass() -> [f32; TAPS] {
    let weight = |tap: usize| {
        let from_middle = tap as f32 - (TAPS / 2) as f32;
        let window = 0.54 + 0.46 * (TAU * from_middle / (TAPS - 1) as f32).cos();
        let turn = TAU * CUTOFF * from_middle;
        // The sine cardinal in its middle, where it would be 0 / 0.
        let sinc = if from_middle == 0.0 {
            2.0 * CUTOFF
        } else {
            turn.sin() / (PI * from_middle)
        };
        window * sinc
    };
    let weights: [f32; TAPS] = std::array::from_fn(weight);
    let sum: f32 = weights.iter().sum();
    weights.map(|weight| weight / sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A sine at a share of the sample rate.
    fn sine(share: f32, count: usize) -> Vec<f32> {
        (0..count).map(|n| (TAU * share * n as f32).sin()).collect()
    }

    #[test]
    fn low_sounds_pass_and_high_ones_do_not() {
        let amplitude = |share| {
            let halved = halved(&sine(share, 1000));
            let inner = &halved[50..450];
            let power = inner.iter().map(|x| x * x).sum::<f32>() / 400.0;
            (2.0 * power).sqrt()
        };
        for share in [0.01, 0.1, 0.18, 0.19] {
            let passed = amplitude(share);
            assert!((passed - 1.0).abs() < 0.01, "{share}: {passed}");
        }
        for share in [0.252, 0.26, 0.3, 0.4, 0.49] {
            let passed = amplitude(share);
            assert!(passed < 0.004, "{share}: {passed}");
        }
    }

    #[test]
    fn every_second_sample_stays_where_it_is() {
        let sound = sine(0.02, 400);
        let halved = halved(&sound);
        assert_eq!(halved.len(), 200);
        for (n, sample) in halved.iter().enumerate().skip(20).take(160) {
            assert!((sample - sound[2 * n]).abs() < 0.005, "{n}");
        }
        assert_eq!(super::halved(&[0.0; 7]).len(), 4);
        assert!(super::halved(&[]).is_empty());
    }
}
