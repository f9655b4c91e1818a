//! Data sets that are known by name: where they come from, where they lie, whether they are right.
//!
//! The list is part of the source ([`Catalogue::builtin`]); nothing here downloads. A [`DataSet`]
//! is one or more [`DataFile`]s with the facts that hold for all of them: licence, source, notes.
//!
//! | to | use |
//! |---|---|
//! | know what there is | [`Catalogue`], [`DataSet`], [`DataFile`] |
//! | find a file on the disk | [`DataSet::locate`] |
//! | check a file | [`DataSet::verify`] |
//!
//! # Example
//! ```
//! # use reverie_model::data::catalogue::Catalogue;
//! let set = Catalogue::builtin().get("war-and-peace")?.clone();
//! assert_eq!(set.files[0].file, "warpeace_input.txt");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod entry;
mod error;

use serde::Deserialize;

pub use entry::{DataFile, DataSet};
pub use error::{DataError, DataFault, DataRemedy};

use crate::weights::nearest;

/// The list that ships with the library.
const BUILTIN: &str = include_str!("catalogue.toml");

/// Data sets by name.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    #[serde(default, rename = "set")]
    sets: Vec<DataSet>,
}

impl Catalogue {
    /// The list that ships with the library.
    ///
    /// # Panics
    /// Never in a build whose tests pass: the list is part of the source.
    pub fn builtin() -> Self {
        toml::from_str(BUILTIN).expect("the catalogue in the source is valid TOML")
    }

    /// The set of that name.
    ///
    /// # Errors
    /// [`DataError::UnknownName`] with the nearest name and all that there are.
    pub fn get(&self, name: &str) -> Result<&DataSet, DataError> {
        self.sets
            .iter()
            .find(|set| set.name == name)
            .ok_or_else(|| DataError::UnknownName {
                asked: name.to_owned(),
                nearest: nearest(name, self.names()).map(str::to_owned),
                known: self.names().map(str::to_owned).collect(),
            })
    }

    /// All names, in the order of the list.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.sets.iter().map(|set| set.name.as_str())
    }

    /// All sets, in the order of the list.
    pub fn sets(&self) -> &[DataSet] {
        &self.sets
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::data::real_file;

    #[test]
    fn the_list_that_ships_is_sound() {
        let catalogue = Catalogue::builtin();
        let names: BTreeSet<&str> = catalogue.names().collect();
        assert_eq!(names.len(), catalogue.sets().len(), "names are unique");
        let mut places = BTreeSet::new();
        for set in catalogue.sets() {
            set.validate().unwrap();
            for file in &set.files {
                let place = (&file.folder, &file.file);
                assert!(places.insert(place), "{place:?} is in two sets");
            }
        }
    }

    #[test]
    fn addresses_in_a_repository_name_the_commit() {
        let catalogue = Catalogue::builtin();
        for url in catalogue
            .sets()
            .iter()
            .flat_map(|set| &set.files)
            .flat_map(|file| &file.urls)
        {
            if let Some(rest) = url.strip_prefix("https://raw.githubusercontent.com/") {
                let commit = rest.split('/').nth(2).unwrap();
                let is_commit = commit.len() == 40 && commit.bytes().all(|b| b.is_ascii_hexdigit());
                assert!(is_commit, "{url}");
            }
        }
    }

    #[test]
    fn a_wrong_name_gets_the_nearest() {
        let error = Catalogue::builtin()
            .get("war-and-peas")
            .unwrap_err()
            .to_string();
        assert!(error.contains("did you mean war-and-peace?"), "{error}");
        assert!(error.contains("c-source"), "{error}");
    }

    #[test]
    fn the_files_that_are_here_are_the_right_ones() {
        for set in Catalogue::builtin().sets() {
            for file in &set.files {
                if let Some(path) = real_file(&format!("{}/{}", file.folder, file.file)) {
                    set.verify(file, &path).unwrap();
                }
            }
        }
    }

    /// The copy with carriage returns was turned into the published form; this turns it back.
    #[test]
    fn both_forms_of_war_and_peace_are_one_text() {
        let Some(path) = real_file("text/warpeace_input.txt") else {
            return;
        };
        let text = std::fs::read_to_string(path).unwrap().replace("\r\n", "\r") + "\r\r";
        let catalogue = Catalogue::builtin();
        let set = catalogue.get("war-and-peace-cr").unwrap();
        assert_eq!(set.files[0].bytes, text.len() as u64);
        assert_eq!(
            set.files[0].sha256,
            crate::weights::sha256_bytes(text.as_bytes())
        );
    }
}
