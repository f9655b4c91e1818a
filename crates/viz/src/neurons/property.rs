//! The properties of a text that a cell might follow.

use std::fmt;

use serde::Serialize;

use super::labels::Labels;
use super::scan;

/// A property of the text that a cell may have learnt to follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Property {
    /// The column: characters since the last line break.
    Column,
    /// Between double quotes.
    Quotes,
    /// Between round or square brackets.
    Brackets,
    /// Between curly brackets: a block of code.
    Block,
    /// The character just read is no letter, so that no word is open.
    WordEnd,
    /// Columns of blank at the beginning of the line.
    Indent,
    /// Inside a comment as C writes them.
    Comment,
}

impl Property {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 7] = [
        Self::Column,
        Self::Quotes,
        Self::Brackets,
        Self::WordEnd,
        Self::Block,
        Self::Indent,
        Self::Comment,
    ];

    /// A short word without blanks, for JSON and for anchors of a page.
    pub fn key(self) -> &'static str {
        match self {
            Self::Column => "column",
            Self::Quotes => "quotes",
            Self::Brackets => "brackets",
            Self::Block => "block",
            Self::WordEnd => "word_end",
            Self::Indent => "indent",
            Self::Comment => "comment",
        }
    }

    /// What a heading says.
    pub fn title(self) -> &'static str {
        match self {
            Self::Column => "Position in the line",
            Self::Quotes => "Inside quotes",
            Self::Brackets => "Inside brackets",
            Self::Block => "Inside a block of code",
            Self::WordEnd => "Between words",
            Self::Indent => "Depth of the indentation",
            Self::Comment => "Inside a comment",
        }
    }

    /// What is meant, in a sentence.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Column => "How many characters have passed since the last line break.",
            Self::Quotes => "Whether a double quote is open. An empty line closes all quotes.",
            Self::Brackets => "Whether a ( or [ is open. An empty line closes all of them.",
            Self::Block => {
                "Whether a { is open. A } at the beginning of a line closes all of them."
            }
            Self::WordEnd => {
                "Whether the character just read is no letter, so that no word is open."
            }
            Self::Indent => "How many columns of blank the line began with; a tab counts eight.",
            Self::Comment => "Whether the text is inside /* ... */ or behind // in a line.",
        }
    }

    /// What this text says at every character, read as the network reads it: with no look ahead.
    pub fn labels(self, text: &[char]) -> Labels {
        match self {
            Self::Column => Labels::Graded(scan::columns(text)),
            Self::Quotes => Labels::YesNo(scan::inside_quotes(text)),
            Self::Brackets => Labels::YesNo(scan::inside_brackets(text)),
            Self::Block => Labels::YesNo(scan::inside_blocks(text)),
            Self::WordEnd => Labels::YesNo(text.iter().map(|c| !c.is_alphabetic()).collect()),
            Self::Indent => Labels::Graded(scan::indents(text)),
            Self::Comment => Labels::YesNo(scan::inside_comments(text)),
        }
    }
}

impl fmt::Display for Property {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.title())
    }
}
