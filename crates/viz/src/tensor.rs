//! Between pictures on the host and tensors on a device.

use burn::tensor::{Device, Tensor, TensorData};

use crate::picture::Picture;

/// A picture as a tensor `[1, 3, H, W]` in `[0, 1]`.
pub fn tensor_of(picture: &Picture, device: &Device) -> Tensor<4> {
    let (width, height) = (picture.width() as usize, picture.height() as usize);
    Tensor::from_data(
        TensorData::new(picture.to_planar(), [1, 3, height, width]),
        device,
    )
}

/// A tensor `[1, 3, H, W]` as a picture; values outside `[0, 1]` are clipped.
///
/// # Panics
/// If the tensor has another batch or channel count.
pub fn picture_of(image: Tensor<4>) -> Picture {
    let [batch, channels, height, width] = image.dims();
    assert!(
        batch == 1 && channels == 3,
        "one RGB image expected, not [{batch}, {channels}, …]"
    );
    Picture::from_planar(width as u32, height as u32, &values_of(image))
}

/// The values of a tensor, on the host.
pub(crate) fn values_of<const D: usize>(tensor: Tensor<D>) -> Vec<f32> {
    tensor
        .try_into_vec_as::<f32>()
        .expect("an f32 tensor can be read back")
}

/// Numbers made on the host beside `like`: on its device, in its precision.
pub(crate) fn constant_like<const D: usize, const K: usize>(
    values: Vec<f64>,
    shape: [usize; D],
    like: &Tensor<K>,
) -> Tensor<D> {
    let data = TensorData::new(values, shape);
    Tensor::from_data(data, (&like.device(), like.dtype()))
}

/// The same numbers, off any graph.
pub(crate) fn plain<const D: usize>(tensor: Tensor<D>) -> Tensor<D> {
    match tensor.is_autodiff() {
        true => tensor.inner(),
        false => tensor,
    }
}

/// A constant that is to be computed with together with `like`: on a graph where that is on one.
pub(crate) fn beside<const D: usize, const K: usize>(
    constant: Tensor<D>,
    like: &Tensor<K>,
) -> Tensor<D> {
    match like.is_autodiff() {
        true => Tensor::from_inner(constant),
        false => constant,
    }
}

/// A colour `[1, 3, 1, 1]` beside an image `[B, 3, H, W]`.
pub(crate) fn colour_like(colour: [f32; 3], image: &Tensor<4>) -> Tensor<4> {
    constant_like(colour.map(f64::from).to_vec(), [1, 3, 1, 1], image)
}
