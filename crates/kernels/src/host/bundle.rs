//! Any number of tensors as one argument of the extension.

use burn::backend::{
    Backend, BackendTensor, Dispatch, DispatchAutodiffContext, DispatchTensor, DispatchTensorKind,
    ExtensionType, tensor::FloatTensor,
};

/// The tensors that an operation reads. Burn's own derive knows structs with a fixed number.
pub(crate) struct Bundle<B: Backend> {
    /// In the order the operation has them.
    pub tensors: Vec<FloatTensor<B>>,
}

impl<B: Backend> ExtensionType<B> for Bundle<B> {
    type Target = Bundle<Dispatch>;

    fn map_to_dispatch<F>(self, map_kind: F, autodiff: DispatchAutodiffContext) -> Self::Target
    where
        F: Fn(BackendTensor<B>) -> DispatchTensorKind,
    {
        let tensors = self.tensors.into_iter().map(|tensor| DispatchTensor {
            kind: map_kind(BackendTensor::Float(tensor)),
            autodiff,
        });
        Bundle {
            tensors: tensors.collect(),
        }
    }

    fn map_from_dispatch<F>(target: Self::Target, unwrap_kind: F) -> Self
    where
        F: Fn(DispatchTensor) -> BackendTensor<B>,
    {
        let tensors = target.tensors.into_iter();
        Self {
            tensors: tensors.map(|tensor| unwrap_kind(tensor).float()).collect(),
        }
    }

    fn routing_tensor(target: &Self::Target) -> Option<&DispatchTensor> {
        target.tensors.first()
    }

    fn routing_float_tensor(target: &Self::Target) -> Option<&DispatchTensor> {
        target.tensors.first()
    }

    fn autodiff_context(target: &Self::Target) -> DispatchAutodiffContext {
        let contexts = target.tensors.iter().map(|tensor| tensor.autodiff);
        contexts.fold(
            DispatchAutodiffContext::Disabled,
            DispatchAutodiffContext::merge,
        )
    }
}
