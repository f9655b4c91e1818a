//! What a model plays by itself.

use burn::tensor::{Device, Tensor, TensorData};

use super::MusicModel;
use super::draw::{each_key, likeliest, so_many_keys};
use crate::data::music::{Frame, KEYS, NoteCounts};
use crate::recurrent::{Mode, Sequence};
use crate::rng::Rng;

/// How a model plays.
#[derive(Clone, Debug, PartialEq)]
pub struct PlayConfig {
    /// Steps that it plays after the beginning it is given.
    pub steps: usize,
    /// What logits are divided by: 1 is the model's own distribution, less is more careful, 0 plays
    /// the likeliest keys.
    pub temperature: f64,
    /// Most keys at once, the likeliest of those that were drawn; 0 is no limit.
    pub most: usize,
    /// How many keys sound at once: drawn from these counts, and the model says which; without them
    /// every key is drawn by itself, and the model alone decides how many.
    pub counts: Option<NoteCounts>,
}

/// Goes on from a beginning, which may be empty: the keys of the next frame are drawn with the
/// probabilities that the model gives them.
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
    let mut before = beginning.last().copied();
    let mut played = Vec::with_capacity(config.steps);
    for step in 0..config.steps {
        let frame = draw(&logits, before, config, rng);
        played.push(frame);
        before = Some(frame);
        if step + 1 < config.steps {
            read(frame, &mut logits);
        }
    }
    played
}

fn draw(logits: &[f32], before: Option<Frame>, config: &PlayConfig, rng: &mut Rng) -> Frame {
    let temperature = config.temperature;
    let frame = match &config.counts {
        Some(counts) => {
            let notes = counts.draw(before.map(Frame::count), rng);
            so_many_keys(logits, notes, temperature, rng)
        }
        None => each_key(logits, temperature, rng),
    };
    match config.most > 0 && frame.count() > config.most {
        true => likeliest(logits, frame.keys(), config.most),
        false => frame,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::seeded;
    use crate::sequence::music::MusicCell;
    use crate::sequence::music::config::tests::config;

    fn model(device: &Device) -> MusicModel {
        MusicModel::init(&config(), MusicCell::Gru, &mut seeded(1), device).unwrap()
    }

    #[test]
    fn the_same_seed_plays_the_same() {
        let device = Device::flex();
        let model = model(&device);
        let how = PlayConfig {
            steps: 9,
            temperature: 1.0,
            most: 4,
            counts: None,
        };
        let beginning = [Frame::of_keys([3]), Frame::SILENT];
        let hear = |seed| play(&model, &beginning, &how, &mut seeded(seed), &device);
        assert_eq!(hear(1), hear(1));
        assert_ne!(hear(1), hear(2));
        assert_eq!(hear(1).len(), 9);
        assert!(hear(1).iter().all(|frame| frame.count() <= 4));
    }

    /// This model has learnt nothing and expects 44 keys at once; the pieces have three or none.
    #[test]
    fn as_many_keys_sound_as_in_the_pieces() {
        let device = Device::flex();
        let three = Frame::of_keys([1, 2, 3]);
        let piece = [three, three, three, Frame::SILENT].repeat(8);
        let how = |counts| PlayConfig {
            steps: 200,
            temperature: 1.0,
            most: 0,
            counts,
        };
        let counts = |how: &PlayConfig| -> Vec<usize> {
            let played = play(&model(&device), &[], how, &mut seeded(1), &device);
            played.into_iter().map(Frame::count).collect()
        };
        let free = counts(&how(None));
        assert!(free.iter().sum::<usize>() > 30 * 200);
        let held = counts(&how(Some(NoteCounts::of(&[piece]))));
        assert!(held.iter().all(|count| matches!(count, 0 | 3)));
        let mean = held.iter().sum::<usize>() as f64 / 200.0;
        assert!((1.9..2.6).contains(&mean), "{mean}");
    }
}
