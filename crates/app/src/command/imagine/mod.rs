//! `reverie imagine`: the picture that a channel, a neuron or a class looks for.

mod plan;
mod report;
mod verdict;
mod wanted;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use reverie_model::rng::seeded;
use reverie_model::vision::Network;
use reverie_viz::dream::{DreamConfig, DreamEvent, from_noise};
use reverie_viz::objective::Goal;
use reverie_viz::picture::{Picture, SheetOptions, check_output, contact_sheet, save};
use serde_json::{Value, json};

use self::report::{Made, say_verdicts};
pub use self::verdict::ask;
use self::wanted::Wanted;
pub use self::wanted::channels;
use super::shared::{self, Stop, Stopper};
use crate::cli::{ImagineArgs, NetArgs};
use crate::exit::{self, UsageError};
use crate::network::{self, Loaded, Options};
use crate::recipe::Recipe;
use crate::settings::{self, put, whole};

/// The preset for pictures of classes.
pub const OF_CLASSES: &str = "class";
/// The same of networks of ImageNet.
const OF_IMAGENET: &str = "imagenet";

/// One picture, from noise; `watch` hears of every step and may stop it.
///
/// # Errors
/// Settings that the network cannot do.
pub fn picture(
    network: &dyn Network,
    goal: &Goal,
    config: &DreamConfig,
    seed: u64,
    watch: impl FnMut(&DreamEvent) -> ControlFlow<()>,
) -> anyhow::Result<Picture> {
    let (mut pictures, _) = from_noise(network, goal, config, seeded(seed), watch)?;
    Ok(pictures.swap_remove(0))
}

/// Makes the picture, or a sheet of several.
///
/// # Errors
/// Wrong settings, channels that do not exist, a full disk.
pub fn run(args: &ImagineArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let mut flags = shared::ascent_flags(&args.ascent, &args.run)?;
    put(&mut flags, "canvas", args.canvas.clone());
    put(&mut flags, "variants", whole(args.variants));
    let preset = match args.ascent.preset.as_deref() {
        None if !args.class.is_empty() => Some(match network::knows_imagenet(&args.net)? {
            true => OF_IMAGENET,
            false => OF_CLASSES,
        }),
        preset => preset,
    };
    let config = settings::dream(
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
    let networks = open_networks(&args.net, &opened.device)?;
    let orders = wanted::of_all(args, &config, &networks)?;
    let judge = open_judge(args, &opened.device)?;
    let count = orders.iter().map(|order| order.wanted.len()).sum::<usize>();
    let tiles = count * config.variants;
    let columns = plan::columns(args.sheet, tiles, &networks, config.variants)?;
    plan::announce(&config, &networks, &orders, count, &output)?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }

    let stopper = Stopper::start(&args.run);
    let mut bar = output.bar((count * config.steps * plan::sizes(&config)) as u64);
    let mut made: Vec<Made> = Vec::new();
    let mut stop = None;
    let mut steps = 0;
    // All networks show the first, then all the second: what belongs together stands side by side.
    let rows = 0..orders[0].wanted.len();
    let each = rows.flat_map(|row| (0..networks.len()).map(move |net| (row, net)));
    for (row, net) in each {
        let (loaded, wanted) = (&networks[net], &orders[net].wanted[row]);
        let mut score = 0.0;
        let rng = seeded(args.run.seed());
        let network = loaded.network.as_ref();
        let watch = |event: &DreamEvent| {
            if let DreamEvent::Step(progress) = event {
                steps += 1;
                let losses = progress.losses.as_ref();
                score = losses.map_or(score, |losses| -losses.total);
                bar.show(steps, &format!("{}: {score:.3}", wanted.label));
            }
            stop = stopper.asks();
            match stop {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        };
        let (pictures, _) = from_noise(network, &wanted.goal, &config, rng, watch)?;
        if stop.is_some() && !made.is_empty() {
            // What is half done would look like a result.
            break;
        }
        for picture in pictures {
            let one = judged(loaded, judge.as_ref(), wanted, picture, score)?;
            output.event(&one.event());
            made.push(one);
        }
        if stop.is_some() {
            break;
        }
    }
    bar.finish();
    say_verdicts(&made, judge.as_ref(), &output);
    let is_interrupted = stop.is_some();
    let scores: Vec<f64> = made.iter().map(|one| one.score).collect();
    let picture = sheet_of(made, networks.len() > 1, columns, args.sheet.is_some());
    let first = &networks[0];
    let recipe = Recipe {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        command: "imagine".to_owned(),
        net: names(&networks),
        weights_file: first.file.clone(),
        weights_sha256: first.sha256.clone(),
        backend: opened.backend.to_owned(),
        seed: args.run.seed(),
        sources: Vec::new(),
        preset: args.ascent.preset.clone(),
        settings: json!({
            "imagine": config,
            "wanted": orders[0].wanted.iter().map(|one| &one.label).collect::<Vec<_>>(),
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

/// The networks that `--net` names, with commas between them.
fn open_networks(args: &NetArgs, device: &burn::tensor::Device) -> anyhow::Result<Vec<Loaded>> {
    let names: Vec<&str> = args.name().split(',').map(str::trim).collect();
    if names.len() > 1 && args.weights.is_some() {
        let sentence = "--weights is of one network; import a file to name several with --net";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let one = |name: &&str| {
        let args = NetArgs {
            net: Some((*name).to_owned()),
            ..args.clone()
        };
        network::load(&args, Options::default(), device)
    };
    names.iter().map(one).collect()
}

/// The network that is asked, too.
fn open_judge(args: &ImagineArgs, device: &burn::tensor::Device) -> anyhow::Result<Option<Loaded>> {
    let Some(asked) = args.judge.as_deref() else {
        return Ok(None);
    };
    let data_dir: Option<&Path> = args.net.data_dir.as_deref();
    let loaded = network::load_named(asked, data_dir, device)?;
    anyhow::ensure!(
        !loaded.network.classes().is_empty(),
        "{asked} has no classifier: it cannot judge"
    );
    Ok(Some(loaded))
}

/// A picture with what networks say of it, where it is one of a class.
fn judged(
    loaded: &Loaded,
    judge: Option<&Loaded>,
    wanted: &Wanted,
    picture: Picture,
    score: f64,
) -> anyhow::Result<Made> {
    let ask = |who: &Loaded| match &wanted.class {
        Some(class) => ask(who.network.as_ref(), class, &picture),
        None => Ok(None),
    };
    Ok(Made {
        net: loaded.name.clone(),
        channel: wanted.channel,
        label: wanted.label.clone(),
        own: ask(loaded)?,
        judge: judge.map(ask).transpose()?.flatten(),
        score,
        picture,
    })
}

/// One picture alone, several on a sheet.
fn sheet_of(mut made: Vec<Made>, names_nets: bool, columns: usize, is_sheet: bool) -> Picture {
    if made.len() == 1 && !is_sheet {
        return made.swap_remove(0).picture;
    }
    let tiles: Vec<(Picture, String)> = made
        .into_iter()
        .map(|one| {
            let label = one.caption(names_nets);
            (one.picture, label)
        })
        .collect();
    contact_sheet(
        &tiles,
        &SheetOptions {
            columns,
            ..SheetOptions::default()
        },
    )
}

fn names(networks: &[Loaded]) -> String {
    let names: Vec<&str> = networks.iter().map(|loaded| loaded.name.as_str()).collect();
    names.join(",")
}
