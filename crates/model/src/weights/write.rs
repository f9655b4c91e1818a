//! Writes tensors as safetensors, so that a half-written file never stands under its name.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use half::f16;
use serde_json::{Map, Value, json};

use super::{RawTensor, WeightsError};

/// Key of the notes in the header.
const NOTES_KEY: &str = "__metadata__";
/// The header is filled up with blanks to a multiple of this.
const ALIGNMENT: usize = 8;

/// Writes tensors in half precision, which halves the file and loses nothing one can see.
///
/// Values beyond the range of half precision (65 504) are written as infinite, which a
/// [`Loader`](super::Loader) refuses.
///
/// # Errors
/// As for [`write_safetensors_f32`].
pub fn write_safetensors_f16(
    path: &Path,
    tensors: &[(String, RawTensor)],
    metadata: &BTreeMap<String, String>,
) -> Result<(), WeightsError> {
    write(path, tensors, metadata, "F16", |value| {
        f16::from_f32(value).to_le_bytes()
    })
}

/// Writes tensors in single precision.
///
/// The file is written beside its place and moved there when it is complete. `metadata` are notes
/// for people: source, licence, how it was converted. Equal input gives equal bytes.
///
/// # Errors
/// A tensor has another number of values than its shape calls for, a name occurs twice, or the
/// file cannot be written.
pub fn write_safetensors_f32(
    path: &Path,
    tensors: &[(String, RawTensor)],
    metadata: &BTreeMap<String, String>,
) -> Result<(), WeightsError> {
    write(path, tensors, metadata, "F32", f32::to_le_bytes)
}

fn write<const N: usize>(
    path: &Path,
    tensors: &[(String, RawTensor)],
    metadata: &BTreeMap<String, String>,
    dtype: &str,
    encode: impl Fn(f32) -> [u8; N],
) -> Result<(), WeightsError> {
    let header = header(tensors, metadata, dtype, N)?;
    atomically(path, |file| {
        let mut out = BufWriter::new(file);
        out.write_all(&(header.len() as u64).to_le_bytes())?;
        out.write_all(&header)?;
        for value in tensors.iter().flat_map(|(_, tensor)| &tensor.values) {
            out.write_all(&encode(*value))?;
        }
        out.flush()
    })
}

/// The JSON that stands before the values: type, shape and place of each tensor.
fn header(
    tensors: &[(String, RawTensor)],
    metadata: &BTreeMap<String, String>,
    dtype: &str,
    value_bytes: usize,
) -> Result<Vec<u8>, WeightsError> {
    let mut entries = Map::new();
    if !metadata.is_empty() {
        entries.insert(NOTES_KEY.to_owned(), json!(metadata));
    }
    let mut start = 0;
    for (name, RawTensor { shape, values }) in tensors {
        if values.len() != shape.iter().product::<usize>() {
            let (name, shape) = (name.clone(), shape.clone());
            return Err(WeightsError::WrongCount {
                name,
                shape,
                found: values.len(),
            });
        }
        let end = start + values.len() * value_bytes;
        let entry = json!({ "dtype": dtype, "shape": shape, "data_offsets": [start, end] });
        if name == NOTES_KEY || entries.insert(name.clone(), entry).is_some() {
            return Err(WeightsError::NameTaken { name: name.clone() });
        }
        start = end;
    }
    let mut bytes = Value::Object(entries).to_string().into_bytes();
    bytes.resize(bytes.len().next_multiple_of(ALIGNMENT), b' ');
    Ok(bytes)
}

/// Writes a file beside `path`, makes sure that it is on the disk, and moves it there.
pub(super) fn atomically(
    path: &Path,
    fill: impl FnOnce(&mut File) -> io::Result<()>,
) -> Result<(), WeightsError> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let write = || {
        let mut file = temporary_beside(folder.unwrap_or(Path::new(".")))?;
        fill(file.as_file_mut())?;
        file.as_file().sync_all()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|source| WeightsError::Io {
        path: path.to_owned(),
        source,
    })
}

/// Temporary files are the owner's alone, but weights may be everybody's that the umask allows.
#[cfg(unix)]
fn temporary_beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    use std::os::unix::fs::PermissionsExt;
    let permissions = std::fs::Permissions::from_mode(0o666);
    tempfile::Builder::new()
        .permissions(permissions)
        .tempfile_in(folder)
}

#[cfg(not(unix))]
fn temporary_beside(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::NamedTempFile::new_in(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shape_with_other_values_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        let tensor = RawTensor {
            shape: vec![2, 2],
            values: vec![0.0; 3],
        };
        let tensors = [("w".to_owned(), tensor)];
        let error = write_safetensors_f16(&path, &tensors, &BTreeMap::new()).unwrap_err();
        assert_eq!(
            error.to_string(),
            "tensor w has 3 values, but its shape [2, 2] needs 4"
        );
        assert!(!path.exists());
    }

    #[test]
    fn a_name_that_occurs_twice_is_refused() {
        let tensor = RawTensor {
            shape: vec![1],
            values: vec![0.0],
        };
        for names in [["w", "w"], ["w", NOTES_KEY]] {
            let tensors = names.map(|name| (name.to_owned(), tensor.clone()));
            let error = header(&tensors, &BTreeMap::new(), "F32", 4).unwrap_err();
            assert!(matches!(error, WeightsError::NameTaken { .. }), "{error}");
        }
    }

    #[test]
    fn another_reader_understands_it() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        let tensor = RawTensor {
            shape: vec![1, 3],
            values: vec![1.0, -2.0, 0.5],
        };
        let notes = BTreeMap::from([("a".to_owned(), "b".to_owned())]);
        write_safetensors_f16(&path, &[("w".to_owned(), tensor)], &notes).unwrap();
        let bytes = std::fs::read(&path).unwrap();
        let read = safetensors::SafeTensors::deserialize(&bytes).unwrap();
        let view = read.tensor("w").unwrap();
        assert_eq!(view.shape(), [1, 3]);
        let values = [1.0, -2.0, 0.5]
            .map(|v| f16::from_f32(v).to_le_bytes())
            .concat();
        assert_eq!(view.data(), values);
    }

    #[cfg(unix)]
    #[test]
    fn others_may_read_it_if_the_umask_lets_them() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str| {
            std::fs::metadata(dir.path().join(name))
                .unwrap()
                .permissions()
                .mode()
        };
        atomically(&dir.path().join("ours"), |_| Ok(())).unwrap();
        std::fs::write(dir.path().join("plain"), "").unwrap();
        assert_eq!(mode("ours"), mode("plain"));
    }

    #[test]
    fn a_failure_leaves_the_old_file() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        std::fs::write(&path, "old").unwrap();
        let fail = |_: &mut File| Err(io::Error::other("no"));
        assert!(atomically(&path, fail).is_err());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "old");
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_missing_folder_is_an_error() {
        let error = atomically(Path::new("no/such/folder/t"), |_| Ok(())).unwrap_err();
        assert!(matches!(error, WeightsError::Io { .. }), "{error}");
    }
}
