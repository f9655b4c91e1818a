//! One file a command.

mod classify;
mod completions;
mod data;
mod deconv;
mod devices;
mod download;
mod dream;
mod filters;
mod frame_folder;
mod imagine;
mod inspect;
mod invert;
mod lab;
mod music;
mod saliency;
mod shared;
mod speech;
mod study_dir;
mod style;
mod text;
mod tour;
mod weights;
mod words;
mod workers;

use std::process::ExitCode;

use crate::cli::{Cli, Command};

/// Runs the command.
///
/// # Errors
/// Whatever the command could not do; [`crate::exit`] knows the codes.
pub fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Tour(args) => tour::run(&args),
        Command::Style(args) => style::run(&args),
        Command::Texture(args) => style::texture(&args),
        Command::Dream(args) => dream::run(&args),
        Command::Imagine(args) => imagine::run(&args),
        Command::Invert(args) => invert::run(&args),
        Command::Filters(args) => filters::run(&args),
        Command::Saliency(args) => saliency::run(&args),
        Command::Deconv(args) => deconv::run(&args),
        Command::Classify(args) => classify::run(&args),
        Command::Text(args) => text::run(&args),
        Command::Music(args) => music::run(&args),
        Command::Speech(args) => speech::run(&args),
        Command::Lab(args) => lab::run(&args),
        Command::Devices(args) => devices::run(&args),
        Command::Weights(args) => weights::run(&args),
        Command::Data(args) => data::run(&args),
        Command::Inspect(args) => inspect::run(&args),
        Command::Completions(args) => completions::run(&args),
    }
}
