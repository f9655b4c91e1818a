//! A transfer at one size: where it begins, what it wants, what it becomes.

use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::rng::{Rng, seeded};

use super::{
    Colour, Init, Manner, OptimizerKind, Scale, StyleConfig, TemporalMatch, Transfer, style_goal,
};
use crate::VizError;
use crate::noise::noise_planes;
use crate::objective::Goal;
use crate::param::{Guarded, ImageParam, Pixels};
use crate::picture::{
    Filter, Picture, fit_size, keep_chroma, match_histogram, match_linear, resize, resize_plane,
    resize_wrapped,
};
use crate::render::{Average, Clamp, Constraint, State};
use crate::tensor::{picture_of, tensor_of, values_of};

/// One size of the way.
pub(super) struct Stage {
    width: u32,
    height: u32,
    /// The content at this size.
    content: Picture,
    /// Where it stays as it is, row by row.
    protected: Option<Vec<f32>>,
    param: Box<dyn ImageParam>,
}

impl Stage {
    pub(super) fn new(job: &Transfer<'_>, width: u32, height: u32) -> Self {
        let content = job.pictures.content_at(width, height);
        let protected = job.pictures.protected.as_ref();
        let protected = protected.map(|mask| mask.at(width, height));
        let param: Box<dyn ImageParam> = match &protected {
            None => Box::new(Pixels::new(width as usize, height as usize)),
            Some(mask) => {
                let device = job.network.device();
                let free = mask.iter().map(|kept| 1.0 - kept).collect();
                let free = plane(free, width, height, &device);
                Box::new(Guarded::new(tensor_of(&content, &device), free))
            }
        };
        Self {
            width,
            height,
            content,
            protected,
            param,
        }
    }

    /// How numbers make the image.
    pub(super) fn param(&self) -> &dyn ImageParam {
        self.param.as_ref()
    }

    /// What is wanted at this size.
    pub(super) fn goal(&self, job: &Transfer<'_>, scale: &Scale) -> Result<Goal, VizError> {
        let device = job.network.device();
        let manner = |(share, style): (f64, &'_ super::Sample)| {
            let (w, h) = style_size(&style.picture, scale, job.config);
            let picture = resize(&style.picture, w, h, Filter::Lanczos3);
            let picture = match job.config.colour {
                Colour::Free | Colour::Chroma | Colour::StyleHistogram => picture,
                Colour::Linear => match_linear(&picture, &self.content),
                Colour::Histogram => match_histogram(&picture, &self.content),
            };
            (share, tensor_of(&picture, &device))
        };
        let styles = job.pictures.active().map(|(share, style)| {
            let (share, image) = manner((share, style));
            Manner {
                share,
                image,
                region: style.region.as_ref(),
            }
        });
        let goal = style_goal(
            job.network,
            job.config,
            tensor_of(&self.content, &device),
            styles.collect(),
            job.tiles(),
        )?;
        let (Some(previous), true) = (&job.pictures.previous, job.config.temporal_weight > 0.0)
        else {
            return Ok(goal);
        };
        let (width, height) = (self.width, self.height);
        let warped = resize(&previous.picture, width, height, Filter::Lanczos3);
        let trust = previous.trust.at(width, height);
        let term = TemporalMatch {
            warped: tensor_of(&warped, &device),
            trust: plane(trust, width, height, &device),
        };
        Ok(goal + Goal::from(term) * job.config.temporal_weight)
    }

    /// The state before the first step of all.
    pub(super) fn first(&self, job: &Transfer<'_>) -> State {
        let device = job.network.device();
        let mut rng = seeded(job.seed);
        let (width, height) = (self.width, self.height);
        let as_numbers = |picture: &Picture| tensor_of(picture, &device).flatten(0, 3);
        if let Some(previous) = &job.pictures.previous {
            let start = self.begun(&previous.picture, &previous.trust.at(width, height));
            return self.fresh(job, as_numbers(&start), rng);
        }
        let values = match job.config.init {
            Init::Content if job.pictures.content.is_some() => as_numbers(&self.content),
            Init::Style => {
                let style = &job.pictures.styles[0].picture;
                as_numbers(&resize(style, width, height, Filter::Lanczos3))
            }
            Init::Content | Init::Noise => {
                let (mean, deviation) = (job.network.mean_colour(), job.config.init_noise as f32);
                let planes = noise_planes(width, height, mean, deviation, &mut rng);
                let count = planes.len();
                Tensor::from_data(TensorData::new(planes, [count]), &device)
            }
        };
        self.fresh(job, values, rng)
    }

    /// Which optimiser works at this size.
    fn optimizer(&self, job: &Transfer<'_>) -> OptimizerKind {
        job.config.optimizer.at((self.width, self.height))
    }

    fn pixels(&self) -> f64 {
        f64::from(self.width) * f64::from(self.height)
    }

    /// A state that has seen nothing but these numbers.
    fn fresh(&self, job: &Transfer<'_>, values: Tensor<1>, rng: Rng) -> State {
        let config = job.config;
        let is_averaged = config.average > 0.0 && self.optimizer(job) == OptimizerKind::Adam;
        State {
            average: is_averaged.then(|| Average::starting_at(&values, config.average)),
            optimizer: config.optimizer_config((self.width, self.height)).init(),
            values,
            rng,
            step: 0,
            evaluations: 0,
        }
    }

    /// What is done after every step.
    pub(super) fn constraints(&self, job: &Transfer<'_>) -> Vec<Box<dyn Constraint>> {
        // L-BFGS must not be clipped: its picture of the curvature would be wrong from then on.
        match job.config.clamp && self.optimizer(job) == OptimizerKind::Adam {
            true => vec![Box::new(Clamp)],
            false => Vec::new(),
        }
    }

    /// The frame before where it can be trusted, the content where something comes into sight.
    fn begun(&self, before: &Picture, trust: &[f32]) -> Picture {
        let mut start = resize(before, self.width, self.height, Filter::Lanczos3);
        let content = self.content.colours();
        let pixels = start.colours_mut().iter_mut().zip(content).zip(trust);
        for ((pixel, content), trust) in pixels {
            for (value, content) in pixel.iter_mut().zip(content) {
                *value = *value * trust + content * (1.0 - trust);
            }
        }
        start
    }

    /// The coarse state carried to this size: the (averaged) image and Adam's moments grow with it.
    pub(super) fn refined(&self, job: &Transfer<'_>, coarse: &Self, state: State) -> State {
        let image = state.average.as_ref().map_or(state.values, Average::value);
        let mut values = match job.config.carry_detail && job.pictures.content.is_some() {
            false => self.grown(job, image, coarse, Filter::Bicubic),
            true => {
                // The content is known at every size: only what became of it is enlarged.
                let device = image.device();
                let numbers = |stage: &Self| tensor_of(&stage.content, &device).flatten::<1>(0, 3);
                let change = image - numbers(coarse);
                self.grown(job, change, coarse, Filter::Bicubic) + numbers(self)
            }
        };
        if job.config.clamp && self.optimizer(job) == OptimizerKind::Adam {
            values = values.clamp(0.0, 1.0);
        }
        let mut refined = self.fresh(job, values, state.rng);
        refined.evaluations = state.evaluations;
        // Losses are means over positions: a pixel's share of them, and with it its gradient, falls as
        // their number grows.
        let share = coarse.pixels() / self.pixels();
        let moments = |moment, is_squared| match is_squared {
            true => {
                let grown = self.grown(job, moment, coarse, Filter::Bilinear);
                grown.clamp_min(0.0) * (share * share)
            }
            false => self.grown(job, moment, coarse, Filter::Bicubic) * share,
        };
        refined.optimizer.take_over(state.optimizer, moments);
        refined
    }

    /// A flat image `[3 H W]` of a coarser size at this size. Borders that met still do.
    fn grown(
        &self,
        job: &Transfer<'_>,
        values: Tensor<1>,
        coarse: &Self,
        filter: Filter,
    ) -> Tensor<1> {
        let device = values.device();
        let plane = coarse.width as usize * coarse.height as usize;
        let (w, h) = (coarse.width, coarse.height);
        let larger = |plane: &[f32]| match job.config.tileable {
            true => resize_wrapped(plane, (w, h), (self.width, self.height), filter),
            false => resize_plane(plane, w, h, self.width, self.height, filter),
        };
        let resized: Vec<f32> = values_of(values)
            .chunks_exact(plane)
            .flat_map(larger)
            .collect();
        let count = resized.len();
        Tensor::from_data(TensorData::new(resized, [count]), &device)
    }

    /// The picture a state stands for, with the colours that were asked for.
    pub(super) fn finished(&self, job: &Transfer<'_>, state: &State) -> Picture {
        let values = state
            .average
            .as_ref()
            .map_or_else(|| state.values.clone(), Average::value);
        let picture = picture_of(self.param.decode(values));
        let mut picture = match job.config.colour {
            Colour::Chroma => keep_chroma(&self.content, &picture),
            Colour::StyleHistogram => match_histogram(&picture, &job.pictures.styles[0].picture),
            Colour::Free | Colour::Linear | Colour::Histogram => picture,
        };
        let Some(protected) = &self.protected else {
            return picture;
        };
        // Whatever was done to colours and numbers: what is protected is the content.
        let content = self.content.colours();
        for ((pixel, content), kept) in picture.colours_mut().iter_mut().zip(content).zip(protected)
        {
            if *kept == 1.0 {
                *pixel = *content;
            }
        }
        picture
    }
}

/// Numbers of one plane, `[1, 1, H, W]`.
fn plane(values: Vec<f32>, width: u32, height: u32, device: &Device) -> Tensor<4> {
    let shape = [1, 1, height as usize, width as usize];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The size of a style picture: as long as the result, times the style scale, never enlarged.
pub(super) fn style_size(style: &Picture, scale: &Scale, config: &StyleConfig) -> (u32, u32) {
    let longest = style.width().max(style.height());
    let wanted = (f64::from(scale.size) * config.style_scale).round() as u32;
    fit_size(style.width(), style.height(), wanted.clamp(1, longest))
}
