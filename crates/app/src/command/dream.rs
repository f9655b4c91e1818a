//! `reverie dream`: more of what a layer already sees.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use reverie_model::rng::seeded;
use reverie_viz::dream::{DreamConfig, DreamEvent, dream, octave_sizes};
use reverie_viz::objective::{ChannelMean, Goal, LayerNorm};
use reverie_viz::picture::{
    Filter, SheetOptions, before_after, check_output, fit_size, resize, resize_plane, save,
};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};
use serde_json::{Value, json};

use super::shared::{self, Stop, Stopper};
use crate::cli::DreamArgs;
use crate::exit::{self, UsageError};
use crate::network::{self, Options};
use crate::recipe::{Recipe, Source};
use crate::{memory, paths, settings};

/// Copies of the image that a step holds.
const IMAGE_COPIES: u64 = 8;

/// Makes the picture.
///
/// # Errors
/// Wrong settings, unusable files, a full disk.
pub fn run(args: &DreamArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let flags = shared::ascent_flags(&args.ascent, &args.run)?;
    let config: DreamConfig = settings::resolve(
        &settings::DREAM_PRESETS,
        args.ascent.preset.as_deref(),
        args.run.config.as_deref(),
        flags,
    )?;
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let missing = |what: &str| UsageError(format!("say {what}"));
    let out = args
        .out
        .as_deref()
        .ok_or_else(|| missing("where the result goes: -o FILE"))?;
    let path = args
        .source
        .as_deref()
        .ok_or_else(|| missing("which picture to dream on"))?;
    check_output(out, args.run.force)?;
    if args.sheet {
        check_output(&paths::beside(out, "-sheet"), args.run.force)?;
    }
    let source = shared::load_picture(path, &output)?;
    let (width, height) = fit_size(source.picture.width(), source.picture.height(), config.size);
    let base = resize(&source.picture, width, height, Filter::Lanczos3);
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = network::load(&args.net, Options::default(), &opened.device)?;
    let network = loaded.network.as_ref();
    let info = network.info(&config.layer)?;
    let layer = info.layer.clone();
    info.check_side(width as usize, height as usize)?;
    let goal = match args.channel {
        Some(channel) => Goal::from(ChannelMean::new(info, channel)?),
        None => Goal::from(LayerNorm {
            layer: layer.clone(),
        }),
    };
    let bytes = memory::BASE
        + network_bytes(network)
        + look_bytes(network, &[layer], width, height)?
        + image_bytes(width, height, IMAGE_COPIES);
    let sizes = octave_sizes(width, height, &config, info.min_side());
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    output.note(&format!(
        "plan: {} steps at each of {} sizes, {width}x{height} pixels, about {} of memory",
        config.steps,
        sizes.len(),
        memory::readable(bytes)
    ));
    shared::check_memory(bytes, width.max(height))?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let recipe = Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: "dream".to_owned(),
        net: loaded.name.clone(),
        weights_file: loaded.file.clone(),
        weights_sha256: loaded.sha256.clone(),
        backend: opened.backend.to_owned(),
        seed: args.run.seed(),
        sources: vec![Source::of(path, None)?],
        preset: args.ascent.preset.clone(),
        settings: json!({ "dream": config, "channel": args.channel }),
    };

    let stopper = Stopper::start(&args.run);
    let total = sizes.len() * config.steps;
    let mut bar = output.bar(total as u64);
    let mut done = 0;
    let mut stop = None;
    let mut activity = 0.0;
    let rng = seeded(args.run.seed());
    let made = dream(network, &goal, &base, &config, rng, |event, _| {
        match event {
            DreamEvent::Octave {
                index,
                of,
                width,
                height,
            } => output.event(&json!({
                "event": "size", "index": index, "of": of, "width": width, "height": height,
            })),
            DreamEvent::Step(progress) => {
                done += 1;
                if let Some(losses) = &progress.losses {
                    activity = -losses.total;
                }
                bar.show(done, &format!("activity {activity:.4}"));
                output.event(&json!({"event": "step", "step": done, "score": activity}));
            }
        }
        stop = stopper.asks().filter(|_| (done as usize) < total);
        if stop.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    bar.finish();
    let (picture, is_interrupted) = made?;
    let alpha = source.alpha.map(|alpha| {
        let (from_w, from_h) = (source.picture.width(), source.picture.height());
        let (w, h) = (picture.width(), picture.height());
        let mut alpha = resize_plane(&alpha, from_w, from_h, w, h, Filter::Bilinear);
        alpha
            .iter_mut()
            .for_each(|value| *value = value.clamp(0.0, 1.0));
        alpha
    });
    let mut options = shared::save_options(
        &args.run,
        &args.picture,
        Some((recipe.to_json()?, recipe.summary())),
    );
    save(&picture, alpha.as_deref(), out, &options)?;
    if args.sheet {
        let sheet = before_after(
            &[(&base, "before"), (&picture, "after")],
            &SheetOptions::default(),
        );
        options.overwrite = true;
        options.recipe = None;
        save(&sheet, None, &paths::beside(out, "-sheet"), &options)?;
    }
    if is_interrupted {
        output.note(&format!(
            "stopped early; {} is the dream so far",
            out.display()
        ));
    } else {
        shared::say_done(&output, out, started, &format!(", activity {activity:.4}"));
    }
    let mut event = shared::result_event(out, started, &opened);
    event.insert("steps".into(), json!(done));
    event.insert("loss".into(), json!(-activity));
    event.insert("score".into(), json!(activity));
    event.insert("interrupted".into(), json!(is_interrupted));
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) if is_interrupted => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}
