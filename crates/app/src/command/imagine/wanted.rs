//! What pictures are made of: channels of a layer, neurons, directions, classes.

use anyhow::Context;
use reverie_model::vision::{Layer, LayerInfo, Network};
use reverie_viz::dream::DreamConfig;
use reverie_viz::objective::{ChannelMean, Direction, Goal, Neuron};

use crate::classes;
use crate::cli::ImagineArgs;
use crate::command::shared;
use crate::exit::UsageError;
use crate::network::Loaded;

/// One picture to make.
pub struct Wanted {
    /// Number of the channel; that of the class where it is one; none of a direction.
    pub channel: Option<usize>,
    /// The class, by all its names.
    pub class: Option<String>,
    /// What stands below the picture.
    pub label: String,
    /// What is raised.
    pub goal: Goal,
}

/// Everything that is wanted of one network.
pub struct Order {
    /// The layer whose channels are raised.
    pub layer: Layer,
    /// The pictures.
    pub wanted: Vec<Wanted>,
}

/// Everything that the flags ask of each network, the same of all.
///
/// # Errors
/// Layers, channels or classes that do not exist, a network that tells none apart.
pub fn of_all(
    args: &ImagineArgs,
    config: &DreamConfig,
    networks: &[Loaded],
) -> anyhow::Result<Vec<Order>> {
    let first = networks.first().context("there is no network")?;
    if args.class.is_empty() {
        let is_asked = shared::names_layer(&args.ascent, &args.run);
        let of = |loaded: &Loaded| {
            let layer = loaded.layer_for(config, is_asked);
            of_layer(
                args,
                &DreamConfig {
                    layer,
                    ..config.clone()
                },
                loaded.network.as_ref(),
            )
        };
        return networks.iter().map(of).collect();
    }
    networks.iter().try_for_each(Loaded::require_classes)?;
    let known = first.network.classes();
    let asked = classes::find_all(&args.class, known)?;
    let names: Vec<&str> = asked.iter().map(|&place| known[place].as_str()).collect();
    networks
        .iter()
        .map(|loaded| of_classes(config, loaded, &names))
        .collect()
}

fn of_classes(config: &DreamConfig, loaded: &Loaded, names: &[&str]) -> anyhow::Result<Order> {
    let network = loaded.network.as_ref();
    let layer = network.evidence().context("a network with classes")?;
    let info = network.info(layer.as_str())?;
    let one = |name: &&str| {
        let place = classes::counterpart(name, network.classes())
            .with_context(|| format!("{} knows no class {}", loaded.name, classes::short(name)))?;
        let goal = Goal::from(ChannelMean::new(info, place)?);
        Ok(Wanted {
            channel: Some(place),
            class: Some(network.classes()[place].clone()),
            label: classes::short(name).to_owned(),
            goal: config.penalised(goal, network, &layer),
        })
    };
    let wanted = names.iter().map(one).collect::<anyhow::Result<_>>()?;
    Ok(Order { layer, wanted })
}

fn of_layer(
    args: &ImagineArgs,
    config: &DreamConfig,
    network: &dyn Network,
) -> anyhow::Result<Order> {
    let layers = config.layers()?;
    let [(name, _)] = layers.as_slice() else {
        let asked = &config.layer;
        let sentence =
            format!("--layer {asked}: pictures from noise are of one layer; dream takes several");
        return Err(UsageError(sentence).into());
    };
    let info = network.info(name)?;
    info.check_side(config.size as usize, config.size as usize)?;
    let layer = info.layer.clone();
    let penalised = |goal: Goal| config.penalised(goal, network, &layer);
    if !args.direction.is_empty() {
        let goal = penalised(Goal::from(direction(&args.direction, info)?));
        let parts: Vec<String> = args
            .direction
            .iter()
            .map(|(c, w)| format!("{c}:{w}"))
            .collect();
        let wanted = vec![Wanted {
            channel: None,
            class: None,
            label: format!("{layer} {}", parts.join(",")),
            goal,
        }];
        return Ok(Order { layer, wanted });
    }
    let one = |channel: usize| {
        let (goal, label) = match args.neuron {
            None => (
                Goal::from(ChannelMean::new(info, channel)?),
                format!("{layer} {channel}"),
            ),
            Some(place) => {
                let neuron = neuron(info, channel, place, config.size)?;
                (
                    Goal::from(neuron),
                    format!("{layer} {channel} at one place"),
                )
            }
        };
        Ok(Wanted {
            channel: Some(channel),
            class: None,
            label,
            goal: penalised(goal),
        })
    };
    let wanted = channels(&args.channel, info)?
        .into_iter()
        .map(one)
        .collect::<anyhow::Result<_>>()?;
    Ok(Order { layer, wanted })
}

/// Where a neuron stands on its map; the middle where nothing is said.
pub type Place = Option<(usize, usize)>;

fn neuron(info: &LayerInfo, channel: usize, place: Place, side: u32) -> anyhow::Result<Neuron> {
    let neuron = Neuron::new(info, channel)?;
    let Some((x, y)) = place else {
        return Ok(neuron);
    };
    let neuron = neuron.at(x, y);
    neuron.check(side as usize, side as usize)?;
    Ok(neuron)
}

fn direction(parts: &[(usize, f32)], info: &LayerInfo) -> anyhow::Result<Direction> {
    let mut vector = vec![0.0; info.channels];
    for &(channel, weight) in parts {
        ChannelMean::new(info, channel)?;
        vector[channel] = weight;
    }
    Ok(Direction::new(info, vector)?)
}

/// The channels of some ranges, in their order.
///
/// # Errors
/// One that does not exist.
pub fn channels(ranges: &[(usize, usize)], info: &LayerInfo) -> anyhow::Result<Vec<usize>> {
    for &(_, last) in ranges {
        // The last first: a list of channels that do not exist may be longer than the memory.
        ChannelMean::new(info, last)?;
    }
    Ok(ranges
        .iter()
        .flat_map(|&(first, last)| first..=last)
        .collect())
}
