//! Which files of a folder or an archive are pictures.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Read as _};
use std::path::{Component, Path, PathBuf};
use std::time::UNIX_EPOCH;

use flate2::read::GzDecoder;

use super::PicturesError;
use crate::weights::sha256_bytes;

/// Endings of files that are taken for pictures.
const ENDINGS: [&str; 8] = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"];

/// A file that is named like a picture, not yet decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureFile {
    /// Path below the folder or inside the archive, with `/` between its parts.
    pub name: String,
    /// Where its bytes are.
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    File(PathBuf),
    Bytes(Vec<u8>),
}

impl Content {
    pub(super) fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        match self {
            Self::File(path) => std::fs::read(path).map(Cow::Owned),
            Self::Bytes(bytes) => Ok(Cow::Borrowed(bytes)),
        }
    }
}

impl PictureFile {
    /// What is in the file.
    ///
    /// # Errors
    /// What the file system says.
    pub fn bytes(&self) -> io::Result<Cow<'_, [u8]>> {
        self.content.bytes()
    }

    /// What tells this state of the file from others without decoding it: its size with the time of its
    /// last change, or, inside an archive, its size with its SHA-256. `missing` where it cannot be seen.
    pub fn stamp(&self) -> String {
        let path = match &self.content {
            Content::Bytes(bytes) => return format!("{} {}", bytes.len(), sha256_bytes(bytes)),
            Content::File(path) => path,
        };
        let Ok(facts) = std::fs::metadata(path) else {
            return "missing".to_owned();
        };
        let changed = facts.modified().ok();
        let changed = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
        format!("{} {}", facts.len(), changed.unwrap_or_default().as_nanos())
    }
}

/// Finds the pictures of a folder, with all folders in it, or of a `.tar.gz`, in the order of their
/// names.
///
/// Files of other kinds are passed over, and so is what is hidden. The content of an archive is held
/// in memory; that of a folder stays there.
///
/// # Errors
/// A path that is missing or unreadable, an archive that is none or cut short, no pictures.
pub fn picture_files(path: &Path) -> Result<Vec<PictureFile>, PicturesError> {
    let kind = std::fs::metadata(path).map_err(|source| PicturesError::io(path, source))?;
    let mut found = Vec::new();
    match kind.is_dir() {
        true => walk(path, &mut PathBuf::new(), &mut Vec::new(), &mut found)?,
        false => unpack(path, &mut found)?,
    }
    if found.is_empty() {
        return Err(PicturesError::None {
            path: path.to_owned(),
        });
    }
    // The order of a folder is the file system's, and results must not depend on it.
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

/// `above` are the folders on the way here, so that a link back to one of them is no way down.
fn walk(
    root: &Path,
    below: &mut PathBuf,
    above: &mut Vec<PathBuf>,
    found: &mut Vec<PictureFile>,
) -> Result<(), PicturesError> {
    let dir = root.join(&below);
    let io = |source| PicturesError::io(&dir, source);
    let real = std::fs::canonicalize(&dir).map_err(io)?;
    if above.contains(&real) {
        return Ok(());
    }
    above.push(real);
    for entry in std::fs::read_dir(&dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        below.push(name);
        let path = entry.path();
        if path.is_dir() {
            walk(root, below, above, found)?;
        } else if is_picture(below) {
            found.push(PictureFile {
                name: name_of(below),
                content: Content::File(path),
            });
        }
        below.pop();
    }
    above.pop();
    Ok(())
}

fn unpack(path: &Path, found: &mut Vec<PictureFile>) -> Result<(), PicturesError> {
    let file = File::open(path).map_err(|source| PicturesError::io(path, source))?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut read = || -> io::Result<()> {
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.into_owned();
            if !entry.header().entry_type().is_file() || !is_picture(&name) {
                continue;
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            found.push(PictureFile {
                name: name_of(&name),
                content: Content::Bytes(bytes),
            });
        }
        Ok(())
    };
    let read = read();
    read.map_err(|source| PicturesError::Archive {
        path: path.to_owned(),
        read: found.len(),
        source,
    })
}

fn is_picture(path: &Path) -> bool {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    !parts(path).any(|part| part.starts_with('.'))
        && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// The folders of a path and its file, without what only points somewhere.
fn parts(path: &Path) -> impl Iterator<Item = Cow<'_, str>> {
    path.components().filter_map(|part| match part {
        Component::Normal(part) => Some(part.to_string_lossy()),
        _ => None,
    })
}

fn name_of(path: &Path) -> String {
    parts(path).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(root: &Path, name: &str) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    }

    fn names(path: &Path) -> Vec<String> {
        let found = picture_files(path).unwrap();
        found.into_iter().map(|file| file.name).collect()
    }

    #[test]
    fn a_folder_is_walked_to_its_end_in_the_order_of_names() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "b.png",
            "a/c.jpg",
            "a/deep/er/x.TIFF",
            "notes.txt",
            ".h.png",
            ".hidden/x.png",
        ] {
            touch(dir.path(), name);
        }
        assert_eq!(names(dir.path()), ["a/c.jpg", "a/deep/er/x.TIFF", "b.png"]);
        let file = &picture_files(dir.path()).unwrap()[2];
        assert_eq!(file.bytes().unwrap().as_ref(), b"b.png");
        let before = file.stamp();
        assert!(before.starts_with("5 "), "{before}");
        std::fs::write(dir.path().join("b.png"), "longer").unwrap();
        assert_ne!(file.stamp(), before);
        std::fs::remove_file(dir.path().join("b.png")).unwrap();
        assert_eq!(file.stamp(), "missing");
    }

    #[test]
    #[cfg(unix)]
    fn a_link_back_up_is_no_way_down() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), "a/x.png");
        std::os::unix::fs::symlink(dir.path(), dir.path().join("a/loop")).unwrap();
        assert_eq!(names(dir.path()), ["a/x.png"]);
    }

    #[test]
    fn pictures_of_an_archive_need_no_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("set.tar.gz");
        let file = File::create(&path).unwrap();
        let file = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
        let mut archive = tar::Builder::new(file);
        for name in ["./2.png", "1.png", ".h/3.png", "._1.png"] {
            let mut header = tar::Header::new_gnu();
            header.set_size(3);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, &b"abc"[..]).unwrap();
        }
        archive.into_inner().unwrap().finish().unwrap();
        assert_eq!(names(&path), ["1.png", "2.png"]);
        let stamp = picture_files(&path).unwrap()[0].stamp();
        assert!(stamp.starts_with("3 ba7816bf"), "{stamp}");
    }
}
