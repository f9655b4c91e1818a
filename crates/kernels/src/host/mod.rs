//! From tensors to numbers in memory and back, once for all operations of this crate.
//!
//! Burn lets a crate add operations to its backends. What differs between the CPU backends is only
//! where the numbers of a tensor lie, so one extension serves all operations: it takes the numbers
//! out, lets a [`HostOp`] work on them, and puts the result into a tensor. Under automatic
//! differentiation it notes the operation in the graph, with the gradient that the operation has
//! written by hand.

// ndarray is kept because it is asked for by name, though Burn has given it up.
#![allow(deprecated)]

mod bundle;
mod graph;
mod storage;

use std::any::Any;
use std::fmt::Debug;
use std::sync::Arc;

use burn::backend::{Backend, Dispatch, DispatchDevice, backend_extension, tensor::FloatTensor};
use burn::tensor::{DType, Device, Tensor};

pub(crate) use bundle::Bundle;
pub(crate) use storage::OnHost;

/// What an operation keeps between its forward and its backward pass.
pub(crate) type Kept = Arc<dyn Any + Send + Sync>;

/// An operation on numbers in memory, with its gradient.
pub(crate) trait HostOp: Debug + Send + Sync + 'static {
    /// The result. `is_tracked` says of every input whether somebody wants its gradient; where
    /// nobody wants any, nothing needs to be kept.
    fn forward(&self, inputs: &[&[f32]], is_tracked: &[bool]) -> Made;

    /// What [`HostOp::backward`] wants to see again.
    fn needs(&self, is_tracked: &[bool]) -> Needs;

    /// The gradient of every input that is tracked, in the shape of the input.
    fn backward(&self, seen: Seen<'_>, is_tracked: &[bool]) -> Vec<Option<Vec<f32>>>;
}

/// What came of a forward pass.
#[derive(Debug)]
pub(crate) struct Made {
    /// The numbers.
    pub values: Vec<f32>,
    /// How they lie.
    pub shape: Vec<usize>,
    /// For the backward pass.
    pub kept: Option<Kept>,
}

/// What a backward pass wants to see again.
#[derive(Debug)]
pub(crate) struct Needs {
    /// Of the inputs, one by one.
    pub inputs: Vec<bool>,
    /// The result.
    pub output: bool,
}

/// What a backward pass sees.
pub(crate) struct Seen<'a> {
    /// The inputs that were asked for.
    pub inputs: &'a [Option<&'a [f32]>],
    /// The result, if it was asked for.
    pub output: Option<&'a [f32]>,
    /// What the forward pass kept.
    pub kept: Option<Kept>,
    /// The gradient with respect to the result.
    pub gradient: &'a [f32],
}

impl Seen<'_> {
    /// An input that was asked for.
    ///
    /// # Panics
    /// If it was not.
    pub fn input(&self, number: usize) -> &[f32] {
        self.inputs[number].expect("the operation asked for this input")
    }
}

/// The extension of the CPU backends.
#[backend_extension(
    Flex: cfg(feature = "flex"),
    NdArray: cfg(feature = "ndarray"),
    Autodiff
)]
pub(crate) trait HostExtension: Backend {
    /// Does an operation on numbers in memory.
    fn host_op(#[extension_type] inputs: Bundle<Self>, op: Arc<dyn HostOp>) -> FloatTensor<Self>;
}

#[cfg(feature = "flex")]
impl HostExtension for burn::backend::Flex {
    fn host_op(inputs: Bundle<Self>, op: Arc<dyn HostOp>) -> FloatTensor<Self> {
        graph::untracked(inputs, &*op)
    }
}

#[cfg(feature = "ndarray")]
impl HostExtension for burn::backend::NdArray {
    fn host_op(inputs: Bundle<Self>, op: Arc<dyn HostOp>) -> FloatTensor<Self> {
        graph::untracked(inputs, &*op)
    }
}

/// Does an operation.
///
/// # Panics
/// If the inputs are not all on one of the devices for which [`is_host`] holds.
pub(crate) fn apply<const D: usize>(
    op: impl HostOp,
    inputs: Vec<burn::backend::DispatchTensor>,
) -> Tensor<D> {
    let out = <Dispatch as HostExtension>::host_op(Bundle { tensors: inputs }, Arc::new(op));
    Tensor::from_dispatch(out)
}

/// Whether tensors of this device lie in memory where this crate can work on them.
pub fn is_host(device: &Device) -> bool {
    match device.clone().without_autodiff().as_dispatch() {
        #[cfg(feature = "flex")]
        DispatchDevice::Flex(_) => true,
        #[cfg(feature = "ndarray")]
        DispatchDevice::NdArray(_) => true,
        #[allow(unreachable_patterns)]
        _ => false,
    }
}

/// The same values outside of any graph.
pub(crate) fn untracked<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    match tensor.device().is_autodiff() {
        true => tensor.inner(),
        false => tensor,
    }
}

/// Whether the kernels of this crate are switched on and can work on such tensors.
pub fn serves<const D: usize>(tensor: &Tensor<D>) -> bool {
    crate::is_enabled() && tensor.dtype() == DType::F32 && is_host(&tensor.device())
}
