//! `reverie imagine`: the picture that a channel looks for.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use burn::module::Module;
use reverie_model::rng::seeded;
use reverie_model::vision::Network;
use reverie_viz::dream::{DreamConfig, DreamEvent, dream, noise_picture};
use reverie_viz::objective::{ChannelMean, Goal};
use reverie_viz::picture::{Picture, SheetOptions, check_output, contact_sheet, save};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};
use serde_json::{Value, json};

use super::shared::{self, Stop, Stopper};
use crate::cli::ImagineArgs;
use crate::exit::{self, UsageError};
use crate::network::{self, Options};
use crate::recipe::Recipe;
use crate::{memory, settings};

/// Deviation of the noise that imagining starts from, in units of the image.
pub const START_NOISE: f32 = 0.2;

/// Makes the picture, or a sheet of several.
///
/// # Errors
/// Wrong settings, channels that do not exist, a full disk.
pub fn run(args: &ImagineArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let flags = shared::ascent_flags(&args.ascent, &args.run)?;
    let config: DreamConfig = settings::resolve(
        &settings::IMAGINE_PRESETS,
        args.ascent.preset.as_deref(),
        args.run.config.as_deref(),
        flags,
    )?;
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let out = args
        .out
        .as_deref()
        .ok_or_else(|| UsageError("say where the result goes: -o FILE".to_owned()))?;
    check_output(out, args.run.force)?;
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = network::load(&args.net, Options::default(), &opened.device)?;
    let info = loaded.network.info(&config.layer)?;
    info.check_side(config.size as usize, config.size as usize)?;
    let (first, last) = args.channel;
    let goals: Vec<(usize, Goal)> = (first..=last)
        .map(|channel| Ok((channel, Goal::from(ChannelMean::new(info, channel)?))))
        .collect::<anyhow::Result<_>>()?;
    if let Some((columns, rows)) = args.sheet
        && (columns as usize) * (rows as usize) < goals.len()
    {
        return Err(UsageError(format!(
            "a sheet of {columns}x{rows} has no room for {} channels",
            goals.len()
        ))
        .into());
    }
    let bytes = memory::BASE
        + network_bytes(&loaded.network, loaded.network.num_params())
        + look_bytes(
            &loaded.network,
            std::slice::from_ref(&info.layer),
            config.size,
            config.size,
        )?
        + image_bytes(config.size, config.size, 8);
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    output.note(&format!(
        "plan: {} pictures of {1}x{1} pixels, about {2} of memory",
        goals.len(),
        config.size,
        memory::readable(bytes)
    ));
    shared::check_memory(bytes, config.size)?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }

    let stopper = Stopper::start(&args.run);
    let mut bar = output.bar(goals.len() as u64);
    let mut tiles: Vec<(Picture, String)> = Vec::new();
    let mut scores = Vec::new();
    let mut stop = None;
    let mut steps = 0;
    for (channel, goal) in &goals {
        let mut rng = seeded(args.run.seed());
        let mean = loaded.network.mean_colour();
        let base = noise_picture(config.size, config.size, mean, START_NOISE, &mut rng);
        let mut score = 0.0;
        let (picture, _) = dream(&loaded.network, goal, &base, &config, rng, |event, _| {
            if let DreamEvent::Step(progress) = event {
                steps += 1;
                score = progress
                    .losses
                    .as_ref()
                    .map_or(score, |losses| -losses.total);
            }
            stop = stopper.asks();
            if stop.is_some() {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        })?;
        if stop.is_some() && !tiles.is_empty() {
            // What is half done would look like a result.
            break;
        }
        bar.show(
            tiles.len() as u64 + 1,
            &format!("channel {channel}: {score:.3}"),
        );
        output.event(&json!({"event": "channel", "channel": channel, "score": score}));
        tiles.push((picture, format!("{} {channel}", config.layer)));
        scores.push(score);
        if stop.is_some() {
            break;
        }
    }
    bar.finish();
    let is_interrupted = stop.is_some();
    let columns = args.sheet.map_or(0, |(columns, _)| columns as usize);
    let picture = if tiles.len() == 1 && args.sheet.is_none() {
        tiles.swap_remove(0).0
    } else {
        contact_sheet(
            &tiles,
            &SheetOptions {
                columns,
                ..SheetOptions::default()
            },
        )
    };
    let recipe = Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: "imagine".to_owned(),
        net: loaded.name.clone(),
        weights_file: loaded.file.clone(),
        weights_sha256: loaded.sha256.clone(),
        backend: opened.backend.to_owned(),
        seed: args.run.seed(),
        sources: Vec::new(),
        preset: args.ascent.preset.clone(),
        settings: json!({ "imagine": config, "channels": [first, last] }),
    };
    let options = shared::save_options(
        &args.run,
        &args.picture,
        Some((recipe.to_json()?, recipe.summary())),
    );
    save(&picture, None, out, &options)?;
    if is_interrupted {
        output.note(&format!(
            "stopped early; {} holds what was finished",
            out.display()
        ));
    } else {
        shared::say_done(&output, out, started, "");
    }
    let mut event = shared::result_event(out, started, &opened);
    event.insert("steps".into(), json!(steps));
    event.insert("scores".into(), json!(scores));
    event.insert("loss".into(), json!(-scores.iter().sum::<f64>()));
    event.insert("interrupted".into(), json!(is_interrupted));
    output.event(&Value::Object(event));
    Ok(if stop == Some(Stop::Interrupted) {
        exit::interrupted()
    } else {
        ExitCode::SUCCESS
    })
}
