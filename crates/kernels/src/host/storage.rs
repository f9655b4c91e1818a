//! Where the numbers of a CPU tensor lie.

use burn::backend::{Backend, tensor::FloatTensor};
use burn::tensor::TensorData;

/// A backend whose tensors lie in memory.
pub(crate) trait OnHost: Backend {
    /// The same tensor with its numbers one after the other, the last dimension fastest; nothing
    /// is copied where they lie so already.
    fn in_order(tensor: FloatTensor<Self>) -> FloatTensor<Self>;

    /// The numbers of a tensor that is in order.
    fn numbers(tensor: &FloatTensor<Self>) -> &[f32];

    /// A tensor of these numbers.
    fn tensor(values: Vec<f32>, shape: Vec<usize>) -> FloatTensor<Self>;
}

#[cfg(feature = "flex")]
impl OnHost for burn::backend::Flex {
    fn in_order(tensor: FloatTensor<Self>) -> FloatTensor<Self> {
        match tensor.as_slice::<f32>() {
            Some(_) => tensor,
            None => tensor.to_contiguous(),
        }
    }

    fn numbers(tensor: &FloatTensor<Self>) -> &[f32] {
        tensor
            .as_slice()
            .expect("the tensor holds single-precision numbers in order")
    }

    fn tensor(values: Vec<f32>, shape: Vec<usize>) -> FloatTensor<Self> {
        FloatTensor::<Self>::from_data(TensorData::new(values, shape))
    }
}

#[cfg(feature = "ndarray")]
impl OnHost for burn::backend::NdArray {
    fn in_order(tensor: FloatTensor<Self>) -> FloatTensor<Self> {
        match tensor {
            FloatTensor::<Self>::F32(storage) if storage.view().is_standard_layout() => {
                FloatTensor::<Self>::F32(storage)
            }
            FloatTensor::<Self>::F32(storage) => {
                let view = storage.view();
                let shape = view.shape().to_vec();
                // Walked in logical order, whatever the strides are.
                Self::tensor(view.iter().copied().collect(), shape)
            }
            other => other,
        }
    }

    fn numbers(tensor: &FloatTensor<Self>) -> &[f32] {
        match tensor {
            FloatTensor::<Self>::F32(storage) => {
                let view = storage.view();
                assert!(view.is_standard_layout(), "the numbers lie in order");
                // SAFETY: the numbers belong to the storage, which outlives the view, and in
                // standard layout they lie one after the other from this place on.
                unsafe { std::slice::from_raw_parts(view.as_ptr(), view.len()) }
            }
            other => panic!("expected single-precision numbers, found {other:?}"),
        }
    }

    fn tensor(values: Vec<f32>, shape: Vec<usize>) -> FloatTensor<Self> {
        FloatTensor::<Self>::from_data(TensorData::new(values, shape))
    }
}
