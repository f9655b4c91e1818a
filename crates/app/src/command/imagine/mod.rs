//! `reverie imagine`: the picture that a channel or a class looks for.

mod verdict;
mod wanted;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use burn::tensor::Device;
use reverie_model::rng::seeded;
use reverie_model::vision::{LayerInfo, Network};
use reverie_viz::dream::{DreamConfig, DreamEvent, dream, noise_picture};
use reverie_viz::objective::Goal;
use reverie_viz::picture::{Picture, SheetOptions, check_output, contact_sheet, save};
use reverie_viz::render::{image_bytes, look_bytes, network_bytes};
use serde_json::{Value, json};

use self::verdict::Verdict;
pub use self::verdict::ask;
use self::wanted::Wanted;
use super::shared::{self, Stop, Stopper};
use crate::cli::{ImagineArgs, NetArgs};
use crate::exit::{self, UsageError};
use crate::network::{self, Options};
use crate::output::Output;
use crate::recipe::Recipe;
use crate::{memory, settings};

/// Deviation of the noise that imagining starts from, in units of the image.
const START_NOISE: f32 = 0.2;

/// The preset for pictures of classes.
pub const OF_CLASSES: &str = "class";
/// A class counts as named when it is among so many.
const TOP: usize = 5;

/// One picture, from noise; `watch` hears of every step and may stop it.
///
/// # Errors
/// Settings that the network cannot do.
pub fn picture(
    network: &dyn Network,
    goal: &Goal,
    config: &DreamConfig,
    seed: u64,
    mut watch: impl FnMut(&DreamEvent) -> ControlFlow<()>,
) -> anyhow::Result<Picture> {
    let mut rng = seeded(seed);
    let mean = network.mean_colour();
    let base = noise_picture(config.size, config.size, mean, START_NOISE, &mut rng);
    let (picture, _) = dream(network, goal, &base, config, rng, |event, _| watch(event))?;
    Ok(picture)
}

/// Makes the picture, or a sheet of several.
///
/// # Errors
/// Wrong settings, channels that do not exist, a full disk.
pub fn run(args: &ImagineArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let flags = shared::ascent_flags(&args.ascent, &args.run)?;
    let preset = match args.ascent.preset.as_deref() {
        None if !args.class.is_empty() => Some(OF_CLASSES),
        preset => preset,
    };
    let mut config: DreamConfig = settings::resolve(
        &settings::IMAGINE_PRESETS,
        preset,
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
    let network = loaded.network.as_ref();
    let layer = wanted::layer(args, &config.layer).to_owned();
    anyhow::ensure!(
        args.class.is_empty() || !loaded.network.classes().is_empty(),
        "{} has no classifier: it tells no classes apart",
        loaded.name
    );
    config.layer = layer;
    let judge = args.judge.as_deref();
    let judge = judge
        .map(|file| open_judge(file, args, &opened.device))
        .transpose()?;
    let info = loaded.network.info(&config.layer)?;
    info.check_side(config.size as usize, config.size as usize)?;
    let goals = wanted::all(args, network, info)?;
    let bytes = memory::BASE
        + network_bytes(network)
        + look_bytes(
            network,
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
    let (mut own_said, mut judge_said) = (Vec::new(), Vec::new());
    let mut stop = None;
    let mut steps = 0;
    for Wanted {
        channel,
        label,
        goal,
    } in &goals
    {
        let mut score = 0.0;
        let picture = picture(network, goal, &config, args.run.seed(), |event| {
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
        let own = say_of(network, info, label, &picture, &opened.device)?;
        let judged = match &judge {
            Some(judge) => say_of(judge.as_ref(), info, label, &picture, &opened.device)?,
            None => None,
        };
        let remark = match own {
            Some(own) => format!("{label}: p {:.3}", own.probability),
            None => format!("channel {channel}: {score:.3}"),
        };
        bar.show(tiles.len() as u64 + 1, &remark);
        output.event(&json!({
            "event": "channel", "channel": channel, "score": score,
            "class": own.map(|_| label), "probability": own.map(|own| own.probability),
            "judge_probability": judged.map(|judged| judged.probability),
            "judge_rank": judged.map(|judged| judged.rank),
        }));
        own_said.extend(own);
        judge_said.extend(judged);
        tiles.push((picture, label.clone()));
        scores.push(score);
        if stop.is_some() {
            break;
        }
    }
    bar.finish();
    say_verdicts(&own_said, &judge_said, &output);
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
        settings: json!({
            "imagine": config,
            "channels": goals.iter().map(|wanted| wanted.channel).collect::<Vec<_>>(),
        }),
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

/// The network that is asked, too.
fn open_judge(
    file: &std::path::Path,
    args: &ImagineArgs,
    device: &Device,
) -> anyhow::Result<Box<dyn Network>> {
    let net = NetArgs {
        net: None,
        weights: Some(file.to_owned()),
        data_dir: args.net.data_dir.clone(),
    };
    let network = network::load(&net, Options::default(), device)?.network;
    anyhow::ensure!(
        !network.classes().is_empty(),
        "{} has no classifier: it cannot judge",
        file.display()
    );
    Ok(network)
}

/// What a network says of the picture of a class; nothing where it is one of a channel.
fn say_of(
    network: &dyn Network,
    info: &LayerInfo,
    label: &str,
    picture: &Picture,
    device: &Device,
) -> anyhow::Result<Option<Verdict>> {
    match wanted::is_of_classes(info) {
        true => ask(network, label, picture, device),
        false => Ok(None),
    }
}

/// How sure the network is of its own pictures, and what the other says.
fn say_verdicts(own: &[Verdict], judge: &[Verdict], output: &Output) {
    if own.is_empty() {
        return;
    }
    let least = own.iter().map(|said| said.probability).fold(1.0, f64::min);
    let mean = own.iter().map(|said| said.probability).sum::<f64>() / own.len() as f64;
    output.note(&format!(
        "the network gives its pictures {mean:.3} on average, {least:.3} at least"
    ));
    if !judge.is_empty() {
        let named = judge.iter().filter(|said| said.rank <= TOP).count();
        output.note(&format!(
            "the other network has {named} of {} classes among its first {TOP}",
            judge.len()
        ));
    }
}
