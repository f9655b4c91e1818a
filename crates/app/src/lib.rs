//! The `reverie` program: flags, settings, backend choice, downloads, progress and reports.
//!
//! | room | what is in it |
//! |---|---|
//! | `cli` | every flag |
//! | `settings` | presets, settings files, flags: one order of precedence |
//! | `backend` | which device computes |
//! | `network` | from `--net` and `--weights` to a network |
//! | `classes` | classes by name, as people type them |
//! | `report` | log, curve and page of a training run |
//! | `output` | the only way to the terminal; films |
//! | `command` | one file a command |
//! | `fetch` | downloads |
#![recursion_limit = "256"]

mod backend;
mod classes;
mod cli;
mod command;
mod exit;
mod fetch;
mod interrupt;
mod lock;
mod memory;
mod network;
mod output;
mod paths;
mod recipe;
mod report;
mod settings;

use std::process::ExitCode;

use clap::Parser;

/// Runs the program with the arguments of the process.
pub fn main() -> ExitCode {
    reverie_allocator::settle();
    backend::settle_environment();
    let cli = match cli::Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::report_usage(&error),
    };
    match command::run(cli) {
        Ok(code) => code,
        Err(error) => exit::report(&error),
    }
}
