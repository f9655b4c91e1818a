//! Which pictures there are in folders and archives, and of which class.

use std::fs::File;
use std::io::{BufReader, Read as _};
use std::path::{Component, Path, PathBuf};

use flate2::read::GzDecoder;

use super::PicturesError;

/// Endings of files that are taken for pictures.
const ENDINGS: [&str; 8] = ["jpg", "jpeg", "png", "webp", "bmp", "gif", "tif", "tiff"];
/// Folders above the classes that say what their pictures are for.
const LEARNT: [&str; 2] = ["train", "training"];
const MEASURED: [&str; 4] = ["val", "valid", "validation", "test"];

/// A picture that was found, not yet decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Path below the folder or inside the archive.
    pub name: String,
    /// Name of the folder it lies in.
    pub class: String,
    /// Whether it is to be measured on, where the folders above the class say so.
    pub is_measured: Option<bool>,
    /// Where its bytes are.
    pub(super) content: Content,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Content {
    File(PathBuf),
    Bytes(Vec<u8>),
}

/// Finds the pictures of a folder or a `.tar.gz`, in the order of their names.
///
/// Files of other kinds are passed over, and so are hidden ones. The content of an archive is held
/// in memory; that of a folder stays there.
///
/// # Errors
/// A path that is missing or unreadable, an archive that is none or cut short, no pictures, or
/// pictures in no folder of a class.
pub fn list_pictures(path: &Path) -> Result<Vec<Listed>, PicturesError> {
    let kind = std::fs::metadata(path).map_err(|source| PicturesError::io(path, source))?;
    let mut found = Vec::new();
    match kind.is_dir() {
        true => walk(path, &mut PathBuf::new(), &mut found)?,
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

fn walk(root: &Path, below: &mut PathBuf, found: &mut Vec<Listed>) -> Result<(), PicturesError> {
    let dir = root.join(&below);
    let io = |source| PicturesError::io(&dir, source);
    for entry in std::fs::read_dir(&dir).map_err(io)? {
        let entry = entry.map_err(io)?;
        let name = entry.file_name();
        if name.to_string_lossy().starts_with('.') {
            continue;
        }
        below.push(name);
        let path = entry.path();
        if path.is_dir() {
            walk(root, below, found)?;
        } else if is_picture(below) {
            // A folder that is a class itself lends its name.
            let inside = root.file_name().map(|name| Path::new(name).join(&below));
            let place = match below.components().count() {
                1 => inside.unwrap_or_else(|| below.clone()),
                _ => below.clone(),
            };
            found.push(listed(&place, Content::File(path))?);
        }
        below.pop();
    }
    Ok(())
}

fn unpack(path: &Path, found: &mut Vec<Listed>) -> Result<(), PicturesError> {
    let file = File::open(path).map_err(|source| PicturesError::io(path, source))?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut wrong = None;
    let mut read = || -> std::io::Result<()> {
        for entry in archive.entries()? {
            let mut entry = entry?;
            let name = entry.path()?.into_owned();
            if !entry.header().entry_type().is_file() || !is_picture(&name) {
                continue;
            }
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            match listed(&name, Content::Bytes(bytes)) {
                Ok(one) => found.push(one),
                Err(error) => {
                    wrong = Some(error);
                    break;
                }
            }
        }
        Ok(())
    };
    let read = read();
    read.map_err(|source| PicturesError::Archive {
        path: path.to_owned(),
        read: found.len(),
        source,
    })?;
    wrong.map_or(Ok(()), Err)
}

fn is_picture(path: &Path) -> bool {
    let ending = path
        .extension()
        .map(|ending| ending.to_string_lossy().to_lowercase());
    let is_hidden = path
        .file_name()
        .is_none_or(|name| name.to_string_lossy().starts_with('.'));
    !is_hidden && ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

fn listed(path: &Path, content: Content) -> Result<Listed, PicturesError> {
    let parts: Vec<String> = path
        .components()
        .filter_map(|part| match part {
            Component::Normal(part) => Some(part.to_string_lossy().into_owned()),
            _ => None,
        })
        .collect();
    let name = parts.join("/");
    let [above @ .., class, _] = parts.as_slice() else {
        return Err(PicturesError::NoClass { name });
    };
    let is_one_of = |names: &[&str], part: &String| {
        let part = part.to_lowercase();
        names.contains(&part.as_str())
    };
    let is_measured = above.iter().rev().find_map(|part| {
        if is_one_of(&MEASURED, part) {
            Some(true)
        } else {
            is_one_of(&LEARNT, part).then_some(false)
        }
    });
    Ok(Listed {
        class: class.clone(),
        name,
        is_measured,
        content,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(root: &Path, name: &str) {
        let path = root.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    }

    #[test]
    fn classes_are_folders_and_parts_stand_above_them() {
        let dir = tempfile::tempdir().unwrap();
        for name in [
            "train/cat/b.JPEG",
            "train/cat/a.png",
            "Val/dog/c.jpg",
            "train/cat/.hidden.png",
            "train/readme.txt",
        ] {
            touch(dir.path(), name);
        }
        let found = list_pictures(dir.path()).unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|one| (one.name.as_str(), one.class.as_str(), one.is_measured))
            .collect();
        let want = [
            ("Val/dog/c.jpg", "dog", Some(true)),
            ("train/cat/a.png", "cat", Some(false)),
            ("train/cat/b.JPEG", "cat", Some(false)),
        ];
        assert_eq!(told, want);
    }

    #[test]
    fn an_archive_is_read_like_a_folder() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("set.tar.gz");
        let file = flate2::write::GzEncoder::new(
            File::create(&path).unwrap(),
            flate2::Compression::fast(),
        );
        let mut archive = tar::Builder::new(file);
        let mut put = |name: &str| {
            let mut header = tar::Header::new_gnu();
            header.set_size(3);
            header.set_mode(0o644);
            archive.append_data(&mut header, name, &b"abc"[..]).unwrap();
        };
        put("train/n01/2.jpg");
        put("train/n01/1.jpg");
        archive.into_inner().unwrap().finish().unwrap();
        let found = list_pictures(&path).unwrap();
        let names: Vec<&str> = found.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["train/n01/1.jpg", "train/n01/2.jpg"]);
        assert_eq!(found[0].content, Content::Bytes(b"abc".to_vec()));

        let whole = std::fs::read(&path).unwrap();
        std::fs::write(&path, &whole[..whole.len() / 2]).unwrap();
        let error = list_pictures(&path).unwrap_err();
        assert!(matches!(error, PicturesError::Archive { .. }), "{error}");
    }

    #[test]
    fn a_folder_without_pictures_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        touch(dir.path(), "cat/notes.txt");
        let error = list_pictures(dir.path()).unwrap_err().to_string();
        assert!(error.contains("holds no pictures"), "{error}");
    }
}
