//! No offset, the same loudness for every piece, no clipping.

/// Seconds over which a window of loudness goes.
const WINDOW: f64 = 0.4;
/// The loudness that every piece gets: 18 dB below a full wave.
const LOUDNESS: f32 = 0.125;
/// Windows this much quieter than the loudest do not count: rests make no piece louder.
const QUIET: f32 = 0.1;
/// What is above this is bent.
const KNEE: f32 = 0.7;
/// What a sample comes near to at most.
const CEILING: f32 = 0.98;
/// Hz below which nothing is left: no ear hears it, and an offset is 0 Hz.
const LOWEST: f64 = 18.0;

/// Takes away what is too low to be heard.
pub(super) fn remove_offset(channel: &mut [f32], sample_rate: u32) {
    let keep = (-std::f64::consts::TAU * LOWEST / f64::from(sample_rate)).exp() as f32;
    let (mut before, mut now) = (0.0, 0.0);
    for sample in channel {
        now = *sample - before + keep * now;
        before = *sample;
        *sample = now;
    }
}

/// Brings channels to the common loudness, and bends what is still too high.
pub(super) fn level(channels: &mut [Vec<f32>], sample_rate: u32) {
    let loudness = loudness(channels, sample_rate);
    if loudness <= 0.0 {
        return;
    }
    let gain = LOUDNESS / loudness;
    for sample in channels.iter_mut().flatten() {
        *sample = bend(*sample * gain);
    }
}

/// The root of the mean square where there is sound.
fn loudness(channels: &[Vec<f32>], sample_rate: u32) -> f32 {
    let window = (WINDOW * f64::from(sample_rate)) as usize;
    let mut squares: Vec<f32> = Vec::new();
    for channel in channels {
        squares.extend(channel.chunks(window).map(|samples| {
            samples.iter().map(|sample| sample * sample).sum::<f32>() / samples.len() as f32
        }));
    }
    let loudest = squares.iter().copied().fold(0.0, f32::max);
    squares.retain(|square| *square > 0.0 && *square >= QUIET * QUIET * loudest);
    (squares.iter().sum::<f32>() / squares.len().max(1) as f32).sqrt()
}

/// A sample as it is up to the knee, and smoothly towards the ceiling above.
fn bend(sample: f32) -> f32 {
    let over = sample.abs() - KNEE;
    if over <= 0.0 {
        return sample;
    }
    let room = CEILING - KNEE;
    (KNEE + room * (over / room).tanh()).copysign(sample)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bending_has_no_corner_and_a_ceiling() {
        assert_eq!((bend(0.5), bend(-0.7)), (0.5, -0.7));
        assert!((bend(0.701) - 0.701).abs() < 1e-5);
        assert!(bend(100.0) <= CEILING && bend(-100.0) >= -CEILING);
        let bent: Vec<f32> = (0..200).map(|at| bend(at as f32 / 100.0)).collect();
        assert!(bent.windows(2).all(|pair| pair[0] <= pair[1]));
    }

    #[test]
    fn quiet_and_loud_pieces_become_alike() {
        for gain in [1e-4, 1.0, 50.0] {
            let wave = |at: usize| gain * (at as f32 * 0.1).sin();
            let mut channels = vec![(0..40_000).map(wave).collect::<Vec<f32>>()];
            channels[0].extend(vec![0.0; 40_000]);
            level(&mut channels, 16_000);
            let after = loudness(&channels, 16_000);
            assert!((after - LOUDNESS).abs() < 0.01, "{after}");
        }
        let mut silence = vec![vec![0.0; 100]];
        level(&mut silence, 16_000);
        assert_eq!(silence, [[0.0; 100]]);
    }

    #[test]
    fn an_offset_goes_and_a_tone_stays() {
        let mut samples: Vec<f32> = (0..44_100)
            .map(|at| 0.3 + (at as f32 * 0.02).sin())
            .collect();
        remove_offset(&mut samples, 44_100);
        let end = &samples[22_050..];
        let mean = end.iter().sum::<f32>() / end.len() as f32;
        assert!(mean.abs() < 4e-3, "{mean}");
        let peak = end.iter().fold(0.0_f32, |peak, sample| peak.max(*sample));
        assert!((peak - 1.0).abs() < 0.05, "{peak}");
    }
}
