//! Finding the checkpoint that `--model` means.

use std::path::{Path, PathBuf};

use burn::tensor::Device;
use reverie_model::sequence::TextModel;
use reverie_model::train::{CheckpointDir, CheckpointError};

use super::run_dir::CHECKPOINTS;
use crate::output::Output;

/// The model in a folder that training wrote to, or in one file; the best checkpoint of a folder.
///
/// # Errors
/// No checkpoint, or one that is damaged, of another version or another kind.
pub fn load(path: &Path, device: &Device, output: &Output) -> anyhow::Result<TextModel> {
    let file = find(path)?;
    let model = TextModel::load(&file, device)?;
    output.detail(&format!("using {}", file.display()));
    Ok(model)
}

fn find(path: &Path) -> Result<PathBuf, CheckpointError> {
    if path.is_file() {
        return Ok(path.to_owned());
    }
    let inside = [path.join(CHECKPOINTS), path.to_owned()];
    inside
        .into_iter()
        .find_map(|dir| CheckpointDir::new(dir).best())
        .map(|kept| kept.path)
        .ok_or_else(|| CheckpointError::NotFound {
            path: path.to_owned(),
        })
}
