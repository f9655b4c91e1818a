//! The instructions of a pickle that make nothing but data, and the names of the others.
//!
//! # Source
//! CPython 3.13, `Lib/pickletools.py`.

/// An instruction that makes plain data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    Proto,
    Frame,
    Stop,
    Mark,
    Pop,
    PopMark,
    Dup,
    /// Remembers the top of the stack under a number.
    Put(Index),
    Memoize,
    /// Pushes what is remembered.
    Get(Index),
    Nothing,
    Truth(bool),
    /// A number of this many bytes, the lowest first, without a sign where it is short of four.
    Int(usize),
    /// A number in decimal digits.
    IntLine,
    LongLine,
    /// A number of as many bytes as the number before it says, which itself has so many.
    Long(usize),
    Float,
    FloatLine,
    /// Text of as many bytes as the number before it says, which itself has so many.
    Text(usize),
    /// Text in quotes.
    QuotedLine,
    TextLine,
    /// An empty list, tuple or set.
    EmptyList,
    /// What is above the mark, as a list, tuple or set.
    List,
    /// So many values from the stack, as a tuple.
    Tuple(usize),
    Append,
    /// Puts what is above the mark into the list or set below it.
    Appends,
    EmptyDict,
    Dict,
    SetItem,
    SetItems,
}

/// How the number of a memo is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Index {
    Line,
    Byte,
    FourBytes,
}

impl Op {
    pub(super) fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            0x80 => Self::Proto,
            0x95 => Self::Frame,
            b'.' => Self::Stop,
            b'(' => Self::Mark,
            b'0' => Self::Pop,
            b'1' => Self::PopMark,
            b'2' => Self::Dup,
            b'p' => Self::Put(Index::Line),
            b'q' => Self::Put(Index::Byte),
            b'r' => Self::Put(Index::FourBytes),
            0x94 => Self::Memoize,
            b'g' => Self::Get(Index::Line),
            b'h' => Self::Get(Index::Byte),
            b'j' => Self::Get(Index::FourBytes),
            b'N' => Self::Nothing,
            0x88 => Self::Truth(true),
            0x89 => Self::Truth(false),
            b'K' => Self::Int(1),
            b'M' => Self::Int(2),
            b'J' => Self::Int(4),
            b'I' => Self::IntLine,
            b'L' => Self::LongLine,
            0x8a => Self::Long(1),
            0x8b => Self::Long(4),
            b'G' => Self::Float,
            b'F' => Self::FloatLine,
            b'U' | b'C' | 0x8c => Self::Text(1),
            b'T' | b'B' | b'X' => Self::Text(4),
            0x8d | 0x8e | 0x96 => Self::Text(8),
            b'S' => Self::QuotedLine,
            b'V' => Self::TextLine,
            b']' | b')' | 0x8f => Self::EmptyList,
            b'l' | b't' | 0x91 => Self::List,
            0x85 => Self::Tuple(1),
            0x86 => Self::Tuple(2),
            0x87 => Self::Tuple(3),
            b'a' => Self::Append,
            b'e' | 0x90 => Self::Appends,
            b'}' => Self::EmptyDict,
            b'd' => Self::Dict,
            b's' => Self::SetItem,
            b'u' => Self::SetItems,
            _ => return None,
        })
    }
}

/// The name of an instruction that fetches, calls or rebuilds something that is no plain data.
pub(super) fn code_name(byte: u8) -> Option<&'static str> {
    Some(match byte {
        b'c' => "GLOBAL",
        b'i' => "INST",
        b'o' => "OBJ",
        b'R' => "REDUCE",
        b'b' => "BUILD",
        b'P' => "PERSID",
        b'Q' => "BINPERSID",
        0x81 => "NEWOBJ",
        0x82 => "EXT1",
        0x83 => "EXT2",
        0x84 => "EXT4",
        0x92 => "NEWOBJ_EX",
        0x93 => "STACK_GLOBAL",
        0x97 => "NEXT_BUFFER",
        0x98 => "READONLY_BUFFER",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CPython 3.13 has 68 of them: `len(pickletools.opcodes)`.
    #[test]
    fn every_instruction_is_data_or_code() {
        let data = (0..=u8::MAX).filter(|&byte| Op::of(byte).is_some());
        let code = (0..=u8::MAX).filter(|&byte| code_name(byte).is_some());
        assert_eq!((data.count(), code.count()), (53, 15));
        assert!((0..=u8::MAX).all(|byte| Op::of(byte).is_none() || code_name(byte).is_none()));
    }
}
