//! Which pictures there are in folders and archives, and of which class.

use std::path::Path;

use super::PicturesError;
use super::files::{Content, PictureFile, picture_files};

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

/// Finds the pictures of a folder or a `.tar.gz` as [`picture_files`] does, with the class that the
/// folder of each stands for.
///
/// # Errors
/// As for [`picture_files`]; [`PicturesError::NoClass`] for pictures in no folder of a class.
pub fn list_pictures(path: &Path) -> Result<Vec<Listed>, PicturesError> {
    // A folder that is a class itself lends its name.
    let root = path.is_dir().then(|| path.file_name()).flatten();
    let root = root.map(|name| name.to_string_lossy());
    let named = |file: PictureFile| match &root {
        Some(root) if !file.name.contains('/') => PictureFile {
            name: format!("{root}/{}", file.name),
            ..file
        },
        _ => file,
    };
    let files = picture_files(path)?.into_iter();
    let mut found: Vec<Listed> = files
        .map(|file| listed(named(file)))
        .collect::<Result<_, _>>()?;
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn listed(file: PictureFile) -> Result<Listed, PicturesError> {
    let PictureFile { name, content } = file;
    let parts: Vec<&str> = name.split('/').collect();
    let [above @ .., class, _] = parts.as_slice() else {
        return Err(PicturesError::NoClass { name });
    };
    let is_one_of = |names: &[&str], part: &str| names.contains(&part.to_lowercase().as_str());
    let is_measured = above.iter().rev().find_map(|part| {
        if is_one_of(&MEASURED, part) {
            Some(true)
        } else {
            is_one_of(&LEARNT, part).then_some(false)
        }
    });
    Ok(Listed {
        class: (*class).to_owned(),
        is_measured,
        content,
        name: name.clone(),
    })
}

#[cfg(test)]
mod tests {
    use std::fs::File;

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
