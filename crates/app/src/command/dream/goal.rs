//! What a dream raises: layers, channels, a class, what a guide has.

use std::path::Path;

use anyhow::Context;
use reverie_model::vision::{Layer, Network};
use reverie_viz::dream::DreamConfig;
use reverie_viz::objective::{ChannelMean, Goal, GuidedMatch, LayerNorm};
use reverie_viz::picture::{Filter, Picture, fit_size, resize};
use reverie_viz::tensor_of;

use crate::classes;
use crate::cli::DreamArgs;
use crate::command::{imagine, shared};
use crate::network::Loaded;
use crate::output::Output;

/// What is raised, and where it is read.
pub struct Aim {
    /// The goal, penalties included.
    pub goal: Goal,
    /// The layers that are read, the deepest last.
    pub layers: Vec<Layer>,
    /// The class, where it is one.
    pub class: Option<String>,
}

/// The goal that the flags ask for.
///
/// # Errors
/// Layers, channels or classes that do not exist, a guide that cannot be read or is too small.
pub fn aim(
    args: &DreamArgs,
    config: &DreamConfig,
    loaded: &Loaded,
    output: &Output,
) -> anyhow::Result<Aim> {
    let network = loaded.network.as_ref();
    let mut class = None;
    let goal = if let Some(asked) = &args.class {
        loaded.require_classes()?;
        let place = classes::find(asked, network.classes())?;
        class = Some(classes::short(&network.classes()[place]).to_owned());
        let layer = network.evidence().context("a network with classes")?;
        Goal::from(ChannelMean::new(network.info(layer.as_str())?, place)?)
    } else {
        let guide = args.guide.as_deref();
        let guide = guide
            .map(|path| open_guide(path, config, output))
            .transpose()?;
        let mut goal = Goal::default();
        for (name, weight) in config.layers()? {
            goal = goal + of_layer(args, network, &name, guide.as_ref())? * weight;
        }
        goal
    };
    let layers = goal.layers();
    let deepest = network.deepest(&layers)?.context("a goal reads a layer")?;
    Ok(Aim {
        goal: config.penalised(goal, network, &deepest.layer),
        layers,
        class,
    })
}

fn of_layer(
    args: &DreamArgs,
    network: &dyn Network,
    name: &str,
    guide: Option<&Picture>,
) -> anyhow::Result<Goal> {
    let info = network.info(name)?;
    if let Some(guide) = guide {
        info.check_side(guide.width() as usize, guide.height() as usize)?;
        let layers = std::slice::from_ref(&info.layer);
        let features = network.activations(tensor_of(guide, &network.device()), layers)?;
        let matched = GuidedMatch::from_features(info, features.of(&info.layer))?;
        return Ok(Goal::from(matched));
    }
    if args.channel.is_empty() {
        return Ok(Goal::from(LayerNorm {
            layer: info.layer.clone(),
        }));
    }
    let mut goal = Goal::default();
    for channel in imagine::channels(&args.channel, info)? {
        goal = goal + Goal::from(ChannelMean::new(info, channel)?);
    }
    Ok(goal)
}

/// The guide, no larger than the dream.
fn open_guide(path: &Path, config: &DreamConfig, output: &Output) -> anyhow::Result<Picture> {
    let guide = shared::load_picture(path, output)?.picture;
    let (width, height) = fit_size(guide.width(), guide.height(), config.size);
    Ok(resize(&guide, width, height, Filter::Lanczos3))
}
