//! A set of music: three lists of piano rolls and a name.

use super::{Fault, MusicError, Roll, Split};

/// Training, validation and test sequences of one kind of music.
///
/// There is at least one sequence in each split and at least one step in each sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MusicSet {
    /// What the user types: `piano-midi`.
    pub name: String,
    /// What tables call it: `Piano-midi.de`; the name where nobody said otherwise.
    pub title: String,
    /// What is learnt from.
    pub train: Vec<Roll>,
    /// What choices are made by.
    pub valid: Vec<Roll>,
    /// What is looked at once, at the end.
    pub test: Vec<Roll>,
    /// Whether a program made it up, so that its numbers are not those of a published set.
    pub is_generated: bool,
}

/// The sequences of a set that nobody has looked at yet.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Splits {
    /// What is learnt from.
    pub train: Vec<Roll>,
    /// What choices are made by.
    pub valid: Vec<Roll>,
    /// What is looked at once, at the end.
    pub test: Vec<Roll>,
}

impl Splits {
    /// The sequences of a split.
    pub fn get(&self, split: Split) -> &[Roll] {
        match split {
            Split::Train => &self.train,
            Split::Valid => &self.valid,
            Split::Test => &self.test,
        }
    }

    /// The first thing that is wrong.
    pub(super) fn check(&self) -> Result<(), Fault> {
        for split in Split::ALL {
            let rolls = self.get(split);
            if rolls.is_empty() {
                return Err(Fault::EmptySplit { split });
            }
            if let Some(sequence) = rolls.iter().position(Vec::is_empty) {
                return Err(Fault::EmptySequence { split, sequence });
            }
        }
        Ok(())
    }
}

impl MusicSet {
    /// The set of that name with these sequences, its title being the name.
    ///
    /// # Errors
    /// [`MusicError::BadSet`]: a split without sequences, or a sequence without steps.
    pub fn new(name: impl Into<String>, splits: Splits) -> Result<Self, MusicError> {
        let name = name.into();
        if let Err(fault) = splits.check() {
            return Err(MusicError::BadSet { name, fault });
        }
        let Splits { train, valid, test } = splits;
        Ok(Self {
            title: name.clone(),
            name,
            train,
            valid,
            test,
            is_generated: false,
        })
    }

    /// The same under another title.
    #[must_use]
    pub fn titled(mut self, title: impl Into<String>) -> Self {
        self.title = title.into();
        self
    }

    /// The same, known to be made up by a program.
    #[must_use]
    pub fn generated(mut self) -> Self {
        self.is_generated = true;
        self
    }

    /// The sequences of a split.
    pub fn split(&self, split: Split) -> &[Roll] {
        match split {
            Split::Train => &self.train,
            Split::Valid => &self.valid,
            Split::Test => &self.test,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Frame;
    use super::*;

    fn splits() -> Splits {
        Splits {
            train: vec![vec![Frame::of_keys([1])], vec![Frame::SILENT]],
            valid: vec![vec![Frame::of_keys([2])]],
            test: vec![vec![Frame::of_keys([3])]],
        }
    }

    #[test]
    fn a_set_is_made_by_hand() {
        let set = MusicSet::new("toy", splits()).unwrap();
        assert_eq!((set.name.as_str(), set.title.as_str()), ("toy", "toy"));
        assert!(!set.is_generated);
        assert_eq!(set.split(Split::Valid), set.valid);
        let set = set.titled("A toy").generated();
        assert_eq!(set.title, "A toy");
        assert!(set.is_generated);
    }

    #[test]
    fn empty_parts_are_named() {
        let mut wrong = splits();
        wrong.test.clear();
        let error = MusicSet::new("toy", wrong).unwrap_err().to_string();
        assert_eq!(
            error,
            "the set toy cannot be used: the split test has no sequences; each needs at least one"
        );
        let mut wrong = splits();
        wrong.train[1].clear();
        let error = MusicSet::new("toy", wrong).unwrap_err().to_string();
        assert!(error.contains("sequence 1 of train"), "{error}");
    }
}
