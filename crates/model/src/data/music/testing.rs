//! What the tests of the readers share.

use proptest::collection::vec;
use proptest::prelude::*;

use super::{Frame, Split, Splits};

/// Small sets that are right.
pub(super) fn any_splits() -> impl Strategy<Value = Splits> {
    let frame = vec(0..88usize, 0..4).prop_map(Frame::of_keys);
    let rolls = || vec(vec(frame.clone(), 1..5), 1..4);
    (rolls(), rolls(), rolls()).prop_map(|(train, valid, test)| Splits { train, valid, test })
}

/// A set as JSON.
pub(super) fn to_json(splits: &Splits) -> String {
    let split = |split: Split| {
        let rolls = splits.get(split).iter();
        let notes = rolls.map(|roll| roll.iter().map(|frame| frame.notes().collect()).collect());
        (split.name(), notes.collect::<Vec<Vec<Vec<u8>>>>())
    };
    let map: std::collections::BTreeMap<_, _> = Split::ALL.into_iter().map(split).collect();
    serde_json::to_string(&map).unwrap()
}

/// Harm that comes to a file.
#[derive(Clone, Debug)]
pub(super) enum Harm {
    Cut(prop::sample::Index),
    Flip(prop::sample::Index, u8),
    Set(prop::sample::Index, u8),
    Insert(prop::sample::Index, u8),
    Remove(prop::sample::Index),
    Repeat(prop::sample::Index, prop::sample::Index),
}

/// Any harm.
pub(super) fn damage() -> impl Strategy<Value = Harm> {
    let place = any::<prop::sample::Index>;
    prop_oneof![
        place().prop_map(Harm::Cut),
        (place(), 0..8u8).prop_map(|(place, bit)| Harm::Flip(place, bit)),
        (place(), any::<u8>()).prop_map(|(place, byte)| Harm::Set(place, byte)),
        (place(), any::<u8>()).prop_map(|(place, byte)| Harm::Insert(place, byte)),
        place().prop_map(Harm::Remove),
        (place(), place()).prop_map(|(from, to)| Harm::Repeat(from, to)),
    ]
}

impl Harm {
    /// The bytes afterwards.
    pub(super) fn apply(&self, mut bytes: Vec<u8>) -> Vec<u8> {
        if bytes.is_empty() {
            return bytes;
        }
        match self {
            Self::Cut(at) => bytes.truncate(at.index(bytes.len())),
            Self::Flip(at, bit) => {
                let at = at.index(bytes.len());
                bytes[at] ^= 1 << bit;
            }
            Self::Set(at, byte) => {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            Self::Insert(at, byte) => bytes.insert(at.index(bytes.len()), *byte),
            Self::Remove(at) => {
                bytes.remove(at.index(bytes.len()));
            }
            Self::Repeat(from, to) => {
                let (from, to) = (from.index(bytes.len()), to.index(bytes.len()));
                let piece = bytes[from.min(to)..from.max(to)].to_vec();
                bytes.splice(to..to, piece);
            }
        }
        bytes
    }
}
