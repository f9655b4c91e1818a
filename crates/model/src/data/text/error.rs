//! Everything that can be wrong with a text, as sentences.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a text cannot be read or cut up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TextError {
    /// The path does not exist.
    #[error(
        "there is no file {}; the texts that can be downloaded are shown by: reverie data list",
        path.display()
    )]
    NoSuchFile {
        /// The path.
        path: PathBuf,
    },
    /// The operating system refused.
    #[error("cannot read {}", path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// The file has no bytes.
    #[error("{} is empty", path.display())]
    Empty {
        /// The path.
        path: PathBuf,
    },
    /// Nothing was left between the header and the footer.
    #[error(
        "{} holds nothing between its Project Gutenberg header and footer; read it with the \
         boilerplate kept",
        path.display()
    )]
    NothingInside {
        /// The path.
        path: PathBuf,
    },
    /// The bytes are no UTF-8.
    #[error(
        "{} is not UTF-8: byte {position} (line {line}) is 0x{byte:02x}; if it is {encoding}, \
         convert it with: iconv -f {encoding} -t utf-8",
        path.display()
    )]
    NotUtf8 {
        /// The path.
        path: PathBuf,
        /// Where the first byte that cannot be read stands, counted from 0.
        position: usize,
        /// The line it stands in, counted from 1.
        line: usize,
        /// The byte.
        byte: u8,
        /// What the file probably is instead.
        encoding: Encoding,
    },
    /// A share is no share.
    #[error("the {part} share must be between 0 and 1, but it is {value}")]
    BadShare {
        /// The part.
        part: Part,
        /// Its share.
        value: f64,
    },
    /// The shares are more than everything.
    #[error(
        "the shares {train} + {validation} + {test} make {}, but there is no more than 1",
        train + validation + test
    )]
    SharesBeyondOne {
        /// Share of the training part.
        train: f64,
        /// Share of the validation part.
        validation: f64,
        /// Share of the test part.
        test: f64,
    },
    /// Nothing to learn from.
    #[error(
        "a training share of {share} leaves nothing of {characters} characters to learn from; \
         make it larger or take more text"
    )]
    NothingToLearn {
        /// Share of the training part.
        share: f64,
        /// Characters of the whole text.
        characters: usize,
    },
    /// A batch of nothing.
    #[error("a batch needs at least one row and one step, but {batch} rows of {steps} were asked")]
    EmptyBatch {
        /// Rows.
        batch: usize,
        /// Steps of a row.
        steps: usize,
    },
    /// Fewer symbols than one batch takes.
    #[error(
        "the training part has {characters} characters, but one batch of {batch} rows of {steps} \
         steps needs {}; use a smaller --batch or --steps, or more text",
        batch.saturating_mul(*steps).saturating_add(1)
    )]
    TooShortToTrain {
        /// Symbols that there are.
        characters: usize,
        /// Rows.
        batch: usize,
        /// Steps of a row.
        steps: usize,
    },
    /// Rows of less than one chunk to learn from and one to validate.
    #[error(
        "the text has {characters} characters, but {batch} rows of two pieces of {steps} steps, one \
         to learn from and one to validate, take {}; use a smaller --batch or --steps, or more text",
        2 * batch.saturating_mul(*steps) + 1
    )]
    TooShortForRows {
        /// Characters that there are.
        characters: usize,
        /// Rows.
        batch: usize,
        /// Steps of a chunk.
        steps: usize,
    },
    /// Fewer than two symbols, so none that follows another.
    #[error(
        "a text of {characters} characters has no character to predict; it takes at least 2, so \
         use a larger share or more text"
    )]
    TooShortToEvaluate {
        /// Symbols that there are.
        characters: usize,
    },
    /// A character that the vocabulary lacks.
    #[error(transparent)]
    UnknownSymbol(#[from] UnknownSymbol),
}

impl TextError {
    /// What the operating system said about `path`, with a missing file told apart.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::NotFound => Self::NoSuchFile { path },
            _ => Self::Io { path, source },
        }
    }
}

/// A character that the training text did not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "the character '{}' (U+{:04X}) at position {position} (line {line}, column {column}) is none \
     of the {known} that the model knows; leave it out or write it otherwise",
    symbol.escape_debug(),
    u32::from(*symbol)
)]
pub struct UnknownSymbol {
    /// The character.
    pub symbol: char,
    /// Where it stands, in characters counted from 0.
    pub position: usize,
    /// The line it stands in, counted from 1.
    pub line: usize,
    /// Its place in that line, in characters counted from 1.
    pub column: usize,
    /// How many characters are known.
    pub known: usize,
}

/// What a file that is no UTF-8 probably is, under the name that `iconv` gives it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Encoding {
    /// One byte a character, Western Europe.
    Latin1,
    /// Two bytes a character, with a mark at the beginning that says so.
    Utf16,
}

impl fmt::Display for Encoding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Latin1 => "latin1",
            Self::Utf16 => "utf-16",
        })
    }
}

/// One of the three parts of a data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// What is learnt from.
    Train,
    /// What choices are made by.
    Validation,
    /// What is looked at once, at the end.
    Test,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Train => "training",
            Self::Validation => "validation",
            Self::Test => "test",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_symbol_is_named_escaped_and_placed() {
        let error = UnknownSymbol {
            symbol: '\t',
            position: 12,
            line: 2,
            column: 3,
            known: 83,
        };
        assert_eq!(
            error.to_string(),
            "the character '\\t' (U+0009) at position 12 (line 2, column 3) is none of the 83 \
             that the model knows; leave it out or write it otherwise"
        );
    }

    #[test]
    fn a_text_that_is_too_short_says_what_it_needs() {
        let error = TextError::TooShortToTrain {
            characters: 120,
            batch: 50,
            steps: 50,
        };
        assert_eq!(
            error.to_string(),
            "the training part has 120 characters, but one batch of 50 rows of 50 steps needs \
             2501; use a smaller --batch or --steps, or more text"
        );
    }

    #[test]
    fn the_error_is_small_enough_to_return() {
        assert!(size_of::<TextError>() <= 128, "{}", size_of::<TextError>());
    }
}
