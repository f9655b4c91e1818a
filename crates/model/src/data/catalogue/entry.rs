//! What the catalogue knows about one data set and its files.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::{DataError, DataFault, DataRemedy};
use crate::weights::{find, is_plain_file_name, is_sha256, sha256_file};

/// A data set: one or more files that belong together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSet {
    /// What the user types: `war-and-peace`.
    pub name: String,
    /// One line for lists.
    pub title: String,
    /// Licence of the data, with the doubts there are.
    pub licence: String,
    /// Who made it, and where this form of it is from.
    pub source: String,
    /// What a user should know before using it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Its files.
    #[serde(rename = "file")]
    pub files: Vec<DataFile>,
}

/// One file of a data set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataFile {
    /// Folder inside the data folder: `text`, or `music/original`.
    pub folder: String,
    /// File name on disk, without folders.
    pub file: String,
    /// Size of the file.
    pub bytes: u64,
    /// SHA-256 in lower-case hexadecimal.
    pub sha256: String,
    /// Where to download it, best first; empty where it cannot be downloaded as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// Whether somebody here saw these addresses give this file. Where not, size and hash decide.
    #[serde(default)]
    pub urls_checked: bool,
}

impl DataSet {
    /// Whether there is anywhere to download all of it from.
    pub fn can_be_fetched(&self) -> bool {
        self.files.iter().all(|file| !file.urls.is_empty())
    }

    /// Size of all files together.
    pub fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.bytes).sum()
    }

    /// Path of one of its files: the first of the folders, or of their folders of that name, that
    /// has it.
    ///
    /// # Errors
    /// [`DataError::NotFound`] with the folders that were looked in and what to do.
    pub fn locate(&self, file: &DataFile, dirs: &[PathBuf]) -> Result<PathBuf, DataError> {
        find(&file.file, &file.folder, dirs).map_err(|looked_in| DataError::NotFound {
            name: self.name.clone(),
            file: file.file.clone(),
            looked_in,
            remedy: if self.can_be_fetched() {
                let name = self.name.clone();
                DataRemedy::Fetch { name }
            } else {
                DataRemedy::PointAt
            },
        })
    }

    /// Compares a file on the disk with what is known of it: size first, then the SHA-256.
    ///
    /// # Errors
    /// The file cannot be read, or has another size or hash.
    pub fn verify(&self, file: &DataFile, path: &Path) -> Result<(), DataError> {
        let io = |source| DataError::Io {
            path: path.to_owned(),
            source,
        };
        let found = std::fs::metadata(path).map_err(io)?.len();
        if found != file.bytes {
            return Err(DataError::WrongSize {
                path: path.to_owned(),
                name: self.name.clone(),
                expected: file.bytes,
                found,
            });
        }
        let found = sha256_file(path, |_| ()).map_err(io)?;
        if found != file.sha256 {
            return Err(DataError::WrongHash {
                path: path.to_owned(),
                name: self.name.clone(),
                expected: file.sha256.clone(),
                found,
            });
        }
        Ok(())
    }

    /// Refuses a set that cannot be used, naming the field.
    ///
    /// # Errors
    /// [`DataError::BadSet`]: a name that is no word, no files, a file or folder that leads out of
    /// the data folder, a hash that is none, an address that is not encrypted, no licence.
    pub fn validate(&self) -> Result<(), DataError> {
        let is_folder = |folder: &str| folder.split('/').all(is_plain_file_name);
        let any = |fault: fn(&DataFile) -> bool| self.files.iter().any(fault);
        let fault = if self.name.is_empty() || self.name.contains(char::is_whitespace) {
            DataFault::Name
        } else if self.licence.is_empty() {
            DataFault::Licence
        } else if self.files.is_empty() {
            DataFault::NoFiles
        } else if any(|file| !is_plain_file_name(&file.file)) {
            DataFault::File
        } else if self.files.iter().any(|file| !is_folder(&file.folder)) {
            DataFault::Folder
        } else if any(|file| !is_sha256(&file.sha256)) {
            DataFault::Sha256
        } else if any(|file| file.urls.iter().any(|url| !url.starts_with("https://"))) {
            DataFault::Url
        } else {
            return Ok(());
        };
        Err(DataError::BadSet {
            name: self.name.clone(),
            fault,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn example() -> DataSet {
        DataSet {
            name: "toy".into(),
            title: "a toy".into(),
            licence: "CC0".into(),
            source: "a test".into(),
            notes: String::new(),
            files: vec![DataFile {
                folder: "text/toys".into(),
                file: "toy.txt".into(),
                bytes: 3,
                sha256: ABC.into(),
                urls: vec![],
                urls_checked: false,
            }],
        }
    }

    #[track_caller]
    fn assert_fault(change: impl FnOnce(&mut DataSet), want: DataFault) {
        let mut set = example();
        change(&mut set);
        match set.validate() {
            Err(DataError::BadSet { fault, .. }) => assert_eq!(fault, want),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn each_fault_is_named() {
        example().validate().unwrap();
        assert_fault(|s| s.name = "two words".into(), DataFault::Name);
        assert_fault(|s| s.licence.clear(), DataFault::Licence);
        assert_fault(|s| s.files.clear(), DataFault::NoFiles);
        assert_fault(|s| s.files[0].file = "../toy".into(), DataFault::File);
        for folder in ["", "/text", "text/..", "text/"] {
            assert_fault(|s| s.files[0].folder = folder.into(), DataFault::Folder);
        }
        assert_fault(|s| s.files[0].sha256 = "ba7816bf".into(), DataFault::Sha256);
        let url = "http://example.org/toy.txt";
        assert_fault(|s| s.files[0].urls = vec![url.into()], DataFault::Url);
    }

    #[test]
    fn toml_round_trips() {
        let text = toml::to_string(&example()).unwrap();
        assert_eq!(
            toml::from_str::<DataSet>(&text).unwrap(),
            example(),
            "{text}"
        );
    }

    #[test]
    fn both_the_folder_and_its_own_are_searched() {
        let dir = tempfile::tempdir().unwrap();
        let set = example();
        let dirs = [dir.path().join("nothing"), dir.path().to_owned()];
        let error = set.locate(&set.files[0], &dirs).unwrap_err().to_string();
        assert!(
            error.contains("toy.txt") && error.contains("--data-dir"),
            "{error}"
        );
        assert!(!error.contains("fetch"), "{error}");

        let inner = dir.path().join("text/toys");
        std::fs::create_dir_all(&inner).unwrap();
        std::fs::write(inner.join("toy.txt"), "abc").unwrap();
        let path = set.locate(&set.files[0], &dirs).unwrap();
        assert_eq!(path, inner.join("toy.txt"));
    }

    #[test]
    fn a_missing_file_names_the_command_that_gets_it() {
        let mut set = example();
        set.files[0].urls = vec!["https://example.org/toy.txt".into()];
        let error = set.locate(&set.files[0], &[]).unwrap_err().to_string();
        assert!(error.contains("reverie data fetch toy"), "{error}");
    }

    #[test]
    fn size_and_hash_are_compared() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("toy.txt");
        let set = example();
        let verify = |text: &str| {
            std::fs::write(&path, text).unwrap();
            set.verify(&set.files[0], &path)
        };
        verify("abc").unwrap();
        let error = verify("abcd").unwrap_err().to_string();
        assert!(
            error.contains("4 bytes") && error.contains("must be 3"),
            "{error}"
        );
        let error = verify("abd").unwrap_err().to_string();
        assert!(error.contains(ABC) && error.contains("a52d159f"), "{error}");
    }
}
