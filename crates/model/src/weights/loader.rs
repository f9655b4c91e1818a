//! Hands the tensors of a file to a network, and insists that all of them fit.

use std::collections::BTreeSet;
use std::fmt;

use super::error::list_names;
use super::{TensorFile, WeightsError};

/// Takes tensors out of a file by name and keeps account of everything that is wrong.
///
/// A tensor that is missing or does not fit is noted, and zeros of the right size are handed out
/// in its place, so that one run finds all faults. The zeros never stay: [`finish`](Self::finish)
/// is an error then. A network that was filled without calling it must not be used.
///
/// # Example
/// ```
/// # use std::collections::BTreeMap;
/// # use reverie_model::weights::{Loader, RawTensor, TensorFile, write_safetensors_f32};
/// # let dir = tempfile::tempdir()?;
/// # let path = dir.path().join("small.safetensors");
/// # let tensor = |shape: &[usize]| RawTensor { shape: shape.to_vec(), values: vec![0.5; 4] };
/// # let names = [("conv.weight", tensor(&[2, 2])), ("classifier.bias", tensor(&[4]))];
/// # let tensors = names.map(|(name, tensor)| (name.to_owned(), tensor));
/// # write_safetensors_f32(&path, &tensors, &BTreeMap::new())?;
/// let file = TensorFile::open(&path)?;
/// let mut loader = Loader::new(&file);
/// loader.ignore("classifier.");
/// let weight = loader.take("conv.weight", &[2, 2])?;
/// loader.finish()?;
/// assert_eq!(weight, [0.5; 4]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "what does not fit is only reported by finish"]
pub struct Loader<'a> {
    file: &'a TensorFile,
    taken: BTreeSet<String>,
    ignored: Vec<String>,
    problems: Problems,
}

/// All that is wrong between a file and a network.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems {
    /// Tensors that the network has and the file has not.
    pub missing: Vec<String>,
    /// Tensors that the file has and the network has not.
    pub surplus: Vec<String>,
    /// Tensors of another shape than the network's.
    pub wrong_shape: Vec<WrongShape>,
    /// Tensors that are not floating-point numbers, with their type.
    pub not_float: Vec<String>,
    /// Tensors with infinite or undefined values in them.
    pub not_finite: Vec<String>,
}

/// A tensor of another shape than the network's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongShape {
    /// Its name.
    pub name: String,
    /// Its shape in the file.
    pub found: Vec<usize>,
    /// The shape the network needs.
    pub expected: Vec<usize>,
}

impl<'a> Loader<'a> {
    /// A loader that has taken nothing yet.
    pub fn new(file: &'a TensorFile) -> Self {
        Self {
            file,
            taken: BTreeSet::new(),
            ignored: Vec::new(),
            problems: Problems::default(),
        }
    }

    /// The file that is loaded from.
    pub fn file(&self) -> &'a TensorFile {
        self.file
    }

    /// Lets tensors be that nobody takes: all whose name begins with the pattern or, for a
    /// pattern such as `*num_batches_tracked`, ends with what follows the star.
    pub fn ignore(&mut self, pattern: &str) {
        self.ignored.push(pattern.to_owned());
    }

    /// Values of a tensor in row-major order.
    ///
    /// # Errors
    /// Only where reading fails. A tensor that is missing, or has another shape or type, or values
    /// that are not finite, is reported by [`finish`](Self::finish).
    pub fn take(&mut self, name: &str, expected: &[usize]) -> Result<Vec<f32>, WeightsError> {
        if !self.file.contains(name) {
            self.problems.missing.push(name.to_owned());
            return Ok(zeros(expected));
        }
        Ok(self
            .take_optional(name, expected)?
            .unwrap_or_else(|| zeros(expected)))
    }

    /// Like [`take`](Self::take) for a tensor that may be missing; `None` where it is missing or
    /// does not fit.
    ///
    /// # Errors
    /// As for [`take`](Self::take).
    pub fn take_optional(
        &mut self,
        name: &str,
        expected: &[usize],
    ) -> Result<Option<Vec<f32>>, WeightsError> {
        let Some(found) = self.file.shape(name) else {
            return Ok(None);
        };
        self.taken.insert(name.to_owned());
        if !self.file.is_float(name) {
            let dtype = self.file.dtype(name).unwrap_or_default();
            self.problems.not_float.push(format!("{name} ({dtype})"));
            return Ok(None);
        }
        if found != expected {
            self.problems.wrong_shape.push(WrongShape {
                name: name.to_owned(),
                found: found.to_vec(),
                expected: expected.to_vec(),
            });
            return Ok(None);
        }
        let values = self.file.read(name)?.values;
        if !values.iter().all(|value| value.is_finite()) {
            self.problems.not_finite.push(name.to_owned());
            return Ok(None);
        }
        Ok(Some(values))
    }

    /// Everything that is wrong so far, with the tensors that nobody took.
    pub fn problems(&self) -> Problems {
        let is_surplus = |name: &&str| {
            !self.taken.contains(*name) && !self.ignored.iter().any(|p| matches(p, name))
        };
        let surplus = self
            .file
            .names()
            .filter(is_surplus)
            .map(str::to_owned)
            .collect();
        Problems {
            surplus,
            ..self.problems.clone()
        }
    }

    /// Ends the loading.
    ///
    /// # Errors
    /// [`WeightsError::Unfit`] where anything is missing, left over, or wrong.
    pub fn finish(self) -> Result<(), WeightsError> {
        let problems = self.problems();
        if problems.is_empty() {
            return Ok(());
        }
        let path = self.file.path().to_owned();
        Err(WeightsError::Unfit {
            path,
            problems: Box::new(problems),
        })
    }
}

impl Problems {
    /// Whether nothing is wrong.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl fmt::Display for Problems {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shapes = list_names(&self.wrong_shape);
        let kinds = [
            ("missing", list_names(&self.missing)),
            ("left over", list_names(&self.surplus)),
            ("of the wrong shape", shapes),
            ("not floating-point", list_names(&self.not_float)),
            (
                "with values that are not finite",
                list_names(&self.not_finite),
            ),
        ];
        let said: Vec<String> = kinds
            .iter()
            .filter(|(_, names)| !names.is_empty())
            .map(|(kind, names)| format!("{kind}: {names}"))
            .collect();
        f.write_str(&said.join("; "))
    }
}

impl fmt::Display for WrongShape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is {:?} and must be {:?}",
            self.name, self.found, self.expected
        )
    }
}

fn zeros(shape: &[usize]) -> Vec<f32> {
    vec![0.0; shape.iter().product()]
}

fn matches(pattern: &str, name: &str) -> bool {
    match pattern.strip_prefix('*') {
        Some(end) => name.ends_with(end),
        None => name.starts_with(pattern),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{RawTensor, write_safetensors_f32};
    use std::collections::BTreeMap;

    fn file(tensors: &[(&str, &[usize], f32)]) -> TensorFile {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t.safetensors");
        let tensors: Vec<_> = tensors
            .iter()
            .map(|(name, shape, value)| {
                let values = vec![*value; shape.iter().product()];
                (
                    (*name).to_owned(),
                    RawTensor {
                        shape: shape.to_vec(),
                        values,
                    },
                )
            })
            .collect();
        write_safetensors_f32(&path, &tensors, &BTreeMap::new()).unwrap();
        TensorFile::open(&path).unwrap()
    }

    #[test]
    fn a_file_that_fits_loads() {
        let file = file(&[
            ("w", &[2, 2], 3.0),
            ("b", &[2], 1.0),
            ("dsn1.bias", &[1], 0.0),
        ]);
        let mut loader = Loader::new(&file);
        loader.ignore("dsn");
        assert_eq!(loader.take("w", &[2, 2]).unwrap(), [3.0; 4]);
        assert_eq!(loader.take_optional("b", &[2]).unwrap(), Some(vec![1.0; 2]));
        assert_eq!(loader.take_optional("c", &[2]).unwrap(), None);
        loader.finish().unwrap();
    }

    #[test]
    fn all_faults_are_reported_at_once() {
        let file = file(&[
            ("w", &[2, 2], 3.0),
            ("n", &[1], f32::NAN),
            ("extra", &[1], 0.0),
        ]);
        let mut loader = Loader::new(&file);
        assert_eq!(loader.take("w", &[2, 3]).unwrap(), [0.0; 6]);
        assert_eq!(loader.take("n", &[1]).unwrap(), [0.0]);
        assert_eq!(loader.take("gone", &[1]).unwrap(), [0.0]);
        let text = loader.finish().unwrap_err().to_string();
        assert!(text.contains("missing: gone"), "{text}");
        assert!(text.contains("left over: extra"), "{text}");
        assert!(text.contains("w is [2, 2] and must be [2, 3]"), "{text}");
        assert!(text.contains("not finite: n"), "{text}");
    }

    #[test]
    fn patterns_match_beginnings_or_with_a_star_ends() {
        assert!(matches("dsn", "dsn1.weight"));
        assert!(!matches("dsn", "a.dsn"));
        assert!(matches(
            "*num_batches_tracked",
            "features.1.num_batches_tracked"
        ));
        assert!(!matches("*num_batches_tracked", "features.1.weight"));
    }

    #[test]
    fn a_long_list_is_cut() {
        let file = file(&[("w", &[1], 0.0)]);
        let mut loader = Loader::new(&file);
        loader.ignore("w");
        for i in 0..30 {
            loader.take(&format!("t{i}"), &[1]).unwrap();
        }
        let text = loader.finish().unwrap_err().to_string();
        assert!(text.ends_with("t7 … and 22 more"), "{text}");
    }
}
