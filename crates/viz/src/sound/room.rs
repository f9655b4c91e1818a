//! Walls around a sound.
//!
//! # Source
//! Jot and Chaigne 1991, Digital delay networks for designing artificial reverberators: delay lines
//! that feed each other through an orthogonal matrix, each losing what its length loses in the
//! room. The matrix is Hadamard's.

/// Delay lines.
const LINES: usize = 8;
/// Their lengths in seconds: no two have a common rhythm.
const SECONDS: [f64; LINES] = [
    0.0297, 0.0331, 0.0371, 0.0411, 0.0461, 0.0533, 0.0611, 0.0697,
];
/// Seconds in which the room loses 60 dB.
const REVERBERATION: f64 = 1.1;
/// How much of a sample the walls keep for the next: they swallow high tones.
const DULLNESS: f32 = 0.35;
/// The loudness of what comes back at most, beside the sound itself.
const WET: f32 = 0.5;
/// Seconds that the room sounds on.
pub(super) const TAIL: f64 = 0.9;

/// Lets every channel come back from the walls, `amount` of it.
///
/// # Scale
/// `amount` is from 0 to 1. Two channels share the room, each hearing other walls.
pub(super) fn reverberate(channels: &mut [Vec<f32>], sample_rate: u32, amount: f32) {
    if amount <= 0.0 {
        return;
    }
    let rate = f64::from(sample_rate);
    let mut lines = SECONDS.map(|seconds| vec![0.0_f32; (seconds * rate) as usize]);
    let losses = SECONDS.map(|seconds| 10_f64.powf(-3.0 * seconds / REVERBERATION) as f32);
    let mut dull = [0.0_f32; LINES];
    let count = channels.len();
    let length = channels.first().map_or(0, Vec::len);
    let scale = 1.0 / (LINES as f32).sqrt();
    for at in 0..length {
        let mut heard = [0.0; LINES];
        for (line, heard) in heard.iter_mut().enumerate() {
            let out = lines[line][at % lines[line].len()] * losses[line];
            dull[line] += (out - dull[line]) * (1.0 - DULLNESS);
            *heard = dull[line];
        }
        let mut back = heard;
        hadamard(&mut back);
        for (line, back) in back.into_iter().enumerate() {
            let place = at % lines[line].len();
            lines[line][place] = channels[line % count][at] + back * scale;
        }
        for (which, channel) in channels.iter_mut().enumerate() {
            let mine = heard.iter().skip(which).step_by(count);
            // Every other wall turns the wave around, or low tones would pile up.
            let sum: f32 = mine
                .enumerate()
                .map(|(nth, heard)| if nth % 2 == 0 { *heard } else { -heard })
                .sum();
            channel[at] += amount * WET * sum * scale * (count as f32).sqrt();
        }
    }
}

/// Hadamard's matrix, not scaled.
fn hadamard(values: &mut [f32; LINES]) {
    let mut half = 1;
    while half < LINES {
        for first in (0..LINES).filter(|at| at & half == 0) {
            let (a, b) = (values[first], values[first + half]);
            values[first] = a + b;
            values[first + half] = a - b;
        }
        half *= 2;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 16_000;

    fn energy(samples: &[f32]) -> f32 {
        samples.iter().map(|sample| sample * sample).sum()
    }

    #[test]
    fn a_clap_dies_away_in_the_room() {
        let mut channels = vec![vec![0.0; 2 * RATE as usize]; 2];
        channels[0][0] = 1.0;
        reverberate(&mut channels, RATE, 1.0);
        for channel in &channels {
            let tenths: Vec<f32> = channel[100..]
                .chunks(RATE as usize / 5)
                .map(energy)
                .collect();
            assert!(
                tenths.windows(2).take(8).all(|pair| pair[1] < pair[0]),
                "{tenths:?}"
            );
            assert!(tenths[0] > 1e-3);
        }
        let (first, last) = (energy(&channels[1]), energy(&channels[1][RATE as usize..]));
        assert!(last < 2e-4 * first, "{}", last / first);
        assert_ne!(channels[0][1_000..], channels[1][1_000..]);
    }

    #[test]
    fn no_room_changes_nothing() {
        let mut channels = vec![vec![0.5; 100]];
        reverberate(&mut channels, RATE, 0.0);
        assert_eq!(channels, [[0.5; 100]]);
    }
}
