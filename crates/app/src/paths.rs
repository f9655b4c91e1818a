//! Where data and weights are looked for, and where downloads go.

use std::path::{Path, PathBuf};

use etcetera::{BaseStrategy, choose_base_strategy};

/// Folders that may hold weights and data, first come first searched: `--data-dir` (or
/// `REVERIE_DATA`), then the user's own data folder.
pub fn data_dirs(asked: Option<&Path>) -> Vec<PathBuf> {
    asked
        .map(Path::to_owned)
        .into_iter()
        .chain(user_dir())
        .collect()
}

/// Where downloads and imports are put.
pub fn download_dir(asked: Option<&Path>) -> Option<PathBuf> {
    asked.map(Path::to_owned).or_else(user_dir)
}

fn user_dir() -> Option<PathBuf> {
    choose_base_strategy()
        .ok()
        .map(|strategy| strategy.data_dir().join("reverie"))
}

/// The last part of a path, for messages and recipes: a recipe must not tell where its author keeps
/// pictures.
pub fn file_name(path: &Path) -> String {
    path.file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned()
}

/// `out.png` with something before its extension: `out-sheet.png`.
pub fn beside(path: &Path, suffix: &str) -> PathBuf {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let extension = path.extension().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!("{stem}{suffix}.{extension}"))
}

/// Makes a folder, with those above it.
///
/// # Errors
/// One sentence, if it cannot be made.
pub fn make_folder(folder: &Path) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder)
        .map_err(|error| anyhow::anyhow!("making the folder {}: {error}", folder.display()))
}
