//! What a model plays by itself.

use burn::tensor::{Device, Tensor, TensorData};
use rand::RngExt as _;

use super::MusicModel;
use crate::data::music::{Frame, KEYS};
use crate::recurrent::{Mode, Sequence};
use crate::rng::Rng;

/// How a model plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayConfig {
    /// Steps that it plays after the beginning it is given.
    pub steps: usize,
    /// What logits are divided by: 1 is the model's own distribution, less is more careful, 0 plays
    /// every key that is likelier to sound than not.
    pub temperature: f64,
    /// Most keys at once, the likeliest of those that were drawn; 0 is no limit.
    pub most: usize,
}

/// Goes on from a beginning, which may be empty: every key of the next frame is drawn by itself with
/// the probability that the model gives it.
pub fn play(
    model: &MusicModel,
    beginning: &[Frame],
    config: &PlayConfig,
    rng: &mut Rng,
    device: &Device,
) -> Vec<Frame> {
    let mut state = model.initial(1, device);
    let mut logits = vec![0.0; KEYS];
    let mut read = |frame: Frame, logits: &mut Vec<f32>| {
        let mut numbers = vec![0.0_f32; KEYS];
        frame.keys().for_each(|key| numbers[key] = 1.0);
        let frames = Tensor::from_data(TensorData::new(numbers, [1, 1, KEYS]), device);
        let (next, end) = model.logits(Sequence::ByTime(frames), state.clone(), &mut Mode::Use);
        state = end;
        *logits = next.into_data().iter::<f32>().collect();
    };
    read(Frame::SILENT, &mut logits);
    for frame in beginning {
        read(*frame, &mut logits);
    }
    let mut played = Vec::with_capacity(config.steps);
    for step in 0..config.steps {
        let frame = draw(&logits, config, rng);
        played.push(frame);
        if step + 1 < config.steps {
            read(frame, &mut logits);
        }
    }
    played
}

fn draw(logits: &[f32], config: &PlayConfig, rng: &mut Rng) -> Frame {
    let mut keys: Vec<usize> = Vec::new();
    for (key, &logit) in logits.iter().enumerate() {
        // A draw for every key, whatever the temperature: the same seed then stays comparable.
        let chance = rng.random::<f64>();
        let sounds = match config.temperature > 0.0 {
            true => chance < 1.0 / (1.0 + (-f64::from(logit) / config.temperature).exp()),
            false => logit > 0.0,
        };
        if sounds {
            keys.push(key);
        }
    }
    if config.most > 0 && keys.len() > config.most {
        keys.sort_by(|&a, &b| logits[b].total_cmp(&logits[a]));
        keys.truncate(config.most);
    }
    Frame::of_keys(keys)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;
    use crate::sequence::music::MusicCell;
    use crate::sequence::music::config::tests::config;

    #[test]
    fn the_same_seed_plays_the_same() {
        let device = Device::flex();
        let model = MusicModel::init(&config(), MusicCell::Gru, &mut seeded(1), &device).unwrap();
        let how = PlayConfig {
            steps: 9,
            temperature: 1.0,
            most: 4,
        };
        let beginning = [Frame::of_keys([3]), Frame::SILENT];
        let hear = |seed| play(&model, &beginning, &how, &mut seeded(seed), &device);
        assert_eq!(hear(1), hear(1));
        assert_ne!(hear(1), hear(2));
        assert_eq!(hear(1).len(), 9);
        assert!(hear(1).iter().all(|frame| frame.count() <= 4));
    }

    #[test]
    fn without_temperature_every_likely_key_sounds() {
        let config = PlayConfig {
            steps: 1,
            temperature: 0.0,
            most: 2,
        };
        let mut logits = vec![-1.0; KEYS];
        (logits[3], logits[5], logits[80]) = (0.5, 2.0, 1.0);
        assert_eq!(
            draw(&logits, &config, &mut seeded(1)),
            Frame::of_keys([5, 80])
        );
    }
}
