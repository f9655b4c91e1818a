//! One picture, explained.

use std::ops::ControlFlow;

use reverie_model::vision::Network;
use reverie_viz::attribution::curve::{Change, Curve, curve};
use reverie_viz::attribution::sanity::{Stage, cascade, survives};
use reverie_viz::attribution::{Attribution, AttributionConfig, Map, Question};
use reverie_viz::picture::{Filter, Picture, resize};
use reverie_viz::tensor_of;
use serde_json::{Value, json};

use super::asked::{Aim, Asked, ask};

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
}

impl Plan<'_> {
    /// The picture as the network sees it: its shorter side has the plan's length, nothing is cut off.
    pub fn prepared(&self, picture: &Picture) -> Picture {
        let shorter = picture.width().min(picture.height());
        let scaled = |side: u32| {
            let side = f64::from(side) * f64::from(self.side) / f64::from(shorter);
            (side.round() as u32).max(1)
        };
        let (width, height) = (scaled(picture.width()), scaled(picture.height()));
        resize(picture, width, height, Filter::Lanczos3)
    }

    /// Explains a picture; `watch` hears what is being done and may say stop, and then there is nothing.
    ///
    /// # Errors
    /// Pictures that are too small, what the network cannot do.
    pub fn explain(
        &self,
        name: &str,
        picture: &Picture,
        watch: &mut dyn FnMut(&str) -> ControlFlow<()>,
    ) -> anyhow::Result<Option<Explained>> {
        let picture = self.prepared(picture);
        let asked = ask(&self.aim, self.network, &picture)?;
        let question = Question {
            network: self.network,
            score: asked.score.clone(),
        };
        let image = tensor_of(&picture, &self.network.device());
        let size = [picture.width() as usize, picture.height() as usize];
        let mut methods: Vec<Box<dyn Attribution>> = Vec::new();
        let mut found: Vec<Found> = Vec::new();
        for name in &self.methods {
            let method = self.config.method(name, &question, size, self.seed)?;
            let Some(method) = method else {
                continue;
            };
            let mut hear = |done, of| watch(&format!("{name} {done}/{of}"));
            let Some(map) = method.attribute(&question, image.clone(), &mut hear)? else {
                return Ok(None);
            };
            let gap = match *name == "integrated-gradients" {
                true => Some(
                    self.config
                        .integrated()
                        .gap(&question, image.clone(), &map)?,
                ),
                false => None,
            };
            let mut one = Found {
                method: name,
                is_signed: method.is_signed(),
                map,
                gap,
                curves: None,
            };
            if self.has_curves {
                let shorter = size[0].min(size[1]) as f64;
                let sigma = (self.config.blur * shorter).max(0.5);
                let mut both = Vec::new();
                for change in [Change::Deletion, Change::Insertion { sigma }] {
                    let importance = one.map.importance(one.is_signed);
                    let mut hear = |done, of| watch(&format!("{name}, pixels {done}/{of}"));
                    let steps = self.config.curve_steps;
                    let made = curve(
                        &question,
                        image.clone(),
                        &importance,
                        change,
                        steps,
                        &mut hear,
                    )?;
                    let Some(made) = made else {
                        return Ok(None);
                    };
                    both.push(made);
                }
                one.curves = both.try_into().ok();
            }
            methods.push(method);
            found.push(one);
        }
        let mut stages = Vec::new();
        if self.is_sane {
            let originals: Vec<Map> = found.iter().map(|one| one.map.clone()).collect();
            let mut hear = |done, of| watch(&format!("random weights {done}/{of}"));
            let made = cascade(
                &question,
                &image,
                &methods,
                &originals,
                self.config.stages,
                self.seed,
                &mut hear,
            )?;
            let Some(made) = made else {
                return Ok(None);
            };
            stages = made;
        }
        Ok(Some(Explained {
            name: name.to_owned(),
            picture,
            asked,
            found,
            stages,
        }))
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
