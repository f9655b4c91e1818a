//! A few seconds of what a network plays, for a page.

use burn::tensor::Device;
use reverie_model::data::music::{Frame, MusicSet, NoteCounts, Roll};
use reverie_model::rng::seeded;
use reverie_model::sequence::music::{MusicModel, PlayConfig, play};
use reverie_viz::pianoroll::{RollConfig, roll_svg};
use reverie_viz::sound::{SoundConfig, synthesize, write_wav};

use crate::report::music::Listen;

/// Steps of a test piece that a network hears before it plays.
const HEARD: usize = 8;
/// Steps that it plays.
const PLAYED: usize = 24;
/// Samples of a second: enough for a piano, and half the size of a disc's.
const SAMPLE_RATE: u32 = 22_050;
/// Steps of a second in a set of eighths, and in one of quarters.
const SPEED: f64 = 3.2;
const SPEED_OF_QUARTERS: f64 = 2.0;
/// The set whose steps are quarters.
const OF_QUARTERS: &str = "jsb";
/// Steps of a bar in the picture.
const BAR: usize = 8;

/// What a network makes of the beginning of the first test piece; `counts` says how many notes sound
/// at once, `title` what both are.
///
/// # Errors
/// If the sound or the picture cannot be written, which would be a mistake of ours.
pub fn listen(
    model: &MusicModel,
    counts: Option<NoteCounts>,
    set: &MusicSet,
    title: &str,
    seed: u64,
    device: &Device,
) -> anyhow::Result<Listen> {
    let heard: Vec<Frame> = set.test[0].iter().take(HEARD).copied().collect();
    let config = PlayConfig {
        steps: PLAYED,
        temperature: 1.0,
        most: 0,
        counts,
    };
    let played = play(model, &heard, &config, &mut seeded(seed), device);
    let whole: Roll = heard.iter().chain(&played).copied().collect();
    let sound = SoundConfig {
        steps_per_second: match set.name == OF_QUARTERS {
            true => SPEED_OF_QUARTERS,
            false => SPEED,
        },
        sample_rate: SAMPLE_RATE,
        stereo: false,
        ..SoundConfig::default()
    };
    let picture = RollConfig {
        steps_per_bar: BAR,
        given: Some(heard.len()),
        ..RollConfig::default()
    };
    Ok(Listen {
        wav: write_wav(&synthesize(&whole, &sound)?)?,
        picture_svg: roll_svg(&whole, title, &picture)?,
        caption: format!(
            "{title}: the first {} steps are those of a test piece, the next {} are its own",
            heard.len(),
            played.len()
        ),
    })
}
