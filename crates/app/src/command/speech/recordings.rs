//! The recordings that networks learn from.

use anyhow::Context;
use reverie_model::data::catalogue::Catalogue;
use reverie_model::data::speech::{BandScale, LogMel, Recording, SpeechSplit, read_recordings};
use reverie_model::rng::seeded;
use reverie_model::sequence::speech::DigitSet;

use crate::cli::RecordingArgs;
use crate::output::Output;
use crate::paths;

/// The data set of the catalogue.
const CATALOGUE: &str = "speech";
/// Seed by which validation recordings are chosen: always the same ones.
const SPLIT_SEED: u64 = 1;
/// Skipped files that are named one by one.
const NAMED: usize = 5;

/// Recordings, and which of them are for what.
pub struct Heard {
    /// All of them.
    pub recordings: Vec<Recording>,
    /// Which are for what.
    pub split: SpeechSplit,
}

/// Reads the recordings and splits them.
///
/// # Errors
/// Recordings that are not here or no good, or too few of them.
pub fn load(args: &RecordingArgs, validation_share: f64, output: &Output) -> anyhow::Result<Heard> {
    let path = match &args.recordings {
        Some(path) => path.clone(),
        None => {
            let catalogue = Catalogue::builtin();
            let set = catalogue.get(CATALOGUE)?;
            set.locate(&set.files[0], &paths::data_dirs(args.data_dir.as_deref()))?
        }
    };
    let read = read_recordings(&path)?;
    for skipped in read.skipped.iter().take(NAMED) {
        output.warn(&format!("skipped: {skipped}"));
    }
    if read.skipped.len() > NAMED {
        let more = read.skipped.len() - NAMED;
        output.warn(&format!("{more} more files are skipped"));
    }
    let recordings = read.recordings;
    let split = SpeechSplit::new(&recordings, validation_share, &mut seeded(SPLIT_SEED))?;
    Ok(Heard { recordings, split })
}

/// What is learnt from, chosen by and tested on as a recogniser hears it, all brought to the scale of
/// the first, and that scale.
///
/// # Errors
/// If there is nothing to learn from.
pub fn parts(
    recordings: &[Recording],
    split: &SpeechSplit,
    log_mel: &LogMel,
) -> anyhow::Result<([DigitSet; 3], BandScale)> {
    let mut sets = [&split.train, &split.validation, &split.test]
        .map(|places| DigitSet::hear(recordings, places, log_mel));
    let scale = BandScale::of(&sets[0].frames);
    let scale = scale.context("there are no recordings to learn from")?;
    sets.iter_mut().for_each(|set| set.scale(&scale));
    Ok((sets, scale))
}
