//! `reverie classify`: networks that tell classes of pictures apart, one file a verb.

mod eval;
mod pictures;
mod report;
mod train;

use std::process::ExitCode;

use crate::cli::{ClassifyAction, ClassifyArgs};

/// Runs the verb.
///
/// # Errors
/// Whatever it could not do.
pub fn run(args: &ClassifyArgs) -> anyhow::Result<ExitCode> {
    match &args.action {
        ClassifyAction::Train(train) => train::run(train, &args.talk),
        ClassifyAction::Eval(eval) => eval::run(eval, &args.talk),
    }
}
