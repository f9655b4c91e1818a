//! Finds a file of weights on the disk.

use std::path::PathBuf;

use super::{Entry, Remedy, WeightsError};

/// Folder inside a data folder that weights lie in.
pub(super) const WEIGHTS_FOLDER: &str = "weights";

/// Path of the entry's file: the first of the folders, or of their `weights` folders, that has it.
///
/// # Errors
/// [`WeightsError::NotFound`] with the folders that were looked in and what to do.
pub fn locate(entry: &Entry, dirs: &[PathBuf]) -> Result<PathBuf, WeightsError> {
    find(&entry.file, WEIGHTS_FOLDER, dirs).map_err(|looked_in| WeightsError::NotFound {
        name: entry.name.clone(),
        file: entry.file.clone(),
        looked_in,
        remedy: if entry.can_be_fetched() {
            Remedy::Fetch {
                name: entry.name.clone(),
            }
        } else {
            Remedy::PointAt
        },
    })
}

/// Path of a file: the first of the folders, or of the folders of this name in them, that has it;
/// otherwise all that were looked in.
pub(crate) fn find(file: &str, folder: &str, dirs: &[PathBuf]) -> Result<PathBuf, Vec<PathBuf>> {
    let looked_in: Vec<PathBuf> = dirs
        .iter()
        .flat_map(|dir| [dir.clone(), dir.join(folder)])
        .collect();
    let found = looked_in
        .iter()
        .map(|dir| dir.join(file))
        .find(|path| path.is_file());
    found.ok_or(looked_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::entry::example;

    #[test]
    fn both_the_folder_and_its_weights_folder_are_searched() {
        let dir = tempfile::tempdir().unwrap();
        let dirs = [dir.path().join("nothing"), dir.path().to_owned()];
        let inner = dir.path().join("weights");
        std::fs::create_dir(&inner).unwrap();
        std::fs::write(inner.join("toy.safetensors"), "x").unwrap();
        assert_eq!(
            locate(&example(), &dirs).unwrap(),
            inner.join("toy.safetensors")
        );
        std::fs::write(dir.path().join("toy.safetensors"), "x").unwrap();
        assert_eq!(
            locate(&example(), &dirs).unwrap(),
            dir.path().join("toy.safetensors")
        );
    }

    #[test]
    fn a_missing_file_names_the_command_that_gets_it() {
        let mut entry = example();
        let error = locate(&entry, &["here".into()]).unwrap_err().to_string();
        assert!(
            error.contains("toy.safetensors") && error.contains("--data-dir"),
            "{error}"
        );
        assert!(!error.contains("fetch"), "{error}");
        entry.urls = vec!["https://example.org/toy.safetensors".into()];
        let error = locate(&entry, &[]).unwrap_err().to_string();
        assert!(error.contains("reverie weights fetch toy"), "{error}");
    }
}
