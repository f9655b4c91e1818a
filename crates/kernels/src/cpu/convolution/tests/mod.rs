//! Against plain loops, at every instruction set and on several threads.

use super::reference::Case;
use super::*;

mod between;
mod filters;
mod sliding;

/// Numbers between -1 and 1 that look like chance.
fn numbers(count: usize, seed: u32) -> Vec<f32> {
    let draw = |i: u32| {
        let x = (i ^ seed.wrapping_mul(0x9e37_79b9)).wrapping_mul(2_654_435_761);
        let x = (x ^ (x >> 15)).wrapping_mul(0x2c1b_3c6d);
        ((x ^ (x >> 12)) >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..count as u32).map(draw).collect()
}

fn with_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build();
    pool.unwrap().install(work)
}

/// The largest difference, measured by the largest of the wanted numbers.
fn difference(found: &[f32], wanted: &[f64]) -> f64 {
    assert_eq!(found.len(), wanted.len());
    let largest = wanted.iter().fold(1e-30, |most: f64, x| most.max(x.abs()));
    let distances = found
        .iter()
        .zip(wanted)
        .map(|(a, b)| (f64::from(*a) - b).abs());
    distances.fold(0.0, f64::max) / largest
}

/// The length of the difference, measured by the length of the wanted numbers.
fn distance(found: &[f32], wanted: &[f64]) -> f64 {
    let squares = found
        .iter()
        .zip(wanted)
        .map(|(a, b)| (f64::from(*a) - b).powi(2));
    let length: f64 = wanted.iter().map(|x| x * x).sum();
    (squares.sum::<f64>() / length.max(1e-30)).sqrt()
}

fn case(batch: usize, height: usize, width: usize, c_in: usize, c_out: usize) -> Case {
    Case {
        pictures: Pictures {
            batch,
            height,
            width,
        },
        c_in,
        c_out,
        padding: Padding::Zeros,
    }
}

/// Sizes with every remainder of height and width, and channels around the width of vectors.
fn cases() -> Vec<Case> {
    let mut cases = vec![
        case(1, 1, 1, 1, 1),
        case(2, 1, 1, 5, 3),
        case(1, 1, 7, 3, 16),
        case(2, 2, 3, 16, 5),
        case(3, 3, 2, 24, 33),
        case(1, 4, 4, 33, 24),
        case(2, 5, 8, 64, 16),
        case(1, 7, 9, 1, 64),
        case(3, 8, 5, 3, 24),
        case(2, 9, 13, 24, 24),
        case(1, 12, 11, 16, 64),
        case(1, 13, 19, 33, 3),
        case(1, 16, 16, 64, 64),
        case(2, 17, 6, 5, 1),
        case(1, 19, 15, 24, 48),
        case(3, 11, 3, 48, 5),
        case(1, 15, 17, 80, 96),
    ];
    cases.extend((1..=19).map(|side| case(1, side, 20 - side, 5, 3)));
    cases.extend((1..=19).map(|side| case(2, side, side, 3, 16)));
    let edges = cases.clone().into_iter().map(|case| Case {
        padding: Padding::Edge,
        ..case
    });
    cases.extend(edges.collect::<Vec<_>>());
    cases
}
