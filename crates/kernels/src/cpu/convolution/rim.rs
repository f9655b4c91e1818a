//! The rim of pictures: cut off, or put around them as zeros.

use super::Pictures;

/// Pictures `[B, H, W, C]` without their outermost ring: `[B, H - 2, W - 2, C]`.
///
/// # Panics
/// If x has another size, or nothing is left.
pub fn without_rim(pictures: Pictures, channels: usize, x: &[f32]) -> Vec<f32> {
    let Pictures { height, width, .. } = pictures;
    assert!(
        height > 2 && width > 2,
        "something is left of {height}x{width}"
    );
    assert_eq!(x.len(), pictures.pixels() * channels, "[B, H, W, C]");
    let line = width * channels;
    let mut inner = Vec::with_capacity(x.len());
    for picture in x.chunks_exact((height * line).max(1)) {
        for line in picture.chunks_exact(line).skip(1).take(height - 2) {
            inner.extend_from_slice(&line[channels..line.len() - channels]);
        }
    }
    inner
}

/// The adjoint: zeros around pictures `[B, H - 2, W - 2, C]`; `pictures` are those with the rim.
///
/// # Panics
/// If x has another size, or there is nothing inside the rim.
pub fn with_rim(pictures: Pictures, channels: usize, x: &[f32]) -> Vec<f32> {
    let Pictures { height, width, .. } = pictures;
    assert!(
        height > 2 && width > 2,
        "something is left of {height}x{width}"
    );
    let inner = (width - 2) * channels;
    assert_eq!(
        x.len(),
        pictures.batch * (height - 2) * inner,
        "[B, H - 2, W - 2, C]"
    );
    let mut whole = Vec::with_capacity(pictures.pixels() * channels);
    let zeros = |whole: &mut Vec<f32>, count: usize| whole.resize(whole.len() + count, 0.0);
    for picture in x.chunks_exact(((height - 2) * inner).max(1)) {
        zeros(&mut whole, width * channels);
        for line in picture.chunks_exact(inner.max(1)) {
            zeros(&mut whole, channels);
            whole.extend_from_slice(line);
            zeros(&mut whole, channels);
        }
        zeros(&mut whole, width * channels);
    }
    whole
}
