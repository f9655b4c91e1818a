//! `reverie speech hear`: which digit is spoken in sound files.

use std::process::ExitCode;

use reverie_model::data::speech::read_wav;
use reverie_model::sequence::speech::Recogniser;
use serde_json::json;

use crate::cli::{SpeechHearArgs, TalkArgs};
use crate::command::shared;

/// Listens.
///
/// # Errors
/// No such network, a sound file that is no good.
pub fn run(args: &SpeechHearArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let opened = shared::open_device(&args.device, &output)?;
    let recogniser = Recogniser::load(&args.model, &opened.device)?;
    for file in &args.files {
        let shares = recogniser.hear(&read_wav(file)?);
        let order = |a: &usize, b: &usize| shares[*a].total_cmp(&shares[*b]);
        let digit = (0..shares.len()).max_by(order).unwrap_or(0);
        match output.is_json() {
            true => output.event(&json!({
                "event": "result", "file": file.display().to_string(), "digit": digit,
                "shares": shares,
            })),
            false => output.result(&format!(
                "{}: {digit} ({:.1} %)",
                file.display(),
                100.0 * shares[digit]
            ))?,
        }
    }
    Ok(ExitCode::SUCCESS)
}
