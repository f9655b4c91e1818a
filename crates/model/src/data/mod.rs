//! Data to learn from: which sets there are, whether they are the right ones, and how they are cut
//! into pieces that a network can be fed.
//!
//! Nothing here knows a network or touches the internet: what is not on the disk is an error that
//! names the command which gets it.
//!
//! | room | what is in it |
//! |---|---|
//! | [`catalogue`] | data sets that are known by name: where they come from, how they are checked |
//! | [`music`] | piano rolls: reading, MIDI, splits, batches, baselines, generated counterpoint |
//! | [`pictures`] | pictures in classes: folders and archives, decoded once, dealt into two parts |
//! | [`speech`] | spoken digits: reading, splits, log-mel frames, sequences of raw sound |
//! | [`text`] | text, character by character: reading, vocabulary, splits, batches, word share |

pub mod catalogue;
pub mod music;
pub mod pictures;
pub mod speech;
pub mod text;

/// Path of a file of the real data, or `None` and a printed reason where there is none.
#[cfg(test)]
pub(crate) fn real_file(file: &str) -> Option<std::path::PathBuf> {
    let Some(dir) = std::env::var_os("REVERIE_DATA") else {
        println!("skipped: REVERIE_DATA is not set");
        return None;
    };
    let path = std::path::PathBuf::from(dir).join(file);
    if !path.is_file() {
        println!("skipped: there is no {}", path.display());
        return None;
    }
    Some(path)
}
