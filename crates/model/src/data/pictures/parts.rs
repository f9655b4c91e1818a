//! What is learnt from, and what is measured on.

use std::collections::BTreeMap;

use sha2::{Digest as _, Sha256};

use super::{Listed, PicturesError};

/// One in so many pictures of every class is kept back where no folder says which.
const KEPT_BACK: usize = 10;

/// Pictures dealt into two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts<'a> {
    /// Names of all classes, in alphabetical order: the number of a class is its place.
    pub classes: Vec<String>,
    /// What is learnt from.
    pub learnt: Vec<&'a Listed>,
    /// What is measured on.
    pub measured: Vec<&'a Listed>,
}

impl<'a> Parts<'a> {
    /// Deals pictures into the parts that the folders above their classes say. Where no picture has
    /// such a folder for measuring, a tenth of every class is kept back: those whose names have the
    /// lowest SHA-256, so the choice stays when pictures are added elsewhere.
    ///
    /// # Errors
    /// One class only, a class with nothing to learn from, or with one picture only.
    pub fn of(listed: &'a [Listed]) -> Result<Self, PicturesError> {
        let mut by_class: BTreeMap<&str, Vec<&Listed>> = BTreeMap::new();
        for one in listed {
            by_class.entry(&one.class).or_default().push(one);
        }
        if let (1, Some(class)) = (by_class.len(), by_class.keys().next()) {
            let class = (*class).to_owned();
            return Err(PicturesError::OneClass { class });
        }
        let is_dealt = listed.iter().any(|one| one.is_measured == Some(true));
        let mut parts = Self {
            classes: by_class.keys().map(|class| (*class).to_owned()).collect(),
            learnt: Vec::new(),
            measured: Vec::new(),
        };
        for (class, pictures) in by_class {
            let class = || class.to_owned();
            let (measured, learnt): (Vec<&Listed>, Vec<&Listed>) = if is_dealt {
                let is_measured = |one: &&Listed| one.is_measured == Some(true);
                pictures.into_iter().partition(is_measured)
            } else {
                if pictures.len() < 2 {
                    return Err(PicturesError::TooFew { class: class() });
                }
                keep_back(pictures)
            };
            if learnt.is_empty() {
                return Err(PicturesError::NothingToLearn { class: class() });
            }
            parts.learnt.extend(learnt);
            parts.measured.extend(measured);
        }
        Ok(parts)
    }
}

fn keep_back(pictures: Vec<&Listed>) -> (Vec<&Listed>, Vec<&Listed>) {
    let kept = pictures.len().div_ceil(KEPT_BACK);
    let mut order: Vec<usize> = (0..pictures.len()).collect();
    order.sort_by_cached_key(|&index| Sha256::digest(&pictures[index].name).to_vec());
    let kept = &order[..kept];
    let (mut measured, mut learnt) = (Vec::new(), Vec::new());
    for (index, picture) in pictures.into_iter().enumerate() {
        match kept.contains(&index) {
            true => measured.push(picture),
            false => learnt.push(picture),
        }
    }
    (measured, learnt)
}

#[cfg(test)]
mod tests {
    use super::super::files::Content;
    use super::*;

    fn listed(name: &str, is_measured: Option<bool>) -> Listed {
        let class = name.split('/').next().unwrap().to_owned();
        Listed {
            name: name.to_owned(),
            class,
            is_measured,
            content: Content::Bytes(Vec::new()),
        }
    }

    #[test]
    fn folders_say_what_is_measured_on() {
        let all = [
            listed("a/1", Some(false)),
            listed("b/1", Some(false)),
            listed("b/2", Some(true)),
        ];
        let parts = Parts::of(&all).unwrap();
        assert_eq!(parts.classes, ["a", "b"]);
        assert_eq!((parts.learnt.len(), parts.measured.len()), (2, 1));
        let only_measured = [listed("a/1", Some(false)), listed("b/2", Some(true))];
        let error = Parts::of(&only_measured).unwrap_err().to_string();
        assert!(error.contains("class b"), "{error}");
    }

    #[test]
    fn a_tenth_is_kept_back_whatever_else_there_is() {
        let name = |class: &str, i: usize| listed(&format!("{class}/{i}"), None);
        let some: Vec<Listed> = (0..25).flat_map(|i| [name("a", i), name("b", i)]).collect();
        let parts = Parts::of(&some).unwrap();
        assert_eq!((parts.learnt.len(), parts.measured.len()), (44, 6));
        let more: Vec<Listed> = some
            .iter()
            .cloned()
            .chain([name("c", 1), name("c", 2)])
            .collect();
        let again = Parts::of(&more).unwrap();
        assert!(
            parts
                .measured
                .iter()
                .all(|one| again.measured.contains(one))
        );
    }

    #[test]
    fn one_class_is_refused() {
        let error = Parts::of(&[listed("a/1", None), listed("a/2", None)]).unwrap_err();
        assert!(error.to_string().contains("one class only, a"), "{error}");
        let error = Parts::of(&[listed("a/1", None), listed("b/2", None)]).unwrap_err();
        assert!(error.to_string().contains("has one picture"), "{error}");
    }
}
