//! The tour's recogniser: a network hears which of ten made-up words is said.

use burn::module::Module;
use reverie_model::data::speech::{
    Frames, LogMel, LogMelConfig, Recording, SAMPLE_RATE, SpeechSplit, WORDS, generated_words,
};
use reverie_model::rng::seeded;
use reverie_model::sequence::speech::{DigitSet, DigitsConfig, DigitsTrainer, evaluate_digits};
use reverie_viz::picture::{Filter, Picture, resize};
use reverie_viz::sound::{Sound, write_wav};

use super::audible::Audible;
use super::{SEED, Section, Workshop};
use crate::command::speech;
use crate::report::embed;
use crate::settings::{SPEECH_PRESETS, assignments, resolve};

/// What differs from the preset: a network that learns in seconds.
const CHANGES: [&str; 5] = [
    "hidden=24",
    "layers=1",
    "epochs=12",
    "rate=0.01",
    "dropout=0.1",
];
/// Voices.
const VOICES: usize = 6;
/// How often each voice says each word: five times for the test, as in the set of spoken digits.
const TIMES: u32 = 15;
/// Recordings that are measured side by side.
const MEASURED: usize = 64;
/// Words that can be heard on the page: one, and the same backwards.
const HEARD: [usize; 2] = [0, 1];
/// Height of a band and width of a frame in the picture, in pixels.
const PIXEL: u32 = 6;

/// A table of networks that remember and one that does not, and two of the words.
///
/// # Errors
/// If training fails.
pub fn make(shop: &Workshop) -> anyhow::Result<Section> {
    let config: DigitsConfig = resolve(&SPEECH_PRESETS, None, None, assignments(&CHANGES)?)?;
    let mut rng = seeded(SEED);
    let recordings = generated_words(VOICES, TIMES, &mut rng);
    let split = SpeechSplit::new(&recordings, config.validation_share, &mut rng)?;
    let log_mel = LogMel::new(&LogMelConfig::default())?;
    let (sets, _) = speech::parts(&recordings, &split, &log_mel)?;
    let head = ["", "weights", "right, test"];
    let mut table = vec![head.map(str::to_owned).to_vec()];
    let nearest = 100.0 * nearest_mean(&sets[0], &sets[2]);
    table.push(vec![
        "mean sound of the word, no memory".to_owned(),
        String::new(),
        format!("{nearest:.0} %"),
    ]);
    for (name, bidirectional) in [("LSTM, forwards", false), ("LSTM, both directions", true)] {
        let config = DigitsConfig {
            bidirectional,
            ..config.clone()
        };
        table.push(learn(shop, name, config, &log_mel, &sets)?);
    }
    let sounds = HEARD
        .iter()
        .filter_map(|&word| {
            let of_word = |one: &&Recording| usize::from(one.digit) == word && one.index == 0;
            recordings.iter().find(of_word)
        })
        .map(|recording| audible(recording, &log_mel))
        .collect::<anyhow::Result<Vec<_>>>()?;
    Ok(Section {
        title: "Which word was said?",
        text: format!(
            "{VOICES} synthetic voices say {} made-up words of two vowels, {} recordings made just \
             now. For every word there is one with the same vowels in the other order, so the mean \
             sound cannot tell them apart: what came first must be remembered. Real spoken digits \
             are learnt the same way.",
            WORDS.len(),
            recordings.len(),
        ),
        command: "reverie speech digits --recordings free-spoken-digit-dataset --out digits.safetensors",
        table,
        sounds,
        ..Section::default()
    })
}

/// A line of the table: a network learns, and is tested.
fn learn(
    shop: &Workshop,
    name: &str,
    config: DigitsConfig,
    log_mel: &LogMel,
    [train, validation, test]: &[DigitSet; 3],
) -> anyhow::Result<Vec<String>> {
    let device = &shop.opened.device;
    let mut trainer = DigitsTrainer::new(config, log_mel.bands(), SEED, device)?;
    while !trainer.is_done() {
        if !trainer.step(train)?.is_end_of_epoch() {
            continue;
        }
        let model = trainer.model();
        if let Some(measured) = evaluate_digits(&model, validation, MEASURED, device, || true) {
            trainer.note(&measured);
        }
    }
    let model = trainer.best();
    let measured = evaluate_digits(&model, test, MEASURED, device, || true);
    let right = measured.map_or(f64::NAN, |measured| measured.confusion.accuracy());
    Ok(vec![
        name.to_owned(),
        model.num_params().to_string(),
        format!("{:.0} %", 100.0 * right),
    ])
}

/// How often the word with the nearest mean of frames is the right one: what can be heard without
/// knowing what came first.
fn nearest_mean(train: &DigitSet, test: &DigitSet) -> f64 {
    let mean = |frames: &Frames| -> Vec<f32> {
        let steps = frames.steps().max(1) as f32;
        let mut sum = vec![0.0; frames.bands];
        for frame in frames.values.chunks_exact(frames.bands) {
            for (sum, value) in sum.iter_mut().zip(frame) {
                *sum += value / steps;
            }
        }
        sum
    };
    let centre = |word: usize| -> Vec<f32> {
        let of_word = train.frames.iter().zip(&train.digits);
        let means: Vec<Vec<f32>> = of_word
            .filter(|(_, digit)| usize::from(**digit) == word)
            .map(|(frames, _)| mean(frames))
            .collect();
        let count = means.len().max(1) as f32;
        let bands = means.first().map_or(0, Vec::len);
        (0..bands)
            .map(|band| means.iter().map(|mean| mean[band]).sum::<f32>() / count)
            .collect()
    };
    let centres: Vec<Vec<f32>> = (0..WORDS.len()).map(centre).collect();
    let distance =
        |a: &[f32], b: &[f32]| -> f32 { a.iter().zip(b).map(|(a, b)| (a - b) * (a - b)).sum() };
    let is_right = |(frames, digit): (&Frames, &u8)| {
        let heard = mean(frames);
        let nearest = (0..centres.len()).min_by(|&a, &b| {
            distance(&centres[a], &heard).total_cmp(&distance(&centres[b], &heard))
        });
        nearest == Some(usize::from(*digit))
    };
    let right = test
        .frames
        .iter()
        .zip(&test.digits)
        .filter(|pair| is_right(*pair));
    right.count() as f64 / test.len().max(1) as f64
}

/// A recording below its frames, low bands at the bottom.
fn audible(recording: &Recording, log_mel: &LogMel) -> anyhow::Result<Audible> {
    let frames = log_mel.frames(&recording.samples);
    let (least, most) = frames
        .values
        .iter()
        .fold((f32::MAX, f32::MIN), |(least, most), value| {
            (least.min(*value), most.max(*value))
        });
    let small = Picture::from_fn(frames.steps() as u32, frames.bands as u32, |step, row| {
        let band = frames.bands - 1 - row as usize;
        let value = frames.values[step as usize * frames.bands + band];
        // Loud is dark, as on paper.
        [1.0 - (value - least) / (most - least).max(f32::EPSILON); 3]
    });
    let (width, height) = (PIXEL * small.width(), PIXEL * small.height());
    let sound = Sound {
        sample_rate: SAMPLE_RATE,
        channels: vec![recording.samples.clone()],
    };
    let word = WORDS[usize::from(recording.digit)];
    Ok(Audible {
        wav: write_wav(&sound)?,
        picture: embed::data_uri(&resize(&small, width, height, Filter::Nearest))?,
        shows: "Log-mel frames",
        caption: format!("{word}, said by the voice {}", recording.speaker),
    })
}
