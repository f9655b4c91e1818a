//! `reverie text eval`: how well a model knows a text.

use std::process::ExitCode;
use std::time::Instant;

use reverie_model::data::text::{Boilerplate, EvalBatches, UnknownSymbol, read_text};
use reverie_model::sequence::{SequenceError, evaluate};
use serde_json::json;

use super::corpus::{self, Parts};
use super::model;
use crate::cli::{TalkArgs, TextEvalArgs};
use crate::command::shared;
use crate::exit::{self, UsageError};
use crate::interrupt;
use crate::settings::did_you_mean;

/// Parts of a text.
const PARTS: [&str; 4] = ["train", "validation", "test", "all"];

/// Measures.
///
/// # Errors
/// No such model, an unfit text.
pub fn run(args: &TextEvalArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let part = args.split.as_str();
    if !PARTS.contains(&part) {
        let hint = did_you_mean(part, PARTS.into_iter());
        let list = PARTS.join(" ");
        return Err(UsageError(format!("there is no split {part}{hint}; there are {list}")).into());
    }
    let opened = shared::open_device(&args.device, &output)?;
    let started = Instant::now();
    let loaded = model::load(&args.model, &opened.device, &output)?;
    let config = &loaded.notes.config;
    let path = corpus::find(&args.text, args.data_dir.as_deref())?;
    let text = read_text(&path, config.newlines, Boilerplate::Strip)?;
    if text.sha256 != loaded.notes.source.sha256 {
        output.note(&format!(
            "the model was trained on another text, {}",
            loaded.notes.source.file
        ));
    }
    let vocabulary = &loaded.notes.vocabulary;
    let named = |error: UnknownSymbol| corpus::unknown_in(&path, &error);
    let batch = args.batch.map_or(config.batch, usize::from);
    let batches = match part {
        "all" => {
            let (symbols, _) = vocabulary.encode_lossy(&text.chars).map_err(named)?;
            EvalBatches::new(symbols, batch, config.steps)?
        }
        part => {
            let parts = Parts::of(text.chars.len(), config)?;
            let stretches = match part {
                "train" => &parts.train,
                "validation" => &parts.validation,
                _ => &parts.test,
            };
            if Parts::len_of(stretches) == 0 {
                let sentence = format!(
                    "this model's texts have no {part} part: its {part}-share is 0; use another --split"
                );
                return Err(UsageError(sentence).into());
            }
            let cut = parts.eval_batches(stretches, &text.chars, vocabulary, batch, config.steps);
            cut.map_err(|error| match error {
                SequenceError::Symbol(symbol) => named(symbol),
                other => other.into(),
            })?
        }
    };
    interrupt::listen();
    let mut bar = output.bar(batches.n_chunks() as u64);
    let mut chunk = 0;
    let measured = evaluate(&loaded.model, &batches, &opened.device, || {
        bar.show(chunk, "");
        chunk += 1;
        !interrupt::is_asked()
    });
    bar.finish();
    let Some(measured) = measured else {
        output.note("stopped; nothing was measured");
        return Ok(exit::interrupted());
    };
    let (nats, bits) = (measured.nats, measured.bits());
    let both = loaded.model.backward.is_some();
    if output.is_json() {
        output.event(&json!({
            "event": "result", "split": part, "nats": nats, "bits": bits,
            "characters": measured.characters, "iteration": loaded.notes.iteration,
            "bidirectional": both, "seconds": started.elapsed().as_secs_f64(),
            "backend": opened.backend,
        }));
    } else {
        let remark = if both {
            ", each guessed from both sides: not comparable with guessing onwards"
        } else {
            ""
        };
        output.result(&format!(
            "{part}: {nats:.4} nats, {bits:.4} bits per character over {} characters{remark}",
            measured.characters
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}
