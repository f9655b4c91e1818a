//! Filters as the way back needs them.

/// Filters `[C_out, C_in, 3, 3]` turned by half a circle, `[C_in, C_out, 3, 3]`: the adjoint of a
/// convolution with a ring of zeros is the convolution with these.
pub fn turned(weights: &[f32], c_in: usize, c_out: usize) -> Vec<f32> {
    let taps = weights.len() / (c_in * c_out).max(1);
    let mut turned = Vec::with_capacity(weights.len());
    for channel in 0..c_in {
        for filter in 0..c_out {
            let filter = &weights[(filter * c_in + channel) * taps..][..taps];
            turned.extend(filter.iter().rev());
        }
    }
    turned
}
