//! Operations that Burn lacks or is slow at, as Burn backend extensions.
//!
//! The crate knows tensors and no model. It stands at the bottom of the house and is still empty:
//! convolutions and recurrent sequences run on Burn's own operations for now, and what is written
//! here later takes their place behind the same interfaces.
