//! Whole-program and cross-crate tests, in one binary because each one links every backend.
#![recursion_limit = "256"]
// Helpers beside the tests may unwrap and print like the tests themselves.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

mod common;

mod attribution;
mod backends;
mod cli;
mod deconv;
mod engine;
mod examples;
mod kernels;
mod properties;
mod recurrent;
mod reference;
mod repository;
mod style;
mod tiles;
