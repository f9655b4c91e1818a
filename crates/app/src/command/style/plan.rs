//! What a transfer will take: sizes, steps, memory, and tiles where memory is short.

use reverie_model::vision::Layer;
use reverie_viz::VizError;
use reverie_viz::render::{
    Room, Tiling, fitting, image_bytes, look_bytes, network_bytes, smallest_tiling, tile_bytes,
};
use reverie_viz::style::{OptimizerKind, Scale, StyleConfig, Transfer};
use serde_json::{Value, json};

use crate::backend::Opened;
use crate::command::shared;
use crate::memory;
use crate::network::Loaded;
use crate::output::Output;

/// Bytes of a value.
const F32: u64 = 4;

/// The plan.
pub struct Plan {
    /// Sizes with their steps.
    pub scales: Vec<Scale>,
    /// Pixels across and down at the end.
    pub size: (u32, u32),
    /// Pixels along the longer side of a tile; none where the network sees everything at once.
    pub tile: Option<usize>,
    /// How the last size is cut.
    tiling: Option<Tiling>,
    /// Bytes at the last and largest size.
    bytes: u64,
}

impl Plan {
    /// Plans a transfer that gets along with so much memory; what is free unless said otherwise.
    ///
    /// # Errors
    /// Layers that do not exist, pictures too small for them, one that is too large even in the
    /// smallest tiles.
    pub fn new(
        job: &Transfer<'_>,
        loaded: &Loaded,
        opened: &Opened,
        limit: Option<u64>,
    ) -> anyhow::Result<Self> {
        let scales = job.plan()?;
        let config = job.config;
        let last = scales.last().copied();
        let size = last.map_or((0, 0), |scale| job.size_at(&scale));
        let layers = layers(config, loaded)?;
        let (width, height) = size;
        let dims = [width as usize, height as usize];
        let network = loaded.network.as_ref();
        let images_at = |size: (u32, u32)| image_bytes(size.0, size.1, copies(config, size));
        let fixed = memory::BASE + network_bytes(network);
        // Where a smaller size holds more images than the last, as L-BFGS does, room is kept for both.
        let images = scales.iter().map(|scale| images_at(job.size_at(scale)));
        let images = images.max().unwrap_or_default();
        let held = fixed + images;
        let limit = shared::memory_limit(limit, opened);
        let wraps = config.tileable;
        let looks = |(width, height): (u32, u32)| look_bytes(network, &layers, width, height);
        // The most of all sizes, as a smaller one with L-BFGS may hold more than the last with Adam.
        let most = |beside: &dyn Fn((u32, u32)) -> anyhow::Result<u64>| {
            scales.iter().try_fold(0, |most: u64, scale| {
                let size = job.size_at(scale);
                anyhow::Ok(most.max(fixed + images_at(size) + beside(size)?))
            })
        };
        let bytes = memory::with_kept(most(&|size| Ok(looks(size)?))?);
        let is_held = limit.is_none_or(|limit| bytes <= limit);
        let has_room = is_held && opened.buffer.is_none();
        let plain = Self {
            scales: scales.clone(),
            size,
            tile: None,
            tiling: None,
            bytes,
        };
        if has_room && !style_is_larger(job, plain.size) {
            return Ok(plain);
        }
        // In tiles, what the content is to be like is held apart from what the network sees.
        let contents = content_bytes(job, dims)?;
        let room = Room {
            bytes: limit.map_or(u64::MAX, |limit| limit.saturating_sub(held + contents)),
            buffer: opened.buffer,
        };
        let found = match fitting(network, &layers, dims, wraps, &room) {
            // What can only be looked at whole is, where memory allows; the device knows its buffers.
            Err(VizError::NoTiles { .. }) if is_held && !wraps => return Ok(plain),
            found => found?,
        };
        match found {
            Some((_, tiling)) if tiling.count() == 1 && has_room => Ok(plain),
            Some((tiles, tiling)) => {
                let look = tile_bytes(network, &layers, &tiling)?;
                let bytes = most(&|at| {
                    Ok(content_bytes(job, [at.0 as usize, at.1 as usize])? + look.min(looks(at)?))
                })?;
                Ok(Self {
                    tile: Some(tiles.side),
                    bytes,
                    tiling: Some(tiling),
                    ..plain
                })
            }
            None => {
                let smallest = smallest_tiling(network, &layers, dims, wraps)?;
                let needs = shared::Needs {
                    growing: images + contents,
                    fixed: fixed + tile_bytes(network, &layers, &smallest)?,
                };
                let remedy = remedy(config.optimizer.at(size));
                Err(shared::no_room(&needs, limit, config.size, remedy))
            }
        }
    }

    /// Prints it.
    pub fn announce(&self, loaded: &Loaded, opened: &Opened, output: &Output) {
        let (width, height) = self.size;
        let sizes: Vec<String> = self
            .scales
            .iter()
            .map(|scale| format!("{} px x {}", scale.size, scale.steps))
            .collect();
        if let Some(remark) = &loaded.remark {
            output.note(&format!("{}: {remark}", loaded.name));
        }
        let tiles = self.tiling.as_ref().filter(|tiling| tiling.count() > 1);
        let cut = tiles.map(|tiling| {
            let [across, down] = tiling.tile();
            format!(
                " in {} tiles of up to {across}x{down} with {} around",
                tiling.count(),
                tiling.halo()
            )
        });
        output.note(&format!(
            "plan: {} steps ({}), {width}x{height} pixels at the end{}, about {} of memory",
            self.steps(),
            sizes.join(", "),
            cut.unwrap_or_default(),
            memory::readable(self.bytes)
        ));
        let scales: Vec<Value> = self
            .scales
            .iter()
            .map(|scale| json!({"size": scale.size, "steps": scale.steps}))
            .collect();
        output.event(&json!({
            "event": "plan",
            "net": loaded.name,
            "backend": opened.backend,
            "width": width,
            "height": height,
            "scales": scales,
            "tiles": tiles.map_or(1, Tiling::count),
            "memory_bytes": self.bytes,
        }));
    }

    /// Steps in all.
    pub fn steps(&self) -> usize {
        self.scales.iter().map(|scale| scale.steps).sum()
    }
}

/// Layers that are read.
fn layers(config: &StyleConfig, loaded: &Loaded) -> anyhow::Result<Vec<Layer>> {
    let names = config.style_layers.iter().chain(&config.content_layers);
    let layers = names.map(|name| loaded.network.layer(name));
    Ok(layers.collect::<Result<_, _>>()?)
}

/// Copies of the image that are held at a size.
fn copies(config: &StyleConfig, size: (u32, u32)) -> u64 {
    let steps = config.first_steps.max(config.steps);
    let copies = match config.optimizer.at(size) {
        // Image, gradient and direction, a copy in flight; where a look was taken, its two gradients
        // there, for two looks of a line search and the one that is remembered; a step and a change
        // for each remembered.
        OptimizerKind::Lbfgs => 13 + 2 * config.history.min(steps),
        // In the first step there are no moments of one before.
        OptimizerKind::Adam if steps < 2 => 6,
        OptimizerKind::Adam => 8,
    };
    copies as u64
}

/// Bytes of what the content layers make of the content.
fn content_bytes(job: &Transfer<'_>, [width, height]: [usize; 2]) -> anyhow::Result<u64> {
    let mut bytes = 0;
    if job.config.content_weight > 0.0 {
        for name in &job.config.content_layers {
            bytes += job.network.info(name)?.elements(height, width) as u64 * F32;
        }
    }
    Ok(bytes)
}

/// Whether a style is to be looked at with more pixels than the result has.
fn style_is_larger(job: &Transfer<'_>, (width, height): (u32, u32)) -> bool {
    let area = u64::from(width) * u64::from(height);
    let scale = job.config.style_scale;
    job.pictures.active().any(|(_, style)| {
        let (w, h) = (style.picture.width(), style.picture.height());
        let longest = f64::from(width.max(height)) * scale;
        let factor = (longest / f64::from(w.max(h))).min(1.0);
        let of_style = f64::from(w) * f64::from(h) * factor * factor;
        of_style > area as f64
    })
}

/// What would help, besides a smaller picture.
fn remedy(optimizer: OptimizerKind) -> &'static str {
    match optimizer {
        OptimizerKind::Lbfgs => ", and --optimizer adam or a smaller --set history=N needs less",
        OptimizerKind::Adam => "",
    }
}
