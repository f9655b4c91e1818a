//! Numbered pictures in a folder: in the order of their numbers, and where a series was broken off.
//!
//! A long series is written picture by picture, so that nothing of it is lost when it is broken off;
//! an animation or a film is made of the folder in the end.

use std::cmp::Ordering;
use std::fs;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::{Format, Limits, Picture, PictureError, load};

/// The name of a frame of a series, counted from 1: `frame-00001.png`.
pub fn frame_name(number: u32) -> String {
    format!("frame-{number:05}.png")
}

/// The files of a folder in natural order: `frame2` comes before `frame10`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FolderFiles {
    /// Files that are named like pictures that we read, see [`Format::of_input`].
    pub pictures: Vec<PathBuf>,
    /// All others, so that somebody can be told what was passed over.
    pub others: Vec<PathBuf>,
}

/// The files of a folder, pictures apart from others; hidden files and folders do not count.
///
/// # Errors
/// [`PictureError::Missing`], [`PictureError::NotAFolder`] or [`PictureError::Read`] for the folder.
pub fn files_in(folder: &Path) -> Result<FolderFiles, PictureError> {
    let failed = |source| PictureError::from_read(folder, source);
    if !fs::metadata(folder).map_err(failed)?.is_dir() {
        return Err(PictureError::NotAFolder {
            path: folder.to_owned(),
        });
    }
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        let name = entry.file_name().to_string_lossy().into_owned();
        let path = entry.path();
        if !name.starts_with('.') && !path.is_dir() {
            found.push((name, path));
        }
    }
    found.sort_by(|(a, _), (b, _)| natural_order(a, b));
    let found = found.into_iter().map(|(_, path)| path);
    // A link that leads nowhere is no picture.
    let (pictures, others) =
        found.partition(|path| Format::of_input(path).is_some() && path.is_file());
    Ok(FolderFiles { pictures, others })
}

/// The pictures of a folder in natural order, as [`files_in`] finds them.
///
/// # Errors
/// What [`files_in`] says, and [`PictureError::NoPictures`].
pub fn frames_in(folder: &Path) -> Result<Vec<PathBuf>, PictureError> {
    let pictures = files_in(folder)?.pictures;
    if pictures.is_empty() {
        return Err(PictureError::NoPictures {
            folder: folder.to_owned(),
        });
    }
    Ok(pictures)
}

/// Reads frames one after another, each when its turn comes; transparent places lie on white.
///
/// # Errors
/// Each picture may be one that [`load`] refuses.
pub fn read_frames<'a>(
    paths: &'a [PathBuf],
    limits: &'a Limits,
) -> impl ExactSizeIterator<Item = Result<Picture, PictureError>> + 'a {
    paths
        .iter()
        .map(move |path| load(path, limits).map(|loaded| loaded.picture))
}

/// The number at which a series of `count` frames goes on: that of the first whose file is missing or
/// cannot be read as a picture, and `count + 1` if all are there.
pub fn first_missing(folder: &Path, count: u32) -> u32 {
    let is_missing = |&number: &u32| {
        let path = folder.join(frame_name(number));
        load(&path, &Limits::default()).is_err()
    };
    let missing = (1..=count).into_par_iter().find_first(is_missing);
    missing.unwrap_or(count.saturating_add(1))
}

/// Compares names as people count: runs of digits by their value, all else letter by letter.
fn natural_order(a: &str, b: &str) -> Ordering {
    let (mut left, mut right) = (a, b);
    loop {
        let (x, y) = (digits(left), digits(right));
        let order = if !x.is_empty() && !y.is_empty() {
            (left, right) = (&left[x.len()..], &right[y.len()..]);
            let (x, y) = (x.trim_start_matches('0'), y.trim_start_matches('0'));
            x.len().cmp(&y.len()).then_with(|| x.cmp(y))
        } else {
            let (mut x, mut y) = (left.chars(), right.chars());
            let order = x.next().cmp(&y.next());
            (left, right) = (x.as_str(), y.as_str());
            order
        };
        if order.is_ne() {
            return order;
        }
        if left.is_empty() && right.is_empty() {
            // Equal but for zeros in front of a number.
            return a.cmp(b);
        }
    }
}

/// The digits that a text begins with.
fn digits(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_digit());
    &text[..end.unwrap_or(text.len())]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::{SaveOptions, save};

    fn write(folder: &Path, name: &str) {
        let picture = Picture::filled(3, 2, [0.5; 3]);
        save(&picture, None, &folder.join(name), &SaveOptions::default()).unwrap();
    }

    fn names(paths: &[PathBuf]) -> Vec<&str> {
        paths
            .iter()
            .map(|path| path.file_name().unwrap().to_str().unwrap())
            .collect()
    }

    #[test]
    fn names_are_ordered_as_people_count() {
        let ordered = [
            "a",
            "frame",
            "frame-1",
            "frame-2b",
            "frame-10",
            "frame2",
            "frame010",
            "frame10",
            "frame10a",
            "frame99999999999999999999999",
            "é2",
            "é10",
        ];
        for (i, a) in ordered.iter().enumerate() {
            for (j, b) in ordered.iter().enumerate() {
                assert_eq!(natural_order(a, b), i.cmp(&j), "{a} and {b}");
            }
        }
    }

    #[test]
    fn a_folder_gives_its_pictures_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["frame10.png", "frame2.png", "frame1.JPG"] {
            write(folder.path(), name);
        }
        for name in [".frame3.png", "notes.txt", "frame4"] {
            fs::write(folder.path().join(name), "").unwrap();
        }
        fs::create_dir(folder.path().join("frame0.png")).unwrap();
        let found = frames_in(folder.path()).unwrap();
        assert_eq!(names(&found), ["frame1.JPG", "frame2.png", "frame10.png"]);
        let files = files_in(folder.path()).unwrap();
        assert_eq!(files.pictures, found);
        assert_eq!(names(&files.others), ["frame4", "notes.txt"]);
        let limits = Limits::default();
        let frames = read_frames(&found, &limits);
        assert_eq!(frames.len(), 3);
        for frame in frames {
            assert_eq!(frame.unwrap().width(), 3);
        }
    }

    #[test]
    fn no_folder_and_no_picture_are_one_sentence_each() {
        let folder = tempfile::tempdir().unwrap();
        let error = frames_in(folder.path()).unwrap_err().to_string();
        assert!(
            error.starts_with("there is no picture in the folder "),
            "{error}"
        );
        assert_eq!(files_in(folder.path()).unwrap(), FolderFiles::default());
        let file = folder.path().join("a.png");
        fs::write(&file, "").unwrap();
        let error = frames_in(&file).unwrap_err().to_string();
        assert!(
            error.ends_with("a.png is not a folder of pictures"),
            "{error}"
        );
        let error = frames_in(&folder.path().join("none")).unwrap_err();
        assert!(matches!(error, PictureError::Missing { .. }), "{error}");
    }

    #[test]
    fn a_series_goes_on_at_the_first_gap() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(first_missing(&folder.path().join("none"), 5), 1);
        for number in [1, 2, 4, 5] {
            write(folder.path(), &frame_name(number));
        }
        assert_eq!(first_missing(folder.path(), 5), 3);
        write(folder.path(), "frame-00003.png");
        assert_eq!(first_missing(folder.path(), 5), 6);
        assert_eq!(first_missing(folder.path(), 0), 1);
        let second = folder.path().join(frame_name(2));
        let bytes = fs::read(&second).unwrap();
        fs::write(&second, &bytes[..bytes.len() / 2]).unwrap();
        assert_eq!(first_missing(folder.path(), 5), 2);
    }
}
