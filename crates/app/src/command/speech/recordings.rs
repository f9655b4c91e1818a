//! The recordings that networks learn from.

use reverie_model::data::catalogue::Catalogue;
use reverie_model::data::speech::{Recording, SpeechSplit, read_recordings};
use reverie_model::rng::seeded;

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
