//! The work itself, on slices of numbers: no tensors, no automatic differentiation.
//!
//! Everything that computes is written once over [`simd::Lanes`] and compiled for every instruction
//! set; [`simd::Level`] says which of them runs.

pub mod convolution;
pub mod product;
pub mod recurrent;
pub mod simd;
pub mod threads;
