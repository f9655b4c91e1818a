//! Compares a file with what the registry says of it.

use std::path::Path;

use super::content::{self, Content};
use super::{Entry, LooksLike, WeightsError, sha256_file};

/// How much of a file could be compared, and was right.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Verified {
    /// The whole SHA-256.
    Hash {
        /// SHA-256 of the file.
        sha256: String,
    },
    /// The first digits of the SHA-256, which is all that is published.
    HashPrefix {
        /// SHA-256 of the file.
        sha256: String,
        /// Digits that were compared.
        digits: usize,
    },
    /// Nothing but the size, or not even that: no hash is published.
    NoHash {
        /// SHA-256 of the file.
        sha256: String,
    },
}

/// Compares a file with its entry: size first, then the SHA-256 or the part of it that is known.
///
/// # Errors
/// The file is missing, is a web page or empty, or has another size or hash than the entry says.
pub fn verify_file(entry: &Entry, path: &Path) -> Result<Verified, WeightsError> {
    let io = |source| WeightsError::io(path, source);
    let found = std::fs::metadata(path).map_err(io)?.len();
    // What the file is says more than how long it is.
    if let Content::Other(looks_like @ (LooksLike::Empty | LooksLike::WebPage)) =
        content::of_file(path)?
    {
        return Err(WeightsError::NotWeights {
            path: path.to_owned(),
            looks_like,
        });
    }
    if let Some(expected) = entry.bytes.filter(|expected| *expected != found) {
        let name = entry.name.clone();
        return Err(WeightsError::WrongSize {
            path: path.to_owned(),
            name,
            expected,
            found,
        });
    }
    let sha256 = sha256_file(path, |_| ()).map_err(io)?;
    let known = entry.sha256.as_ref().or(entry.sha256_prefix.as_ref());
    if let Some(expected) = known.filter(|known| !sha256.starts_with(known.as_str())) {
        return Err(WeightsError::WrongHash {
            path: path.to_owned(),
            name: entry.name.clone(),
            expected: expected.clone(),
            found: sha256,
        });
    }
    Ok(match (&entry.sha256, &entry.sha256_prefix) {
        (Some(_), _) => Verified::Hash { sha256 },
        (None, Some(prefix)) => Verified::HashPrefix {
            sha256,
            digits: prefix.len(),
        },
        (None, None) => Verified::NoHash { sha256 },
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::entry::example;

    const ABC: &str = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

    fn verify(text: &str, change: impl FnOnce(&mut Entry)) -> Result<Verified, WeightsError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f");
        std::fs::write(&path, text).unwrap();
        let mut entry = example();
        change(&mut entry);
        verify_file(&entry, &path)
    }

    #[test]
    fn as_much_is_compared_as_is_known() {
        let sha256 = ABC.to_owned();
        let full = verify("abc", |e| {
            e.bytes = Some(3);
            e.sha256 = Some(ABC.into());
        });
        assert_eq!(
            full.unwrap(),
            Verified::Hash {
                sha256: sha256.clone()
            }
        );
        let prefix = verify("abc", |e| e.sha256_prefix = Some("ba7816bf".into()));
        assert_eq!(
            prefix.unwrap(),
            Verified::HashPrefix {
                sha256: sha256.clone(),
                digits: 8
            }
        );
        assert_eq!(verify("abc", |_| ()).unwrap(), Verified::NoHash { sha256 });
    }

    #[test]
    fn a_wrong_size_is_found_before_the_hash() {
        let error = verify("abc", |e| {
            e.bytes = Some(4);
            e.sha256 = Some(ABC.into());
        });
        assert!(matches!(
            error,
            Err(WeightsError::WrongSize {
                expected: 4,
                found: 3,
                ..
            })
        ));
    }

    #[test]
    fn a_wrong_hash_shows_both() {
        let error = verify("abd", |e| e.sha256 = Some(ABC.into()))
            .unwrap_err()
            .to_string();
        assert!(error.contains(ABC) && error.contains("a52d159f"), "{error}");
    }

    #[test]
    fn a_web_page_is_called_one() {
        let error = verify("<html>", |e| e.bytes = Some(4))
            .unwrap_err()
            .to_string();
        assert!(error.contains("web page"), "{error}");
    }
}
