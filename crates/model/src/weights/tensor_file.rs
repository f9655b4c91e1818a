//! A file of named tensors, of any format that is read here.

use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use super::content::{self, Content};
use super::{WeightsError, nearest, pytorch, safetensors_file};

/// Format of a file of tensors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TensorFormat {
    /// `.safetensors`.
    Safetensors,
    /// `.pt`, `.pth`: zip, tar or the older stream of pickles.
    Pytorch,
}

impl fmt::Display for TensorFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Safetensors => "safetensors",
            Self::Pytorch => "PyTorch",
        })
    }
}

/// One tensor on the host, values in row-major order.
#[derive(Clone, Debug, PartialEq)]
pub struct RawTensor {
    /// Extents, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// As many values as the shape calls for.
    pub values: Vec<f32>,
}

/// An open file of named tensors, whose values are read when they are asked for.
///
/// The format is told by the contents and not by the name. Nothing in a PyTorch file is executed.
/// Weights that a PyTorch file nests under `state_dict`, `model_state_dict` or `model`, or that
/// all begin with `module.`, are found without being told.
pub struct TensorFile {
    path: PathBuf,
    contents: Contents,
}

/// What opening a file of any format gives.
pub(super) struct Contents {
    pub(super) format: TensorFormat,
    pub(super) tensors: BTreeMap<String, Slot>,
    pub(super) metadata: BTreeMap<String, String>,
}

/// What is known of a tensor before its values are read.
pub(super) struct Slot {
    pub(super) shape: Vec<usize>,
    pub(super) dtype: String,
    /// Reads the values; absent where they are not floating-point numbers.
    pub(super) read: Option<ReadValues>,
}

pub(super) type ReadValues = Box<dyn Fn() -> io::Result<Vec<f32>> + Send + Sync>;

impl TensorFile {
    /// Opens a safetensors or PyTorch file and reads its list of tensors.
    ///
    /// # Errors
    /// The file is missing, is something else (a web page, JSON, text, nothing at all), ends
    /// early, or is damaged; each is told apart.
    pub fn open(path: &Path) -> Result<Self, WeightsError> {
        let contents = match content::of_file(path)? {
            Content::Safetensors => safetensors_file::open(path)?,
            Content::PytorchZip => pytorch::open_zip(path)?,
            Content::PytorchOther => pytorch::open(path)?,
            Content::Other(looks_like) => {
                return Err(WeightsError::NotWeights {
                    path: path.to_owned(),
                    looks_like,
                });
            }
        };
        if contents.tensors.is_empty() {
            return Err(WeightsError::NoTensors {
                path: path.to_owned(),
            });
        }
        Ok(Self {
            path: path.to_owned(),
            contents,
        })
    }

    /// A safetensors file that is part of the program; `name` stands for its path in messages.
    ///
    /// # Errors
    /// Bytes that are damaged or no such file.
    pub fn embedded(name: &str, bytes: &'static [u8]) -> Result<Self, WeightsError> {
        let path = PathBuf::from(name);
        let contents = safetensors_file::embedded(&path, bytes)?;
        Ok(Self { path, contents })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// What the file is by its contents.
    pub fn format(&self) -> TensorFormat {
        self.contents.format
    }

    /// Names of all tensors, in alphabetical order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.contents.tensors.keys().map(String::as_str)
    }

    /// Number of tensors; never zero.
    #[expect(
        clippy::len_without_is_empty,
        reason = "a file without tensors cannot be opened"
    )]
    pub fn len(&self) -> usize {
        self.contents.tensors.len()
    }

    /// Whether there is a tensor of that name.
    pub fn contains(&self, name: &str) -> bool {
        self.contents.tensors.contains_key(name)
    }

    /// Shape of a tensor, without reading its values.
    pub fn shape(&self, name: &str) -> Option<&[usize]> {
        self.contents
            .tensors
            .get(name)
            .map(|slot| slot.shape.as_slice())
    }

    /// Element type of a tensor as the file calls it, such as `F16` or `I64`.
    pub fn dtype(&self, name: &str) -> Option<&str> {
        self.contents
            .tensors
            .get(name)
            .map(|slot| slot.dtype.as_str())
    }

    /// Whether a tensor is there and holds floating-point numbers, so that it can be read.
    pub fn is_float(&self, name: &str) -> bool {
        self.contents
            .tensors
            .get(name)
            .is_some_and(|slot| slot.read.is_some())
    }

    /// Notes in the header of a safetensors file; empty for PyTorch files.
    pub fn metadata(&self) -> &BTreeMap<String, String> {
        &self.contents.metadata
    }

    /// Reads one tensor as `f32`.
    ///
    /// # Errors
    /// There is no such tensor, it does not hold floating-point numbers, or reading fails.
    pub fn read(&self, name: &str) -> Result<RawTensor, WeightsError> {
        let slot = self
            .contents
            .tensors
            .get(name)
            .ok_or_else(|| WeightsError::NoSuchTensor {
                path: self.path.clone(),
                name: name.to_owned(),
                nearest: nearest(name, self.names()).map(str::to_owned),
            })?;
        let read = slot.read.as_ref().ok_or_else(|| WeightsError::NotFloat {
            path: self.path.clone(),
            name: name.to_owned(),
            dtype: slot.dtype.clone(),
        })?;
        let values = read().map_err(|source| WeightsError::Tensor {
            path: self.path.clone(),
            name: name.to_owned(),
            source,
        })?;
        Ok(RawTensor {
            shape: slot.shape.clone(),
            values,
        })
    }
}

impl fmt::Debug for TensorFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TensorFile")
            .field("path", &self.path)
            .field("format", &self.format())
            .field("tensors", &self.len())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{LooksLike, write_safetensors_f16, write_safetensors_f32};

    fn sample() -> Vec<(String, RawTensor)> {
        let tensor = |shape: &[usize]| RawTensor {
            shape: shape.to_vec(),
            values: (0..shape.iter().product())
                .map(|i| i as f32 * 0.5)
                .collect(),
        };
        vec![
            ("a.weight".into(), tensor(&[2, 3])),
            ("a.bias".into(), tensor(&[2])),
        ]
    }

    fn open_bytes(bytes: &[u8]) -> Result<TensorFile, WeightsError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("misleading.pth");
        std::fs::write(&path, bytes).unwrap();
        TensorFile::open(&path)
    }

    /// A safetensors file in single precision, as bytes.
    fn sample_bytes() -> Vec<u8> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_safetensors_f32(&path, &sample(), &BTreeMap::new()).unwrap();
        std::fs::read(&path).unwrap()
    }

    #[test]
    fn what_was_written_is_read_in_both_precisions() {
        let dir = tempfile::tempdir().unwrap();
        let notes = BTreeMap::from([("source".to_owned(), "a test".to_owned())]);
        for half in [false, true] {
            let path = dir.path().join(format!("{half}.bin"));
            let write = if half {
                write_safetensors_f16
            } else {
                write_safetensors_f32
            };
            write(&path, &sample(), &notes).unwrap();
            let file = TensorFile::open(&path).unwrap();
            assert_eq!(file.format(), TensorFormat::Safetensors);
            assert_eq!(file.names().collect::<Vec<_>>(), ["a.bias", "a.weight"]);
            assert_eq!(file.metadata(), &notes);
            assert_eq!(file.shape("a.weight"), Some([2, 3].as_slice()));
            assert_eq!(file.dtype("a.bias"), Some(if half { "F16" } else { "F32" }));
            for (name, tensor) in sample() {
                assert_eq!(file.read(&name).unwrap(), tensor);
            }
        }
    }

    #[test]
    fn an_unknown_tensor_gets_the_nearest_name() {
        let error = open_bytes(&sample_bytes())
            .unwrap()
            .read("a.weigth")
            .unwrap_err();
        assert!(
            error.to_string().contains("did you mean a.weight?"),
            "{error}"
        );
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = TensorFile::open(Path::new("no/such/file.pth")).unwrap_err();
        assert!(matches!(error, WeightsError::NoSuchFile { .. }), "{error}");
        assert!(error.to_string().contains("file.pth"), "{error}");
    }

    #[track_caller]
    fn assert_looks_like(bytes: &[u8], want: LooksLike) {
        match open_bytes(bytes) {
            Err(WeightsError::NotWeights { looks_like, .. }) => assert_eq!(looks_like, want),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn other_files_are_told_apart() {
        assert_looks_like(b"", LooksLike::Empty);
        assert_looks_like(b"<!DOCTYPE html><title>404</title>", LooksLike::WebPage);
        assert_looks_like(b"{\"message\": \"no\"}", LooksLike::Json);
        assert_looks_like(b"Not found", LooksLike::Text);
        assert_looks_like(&[0xff; 40], LooksLike::Unknown);
    }

    #[test]
    fn a_cut_safetensors_file_is_told_by_its_length() {
        let whole = sample_bytes();
        for cut in [whole.len() - 1, 40] {
            match open_bytes(&whole[..cut]) {
                Err(WeightsError::WrongLength { need, found, .. }) => {
                    assert_eq!(found, cut as u64);
                    assert!(need > found);
                }
                other => panic!("{other:?}"),
            }
        }
        let mut long = whole.clone();
        long.push(0);
        let error = open_bytes(&long).unwrap_err().to_string();
        assert!(error.contains("it is damaged"), "{error}");
    }

    #[test]
    fn a_header_that_is_no_json_is_refused() {
        let mut bytes = sample_bytes();
        bytes[9] = b'!';
        let error = open_bytes(&bytes).unwrap_err();
        assert!(matches!(error, WeightsError::BadHeader { .. }), "{error}");
    }

    #[test]
    fn overlapping_tensors_are_refused() {
        let header = br#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},
            "b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend([0; 12]);
        let error = open_bytes(&bytes).unwrap_err();
        assert!(matches!(error, WeightsError::BadHeader { .. }), "{error}");
    }

    #[test]
    fn whole_numbers_are_listed_but_not_read() {
        let header =
            br#"{"bn.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}}"#;
        let mut bytes = (header.len() as u64).to_le_bytes().to_vec();
        bytes.extend(header);
        bytes.extend([0; 8]);
        let file = open_bytes(&bytes).unwrap();
        assert!(!file.is_float("bn.num_batches_tracked"));
        let error = file.read("bn.num_batches_tracked").unwrap_err().to_string();
        assert!(
            error.contains("I64") && error.contains("bn.num_batches_tracked"),
            "{error}"
        );
    }

    #[test]
    fn a_file_without_tensors_is_refused() {
        let bytes = [2u64.to_le_bytes().as_slice(), b"{}"].concat();
        assert!(matches!(
            open_bytes(&bytes),
            Err(WeightsError::NoTensors { .. })
        ));
    }
}
