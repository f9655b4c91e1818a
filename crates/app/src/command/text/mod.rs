//! `reverie text`: recurrent networks that guess the next character.

mod corpus;
mod eval;
mod log;
mod model;
mod neurons;
mod run_dir;
mod sample;
mod train;

use std::process::ExitCode;

pub use self::train::sample_texts;
use crate::cli::{TextAction, TextArgs};

/// Does what the action says.
///
/// # Errors
/// Wrong settings, unusable files, a full disk.
pub fn run(args: &TextArgs) -> anyhow::Result<ExitCode> {
    match &args.action {
        TextAction::Train(args) => train::run(args),
        TextAction::Eval(args) => eval::run(args),
        TextAction::Sample(args) => sample::run(args),
        TextAction::Neurons(args) => neurons::run(args),
    }
}
