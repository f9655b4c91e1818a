//! The pictures of a folder, one by one at one size, and whether they are still the same.

use std::path::Path;

use anyhow::Context;
use reverie_model::data::pictures::{PictureFile, Skipped};
use reverie_model::weights::sha256_bytes;
use reverie_viz::picture::{Filter, Limits, Picture, load_bytes, middle_square};
use serde::{Deserialize, Serialize};

/// Names of all pictures, each with what tells its state from others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Listing(Vec<(String, String)>);

impl Listing {
    /// The pictures as they are now.
    pub fn of(files: &[PictureFile]) -> Self {
        let one = |file: &PictureFile| (file.name.clone(), file.stamp());
        Self(files.iter().map(one).collect())
    }

    /// As a file, and its SHA-256.
    ///
    /// # Errors
    /// If it cannot be written as JSON, which would be a mistake of ours.
    pub fn to_file(&self) -> anyhow::Result<(String, String)> {
        let text = serde_json::to_string(self).context("writing the list of pictures")?;
        let sha256 = sha256_bytes(text.as_bytes());
        Ok((text, sha256))
    }

    /// What changed since, in words: `1 added (the first is a.png), 2 changed (the first is b.png)`.
    pub fn changes(&self, now: &Self) -> String {
        let before: std::collections::BTreeMap<_, _> = self.0.iter().cloned().collect();
        let after: std::collections::BTreeMap<_, _> = now.0.iter().cloned().collect();
        let added = after.keys().filter(|name| !before.contains_key(*name));
        let removed = before.keys().filter(|name| !after.contains_key(*name));
        let is_changed =
            |(name, stamp): &(&String, &String)| after.get(*name).is_some_and(|s| s != *stamp);
        let changed = before.iter().filter(is_changed).map(|(name, _)| name);
        let lists: [(&str, Vec<&String>); 3] = [
            ("added", added.collect()),
            ("removed", removed.collect()),
            ("changed", changed.collect()),
        ];
        let told = lists.iter().filter_map(|(what, names)| {
            let first = names.first()?;
            Some(match names.len() {
                1 => format!("{first} was {what}"),
                count => format!("{count} were {what}, the first is {first}"),
            })
        });
        told.collect::<Vec<_>>().join("; ")
    }
}

/// The middle square of a picture at so many pixels, or why it must be skipped.
pub fn square(file: &PictureFile, side: u32) -> Result<Picture, Skipped> {
    let skipped = |reason| Skipped {
        name: file.name.clone(),
        reason,
    };
    let bytes = file
        .bytes()
        .map_err(|error| skipped(format!("{} cannot be read: {error}", file.name)))?;
    let loaded = load_bytes(&bytes, Path::new(&file.name), &Limits::default());
    let loaded = loaded.map_err(|error| skipped(error.to_string()))?;
    Ok(middle_square(&loaded.picture, side, Filter::Lanczos3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listing(all: &[(&str, &str)]) -> Listing {
        let own = |(name, stamp): &(&str, &str)| ((*name).to_owned(), (*stamp).to_owned());
        Listing(all.iter().map(own).collect())
    }

    #[test]
    fn changes_are_told_by_their_names() {
        let before = listing(&[("a", "1"), ("b", "1"), ("c", "1")]);
        assert_eq!(before.changes(&before), "");
        let now = listing(&[("a", "2"), ("c", "1"), ("d", "1"), ("e", "1")]);
        let told = before.changes(&now);
        assert_eq!(
            told,
            "2 were added, the first is d; b was removed; a was changed"
        );
        assert_ne!(before.to_file().unwrap().1, now.to_file().unwrap().1);
    }
}
