//! Whole-program and cross-crate tests, in one binary because each one links every backend.
#![recursion_limit = "256"]

mod common;

mod backends;
mod cli;
mod examples;
mod reference;
mod repository;
mod style;
