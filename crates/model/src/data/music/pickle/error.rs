//! What can be wrong with a pickle.

use std::fmt;

/// Why a pickle is not the one that is expected.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PickleFault {
    /// It would call something.
    #[error(
        "the pickle has code in it, {opcode} at byte {at}{}, which is never run; only plain lists, \
         tuples, dictionaries and numbers are read",
        name.as_ref().map_or_else(String::new, |name| format!(" ({name})"))
    )]
    Code {
        /// The instruction.
        opcode: &'static str,
        /// Where it stands.
        at: usize,
        /// What it would call, as module and name, where it says so.
        name: Option<String>,
    },
    /// It has arrays of numpy in it, which only numpy's code can build.
    #[error(
        "the pickle has numpy objects in it ({name} at byte {at}), which only code can build, and \
         no code is run; in Python, turn arrays into lists with tolist() and pickle it again"
    )]
    Numpy {
        /// What it would call, as module and name.
        name: String,
        /// Where.
        at: usize,
    },
    /// An instruction that no protocol has.
    #[error("0x{byte:02x} at byte {at} of the pickle is no instruction; get the file again")]
    NoOpcode {
        /// The byte.
        byte: u8,
        /// Where it stands.
        at: usize,
    },
    /// A protocol that is too new.
    #[error("the pickle has protocol {protocol}, but 0 to 5 are read; pickle it with protocol=5")]
    Protocol {
        /// The protocol.
        protocol: u8,
    },
    /// It ends before it should.
    #[error("the pickle is cut short: it ends at byte {at} in the middle; get the file again")]
    CutShort {
        /// Where it ends.
        at: usize,
    },
    /// An instruction pops what is not there, or of another kind.
    #[error(
        "the pickle is damaged: the instruction at byte {at} pops what is not there; get the file \
         again"
    )]
    Stack {
        /// Where it stands.
        at: usize,
    },
    /// A number that is none.
    #[error("the pickle is damaged: the number at byte {at} is none; get the file again")]
    Number {
        /// Where it stands.
        at: usize,
    },
    /// More than any set of music has.
    #[error("the pickle has more than {limit} values; cut the set into smaller ones")]
    TooMany {
        /// The most that is read.
        limit: usize,
    },
    /// A value of another kind than the place asks for.
    #[error("the pickle has {found}, but it must be {want} {place}")]
    Unexpected {
        /// What belongs there.
        want: &'static str,
        /// Where.
        place: String,
        /// What is there.
        found: Kind,
    },
}

/// What a value of a pickle is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `None`.
    Nothing,
    /// `True` or `False`.
    Truth,
    /// A whole number or a floating point number.
    Number,
    /// A string or bytes.
    Text,
    /// A list, a tuple or a set.
    List,
    /// A dictionary.
    Dictionary,
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Nothing => "None",
            Self::Truth => "True or False",
            Self::Number => "a number",
            Self::Text => "a text",
            Self::List => "a list",
            Self::Dictionary => "a dictionary",
        })
    }
}
