//! Names of the classes that networks were trained on.

use std::path::PathBuf;

use super::locate::{WEIGHTS_FOLDER, find};
use super::{WeightsError, sha256_bytes};

/// A list of names that is known by a name of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClassList {
    /// What an entry of the registry calls it.
    pub name: &'static str,
    /// File name on disk, in the folder of weights.
    pub file: &'static str,
    /// Where it can be downloaded.
    pub url: &'static str,
    /// Size of the file.
    pub bytes: u64,
    /// Its SHA-256.
    pub sha256: &'static str,
}

/// The lists that are known.
pub const CLASS_LISTS: [ClassList; 1] = [ClassList {
    name: "imagenet",
    file: "imagenet_synset_words.txt",
    url: "https://raw.githubusercontent.com/tracel-ai/models/5bf56369a5d24f3e8803a6052ed3bf12d14b1861/squeezenet-burn/src/model/label.txt",
    bytes: 31674,
    sha256: "b6e5b90376a998304703176bc829997a99fc461ecbb75e855db80b3d5b76d827",
}];

impl ClassList {
    /// The list called `name`.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        CLASS_LISTS.iter().find(|list| list.name == name)
    }

    /// Path of its file in one of the folders, or in their folders of weights; none where none has it.
    pub fn locate(&self, dirs: &[PathBuf]) -> Option<PathBuf> {
        find(self.file, WEIGHTS_FOLDER, dirs).ok()
    }

    /// The names, in the order of scores; none where no folder has the file.
    ///
    /// # Errors
    /// [`WeightsError::Io`] if it cannot be read, [`WeightsError::WrongHash`] if it is another file.
    pub fn read(&self, dirs: &[PathBuf]) -> Result<Option<Vec<String>>, WeightsError> {
        let Some(path) = self.locate(dirs) else {
            return Ok(None);
        };
        let bytes = std::fs::read(&path).map_err(|source| WeightsError::io(&path, source))?;
        let found = sha256_bytes(&bytes);
        if found != self.sha256 {
            return Err(WeightsError::WrongHash {
                path,
                name: self.name.to_owned(),
                expected: self.sha256.to_owned(),
                found,
            });
        }
        Ok(Some(names(&String::from_utf8_lossy(&bytes))))
    }
}

/// The words behind the WordNet number of every line: `n01443537 goldfish, Carassius auratus`.
fn names(text: &str) -> Vec<String> {
    let words = |line: &str| match line.split_once(' ') {
        Some((_, words)) => words.trim().to_owned(),
        None => line.to_owned(),
    };
    text.lines()
        .filter(|line| !line.is_empty())
        .map(words)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_wordnet_are_left_out_and_a_wrong_file_is_refused() {
        let text = "n01440764 tench, Tinca tinca\nn01443537 goldfish\n";
        assert_eq!(names(text), ["tench, Tinca tinca", "goldfish"]);
        let dir = tempfile::tempdir().unwrap();
        let dirs = [dir.path().to_owned()];
        let list = ClassList::by_name("imagenet").unwrap();
        assert_eq!(list.read(&dirs).unwrap(), None);
        std::fs::write(dir.path().join(list.file), text).unwrap();
        let error = list.read(&dirs).unwrap_err();
        assert!(matches!(error, WeightsError::WrongHash { .. }), "{error}");
    }
}
