//! What a pickle makes.

use super::Kind;

/// A value; lists and dictionaries lie in a [`Heap`], so that a copy is small.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Value<'a> {
    Nothing,
    Truth,
    Int(i64),
    Float(f64),
    /// A string or bytes, without its escapes resolved.
    Text(&'a [u8]),
    /// A list, a tuple or a set.
    List(usize),
    Dict(usize),
}

impl Value<'_> {
    pub(super) fn kind(self) -> Kind {
        match self {
            Self::Nothing => Kind::Nothing,
            Self::Truth => Kind::Truth,
            Self::Int(_) | Self::Float(_) => Kind::Number,
            Self::Text(_) => Kind::Text,
            Self::List(_) => Kind::List,
            Self::Dict(_) => Kind::Dictionary,
        }
    }
}

/// What lists and dictionaries have in them; a dictionary has keys and values in turn.
#[derive(Debug, Default)]
pub(super) struct Heap<'a> {
    items: Vec<Vec<Value<'a>>>,
}

impl<'a> Heap<'a> {
    pub(super) fn items(&self, index: usize) -> &[Value<'a>] {
        &self.items[index]
    }

    pub(super) fn add(&mut self, items: Vec<Value<'a>>) -> usize {
        self.items.push(items);
        self.items.len() - 1
    }
    pub(super) fn extend(&mut self, index: usize, items: Vec<Value<'a>>) {
        self.items[index].extend(items);
    }
}
