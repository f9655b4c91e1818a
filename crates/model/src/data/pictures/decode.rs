//! From files to a set in memory.

use rayon::prelude::*;

use super::{Listed, PictureSet, PicturesError};

/// Turns the content of a file into the RGB bytes of a square picture of so many pixels a side, or
/// says why that cannot be.
pub type Decode<'a> = dyn Fn(&[u8], &str, usize) -> Result<Vec<u8>, String> + Sync + 'a;

/// A picture that was left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Its name.
    pub name: String,
    /// Why.
    pub reason: String,
}

/// Pictures that were decoded.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decoded {
    /// Those that could be read, in the order in which they were listed.
    pub set: PictureSet,
    /// Those that could not.
    pub skipped: Vec<Skipped>,
}

/// Pictures that are decoded at once: enough for all cores, and few enough that the bytes of files
/// do not pile up.
const AT_ONCE: usize = 512;

/// Decodes pictures on all cores; `classes` gives the labels their numbers. `told` hears how many are
/// done; where it answers no, the answer is none.
///
/// # Errors
/// [`PicturesError::TooManyBad`] where more than `limit` of them cannot be read.
///
/// # Panics
/// If a picture is of a class that is not among `classes`.
pub fn decode_all(
    listed: &[&Listed],
    classes: &[String],
    side: usize,
    limit: usize,
    decode: &Decode<'_>,
    mut told: impl FnMut(usize) -> bool,
) -> Result<Option<Decoded>, PicturesError> {
    let mut found = Decoded {
        set: PictureSet::new(side),
        skipped: Vec::new(),
    };
    found.set.pixels.reserve(listed.len() * side * side * 3);
    for (number, some) in listed.chunks(AT_ONCE).enumerate() {
        let decoded: Vec<Result<Vec<u8>, String>> = some
            .par_iter()
            .map(|one| {
                let bytes = one.content.bytes();
                let bytes = bytes.map_err(|source| source.to_string())?;
                decode(&bytes, &one.name, side)
            })
            .collect();
        for (one, pixels) in some.iter().zip(decoded) {
            let name = one.name.clone();
            match pixels {
                Ok(pixels) => {
                    let label = classes.iter().position(|class| *class == one.class);
                    let label = label.expect("every class has a number");
                    found.set.push(name, label, &pixels);
                }
                Err(reason) => found.skipped.push(Skipped { name, reason }),
            }
        }
        if found.skipped.len() > limit {
            return Err(PicturesError::TooManyBad {
                skipped: found.skipped,
                of: listed.len(),
                limit,
            });
        }
        if !told(number * AT_ONCE + some.len()) {
            return Ok(None);
        }
    }
    Ok(Some(found))
}
