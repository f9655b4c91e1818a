//! `reverie text sample`: a model writes.

use std::process::ExitCode;

use reverie_model::rng::seeded;
use reverie_model::sequence::{SampleConfig, sample};
use serde_json::json;

use super::model;
use crate::cli::{TalkArgs, TextSampleArgs};
use crate::command::shared;
use crate::exit::{self, UsageError};
use crate::interrupt;

/// Line between two texts.
const BETWEEN: &str = "--------";

/// Writes to stdout.
///
/// # Errors
/// No such model, one that cannot write, a prime it cannot read.
pub fn run(args: &TextSampleArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let config = SampleConfig {
        temperature: args.temperature,
        top_k: args.top_k,
        top_p: args.top_p,
    };
    config.check()?;
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = model::load(&args.model, &opened.device, &output)?;
    loaded.model.check_generates()?;
    let vocabulary = &loaded.notes.vocabulary;
    let (prime, _) = loaded.notes.config.newlines.apply(&args.prime);
    let prime = vocabulary
        .encode(&prime)
        .map_err(|error| UsageError(format!("--prime: {error}")))?;
    interrupt::listen();
    let is_streamed = args.count == 1 && !output.is_json();
    let mut failed = None;
    let texts = sample(
        &loaded.model,
        vocabulary,
        &prime,
        args.count,
        args.length,
        &config,
        &mut seeded(args.seed),
        &opened.device,
        |symbols| {
            if is_streamed {
                failed = output.piece(&vocabulary.decode(symbols)).err();
            }
            failed.is_none() && !interrupt::is_asked()
        },
    )?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if is_streamed {
        output.piece("\n")?;
    } else if !output.is_json() {
        for (number, text) in texts.iter().enumerate() {
            if number > 0 {
                output.result(BETWEEN)?;
            }
            output.result(&vocabulary.decode(text))?;
        }
    }
    output.event(&json!({
        "event": "result", "prime": args.prime, "seed": args.seed,
        "texts": texts.iter().map(|text| vocabulary.decode(text)).collect::<Vec<_>>(),
        "iteration": loaded.notes.iteration, "backend": opened.backend, "interrupted": interrupt::is_asked(),
    }));
    if interrupt::is_asked() {
        return Ok(exit::interrupted());
    }
    Ok(ExitCode::SUCCESS)
}
