//! What the registry knows about one file of weights.

use serde::{Deserialize, Serialize};

use super::{ClassList, EntryFault, Preprocessing, WeightsError};

/// Digits of a full SHA-256 in hexadecimal.
const SHA256_DIGITS: usize = 64;
/// Fewest digits a hash prefix may have; torchvision's file names carry eight.
const SHA256_PREFIX_DIGITS: usize = 8;

/// One file of weights: where it comes from, how it is checked, what it wants to be fed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// What the user types: `vgg19`, `vgg16-hed`.
    pub name: String,
    /// One line for lists.
    pub title: String,
    /// The network the weights fit, such as `vgg16` or `vgg16_bn`.
    pub architecture: String,
    /// File name on disk, without folders.
    pub file: String,
    /// Where to download it, best first; empty where it cannot be downloaded as it is.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
    /// Size of the file, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Full SHA-256 in lower-case hexadecimal, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<String>,
    /// First digits of the SHA-256, as torchvision's file names carry them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256_prefix: Option<String>,
    /// Licence of the weights, with the doubts there are.
    pub licence: String,
    /// Who trained them, and on what.
    pub source: String,
    /// What a user should know before using them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub notes: String,
    /// Whether the facts here were checked against the file itself. Where they were not, they
    /// are what the publisher and others who downloaded it say.
    #[serde(default)]
    pub checked: bool,
    /// Tensors in the file that the network has no use for, see
    /// [`Loader::ignore`](super::Loader::ignore).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ignore: Vec<String>,
    /// Deepest layer that still carries general picture content; deeper ones are specialised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deepest_useful: Option<String>,
    /// Layer that dreams and pictures of channels are made of where none is asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dream_layer: Option<String>,
    /// Which list names its classes, see [`ClassList`](super::ClassList); none without a classifier.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub classes: Option<String>,
    /// What pictures must be turned into for these weights.
    pub preprocessing: Preprocessing,
    /// Known activations, so that a wrong conversion is found.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub probe: Vec<Probe>,
}

/// What one layer answers to a fixed synthetic picture.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Probe {
    /// Layer by its name in the literature, such as `relu1_1`.
    pub layer: String,
    /// A few activations of it.
    pub values: Vec<f32>,
}

impl Entry {
    /// Whether there is anywhere to download it from.
    pub fn can_be_fetched(&self) -> bool {
        !self.urls.is_empty()
    }

    /// Refuses an entry that cannot be used, naming the field.
    ///
    /// # Errors
    /// [`WeightsError::BadEntry`]: an empty name, a file name with folders in it, a hash that is
    /// none, a preprocessing that divides by zero.
    pub fn validate(&self) -> Result<(), WeightsError> {
        let fault = if self.name.is_empty() || self.name.contains(char::is_whitespace) {
            EntryFault::Name
        } else if !is_plain_file_name(&self.file) {
            EntryFault::File
        } else if self
            .sha256
            .as_deref()
            .is_some_and(|h| !is_hash(h, SHA256_DIGITS))
        {
            EntryFault::Sha256
        } else if self
            .sha256_prefix
            .as_deref()
            .is_some_and(|h| !is_hash(h, SHA256_PREFIX_DIGITS))
        {
            EntryFault::Sha256Prefix
        } else if self
            .classes
            .as_deref()
            .is_some_and(|name| ClassList::by_name(name).is_none())
        {
            EntryFault::Classes
        } else if !self.preprocessing.is_usable() {
            EntryFault::Preprocessing
        } else {
            return Ok(());
        };
        Err(WeightsError::BadEntry {
            name: self.name.clone(),
            fault,
        })
    }
}

/// A registry is read from disk, so its file names must not lead out of the weights folder.
pub(crate) fn is_plain_file_name(file: &str) -> bool {
    !file.is_empty() && file != "." && file != ".." && !file.contains(['/', '\\', ':', '\0'])
}

/// Whether this is a whole SHA-256 in lower-case hexadecimal.
pub(crate) fn is_sha256(hash: &str) -> bool {
    is_hash(hash, SHA256_DIGITS)
}

fn is_hash(hash: &str, least: usize) -> bool {
    (least..=SHA256_DIGITS).contains(&hash.len())
        && hash
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
pub(super) fn example() -> Entry {
    Entry {
        name: "toy".into(),
        title: "a toy".into(),
        architecture: "vgg16".into(),
        file: "toy.safetensors".into(),
        urls: vec![],
        bytes: None,
        sha256: None,
        sha256_prefix: None,
        licence: "MIT".into(),
        source: "a test".into(),
        notes: String::new(),
        checked: false,
        ignore: vec![],
        deepest_useful: None,
        dream_layer: None,
        classes: None,
        preprocessing: Preprocessing::torchvision(),
        probe: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn assert_fault(change: impl FnOnce(&mut Entry), want: EntryFault) {
        let mut entry = example();
        change(&mut entry);
        match entry.validate() {
            Err(WeightsError::BadEntry { fault, .. }) => assert_eq!(fault, want),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sound_entry_passes() {
        example().validate().unwrap();
    }

    #[test]
    fn each_fault_is_named() {
        assert_fault(|e| e.name.clear(), EntryFault::Name);
        assert_fault(|e| e.file = "../../etc/passwd".into(), EntryFault::File);
        assert_fault(|e| e.file = "..".into(), EntryFault::File);
        assert_fault(|e| e.sha256 = Some("397923af".into()), EntryFault::Sha256);
        assert_fault(|e| e.sha256 = Some("Z".repeat(64)), EntryFault::Sha256);
        assert_fault(
            |e| e.sha256_prefix = Some("39".into()),
            EntryFault::Sha256Prefix,
        );
        assert_fault(|e| e.classes = Some("pets".into()), EntryFault::Classes);
        assert_fault(|e| e.preprocessing.scale = 0.0, EntryFault::Preprocessing);
    }

    #[test]
    fn toml_round_trips() {
        let mut entry = example();
        entry.bytes = Some(12);
        entry.preprocessing = Preprocessing::hed();
        entry.probe = vec![Probe {
            layer: "relu1_1".into(),
            values: vec![0.5, 103.939],
        }];
        let text = toml::to_string(&entry).unwrap();
        assert_eq!(toml::from_str::<Entry>(&text).unwrap(), entry, "{text}");
    }
}
