//! Settings of a study: preset, then file, then flags.

use reverie_model::sequence::music::{MusicCell, MusicConfig};

use crate::cli::MusicCompareArgs;
use crate::command::shared;
use crate::exit::UsageError;
use crate::settings::{MUSIC_PRESETS, did_you_mean, put, resolve, whole};

/// Preset, then file, then flags.
///
/// # Errors
/// Names and values that make no sense.
pub fn config_of(args: &MusicCompareArgs) -> anyhow::Result<MusicConfig> {
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "seeds", whole(args.seeds));
    put(&mut flags, "halving", args.halving.then_some(true));
    let (preset, file) = (args.preset.as_deref(), args.run.config.as_deref());
    resolve(&MUSIC_PRESETS, preset, file, flags)
}

/// The cells by their names, each once.
///
/// # Errors
/// A name that no cell has, or none at all.
pub fn cells(names: &[String]) -> Result<Vec<MusicCell>, UsageError> {
    let mut cells = Vec::new();
    for name in names {
        let cell = name.parse::<MusicCell>().map_err(|sentence| {
            let known = MusicCell::ALL.into_iter().map(MusicCell::name);
            UsageError(format!("--cells: {sentence}{}", did_you_mean(name, known)))
        })?;
        if !cells.contains(&cell) {
            cells.push(cell);
        }
    }
    match cells.is_empty() {
        true => Err(UsageError(
            "--cells names no cell; there are tanh gru lstm".to_owned(),
        )),
        false => Ok(cells),
    }
}
