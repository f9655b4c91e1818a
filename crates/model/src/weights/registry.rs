//! The list of weights that are known by name.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::write::atomically;
use super::{Entry, WeightsError, nearest};

/// The list that ships with the library.
const BUILTIN: &str = include_str!("registry.toml");

/// Weights by name: the ones that ship with the library, and the user's own.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Registry {
    #[serde(default, rename = "entry")]
    entries: Vec<Entry>,
}

impl Registry {
    /// The list that ships with the library.
    ///
    /// # Panics
    /// Never in a build whose tests pass: the list is part of the source.
    pub fn builtin() -> Self {
        toml::from_str(BUILTIN).expect("the registry in the source is valid TOML")
    }

    /// Adds the entries of a user's `weights.toml`; one with a known name replaces it.
    ///
    /// The file is optional, so a missing one adds nothing.
    ///
    /// # Errors
    /// The file cannot be read, is not TOML of this form, or holds an entry that
    /// [`Entry::validate`] refuses. Nothing is added then.
    pub fn load_user(&mut self, path: &Path) -> Result<(), WeightsError> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(source) if source.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(source) => {
                return Err(WeightsError::Io {
                    path: path.to_owned(),
                    source,
                });
            }
        };
        let user: Registry = toml::from_str(&text).map_err(|source| WeightsError::BadRegistry {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        user.entries.iter().try_for_each(Entry::validate)?;
        user.entries.into_iter().for_each(|entry| self.put(entry));
        Ok(())
    }

    /// Adds one entry, or replaces the one of that name.
    ///
    /// # Errors
    /// The entry is one that [`Entry::validate`] refuses.
    pub fn insert(&mut self, entry: Entry) -> Result<(), WeightsError> {
        entry.validate()?;
        self.put(entry);
        Ok(())
    }

    /// Writes all entries as TOML, replacing the file only when all of it is written.
    ///
    /// # Errors
    /// The folder or the file cannot be written.
    pub fn save(&self, path: &Path) -> Result<(), WeightsError> {
        let text = toml::to_string_pretty(self).expect("entries hold nothing TOML lacks");
        atomically(path, |file| file.write_all(text.as_bytes()))
    }

    /// The entry of that name.
    ///
    /// # Errors
    /// [`WeightsError::UnknownName`] with the nearest name and all that there are.
    pub fn get(&self, name: &str) -> Result<&Entry, WeightsError> {
        self.entries
            .iter()
            .find(|entry| entry.name == name)
            .ok_or_else(|| WeightsError::UnknownName {
                asked: name.to_owned(),
                nearest: nearest(name, self.names()).map(str::to_owned),
                known: self.names().map(str::to_owned).collect(),
            })
    }

    /// All names, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|entry| entry.name.as_str())
    }

    /// All entries, in the order of the list.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    fn put(&mut self, entry: Entry) {
        match self
            .entries
            .iter_mut()
            .find(|known| known.name == entry.name)
        {
            Some(known) => *known = entry,
            None => self.entries.push(entry),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{Preprocessing, entry::example};

    #[test]
    fn the_list_that_ships_is_sound() {
        let registry = Registry::builtin();
        let mut names: Vec<&str> = registry.names().collect();
        assert_eq!(names.len(), 17);
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), 17, "names are unique");
        for entry in registry.entries() {
            entry.validate().unwrap();
            assert!(
                entry.urls.iter().all(|url| url.ends_with(&entry.file)),
                "{}",
                entry.name
            );
            if let Some(prefix) = &entry.sha256_prefix {
                assert!(entry.file.contains(prefix.as_str()), "{}", entry.name);
                assert!(
                    entry
                        .sha256
                        .as_ref()
                        .is_none_or(|full| full.starts_with(prefix))
                );
            }
        }
    }

    #[test]
    fn written_preprocessing_is_the_named_one() {
        let registry = Registry::builtin();
        let of = |name: &str| registry.get(name).unwrap().preprocessing;
        assert_eq!(of("vgg16-hed"), Preprocessing::hed());
        assert_eq!(of("vgg19"), Preprocessing::torchvision());
        assert_eq!(of("vgg19-caffe"), Preprocessing::caffe());
        assert_eq!(of("vgg19-gatys"), Preprocessing::caffe());
    }

    #[test]
    fn only_what_was_looked_at_is_checked() {
        let registry = Registry::builtin();
        let checked: Vec<_> = registry.entries().iter().filter(|e| e.checked).collect();
        let names: Vec<&str> = checked.iter().map(|entry| entry.name.as_str()).collect();
        assert_eq!(names, ["vgg16-hed", "squeezenet", "inception-trunk"]);
        assert_eq!(checked[0].deepest_useful.as_deref(), Some("relu4_3"));
    }

    #[test]
    fn a_wrong_name_gets_the_nearest() {
        let error = Registry::builtin().get("vgg61").unwrap_err().to_string();
        assert!(
            error.contains("vgg61") && error.contains("did you mean vgg16?"),
            "{error}"
        );
        assert!(error.contains("vgg19-gatys"), "{error}");
    }

    #[test]
    fn the_users_list_adds_and_replaces() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weights.toml");
        let mut user = Registry::default();
        user.load_user(&path).unwrap();
        user.insert(example()).unwrap();
        user.insert(Entry {
            name: "vgg16".into(),
            ..example()
        })
        .unwrap();
        user.save(&path).unwrap();

        let mut registry = Registry::builtin();
        registry.load_user(&path).unwrap();
        assert_eq!(registry.entries().len(), 18);
        assert_eq!(registry.get("vgg16").unwrap().file, "toy.safetensors");
        assert_eq!(registry.get("toy").unwrap(), &example());
    }

    #[test]
    fn a_broken_list_is_refused_and_adds_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("weights.toml");
        std::fs::write(&path, "[[entry]]\nname = 3").unwrap();
        let mut registry = Registry::builtin();
        let error = registry.load_user(&path).unwrap_err();
        assert!(matches!(error, WeightsError::BadRegistry { .. }), "{error}");
        assert_eq!(registry, Registry::builtin());
    }
}
