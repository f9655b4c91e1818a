//! What stands between convolutions.

use super::*;
use crate::cpu::convolution::reference::{moments, windows};

#[test]
fn pooling_takes_the_first_largest_and_gives_back_to_it() {
    for (case, level) in cases()
        .into_iter()
        .chain([case(2, 64, 96, 40, 1)])
        .flat_map(|case| {
            Level::available()
                .into_iter()
                .map(move |level| (case, level))
        })
    {
        let (pictures, channels) = (case.pictures, case.c_in);
        // Few different numbers, so that there are ties.
        let x: Vec<f32> = (numbers(pictures.pixels() * channels, 5).iter())
            .map(|x| (x * 3.0).round())
            .collect();
        let windows = windows(pictures, channels);
        let dy = numbers(windows.len(), 6);
        let first = |window: &[usize; 4]| {
            let most = window
                .iter()
                .map(|&at| x[at])
                .fold(f32::NEG_INFINITY, f32::max);
            window.iter().position(|&at| x[at] == most).unwrap()
        };
        let mut wanted = vec![0.0; x.len()];
        let mut wanted_mean = vec![0.0; x.len()];
        for (window, dy) in windows.iter().zip(&dy) {
            wanted[window[first(window)]] = *dy;
            window.iter().for_each(|&at| wanted_mean[at] = dy * 0.25);
        }
        for threads in [1, 2] {
            with_threads(threads, || {
                let (y, positions) = max_pool(level, pictures, channels, &x);
                let mean = average_pool(level, pictures, channels, &x);
                assert_eq!(y.len(), windows.len());
                for (at, window) in windows.iter().enumerate() {
                    assert_eq!(
                        usize::from(positions[at]),
                        first(window),
                        "{case:?} {level:?}"
                    );
                    assert_eq!(y[at], x[window[first(window)]]);
                    assert_eq!(mean[at], window.iter().map(|&at| x[at]).sum::<f32>() * 0.25);
                }
                let dx = max_pool_back(level, pictures, channels, &dy, &positions);
                assert_eq!(dx, wanted, "{case:?} {level:?}");
                assert_eq!(
                    average_pool_back(level, pictures, channels, &dy),
                    wanted_mean
                );
            });
        }
    }
}

#[test]
fn layouts_change_there_and_back() {
    for case in cases().into_iter().chain([case(2, 61, 67, 70, 1)]) {
        let (pictures, channels) = (case.pictures, case.c_in);
        let x = numbers(pictures.pixels() * channels, 7);
        let area = pictures.height * pictures.width;
        for (level, threads) in Level::available()
            .into_iter()
            .flat_map(|level| [(level, 1), (level, 2)])
        {
            with_threads(threads, || {
                let last = to_channels_last(level, pictures, channels, &x);
                for (at, number) in x.iter().enumerate() {
                    let (picture, rest) = (at / (area * channels), at % (area * channels));
                    let to = (picture * area + rest % area) * channels + rest / area;
                    assert_eq!(last[to], *number, "{case:?} {level:?}");
                }
                assert_eq!(to_channels_first(level, pictures, channels, &last), x);
            });
        }
    }
}

#[test]
fn batch_normalisation_is_what_its_formula_says() {
    let epsilon = 1e-5;
    for (pixels, channels, is_rectified) in [
        (1, 1, false),
        (7, 3, true),
        (300, 24, false),
        (1100, 33, true),
        (5000, 16, true),
    ] {
        // Far from zero, where the difference of squares would cancel.
        let x: Vec<f32> = numbers(pixels * channels, 8)
            .iter()
            .map(|x| x + 100.0)
            .collect();
        let (gain, shift) = (numbers(channels, 9), numbers(channels, 10));
        let dy = numbers(x.len(), 11);
        let moments = moments(&x, channels);
        let of = |at: usize| {
            let (mean, variance) = moments[at % channels];
            (f64::from(x[at]) - mean) / (variance + f64::from(epsilon)).sqrt()
        };
        let wanted: Vec<f64> = (0..x.len())
            .map(|at| {
                let c = at % channels;
                let y = of(at) * f64::from(gain[c]) + f64::from(shift[c]);
                if is_rectified { y.max(0.0) } else { y }
            })
            .collect();
        for (level, threads) in Level::available()
            .into_iter()
            .flat_map(|level| [(level, 1), (level, 2)])
        {
            with_threads(threads, || {
                let layer = Norm {
                    gain: &gain,
                    shift: &shift,
                    epsilon,
                    is_rectified,
                };
                let found = normalise(level, layer, &x);
                for (c, (mean, variance)) in moments.iter().enumerate() {
                    assert!((f64::from(found.mean[c]) / mean - 1.0).abs() < 1e-6);
                    assert!((f64::from(found.variance[c]) - variance).abs() < 1e-5);
                }
                // Numbers near 100 are known to 4e-6 only.
                assert!(
                    difference(&found.y, &wanted) < 3e-5,
                    "{}",
                    difference(&found.y, &wanted)
                );
                let back = normalise_back(level, layer, &x, &found.mean, &found.variance, &dy);
                let (mut gains, mut shifts) = (vec![0.0; channels], vec![0.0; channels]);
                let passing = |at: usize| match is_rectified && found.y[at] <= 0.0 {
                    true => 0.0,
                    false => f64::from(dy[at]),
                };
                for at in 0..x.len() {
                    gains[at % channels] += passing(at) * of(at);
                    shifts[at % channels] += passing(at);
                }
                let count = pixels as f64;
                let dx: Vec<f64> = (0..x.len())
                    .map(|at| {
                        let c = at % channels;
                        let root = (moments[c].1 + f64::from(epsilon)).sqrt();
                        let rest = passing(at) - shifts[c] / count - of(at) * gains[c] / count;
                        f64::from(gain[c]) / root * rest
                    })
                    .collect();
                let scale = f64::from(pixels as u32).max(1.0);
                for (found, wanted) in [(&back.gain, &gains), (&back.shift, &shifts)] {
                    for (a, b) in found.iter().zip(wanted) {
                        assert!((f64::from(*a) - b).abs() / scale < 1e-5, "{a} {b}");
                    }
                }
                assert!(pixels == 1 || difference(&back.input, &dx) < 3e-5);
            });
        }
    }
}
