//! `reverie filters`: the filters of the first layer, or what a layer makes of a picture.

mod subject;
mod tiles;

use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::picture::{SheetOptions, check_output, contact_sheet, save};
use serde_json::{Value, json};

use self::subject::Subject;
use super::shared;
use crate::cli::{FiltersArgs, TileOrder, TileScale};
use crate::network::{self, Options};
use crate::recipe::Recipe;

/// Makes the sheet.
///
/// # Errors
/// A layer or channels that do not exist, a picture that is missing or too small, a full disk.
pub fn run(args: &FiltersArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    check_output(&args.out, args.force)?;
    let picture = subject::load(args, &output)?;
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = network::load(&args.net, Options::default(), &opened.device)?;
    let subject = Subject::of(args, &loaded, picture)?;
    let chosen = tiles::choose(args, &subject)?;
    let columns = shared::sheet_columns(args.sheet, chosen.count())?;
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    subject.announce(chosen.count(), args.size, loaded.network.as_ref(), &output)?;
    if chosen.is_cut {
        output.note(&format!(
            "{} has {} channels: the sheet holds {} of them, and --channel names others",
            subject.name(),
            subject.channels(),
            chosen.count()
        ));
    }
    if args.dry_run {
        return Ok(ExitCode::SUCCESS);
    }

    let bank = subject.bank(loaded.network.as_ref())?;
    let channels = chosen.in_order(&bank, args.order);
    let sheet = contact_sheet(
        &tiles::draw(&bank, &channels, args.scale),
        &SheetOptions {
            columns,
            ..SheetOptions::default()
        },
    );
    let recipe = Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: "filters".to_owned(),
        net: loaded.name.clone(),
        weights_file: loaded.file.clone(),
        weights_sha256: loaded.sha256.clone(),
        backend: opened.backend.to_owned(),
        seed: 0,
        sources: subject::sources(args)?,
        preset: None,
        settings: json!({
            "layer": subject.layer(),
            "size": subject.size(),
            "scale": match args.scale { TileScale::Each => "each", TileScale::All => "all" },
            "order": match args.order { TileOrder::Number => "number", TileOrder::Strength => "strength" },
            "channels": channels,
        }),
    };
    let recipe = (recipe.to_json()?, recipe.summary());
    let options = shared::save_options_of(args.force, &args.picture, Some(recipe));
    save(&sheet, None, &args.out, &options)?;
    shared::say_done(&output, &args.out, started, "");
    let strengths = bank.strengths();
    let strengths: Vec<f64> = channels.iter().map(|&channel| strengths[channel]).collect();
    let mut event = shared::result_event(&args.out, started, &opened);
    event.insert("layer".into(), json!(subject.layer()));
    event.insert("channels".into(), json!(channels));
    event.insert("columns".into(), json!(bank.width()));
    event.insert("rows".into(), json!(bank.height()));
    event.insert("strengths".into(), json!(strengths));
    event.insert("strength".into(), json!(strengths.iter().sum::<f64>()));
    output.event(&Value::Object(event));
    Ok(ExitCode::SUCCESS)
}
