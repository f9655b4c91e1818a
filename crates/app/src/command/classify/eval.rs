//! `reverie classify eval`: how often a network is right.

use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use reverie_model::data::pictures::Listed;
use reverie_model::vision::classifier::evaluate_classes;
use serde_json::{Value, json};

use super::{pictures, report};
use crate::cli::{ClassifyEvalArgs, TalkArgs};
use crate::command::shared;
use crate::exit;
use crate::network::{self, Options};
use crate::{interrupt, memory};

/// Pictures that are looked at side by side.
const MEASURED: usize = 64;
/// Side of the pictures where the network does not say it, in pixels.
const SIDE: usize = 64;

/// Measures.
///
/// # Errors
/// Pictures or a network that are not here or no good, classes that the network does not know.
pub fn run(args: &ClassifyEvalArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    interrupt::listen();
    let started = Instant::now();
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = network::load(&args.net, Options::default(), &opened.device)?;
    let name = loaded.file.unwrap_or_else(|| loaded.name.clone());
    let network = loaded.network;
    anyhow::ensure!(
        !network.classes().is_empty(),
        "{name} has no classifier: it tells no classes apart"
    );
    let found = pictures::find(&args.pictures, args.net.data_dir.as_deref())?;
    let is_dealt = found.listed.iter().any(|one| one.is_measured == Some(true));
    let measured: Vec<&Listed> = found
        .listed
        .iter()
        .filter(|one| !is_dealt || one.is_measured == Some(true))
        .collect();
    let folders = folders_of(network.classes(), &found, &measured)?;
    let side = loaded.side.unwrap_or(SIDE);
    let set = pictures::decode(&measured, &folders, side, &args.pictures, &output)?;
    let Some(set) = set else {
        return Ok(exit::interrupted());
    };
    let go_on = || !interrupt::is_asked();
    let measured = evaluate_classes(network.as_ref(), &set, MEASURED, &opened.device, go_on);
    let Some(measured) = measured else {
        return Ok(exit::interrupted());
    };
    let titles = network.classes();
    if output.is_json() {
        let mut event = report::to_json(&measured, titles);
        if let Value::Object(fields) = &mut event {
            fields.insert("event".to_owned(), json!("result"));
            fields.insert("net".to_owned(), json!(name));
            fields.insert("backend".to_owned(), json!(opened.backend));
            fields.insert("seconds".to_owned(), json!(started.elapsed().as_secs_f64()));
            fields.insert("peak_memory_bytes".to_owned(), json!(memory::peak()));
        }
        output.event(&event);
    } else {
        output.result(report::to_markdown(&measured, titles).trim_end())?;
        output.result(&format!("\n{}: {}", name, report::summary(&measured)))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The folders of the network's classes, in its order: a class is called as its folder, or as the file
/// of names calls that.
fn folders_of(
    classes: &[String],
    found: &pictures::Found,
    measured: &[&Listed],
) -> anyhow::Result<Vec<String>> {
    let place = |folder: &str| {
        let title = found.title(folder);
        classes
            .iter()
            .position(|class| *class == folder || *class == title)
    };
    let mut folders: Vec<String> = classes.to_vec();
    for one in measured {
        let place = place(&one.class).with_context(|| {
            format!(
                "the network knows no class {}; it knows {}",
                found.title(&one.class),
                classes.join(", ")
            )
        })?;
        folders[place].clone_from(&one.class);
    }
    Ok(folders)
}
