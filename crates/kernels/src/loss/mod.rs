//! Losses that are computed together with their gradients.
//!
//! Composed of Burn's operations, a cross-entropy walks over its numbers a dozen times, and takes
//! the exponential function from the system's library number by number. Here it is one pass there
//! and one back.

mod bernoulli;
mod cross_entropy;

pub use bernoulli::bernoulli_nll;
pub use cross_entropy::cross_entropy;

/// Rows that are worth another thread, in numbers.
fn threads_for(numbers: usize) -> usize {
    /// What one number costs, in the operations that threads are counted by.
    const OPERATIONS: usize = 30;
    crate::cpu::threads::for_work(numbers * OPERATIONS)
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use burn::tensor::{Device, Tensor, TensorData};

    /// Numbers of both signs in no order.
    pub(super) fn numbers(shape: [usize; 2], scale: f32, device: &Device) -> Tensor<2> {
        let values = (0..shape[0] * shape[1]).map(|i| {
            let x = (i as u32).wrapping_mul(2_654_435_761) ^ 0x5bd1_e995;
            scale * ((x.wrapping_mul(x | 1) >> 8) as f32 / 8_388_608.0 - 1.0)
        });
        Tensor::from_data(TensorData::new(values.collect::<Vec<f32>>(), shape), device)
    }

    pub(super) fn largest_difference(a: Tensor<2>, b: Tensor<2>) -> f32 {
        (a - b).abs().max().into_scalar()
    }

    /// The same with our kernels and with Burn's operations, on a device with gradients.
    pub(super) fn with_and_without<T>(work: impl Fn(&Device) -> T) -> (T, T) {
        static SWITCH: Mutex<()> = Mutex::new(());
        let _held = SWITCH.lock().unwrap_or_else(|broken| broken.into_inner());
        let device = Device::flex().autodiff();
        crate::set_enabled(true);
        let fused = work(&device);
        crate::set_enabled(false);
        let plain = work(&device);
        crate::set_enabled(true);
        (fused, plain)
    }
}
