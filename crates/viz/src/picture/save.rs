//! Bytes become files, wholly or not at all.

use std::fs::{self, File, Permissions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::error::plain;
use super::{Format, Picture, PictureError, SaveOptions, encode};

/// What the names of unfinished files begin with.
const UNFINISHED: &str = ".reverie-";

/// Writes a picture; the extension of `path` chooses the format.
///
/// The file appears complete or not at all: it is written beside its place under another name, made
/// safe on the disk, and then renamed. See [`encode()`] for what the formats keep.
///
/// # Shapes
/// - `alpha`: `[H, W]`, put back as it was loaded
///
/// # Errors
/// What [`check_output`], [`encode()`] and [`write_atomic`] say; nothing is left behind.
pub fn save(
    picture: &Picture,
    alpha: Option<&[f32]>,
    path: &Path,
    options: &SaveOptions,
) -> Result<(), PictureError> {
    let format = check_name(path, options.overwrite)?;
    let bytes = encode(picture, alpha, format, options)?;
    write_atomic(path, &bytes, options.overwrite)
}

/// Finds out before long work whether its result can be written: that the extension is known, that
/// the folder exists and takes files, and that nothing is in the way.
///
/// # Errors
/// [`PictureError::UnsupportedExtension`], [`PictureError::FolderMissing`],
/// [`PictureError::Exists`] or [`PictureError::NotWritable`].
pub fn check_output(path: &Path, overwrite: bool) -> Result<(), PictureError> {
    check_name(path, overwrite)?;
    check_writable(path, overwrite)
}

/// Does what [`check_output`] does for a file of any extension.
///
/// # Errors
/// [`PictureError::FolderMissing`], [`PictureError::Exists`] or [`PictureError::NotWritable`].
pub fn check_writable(path: &Path, overwrite: bool) -> Result<(), PictureError> {
    check_place(path, overwrite)?;
    match tempfile::Builder::new()
        .prefix(UNFINISHED)
        .tempfile_in(folder_of(path))
    {
        Ok(_) => Ok(()),
        Err(source) => Err(PictureError::NotWritable {
            path: path.to_owned(),
            source: plain(source),
        }),
    }
}

/// Writes a file that appears complete or not at all, with the permissions of an ordinary new file,
/// or those of the file that it replaces. A link is followed.
///
/// # Errors
/// [`PictureError::FolderMissing`], [`PictureError::Exists`], [`PictureError::NotWritable`],
/// [`PictureError::DiskFull`] or [`PictureError::Write`]; nothing is left behind.
pub fn write_atomic(path: &Path, bytes: &[u8], overwrite: bool) -> Result<(), PictureError> {
    check_place(path, overwrite)?;
    write_through_rename(
        path,
        overwrite,
        |file, _| file.write_all(bytes),
        |error| error,
    )
    .map_err(|source| PictureError::from_write(path, bytes.len() as u64, source))
}

/// Does what [`write_atomic`] does where the bytes come one after another: `fill` gets the unfinished
/// file, and its name for a program that opens it by itself.
///
/// # Errors
/// What `fill` says; [`PictureError::FolderMissing`], [`PictureError::Exists`],
/// [`PictureError::NotWritable`], [`PictureError::DiskFilledUp`] or [`PictureError::Write`] before
/// and after it. Nothing is left behind.
pub fn write_atomic_with<E: From<PictureError>>(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(&mut File, &Path) -> Result<(), E>,
) -> Result<(), E> {
    check_place(path, overwrite)?;
    write_through_rename(path, overwrite, fill, |source| {
        PictureError::from_stream(path, source).into()
    })
}

/// `own` makes an error of ours one of the caller's kind.
fn write_through_rename<E>(
    path: &Path,
    overwrite: bool,
    fill: impl FnOnce(&mut File, &Path) -> Result<(), E>,
    own: impl Fn(io::Error) -> E,
) -> Result<(), E> {
    // Renaming onto a link would replace the link and leave the file it points to.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let mut file = create_unfinished(&folder_of(&target)).map_err(&own)?;
    let name = file.path().to_owned();
    fill(file.as_file_mut(), &name)?;
    put_in_place(file, &target, overwrite).map_err(own)
}

fn put_in_place(file: NamedTempFile, target: &Path, overwrite: bool) -> io::Result<()> {
    if let Ok(replaced) = fs::metadata(target) {
        file.as_file().set_permissions(replaced.permissions())?;
    }
    file.as_file().sync_all()?;
    if overwrite {
        file.persist(target)?;
    } else if let Err(refused) = file.persist_noclobber(target) {
        // Some file systems know no such rename; the name was free a moment ago.
        let known = refused.error.kind() != io::ErrorKind::AlreadyExists;
        if !known || target.symlink_metadata().is_ok() {
            return Err(refused.error);
        }
        refused.file.persist(target)?;
    }
    Ok(())
}

fn create_unfinished(folder: &Path) -> io::Result<NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(UNFINISHED).suffix(".part");
    if let Some(permissions) = ordinary_permissions() {
        builder.permissions(permissions);
    }
    builder.tempfile_in(folder)
}

/// What an ordinary new file asks for, before the system takes away what the user's mask forbids;
/// a temporary file would be closed to everyone else.
#[cfg(unix)]
fn ordinary_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn ordinary_permissions() -> Option<Permissions> {
    None
}

fn check_name(path: &Path, overwrite: bool) -> Result<Format, PictureError> {
    let Some(format) = Format::of_output(path) else {
        return Err(PictureError::UnsupportedExtension {
            path: path.to_owned(),
        });
    };
    check_place(path, overwrite)?;
    Ok(format)
}

fn check_place(path: &Path, overwrite: bool) -> Result<(), PictureError> {
    let folder = folder_of(path);
    if !folder.is_dir() {
        return Err(PictureError::FolderMissing { folder });
    }
    match path.symlink_metadata() {
        Ok(found) if found.is_dir() => {
            let source = io::ErrorKind::IsADirectory.into();
            Err(PictureError::NotWritable {
                path: path.to_owned(),
                source,
            })
        }
        Ok(_) if !overwrite => Err(PictureError::Exists {
            path: path.to_owned(),
        }),
        _ => Ok(()),
    }
}

fn folder_of(path: &Path) -> PathBuf {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;

    fn spot() -> Picture {
        Picture::filled(2, 2, [0.2, 0.4, 0.6])
    }

    fn names_in(folder: &TempDir) -> Vec<String> {
        let entries = fs::read_dir(folder.path()).unwrap();
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    fn save_plain(path: &Path) -> Result<(), PictureError> {
        save(&spot(), None, path, &SaveOptions::default())
    }

    #[test]
    fn every_extension_makes_its_format() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["a.png", "a.jpg", "a.JPEG", "a.webp", "a.tif", "a.tiff"] {
            let path = folder.path().join(name);
            save_plain(&path).unwrap();
            let found = Format::of_content(&fs::read(&path).unwrap());
            assert_eq!(found, Format::of_output(&path), "{name}");
        }
        assert_eq!(names_in(&folder).len(), 6);
    }

    #[test]
    fn a_file_is_replaced_only_when_asked() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.png");
        fs::write(&path, "mine").unwrap();
        let error = save_plain(&path).unwrap_err();
        assert!(matches!(error, PictureError::Exists { .. }), "{error}");
        assert!(matches!(
            check_output(&path, false),
            Err(PictureError::Exists { .. })
        ));
        assert_eq!(fs::read(&path).unwrap(), b"mine");
        let options = SaveOptions {
            overwrite: true,
            ..SaveOptions::default()
        };
        save(&spot(), None, &path, &options).unwrap();
        assert_eq!(names_in(&folder), ["out.png"]);
        assert_ne!(fs::read(&path).unwrap(), b"mine");
    }

    #[test]
    fn nothing_is_left_where_saving_fails() {
        let folder = tempfile::tempdir().unwrap();
        let taken = folder.path().join("taken.png");
        fs::create_dir(&taken).unwrap();
        let options = SaveOptions {
            overwrite: true,
            ..SaveOptions::default()
        };
        let error = save(&spot(), None, &taken, &options).unwrap_err();
        assert!(matches!(error, PictureError::NotWritable { .. }), "{error}");
        // The rename itself fails, after everything has been written.
        for overwrite in [true, false] {
            let full = |file: &mut File, _: &Path| file.write_all(b"bytes");
            assert!(write_through_rename(&taken, overwrite, full, |error| error).is_err());
        }
        assert_eq!(names_in(&folder), ["taken.png"]);
    }

    #[test]
    fn a_file_that_is_filled_piece_by_piece_appears_at_the_end_or_not_at_all() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("out.bin");
        write_atomic_with(&path, false, |file, name| {
            assert_eq!(name.parent(), path.parent());
            assert!(name.exists() && !path.exists());
            file.write_all(b"one")
                .and_then(|()| file.write_all(b"two"))
                .map_err(|error| PictureError::from_stream(&path, error))
        })
        .unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"onetwo");
        let error = write_atomic_with(&path, true, |file, _| {
            file.write_all(b"half").unwrap();
            Err(PictureError::NoFrames { path: path.clone() })
        });
        assert!(matches!(error, Err(PictureError::NoFrames { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"onetwo");
        assert_eq!(names_in(&folder), ["out.bin"]);
    }

    #[test]
    fn the_checks_before_work_name_what_is_wrong() {
        let folder = tempfile::tempdir().unwrap();
        let at = |name: &str| folder.path().join(name);
        assert!(check_output(&at("out.png"), false).is_ok());
        let error = check_output(&at("out.gif"), false).unwrap_err();
        assert!(
            matches!(error, PictureError::UnsupportedExtension { .. }),
            "{error}"
        );
        let error = check_output(&at("none/out.png"), false).unwrap_err();
        assert!(
            matches!(error, PictureError::FolderMissing { .. }),
            "{error}"
        );
        fs::write(at("file"), "").unwrap();
        let error = check_output(&at("file/out.png"), false).unwrap_err();
        assert!(
            matches!(error, PictureError::FolderMissing { .. }),
            "{error}"
        );
        assert_eq!(names_in(&folder), ["file"]);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn a_folder_that_takes_no_files_is_found_before_work() {
        // Not even the administrator can make files there.
        let error = check_output(Path::new("/proc/out.png"), false).unwrap_err();
        assert!(matches!(error, PictureError::NotWritable { .. }), "{error}");
        let error = save_plain(Path::new("/proc/out.png")).unwrap_err();
        assert!(matches!(error, PictureError::NotWritable { .. }), "{error}");
    }

    #[test]
    #[cfg(unix)]
    fn permissions_are_those_of_an_ordinary_file_or_of_the_one_replaced() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        let (ordinary, ours) = (
            folder.path().join("ordinary"),
            folder.path().join("ours.png"),
        );
        fs::write(&ordinary, "").unwrap();
        save_plain(&ours).unwrap();
        assert_eq!(mode(&ours), mode(&ordinary));
        fs::set_permissions(&ours, Permissions::from_mode(0o640)).unwrap();
        write_atomic(&ours, b"new", true).unwrap();
        assert_eq!(mode(&ours), 0o640);
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_followed_and_stays_a_link() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (
            folder.path().join("file.png"),
            folder.path().join("link.png"),
        );
        fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        write_atomic(&link, b"new", true).unwrap();
        assert!(link.symlink_metadata().unwrap().is_symlink());
        assert_eq!(fs::read(&file).unwrap(), b"new");
    }
}
