//! The kernels against Burn's own operations in double precision.
//!
//! Tensors of 64 bits never reach the kernels, so the same networks in 64 bits are the reference, and
//! nothing has to be switched off while other tests run.

mod accuracy;
mod composed;
mod walk;
