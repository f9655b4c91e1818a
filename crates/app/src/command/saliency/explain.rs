//! One picture, explained.

use std::ops::ControlFlow;

use burn::tensor::Tensor;
use reverie_model::vision::Network;
use reverie_viz::attribution::curve::{self, Change, Curve};
use reverie_viz::attribution::sanity::{self, Stage, cascade, survives};
use reverie_viz::attribution::{AT_ONCE, Attribution, AttributionConfig, Map, Question, Score};
use reverie_viz::picture::{Filter, Picture, resize};
use reverie_viz::render::{image_bytes, look_bytes};
use reverie_viz::tensor_of;
use serde_json::{Value, json};

use super::asked::{Aim, Asked, ask};

/// Blur that insertion begins with at least, in pixels.
const LEAST_BLUR: f64 = 0.5;
/// Images of one pass that are held beside what the network holds: sum, noise, signal.
const COPIES: u64 = 4;

/// What is done with every picture.
pub struct Plan<'a> {
    /// The network.
    pub network: &'a dyn Network,
    /// What is explained.
    pub aim: Aim,
    /// The methods.
    pub methods: Vec<&'static str>,
    /// Their settings.
    pub config: AttributionConfig,
    /// Shorter side of the picture, in pixels.
    pub side: u32,
    /// Seed of noise, masks and random weights.
    pub seed: u64,
    /// Whether weights are replaced by random ones.
    pub is_sane: bool,
    /// Whether pixels are taken away and added.
    pub has_curves: bool,
}

/// What one method says.
pub struct Found {
    /// The method.
    pub method: &'static str,
    /// Whether signs mean something in its maps.
    pub is_signed: bool,
    /// Its map.
    pub map: Map,
    /// The completeness gap, of integrated gradients.
    pub gap: Option<f64>,
    /// Answers while pixels are taken away, and while they are added.
    pub curves: Option<[Curve; 2]>,
}

/// One picture with all that was found.
pub struct Explained {
    /// Its name.
    pub name: String,
    /// As the network saw it.
    pub picture: Picture,
    /// What was explained.
    pub asked: Asked,
    /// What the methods say.
    pub found: Vec<Found>,
    /// What became of their maps when weights were replaced.
    pub stages: Vec<Stage>,
    /// Whether it was stopped before all was done.
    pub is_broken: bool,
}

impl Plan<'_> {
    /// The picture as the network sees it: its shorter side has the plan's length, nothing is cut off.
    pub fn prepared(&self, picture: &Picture) -> Picture {
        let [width, height] = self.size(picture);
        resize(picture, width, height, Filter::Lanczos3)
    }

    /// Columns and rows that the network will see of a picture.
    pub fn size(&self, picture: &Picture) -> [u32; 2] {
        let shorter = picture.width().min(picture.height());
        let scaled = |side: u32| {
            let side = f64::from(side) * f64::from(self.side) / f64::from(shorter);
            (side.round() as u32).max(1)
        };
        [scaled(picture.width()), scaled(picture.height())]
    }

    /// Refuses what cannot be done with a picture of so many columns and rows, and says how much memory
    /// it takes, in bytes.
    ///
    /// # Errors
    /// A layer that does not exist or needs more pixels; settings that a method refuses.
    pub fn check(&self, [width, height]: [u32; 2]) -> anyhow::Result<u64> {
        let network = self.network;
        let score = match &self.aim {
            Aim::Channel(score, _) => score.clone(),
            Aim::Class(class) => Score::class(network, *class)?,
            Aim::Likeliest => Score::class(network, 0)?,
        };
        let size = [width as usize, height as usize];
        network
            .info(score.layer().as_str())?
            .check_side(size[0], size[1])?;
        let layer = score.layer().clone();
        let question = Question { network, score };
        for name in &self.methods {
            self.config.method(name, &question, size, self.seed)?;
        }
        // As many pictures as one pass has lie below each other.
        let all = height.saturating_mul(AT_ONCE as u32);
        Ok(look_bytes(network, &[layer], width, all)? + image_bytes(width, all, COPIES))
    }

    /// Explains a picture; `watch` hears how much of how much is done, and of what, and may say stop:
    /// then there is what was finished, or nothing.
    ///
    /// # Errors
    /// Pictures that are too small, what the network cannot do.
    pub fn explain(
        &self,
        name: &str,
        picture: &Picture,
        watch: &mut Hear<'_>,
    ) -> anyhow::Result<Option<Explained>> {
        let picture = self.prepared(picture);
        let asked = ask(&self.aim, self.network, &picture)?;
        let question = Question {
            network: self.network,
            score: asked.score.clone(),
        };
        let size = [picture.width() as usize, picture.height() as usize];
        let mut methods: Vec<Box<dyn Attribution>> = Vec::new();
        for name in &self.methods {
            methods.extend(self.config.method(name, &question, size, self.seed)?);
        }
        let subject = Subject {
            plan: self,
            question,
            image: tensor_of(&picture, &self.network.device()),
            size,
        };
        let mut ticks = Ticks {
            done: 0,
            of: subject.passes(&methods),
            watch,
        };
        let mut found: Vec<Found> = Vec::new();
        for (name, method) in self.methods.iter().zip(&methods) {
            match subject.found(name, method.as_ref(), &mut ticks)? {
                Some(one) => found.push(one),
                None => break,
            }
        }
        if found.is_empty() {
            return Ok(None);
        }
        let stages = match self.is_sane && found.len() == methods.len() {
            true => subject.stages(&methods, &found, &mut ticks)?,
            false => Some(Vec::new()),
        };
        let is_whole = found.len() == methods.len() && stages.is_some();
        Ok(Some(Explained {
            name: name.to_owned(),
            picture,
            asked,
            found,
            stages: stages.unwrap_or_default(),
            is_broken: !is_whole,
        }))
    }
}

/// Hears how much of how much is done, and of what; may say stop.
pub type Hear<'a> = dyn FnMut(usize, usize, &str) -> ControlFlow<()> + 'a;

/// Counts what is done.
struct Ticks<'a, 'b> {
    done: usize,
    of: usize,
    watch: &'a mut Hear<'b>,
}

impl Ticks<'_, '_> {
    fn tick(&mut self, remark: &str) -> ControlFlow<()> {
        self.done += 1;
        (self.watch)(self.done, self.of.max(self.done), remark)
    }
}

/// A picture that is being explained.
struct Subject<'a> {
    plan: &'a Plan<'a>,
    question: Question<'a>,
    image: Tensor<4>,
    /// Columns and rows.
    size: [usize; 2],
}

impl Subject<'_> {
    /// How often is ticked until all is done.
    fn passes(&self, methods: &[Box<dyn Attribution>]) -> usize {
        let plan = self.plan;
        let maps: usize = methods.iter().map(|method| method.passes(self.size)).sum();
        let curves = match plan.has_curves {
            true => 2 * methods.len() * curve::passes(plan.config.curve_steps),
            false => 0,
        };
        let random = match plan.is_sane {
            true => sanity::passes(&self.question, methods, plan.config.stages, self.size),
            false => 0,
        };
        maps + curves + random
    }

    /// What one method says; nothing where it was stopped.
    fn found(
        &self,
        name: &'static str,
        method: &dyn Attribution,
        ticks: &mut Ticks<'_, '_>,
    ) -> anyhow::Result<Option<Found>> {
        let mut hear = |_, _| ticks.tick(name);
        let map = method.attribute(&self.question, self.image.clone(), &mut hear)?;
        let Some(map) = map else {
            return Ok(None);
        };
        let integrated = self.plan.config.integrated();
        let gap = || integrated.gap(&self.question, self.image.clone(), &map);
        let gap = (name == "integrated-gradients").then(gap).transpose()?;
        let curves = match self.plan.has_curves {
            true => match self.curves(&map, method.is_signed(), ticks)? {
                None => return Ok(None),
                found => found,
            },
            false => None,
        };
        Ok(Some(Found {
            method: name,
            is_signed: method.is_signed(),
            map,
            gap,
            curves,
        }))
    }

    /// Deletion and insertion; nothing where it was stopped.
    fn curves(
        &self,
        map: &Map,
        is_signed: bool,
        ticks: &mut Ticks<'_, '_>,
    ) -> anyhow::Result<Option<[Curve; 2]>> {
        let config = &self.plan.config;
        let shorter = self.size[0].min(self.size[1]) as f64;
        let sigma = (config.blur * shorter).max(LEAST_BLUR);
        let importance = map.importance(is_signed);
        let mut one = |change| {
            let image = self.image.clone();
            let mut hear = |_, _| ticks.tick("pixels");
            let steps = config.curve_steps;
            curve::curve(&self.question, image, &importance, change, steps, &mut hear)
        };
        let Some(deletion) = one(Change::Deletion)? else {
            return Ok(None);
        };
        let insertion = one(Change::Insertion { sigma })?;
        Ok(insertion.map(|insertion| [deletion, insertion]))
    }

    /// What becomes of the maps; nothing where it was stopped.
    fn stages(
        &self,
        methods: &[Box<dyn Attribution>],
        found: &[Found],
        ticks: &mut Ticks<'_, '_>,
    ) -> anyhow::Result<Option<Vec<Stage>>> {
        let originals: Vec<Map> = found.iter().map(|one| one.map.clone()).collect();
        let mut hear = |_, _| ticks.tick("random weights");
        let (stages, seed) = (self.plan.config.stages, self.plan.seed);
        let (question, image) = (&self.question, &self.image);
        Ok(cascade(
            question, image, methods, &originals, stages, seed, &mut hear,
        )?)
    }
}

impl Explained {
    /// How much of a method's map survives random weights on average, where that was asked.
    pub fn survives(&self, method: usize) -> Option<f64> {
        (!self.stages.is_empty()).then(|| survives(&self.stages, method))
    }

    /// One object for every method.
    pub fn events(&self) -> Vec<Value> {
        let event = |(number, one): (usize, &Found)| {
            let areas = one
                .curves
                .as_ref()
                .map(|curves| curves.each_ref().map(Curve::area));
            let stage = |stage: &Stage| {
                json!({
                    "layer": stage.layer.as_str(), "layers": stage.layers,
                    "unsigned": stage.unsigned[number], "signed": stage.signed[number],
                })
            };
            json!({
                "event": "map", "picture": self.name, "method": one.method,
                "explains": self.asked.label, "answer": self.asked.answer,
                "width": one.map.width, "height": one.map.height, "channels": one.map.channels,
                "completeness_gap": one.gap,
                "deletion_area": areas.map(|areas| areas[0]),
                "insertion_area": areas.map(|areas| areas[1]),
                "sanity": self.stages.iter().map(stage).collect::<Vec<_>>(),
                "survives_random_weights": self.survives(number),
            })
        };
        self.found.iter().enumerate().map(event).collect()
    }
}
