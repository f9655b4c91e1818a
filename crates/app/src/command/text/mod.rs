//! `reverie text`: recurrent networks that guess the next character.

pub(in crate::command) mod corpus;
mod eval;
mod log;
mod model;
mod neurons;
mod run_dir;
mod sample;
mod train;

use std::process::ExitCode;

pub use self::train::{check_memory, sample_texts};
use crate::cli::{TextAction, TextArgs};

/// Does what the action says.
///
/// # Errors
/// Wrong settings, unusable files, a full disk.
pub fn run(all: &TextArgs) -> anyhow::Result<ExitCode> {
    match &all.action {
        TextAction::Train(args) => train::run(args, &all.talk),
        TextAction::Eval(args) => eval::run(args, &all.talk),
        TextAction::Sample(args) => sample::run(args, &all.talk),
        TextAction::Neurons(args) => neurons::run(args, &all.talk),
    }
}
