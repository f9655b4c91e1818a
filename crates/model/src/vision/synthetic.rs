//! A picture that every implementation can make for itself.

use burn::tensor::{Device, Tensor, TensorData};

/// A smooth coloured pattern, `[1, 3, H, W]` in `[0, 1]`:
/// `0.5 + 0.25 sin(0.11 (x+1)(c+1)) + 0.25 cos(0.07 (y+1)(2c+1) + 0.3 c)`.
///
/// Probes and references use it, because it needs no file and has the same values everywhere.
pub fn synthetic_picture(width: usize, height: usize, device: &Device) -> Tensor<4> {
    let mut values = Vec::with_capacity(3 * width * height);
    for c in 0..3 {
        let c = f64::from(c);
        for y in 1..=height {
            for x in 1..=width {
                let wave = (0.11 * x as f64 * (c + 1.0)).sin();
                let ripple = (0.07 * y as f64 * (2.0 * c + 1.0) + 0.3 * c).cos();
                values.push((0.5 + 0.25 * wave + 0.25 * ripple) as f32);
            }
        }
    }
    Tensor::from_data(TensorData::new(values, [1, 3, height, width]), device)
}
