//! One frame drawn from what a network expects.

use rand::RngExt as _;

use crate::data::music::{Frame, KEYS};
use crate::rng::Rng;

/// Draws every key by itself with the probability σ(logit / temperature); at temperature 0 those that
/// are likelier to sound than not.
pub fn each_key(logits: &[f32], temperature: f64, rng: &mut Rng) -> Frame {
    let mut frame = Frame::SILENT;
    for (key, &logit) in logits.iter().enumerate() {
        // A draw for every key, whatever the temperature: the same seed then stays comparable.
        let chance = rng.random::<f64>();
        let sounds = match temperature > 0.0 {
            true => chance < 1.0 / (1.0 + (-f64::from(logit) / temperature).exp()),
            false => logit > 0.0,
        };
        if sounds {
            frame = frame.with(key);
        }
    }
    frame
}

/// Draws as many keys as are asked for, from the same distribution under the condition that it is so
/// many (conditional Bernoulli sampling); at temperature 0 the likeliest.
///
/// With R_k(j) the probability that j of the keys from k on sound, key k is among the j that are left
/// with p_k R_{k+1}(j − 1) / R_k(j).
pub fn so_many_keys(logits: &[f32], notes: usize, temperature: f64, rng: &mut Rng) -> Frame {
    let notes = notes.min(logits.len());
    if temperature <= 0.0 {
        return likeliest(logits, 0..logits.len(), notes);
    }
    // Logarithms: a network that is sure of something else would leave nothing of the products.
    let chances: Vec<(f64, f64)> = logits
        .iter()
        .map(|&logit| {
            let logit = f64::from(logit) / temperature;
            (-softplus(-logit), -softplus(logit))
        })
        .collect();
    let mut rest = vec![vec![f64::NEG_INFINITY; notes + 1]; logits.len() + 1];
    rest[logits.len()][0] = 0.0;
    for (key, &(sounds, silent)) in chances.iter().enumerate().rev() {
        for left in 0..=notes {
            let with = match left {
                0 => f64::NEG_INFINITY,
                _ => rest[key + 1][left - 1] + sounds,
            };
            rest[key][left] = log_add(with, rest[key + 1][left] + silent);
        }
    }
    let (mut frame, mut left) = (Frame::SILENT, notes);
    for (key, &(sounds, _)) in chances.iter().enumerate() {
        if left == 0 {
            break;
        }
        let chance = (sounds + rest[key + 1][left - 1] - rest[key][left]).exp();
        if rng.random::<f64>() < chance {
            frame = frame.with(key);
            left -= 1;
        }
    }
    frame
}

/// So many of these keys: the likeliest.
pub fn likeliest(logits: &[f32], keys: impl IntoIterator<Item = usize>, notes: usize) -> Frame {
    let mut keys: Vec<usize> = keys.into_iter().filter(|&key| key < KEYS).collect();
    keys.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
    Frame::of_keys(keys.into_iter().take(notes))
}

/// ln(1 + e^x).
fn softplus(x: f64) -> f64 {
    x.max(0.0) + (-x.abs()).exp().ln_1p()
}

/// ln(e^a + e^b).
fn log_add(a: f64, b: f64) -> f64 {
    let (low, high) = (a.min(b), a.max(b));
    match high == f64::NEG_INFINITY {
        true => high,
        false => high + (low - high).exp().ln_1p(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    fn all(number: f32) -> Vec<f32> {
        vec![number; KEYS]
    }

    #[test]
    fn without_temperature_every_likely_key_sounds() {
        let mut logits = all(-1.0);
        (logits[3], logits[5], logits[80]) = (0.5, 2.0, 1.0);
        let frame = each_key(&logits, 0.0, &mut seeded(1));
        assert_eq!(frame, Frame::of_keys([3, 5, 80]));
        assert_eq!(likeliest(&logits, frame.keys(), 2), Frame::of_keys([5, 80]));
        let four = so_many_keys(&logits, 2, 0.0, &mut seeded(1));
        assert_eq!(four, Frame::of_keys([5, 80]));
    }

    /// Three keys with odds 1, 2 and 4, two of which sound: the pairs have weights 2, 4 and 8.
    #[test]
    fn pairs_are_as_frequent_as_their_odds() {
        let mut logits = all(f32::NEG_INFINITY);
        for (key, odds) in [(7, 1.0_f32), (20, 2.0), (87, 4.0)] {
            logits[key] = odds.ln();
        }
        let mut rng = seeded(5);
        let draws = 14_000;
        let mut seen = [0; 3];
        for _ in 0..draws {
            let frame = so_many_keys(&logits, 2, 1.0, &mut rng);
            assert_eq!(frame.count(), 2);
            let silent = [7, 20, 87].iter().position(|&key| !frame.has(key));
            seen[silent.unwrap()] += 1;
        }
        for (seen, weight) in seen.into_iter().zip([8.0, 4.0, 2.0]) {
            let share = f64::from(seen) / f64::from(draws);
            assert!((share - weight / 14.0).abs() < 0.02, "{share}");
        }
    }

    #[test]
    fn a_sure_network_still_gives_as_many_as_asked() {
        for number in [-400.0, 400.0] {
            for notes in [0, 1, 7, 88, 100] {
                let frame = so_many_keys(&all(number), notes, 1.0, &mut seeded(2));
                assert_eq!(frame.count(), notes.min(KEYS), "{notes} at {number}");
            }
        }
    }
}
