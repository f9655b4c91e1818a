//! `reverie speech`: networks that hear, one file a verb.

mod compare;
mod digits;
mod hear;
mod recordings;

use std::process::ExitCode;

pub use self::recordings::parts;
use crate::cli::{SpeechAction, SpeechArgs};

/// Runs the verb.
///
/// # Errors
/// Whatever it could not do.
pub fn run(args: &SpeechArgs) -> anyhow::Result<ExitCode> {
    match &args.action {
        SpeechAction::Digits(digits) => digits::run(digits, &args.talk),
        SpeechAction::Hear(hear) => hear::run(hear, &args.talk),
        SpeechAction::Compare(compare) => compare::run(compare, &args.talk),
    }
}
