//! `reverie completions`: scripts that complete flags in a shell.

use std::process::ExitCode;

use clap::CommandFactory;

use crate::cli::{Cli, CompletionsArgs};

/// Writes the script to stdout.
///
/// # Errors
/// None; the signature is that of every command.
pub fn run(args: &CompletionsArgs) -> anyhow::Result<ExitCode> {
    clap_complete::generate(
        args.shell,
        &mut Cli::command(),
        "reverie",
        &mut std::io::stdout(),
    );
    Ok(ExitCode::SUCCESS)
}
