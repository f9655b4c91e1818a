//! A network's numbers by name, out and in.

use std::collections::BTreeMap;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use crate::weights::RawTensor;

/// Follows the way into a module, so that a parameter knows its name.
#[derive(Default)]
pub(super) struct Path(Vec<String>);

impl Path {
    pub fn enter(&mut self, name: &str) {
        self.0.push(name.to_owned());
    }

    pub fn leave(&mut self) {
        self.0.pop();
    }

    /// `stack.layers.0.forward.gates.input`, without the names of enum variants.
    pub fn name(&self) -> String {
        let is_plain = |part: &&String| !part.starts_with(char::is_uppercase);
        let parts: Vec<&str> = self.0.iter().filter(is_plain).map(String::as_str).collect();
        parts.join(".")
    }
}

/// Every trainable number of a module by name, in the order in which the module lists them.
pub fn export<M: Module>(module: &M) -> Vec<(String, RawTensor)> {
    struct Exporter {
        path: Path,
        found: Vec<(String, RawTensor)>,
    }
    impl ModuleVisitor for Exporter {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.enter(name);
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.leave();
        }
        fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
            let value = param.val();
            let shape = value.dims().to_vec();
            self.found.push((
                self.path.name(),
                RawTensor {
                    shape,
                    values: host(value),
                },
            ));
        }
    }
    let mut exporter = Exporter {
        path: Path::default(),
        found: Vec::new(),
    };
    module.visit(&mut exporter);
    exporter.found
}

/// The values of a tensor on the host.
pub(crate) fn host<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .try_into_vec_as::<f32>()
        .expect("a float tensor can be read as f32")
}

/// Why numbers do not fit a module.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// A parameter that was not given.
    #[error("there are no numbers for {0}")]
    Missing(String),
    /// A parameter of another shape.
    #[error("{name} has the shape {found:?}, but the network needs {need:?}")]
    Shape {
        /// Its name.
        name: String,
        /// The shape that was given.
        found: Vec<usize>,
        /// The shape that is needed.
        need: Vec<usize>,
    },
    /// Numbers that no parameter wants.
    #[error("the network has no place for {0}")]
    Unused(String),
}

/// Puts numbers into a module; all of them must fit and none may be left over.
///
/// # Errors
/// [`ImportError`] with the first parameter that does not fit.
pub fn import<M: Module>(
    module: M,
    tensors: BTreeMap<String, RawTensor>,
) -> Result<M, ImportError> {
    struct Importer {
        path: Path,
        tensors: BTreeMap<String, RawTensor>,
        error: Option<ImportError>,
    }
    impl ModuleMapper for Importer {
        fn enter_module(&mut self, name: &str, _container_type: &str) {
            self.path.enter(name);
        }
        fn exit_module(&mut self, _name: &str, _container_type: &str) {
            self.path.leave();
        }
        fn map_float<const D: usize>(&mut self, param: Param<Tensor<D>>) -> Param<Tensor<D>> {
            let name = self.path.name();
            let Some(tensor) = self.tensors.remove(&name) else {
                self.error.get_or_insert(ImportError::Missing(name));
                return param;
            };
            let need = param.val().dims().to_vec();
            if tensor.shape != need {
                let found = tensor.shape;
                self.error
                    .get_or_insert(ImportError::Shape { name, found, need });
                return param;
            }
            param.map(|old| {
                let data = TensorData::new(tensor.values, tensor.shape);
                let fresh = Tensor::from_data(data, &old.device().inner());
                like(fresh, &old)
            })
        }
    }
    let mut importer = Importer {
        path: Path::default(),
        tensors,
        error: None,
    };
    let module = module.map(&mut importer);
    if let Some(error) = importer.error {
        return Err(error);
    }
    match importer.tensors.into_keys().next() {
        Some(name) => Err(ImportError::Unused(name)),
        None => Ok(module),
    }
}

/// A plain tensor as a leaf of the kind that `old` is.
pub(super) fn like<const D: usize>(fresh: Tensor<D>, old: &Tensor<D>) -> Tensor<D> {
    if old.is_autodiff() {
        Tensor::from_inner(fresh).set_require_grad(old.is_require_grad())
    } else {
        fresh
    }
}
