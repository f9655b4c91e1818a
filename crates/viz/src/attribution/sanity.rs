//! Whether a method notices that the network has forgotten what it learnt.
//!
//! Weights are replaced by random ones, from the scores down, a layer after the other. A map that
//! stays as it was shows the picture, not what the network knows.
//!
//! # Source
//! Adebayo et al. 2018 (arXiv 1810.03292), section 3.1, cascading randomisation, with their rank
//! correlations.

use std::ops::ControlFlow;

use burn::tensor::Tensor;
use reverie_model::vision::{Layer, Network};

use super::{Attribution, Map, Question, Score, Watch, spearman};
use crate::VizError;

/// Mean rank correlation above which a method is said to hardly react.
pub const HARDLY: f64 = 0.5;

/// What became of the maps when the weights of a layer and of all deeper ones are random.
#[derive(Clone, Debug)]
pub struct Stage {
    /// The layer that was reached.
    pub layer: Layer,
    /// How many layers are random by now.
    pub layers: usize,
    /// A map for each method.
    pub maps: Vec<Map>,
    /// How each map orders the pixels beside the map of the trained network, by magnitude.
    pub unsigned: Vec<f64>,
    /// The same with signs.
    pub signed: Vec<f64>,
}

/// How often `watch` hears of a cascade of so many stages over a picture of so many columns and rows.
pub fn passes(
    question: &Question<'_>,
    methods: &[Box<dyn Attribution>],
    stages: usize,
    size: [usize; 2],
) -> usize {
    let each: usize = methods.iter().map(|method| method.passes(size)).sum();
    stops(question, stages).len() * each + 1
}

/// How much of a method's map survives on average over the stages, by magnitude.
pub fn survives(stages: &[Stage], method: usize) -> f64 {
    let sum: f64 = stages.iter().map(|stage| stage.unsigned[method]).sum();
    sum / stages.len().max(1) as f64
}

/// The layers that have weights on the way to the score, from the score down, at which the cascade
/// stops to look: `stages` of them, the last one with everything random.
pub fn stops(question: &Question<'_>, stages: usize) -> Vec<Vec<Layer>> {
    let place = |layer: &Layer| {
        let mut infos = question.network.layers().iter();
        infos.position(|info| info.layer == *layer)
    };
    let end = place(question.score.layer());
    let mut down = question.network.weighted();
    down.retain(|layer| place(layer) <= end);
    down.reverse();
    let count = stages.clamp(1, down.len().max(1));
    (1..=count)
        .map(|stage| down[..stage * down.len() / count].to_vec())
        .filter(|layers| !layers.is_empty())
        .collect()
}

/// The cascade for several methods; `originals` are their maps of the trained network. None where
/// `watch` said stop.
///
/// # Errors
/// [`VizError::NoRandom`] if the network cannot forget; what the methods refuse.
pub fn cascade(
    question: &Question<'_>,
    image: &Tensor<4>,
    methods: &[Box<dyn Attribution>],
    originals: &[Map],
    stages: usize,
    seed: u64,
    watch: &mut Watch<'_>,
) -> Result<Option<Vec<Stage>>, VizError> {
    let stops = stops(question, stages);
    let total = stops.len() * methods.len();
    let mut found: Vec<Stage> = Vec::with_capacity(stops.len());
    let no_random = || VizError::NoRandom {
        network: question.network.name().to_owned(),
    };
    if stops.is_empty() {
        return Err(no_random());
    }
    for layers in stops {
        let network = question.network.randomised(&layers, seed);
        let network: Box<dyn Network> = network.ok_or_else(no_random)?;
        // Random weights may silence a class altogether, and a silent map says nothing.
        let score = match question.score.is_of_class() {
            true => Score::awake(network.as_ref(), question.score.number(), image.clone())?.0,
            false => question.score.clone(),
        };
        let asked = Question {
            network: network.as_ref(),
            score,
        };
        let mut stage = Stage {
            layer: layers[layers.len() - 1].clone(),
            layers: layers.len(),
            maps: Vec::new(),
            unsigned: Vec::new(),
            signed: Vec::new(),
        };
        for (method, original) in methods.iter().zip(originals) {
            let map = method.attribute(&asked, image.clone(), &mut |_, _| {
                // A long method may be left between its passes, too.
                watch(found.len() * methods.len() + stage.maps.len(), total)
            })?;
            let Some(map) = map else {
                return Ok(None);
            };
            stage
                .unsigned
                .push(spearman(&original.unsigned(), &map.unsigned()));
            stage
                .signed
                .push(spearman(&original.signed(), &map.signed()));
            stage.maps.push(map);
        }
        found.push(stage);
    }
    let _: ControlFlow<()> = watch(total, total);
    Ok(Some(found))
}
