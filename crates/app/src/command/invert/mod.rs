//! `reverie invert`: a picture made anew from what layers keep of it.

mod plan;
mod report;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::invert::{Inversion, InvertConfig, Inverted};
use reverie_viz::picture::{Filter, check_output, fit_size, resize, save};
use serde_json::{Value, json};
use toml::Table;

use super::shared::{self, Stop, Stopper};
use crate::cli::InvertArgs;
use crate::exit::{self, UsageError};
use crate::network::{self, Options};
use crate::recipe::{Recipe, Source};
use crate::settings::{self, put, whole};

/// Makes the pictures.
///
/// # Errors
/// Wrong settings, layers that do not exist, an unusable picture, a full disk.
pub fn run(args: &InvertArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let mut config = configure(args)?;
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let missing = |what: &str| UsageError(format!("say {what}"));
    let out = args.out.as_deref();
    let out = out.ok_or_else(|| missing("where the result goes: -o FILE"))?;
    let source = args.source.as_deref();
    let source = source.ok_or_else(|| missing("which picture is inverted"))?;
    check_output(out, args.run.force)?;
    let picture = shared::load_picture(source, &output)?.picture;
    let (width, height) = fit_size(picture.width(), picture.height(), config.size);
    let picture = resize(&picture, width, height, Filter::Lanczos3);
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = network::load(&args.net, Options::default(), &opened.device)?;
    let layers = plan::layers(&mut config, &loaded, (width, height))?;
    let is_alone = layers.len() == 1 && args.sheet.is_none();
    let columns = report::columns(args.sheet, layers.len())?;
    plan::announce(&config, &loaded, &layers, (width, height), &output)?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }

    let inversion = Inversion {
        network: loaded.network.as_ref(),
        config: &config,
        picture: &picture,
        seed: args.run.seed(),
        report_every: shared::report_every(&opened),
    };
    let stopper = Stopper::start(&args.run);
    let mut bar = output.bar((layers.len() * config.steps) as u64);
    let mut made: Vec<Inverted> = Vec::new();
    let mut stop = None;
    let mut steps = 0;
    for layer in &layers {
        let one = inversion.from_layer(layer, |progress| {
            steps += 1;
            if let Some(losses) = &progress.losses {
                bar.show(steps, &report::remark(layer, losses));
                output.event(&report::step(layer, progress.step, losses));
            }
            stop = stopper.asks();
            match stop {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        })?;
        // What is half done would look like a result.
        if one.is_broken && !made.is_empty() {
            break;
        }
        bar.note(&output, &report::sentence(&one));
        output.event(&report::event(&one));
        made.push(one);
        if stop.is_some() {
            break;
        }
    }
    bar.finish();
    let is_whole = made.len() == layers.len() && made.iter().all(|one| !one.is_broken);
    let result = report::sheet(&picture, &made, columns, is_alone);
    let recipe = Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: "invert".to_owned(),
        net: loaded.name.clone(),
        weights_file: loaded.file.clone(),
        weights_sha256: loaded.sha256.clone(),
        backend: opened.backend.to_owned(),
        seed: args.run.seed(),
        sources: vec![Source::of(source, None)?],
        preset: args.preset.clone(),
        settings: json!({ "invert": config }),
    };
    let recipe = (recipe.to_json()?, recipe.summary());
    let options = shared::save_options(&args.run, &args.picture, Some(recipe));
    save(&result, None, out, &options)?;
    if is_whole {
        shared::say_done(&output, out, started, "");
    } else {
        output.note(&format!(
            "stopped early; {} holds what was finished",
            out.display()
        ));
    }
    let mut event = shared::result_event(out, started, &opened);
    event.insert("steps".into(), json!(steps));
    event.extend(report::totals(&made));
    event.insert("interrupted".into(), json!(!is_whole));
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) if !is_whole => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

fn configure(args: &InvertArgs) -> anyhow::Result<InvertConfig> {
    let mut flags: Table = shared::set_flags(&args.run)?;
    let layers = args.layers.iter().map(|name| name.trim().to_owned());
    let layers: Vec<String> = layers.collect();
    put(&mut flags, "layers", (!layers.is_empty()).then_some(layers));
    put(&mut flags, "size", args.size.map(i64::from));
    put(&mut flags, "canvas", args.canvas.clone());
    put(&mut flags, "optimizer", args.optimizer.clone());
    put(&mut flags, "steps", whole(args.steps));
    put(&mut flags, "rate", args.rate);
    let preset = args.preset.as_deref();
    settings::resolve(
        &settings::INVERT_PRESETS,
        preset,
        args.run.config.as_deref(),
        flags,
    )
}
