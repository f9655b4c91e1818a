//! `reverie text neurons`: what single cells do while a model reads.

use std::ops::Range;
use std::process::ExitCode;
use std::time::Instant;

use reverie_model::data::text::{Boilerplate, UnknownSymbol, read_text};
use reverie_model::rng::seeded;
use reverie_model::sequence::{TextModel, Trace, trace};
use reverie_viz::neurons::{Findings, Meta, Outcome, Signal, html, picture};
use reverie_viz::picture::{SaveOptions, check_output, save, write_atomic};
use serde_json::json;

use super::corpus;
use super::model;
use crate::backend::Opened;
use crate::cli::{TalkArgs, TextNeuronsArgs};
use crate::command::shared;
use crate::exit::UsageError;
use crate::paths;

/// Share of the text, at its end, that cells are chosen and reported on.
const LAST_SHARE: f64 = 0.2;
/// Characters read before a passage, so that the state is one of the middle of a text.
const WARM_UP: usize = 500;
/// Shortest passage that says anything.
const LEAST: usize = 500;

/// Makes the page and a PNG beside it.
///
/// # Errors
/// No such model, an unfit text, a full disk.
pub fn run(args: &TextNeuronsArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(talk);
    let is_html = args
        .out
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("html") || e.eq_ignore_ascii_case("htm"));
    if !is_html {
        return Err(UsageError(format!(
            "{}: the page must end in .html",
            args.out.display()
        ))
        .into());
    }
    let png = args.out.with_extension("png");
    check_output(&png, args.force)?;
    anyhow::ensure!(
        args.force || !args.out.exists(),
        "{} exists already; --force replaces it",
        args.out.display()
    );
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = model::load(&args.model, &opened.device, &output)?;
    let config = &loaded.notes.config;
    let path = corpus::find(&args.text, args.data_dir.as_deref())?;
    let text = read_text(&path, config.newlines, Boilerplate::Strip)?.chars;
    let (chosen, reported) = passages(&text, args.passage as usize)?;
    output.note(&format!(
        "reading {} characters to choose cells on and {} to report them on",
        chosen.len(),
        reported.len()
    ));
    if loaded.model.backward.is_some() {
        output.note(
            "the model reads in both directions; only the neurons that read forwards are looked at",
        );
    }
    let read = |passage| read(&loaded, &text, passage, &opened);
    let named = |error: UnknownSymbol| corpus::unknown_in(&path, &error);
    let chosen = read(chosen).map_err(named)?;
    let reported = read(reported).map_err(named)?;
    let findings = Findings::of(&chosen, &reported, &mut seeded(args.seed))?;
    let meta = Meta {
        title: "What single neurons follow".to_owned(),
        model: describe(&loaded),
        text: paths::file_name(&path),
        shown: args.shown as usize,
    };
    let options = SaveOptions {
        overwrite: args.force,
        ..SaveOptions::default()
    };
    save(&picture(&findings, &reported), None, &png, &options)?;
    write_atomic(
        &args.out,
        html(&findings, &reported, &meta).as_bytes(),
        args.force,
    )?;
    for finding in &findings.properties {
        output.note(&sentence(finding));
    }
    shared::say_done(&output, &args.out, started, "");
    if !output.is_json() {
        output.result(&args.out.display().to_string())?;
    }
    let mut event = shared::result_event(&args.out, started, &opened);
    event.insert("picture".into(), json!(png.display().to_string()));
    event.insert("findings".into(), json!(findings));
    output.event(&serde_json::Value::Object(event));
    Ok(ExitCode::SUCCESS)
}

/// The two passages: halves of the end of the text, each beginning with a line.
fn passages(text: &[char], most: usize) -> anyhow::Result<(Range<usize>, Range<usize>)> {
    let end = text.len();
    let first = end - (end as f64 * LAST_SHARE) as usize;
    let second = first + (end - first) / 2;
    let from_line = |range: Range<usize>| {
        let part = &text[range.clone()];
        // The column is only known from the first line end on.
        let skipped = part.iter().position(|c| *c == '\n').map_or(0, |at| at + 1);
        let start = range.start + if skipped < part.len() / 2 { skipped } else { 0 };
        start..range.end.min(start + most)
    };
    let (chosen, reported) = (from_line(first..second), from_line(second..end));
    anyhow::ensure!(
        chosen.len() >= LEAST && reported.len() >= LEAST,
        "the text has {end} characters; two passages of {LEAST} from its last fifth are needed, so at least about {}",
        (2.5 * LEAST as f64 / LAST_SHARE) as usize
    );
    Ok((chosen, reported))
}

/// What the model does while it reads a passage.
fn read(
    loaded: &TextModel,
    text: &[char],
    passage: Range<usize>,
    opened: &Opened,
) -> Result<Trace, UnknownSymbol> {
    let vocabulary = &loaded.notes.vocabulary;
    let before = passage.start.saturating_sub(WARM_UP);
    let before = corpus::encode(vocabulary, text, before..passage.start)?;
    let symbols = corpus::encode(vocabulary, text, passage.clone())?;
    let part = &text[passage];
    Ok(trace(
        &loaded.model,
        &before,
        part,
        &symbols,
        &opened.device,
    ))
}

fn describe(loaded: &TextModel) -> String {
    let config = &loaded.notes.config;
    let cell = json!(config.cell);
    format!(
        "{}, {} x {} cells, after {} updates on {}",
        cell.as_str().unwrap_or_default(),
        config.layers,
        config.hidden,
        loaded.notes.iteration,
        loaded.notes.source.file
    )
}

/// One property in one line: the best cell, and how good luck would have been.
fn sentence(finding: &reverie_viz::neurons::Finding) -> String {
    let title = finding.property.title();
    match &finding.outcome {
        Outcome::Absent { reason, .. } => format!("{title}: not measured, {reason}"),
        Outcome::Measured(ranking) => match ranking.best.first() {
            None => format!("{title}: no cell has a figure"),
            Some(best) => format!(
                "{title}: layer {} cell {} by {}, {} {:.3} on the first passage, {:.3} on the second; shuffled {:.3}, shifted {:.3} at best",
                best.site.layer + 1,
                best.site.unit + 1,
                match best.site.signal {
                    Signal::Memory => "tanh(c)",
                    Signal::Hidden => "h",
                },
                ranking.measure.name(),
                best.chosen,
                best.reported,
                ranking.permuted.highest,
                ranking.shifted.highest
            ),
        },
    }
}
