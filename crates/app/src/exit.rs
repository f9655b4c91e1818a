//! From errors to exit codes: the only place where both are known.

use std::process::ExitCode;

use reverie_lab::LabError;
use reverie_lab::esn::SeriesError;
use reverie_model::ModelError;
use reverie_model::data::catalogue::DataError;
use reverie_model::data::text::TextError;
use reverie_model::recurrent::ConfigError;
use reverie_model::sequence::SequenceError;
use reverie_model::train::CheckpointError;
use reverie_model::vision::classifier::ClassifierError;
use reverie_model::weights::WeightsError;
use reverie_viz::VizError;
use reverie_viz::picture::PictureError;

use crate::backend::DeviceError;
use crate::fetch::FetchError;

/// Failed, or an input file is missing, unreadable or unfit.
const FAILED: u8 = 1;
/// Wrong flags, values or names.
const USAGE: u8 = 2;
/// No such device.
const NO_DEVICE: u8 = 3;
/// Weights or data missing, corrupt or wrong.
const NO_DATA: u8 = 4;
/// Stopped by Ctrl-C; what was done is saved.
const INTERRUPTED: u8 = 130;

/// A wrong flag, value or name that clap could not know about.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct UsageError(pub String);

/// The code of a run that was broken off and saved.
pub fn interrupted() -> ExitCode {
    ExitCode::from(INTERRUPTED)
}

/// Prints the error as one sentence and answers with its exit code.
pub fn report(error: &anyhow::Error) -> ExitCode {
    // Reading half of our output is the reader's right.
    let io = error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<std::io::Error>());
    if io
        .into_iter()
        .any(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    {
        return ExitCode::SUCCESS;
    }
    crate::output::say_error(&sentence(error));
    ExitCode::from(code(error))
}

/// Prints what clap has to say (help and version included) and answers with its exit code.
pub fn report_usage(error: &clap::Error) -> ExitCode {
    // Help asked for goes to stdout; nothing sensible can be done if that is closed.
    let _ = error.print();
    ExitCode::from(if error.use_stderr() { USAGE } else { 0 })
}

/// The chain of causes as one line; a cause that only repeats its effect is left out.
fn sentence(error: &anyhow::Error) -> String {
    let mut parts: Vec<String> = Vec::new();
    for cause in error.chain() {
        // Some decoders say several lines, or end in a full stop.
        let text = cause.to_string();
        let text = text
            .lines()
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
            .to_owned();
        if !parts.iter().any(|part| part.contains(&text)) {
            parts.push(text);
        }
    }
    parts.join(": ")
}

fn code(error: &anyhow::Error) -> u8 {
    error.chain().find_map(code_of).unwrap_or(FAILED)
}

fn code_of(cause: &(dyn std::error::Error + 'static)) -> Option<u8> {
    if cause.is::<UsageError>() {
        return Some(USAGE);
    }
    if cause.is::<DeviceError>() {
        return Some(NO_DEVICE);
    }
    if let Some(error) = cause.downcast_ref::<WeightsError>() {
        return Some(match error {
            WeightsError::UnknownName { .. } => USAGE,
            _ => NO_DATA,
        });
    }
    if let Some(error) = cause.downcast_ref::<DataError>() {
        return Some(match error {
            DataError::UnknownName { .. } => USAGE,
            _ => NO_DATA,
        });
    }
    if let Some(error) = cause.downcast_ref::<TextError>() {
        return Some(match error {
            TextError::BadShare { .. }
            | TextError::SharesBeyondOne { .. }
            | TextError::NothingToLearn { .. }
            | TextError::EmptyBatch { .. } => USAGE,
            _ => FAILED,
        });
    }
    if cause.is::<ConfigError>() {
        return Some(USAGE);
    }
    if cause.is::<CheckpointError>() {
        return Some(NO_DATA);
    }
    if let Some(error) = cause.downcast_ref::<SequenceError>() {
        return match error {
            SequenceError::Config(inner) => code_of(inner),
            SequenceError::Text(inner) => code_of(inner),
            SequenceError::Checkpoint(inner) => code_of(inner),
            _ => Some(FAILED),
        };
    }
    if let Some(error) = cause.downcast_ref::<ClassifierError>() {
        return match error {
            ClassifierError::Setting { .. } => Some(USAGE),
            ClassifierError::Model(inner) => code_of(inner),
            ClassifierError::Checkpoint(inner) => code_of(inner),
            ClassifierError::BadCard { .. } => Some(NO_DATA),
            _ => Some(FAILED),
        };
    }
    if let Some(error) = cause.downcast_ref::<LabError>() {
        return match error {
            LabError::Setting { .. } | LabError::Network(_) => Some(USAGE),
            LabError::Text(inner) => code_of(inner),
            LabError::Checkpoint(inner) => code_of(inner),
            _ => Some(FAILED),
        };
    }
    if let Some(SeriesError::NoColumn { .. }) = cause.downcast_ref() {
        return Some(USAGE);
    }
    if cause.is::<FetchError>() {
        return Some(NO_DATA);
    }
    if let Some(error) = cause.downcast_ref::<ModelError>() {
        return match error {
            ModelError::UnknownLayer { .. } | ModelError::UnknownArchitecture { .. } => Some(USAGE),
            ModelError::Weights(inner) => code_of(inner),
            _ => Some(FAILED),
        };
    }
    if let Some(error) = cause.downcast_ref::<VizError>() {
        return match error {
            VizError::Setting { .. }
            | VizError::NoSuchChannel { .. }
            | VizError::NoSuchPosition { .. }
            | VizError::NotOnTheWay { .. }
            | VizError::WrongLength { .. } => Some(USAGE),
            VizError::Model(inner) => code_of(inner),
            VizError::Picture(inner) => code_of(inner),
            _ => Some(FAILED),
        };
    }
    if let Some(error) = cause.downcast_ref::<PictureError>() {
        return Some(match error {
            PictureError::UnsupportedExtension { .. }
            | PictureError::UnsupportedAnimation { .. }
            | PictureError::FrameRate { .. } => USAGE,
            _ => FAILED,
        });
    }
    None
}
