//! `reverie music`: models of polyphonic music, one file a verb.

mod compare;
mod listen;
mod sample;
mod sets;
mod train;

use std::process::ExitCode;

pub use compare::{cells, tidy};
pub use listen::listen;
pub use sets::made;

use crate::cli::{MusicAction, MusicArgs};

/// Runs the verb.
///
/// # Errors
/// Whatever it could not do.
pub fn run(args: &MusicArgs) -> anyhow::Result<ExitCode> {
    match &args.action {
        MusicAction::Compare(compare) => compare::run(compare, &args.talk),
        MusicAction::Train(train) => train::run(train, &args.talk),
        MusicAction::Sample(sample) => sample::run(sample, &args.talk),
    }
}
