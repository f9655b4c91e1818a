//! The sound of the vocal cords: puffs of air and some breath.

use std::f32::consts::{FRAC_PI_2, PI, TAU};

use rand::RngExt;

use super::SAMPLE_RATE;
use crate::rng::Rng;

/// Samples a second of the source. A puff has an edge, so its spectrum has no end, and what is above
/// half of this rate folds back. At four times [`SAMPLE_RATE`] that is 66 dB below the voice under
/// 1 kHz and 35 dB at 3.5 kHz, for the highest pitch: less than the noise of the room.
pub(super) const SOURCE_RATE: f32 = 4.0 * SAMPLE_RATE as f32;
/// Share of the pitch that is lost from beginning to end, as in any plain statement.
const FALL: f32 = 0.15;
/// Slow waver of the pitch: Hz, and share of the pitch to either side.
const VIBRATO: (f32, f32) = (5.0, 0.01);
/// Share by which a period is longer or shorter than it should be, at most.
const JITTER: f32 = 0.012;
/// Share by which a puff is stronger or weaker than it should be, at most.
const SHIMMER: f32 = 0.08;

/// How somebody's vocal cords move.
///
/// # Source
/// Rosenberg 1971, Effect of glottal pulse shape on the quality of natural vowels, pulse C: with t
/// the share of the period, the flow is ½ (1 − cos(π t / o)) while the cords open and
/// cos(½ π (t − o) / c) while they close, then nothing. His had o = 0.4 and c = 0.16.
#[derive(Clone, Debug)]
pub(super) struct Glottis {
    /// Puffs a second at the beginning, in Hz.
    pub pitch: f32,
    /// Share of the period in which the cords open, o.
    pub opening: f32,
    /// Share of the period in which they close, c.
    pub closing: f32,
    /// Strength of the hiss in the flow, about 0.1 for a clear voice and 1 for a breathy one.
    pub breath: f32,
}

/// One puff: how often it would come in a second, and how strong it is.
struct Puff {
    pitch: f32,
    strength: f32,
}

impl Glottis {
    /// What leaves the lips if the mouth does nothing, at [`SOURCE_RATE`]: the slope of the flow.
    ///
    /// `loudness` has a factor for every sample, and says how many there are.
    pub(super) fn sound(&self, loudness: &[f32], rng: &mut Rng) -> Vec<f32> {
        let mut sound = Vec::with_capacity(loudness.len());
        // A voice does not begin at the same point of the waver every time.
        let waver = rng.random::<f32>();
        let (mut puff, mut phase, mut before) = (self.puff(0.0, 0.0, rng), 0.0, 0.0);
        for (n, loud) in loudness.iter().enumerate() {
            phase += puff.pitch / SOURCE_RATE;
            if phase >= 1.0 {
                phase -= 1.0;
                let turns = waver + VIBRATO.0 * n as f32 / SOURCE_RATE;
                puff = self.puff(n as f32 / loudness.len() as f32, turns, rng);
            }
            let flow = puff.strength * self.flow(phase);
            // Per period rather than per second, so that high voices are not louder.
            let slope = (flow - before) * SOURCE_RATE / puff.pitch;
            before = flow;
            let hiss = self.breath * flow * rng.random_range(-1.0..1.0);
            sound.push(loud * (slope + hiss));
        }
        sound
    }

    /// The puff at a share of the whole word and after some turns of the waver.
    fn puff(&self, share: f32, turns: f32, rng: &mut Rng) -> Puff {
        let waver = 1.0 + VIBRATO.1 * (TAU * turns).sin();
        let jitter = 1.0 + JITTER * rng.random_range(-1.0..1.0);
        Puff {
            pitch: self.pitch * (1.0 - FALL * share) * waver * jitter,
            strength: 1.0 + SHIMMER * rng.random_range(-1.0..1.0),
        }
    }

    /// The flow at a share of the period, from 0 to 1.
    fn flow(&self, phase: f32) -> f32 {
        let closed = (phase - self.opening) / self.closing;
        if closed < 0.0 {
            0.5 * (1.0 - (PI * phase / self.opening).cos())
        } else if closed < 1.0 {
            (FRAC_PI_2 * closed).cos()
        } else {
            0.0
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;

    const PLAIN: Glottis = Glottis {
        pitch: 100.0,
        opening: 0.4,
        closing: 0.16,
        breath: 0.0,
    };

    #[test]
    fn the_flow_is_continuous_and_rests() {
        let flow: Vec<f32> = (0..=1000).map(|n| PLAIN.flow(n as f32 / 1000.0)).collect();
        assert_eq!((flow[0], flow[560], flow[1000]), (0.0, 0.0, 0.0));
        assert!((flow[400] - 1.0).abs() < 1e-6);
        for pair in flow.windows(2) {
            assert!((pair[1] - pair[0]).abs() < 0.01, "{pair:?}");
        }
    }

    #[test]
    fn the_pitch_is_as_asked_and_falls() {
        let second = vec![1.0; SOURCE_RATE as usize];
        let sound = PLAIN.sound(&second, &mut seeded(1));
        // The cords close once a period, where the slope is steepest.
        let is_close = |n: &usize| sound[*n] < -5.0 && sound[*n + 1] >= -5.0;
        let closes: Vec<usize> = (0..sound.len() - 1).filter(is_close).collect();
        let count = closes.len() as f32;
        assert!((count - 92.5).abs() < 2.0, "{count}");
        let lengths: Vec<usize> = closes.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (begin, end) = (&lengths[..20], &lengths[lengths.len() - 20..]);
        assert!(begin.iter().sum::<usize>() * 11 < end.iter().sum::<usize>() * 10);
    }

    #[test]
    fn no_loudness_is_silence() {
        let sound = PLAIN.sound(&[0.0; 900], &mut seeded(1));
        assert!(sound.len() == 900 && sound.iter().all(|x| *x == 0.0));
    }
}
