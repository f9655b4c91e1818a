//! `reverie dream`: more of what a layer already sees.

mod film;
mod goal;
mod mask;
mod still;

use std::ops::ControlFlow;
use std::path::Path;
use std::process::ExitCode;

use reverie_model::rng::Rng;
use reverie_viz::VizError;
use reverie_viz::dream::{DreamConfig, DreamEvent, Subject, dream, octave_sizes};
use reverie_viz::picture::Picture;
use reverie_viz::render::{
    Room, Tiles, fitting, image_bytes, look_bytes, network_bytes, smallest_tiling, tile_bytes,
};
use serde_json::json;

use self::goal::Aim;
use super::shared;
use crate::backend::Opened;
use crate::cli::DreamArgs;
use crate::exit::UsageError;
use crate::network::{self, Loaded, Options};
use crate::output::Output;
use crate::recipe::{Recipe, Source};
use crate::{memory, settings};

/// Copies of the image that a step holds.
const IMAGE_COPIES: u64 = 8;
/// The preset for films.
const OF_FILMS: &str = "zoom";

/// Makes the picture or the film.
///
/// # Errors
/// Wrong settings, unusable files, a full disk.
pub fn run(args: &DreamArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(&args.talk);
    let flags = shared::ascent_flags(&args.ascent, &args.run)?;
    let preset = match args.ascent.preset.as_deref() {
        None if args.film.is_asked() => Some(OF_FILMS),
        preset => preset,
    };
    let config = settings::dream(
        &settings::DREAM_PRESETS,
        preset,
        args.run.config.as_deref(),
        flags,
    )?;
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    refuse_canvas(&config)?;
    let missing = |what: &str| UsageError(format!("say {what}"));
    let out = args
        .out
        .as_deref()
        .ok_or_else(|| missing("where the result goes: -o FILE"))?;
    let path = args
        .source
        .as_deref()
        .ok_or_else(|| missing("which picture to dream on"))?;
    let mut job = Job {
        args,
        config,
        preset,
        out,
        path,
        output,
    };
    match args.film.is_asked() || path.is_dir() {
        true => film::run(&mut job),
        false => still::run(&mut job),
    }
}

/// What is on the command line.
struct Job<'a> {
    args: &'a DreamArgs,
    config: DreamConfig,
    preset: Option<&'a str>,
    out: &'a Path,
    path: &'a Path,
    output: Output,
}

/// A network with something to raise.
struct Dreamer {
    loaded: Loaded,
    opened: Opened,
    aim: Aim,
}

impl Job<'_> {
    /// Opens the device and the network, and settles the layer.
    fn dreamer(&mut self) -> anyhow::Result<Dreamer> {
        let opened = shared::open_device(&self.args.device, &self.output)?;
        let loaded = network::load(&self.args.net, Options::default(), &opened.device)?;
        let is_asked = shared::names_layer(&self.args.ascent, &self.args.run);
        self.config.layer = loaded.layer_for(&self.config, is_asked);
        let aim = goal::aim(self.args, &self.config, &loaded, &self.output)?;
        if let Some(remark) = &loaded.remark {
            self.output.note(&format!("{}: {remark}", loaded.name));
        }
        Ok(Dreamer {
            loaded,
            opened,
            aim,
        })
    }

    /// How it was made.
    fn recipe(&self, dreamer: &Dreamer, sources: Vec<Source>) -> Recipe<serde_json::Value> {
        let args = self.args;
        let name = |path: &Option<std::path::PathBuf>| path.as_deref().map(crate::paths::file_name);
        Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "dream".to_owned(),
            net: dreamer.loaded.name.clone(),
            weights_file: dreamer.loaded.file.clone(),
            weights_sha256: dreamer.loaded.sha256.clone(),
            backend: dreamer.opened.backend.to_owned(),
            seed: args.run.seed(),
            sources,
            preset: self.preset.map(str::to_owned),
            settings: json!({
                "dream": self.config,
                "channel": args.channel,
                "class": dreamer.aim.class,
                "guide": name(&args.guide),
                "mask": name(&args.mask),
            }),
        }
    }
}

impl Dreamer {
    /// The sizes of a picture, smallest first.
    ///
    /// # Errors
    /// A picture that is too small for a layer.
    fn sizes(
        &self,
        config: &DreamConfig,
        width: u32,
        height: u32,
    ) -> anyhow::Result<Vec<(u32, u32)>> {
        let network = self.loaded.network.as_ref();
        let Some(info) = network.deepest(&self.aim.layers)? else {
            return Ok(Vec::new());
        };
        info.check_side(width as usize, height as usize)?;
        Ok(octave_sizes(width, height, config, info.min_side()))
    }

    /// Bytes that a picture of this size takes.
    ///
    /// Where they are more than there is room for, or than `asked`, the network is shown tiles: then
    /// the answer says how large these may be, too.
    ///
    /// # Errors
    /// A picture that is too large even in the smallest tiles.
    fn room(
        &self,
        width: u32,
        height: u32,
        asked: Option<u64>,
    ) -> anyhow::Result<(u64, Option<Tiles>)> {
        let network = self.loaded.network.as_ref();
        let layers = &self.aim.layers;
        let images = image_bytes(width, height, IMAGE_COPIES);
        let held = memory::BASE + network_bytes(network) + images;
        let bytes = memory::with_kept(held + look_bytes(network, layers, width, height)?);
        let limit = shared::memory_limit(asked, &self.opened);
        let has_room = limit.is_none_or(|limit| bytes <= limit);
        if (has_room && self.opened.buffer.is_none()) || !self.aim.goal.is_additive() {
            shared::check_memory(bytes, width.max(height))?;
            return Ok((bytes, None));
        }
        let room = Room {
            bytes: limit.map_or(u64::MAX, |limit| limit.saturating_sub(held)),
            buffer: self.opened.buffer,
        };
        let dims = [width as usize, height as usize];
        let found = match fitting(network, layers, dims, false, &room) {
            // What can only be looked at whole is, where memory allows; the device knows its buffers.
            Err(VizError::NoTiles { .. }) if has_room => return Ok((bytes, None)),
            found => found?,
        };
        match found {
            Some((_, tiling)) if tiling.count() == 1 && has_room => Ok((bytes, None)),
            Some((tiles, tiling)) => {
                let bytes = held + tile_bytes(network, layers, &tiling)?;
                Ok((bytes, Some(tiles)))
            }
            None => {
                let smallest = smallest_tiling(network, layers, dims, false)?;
                let needs = shared::Needs {
                    growing: images,
                    fixed: held - images + tile_bytes(network, layers, &smallest)?,
                };
                Err(shared::no_room(&needs, limit, width.max(height), ""))
            }
        }
    }

    fn dream(
        &self,
        subject: Subject<'_>,
        config: &DreamConfig,
        rng: Rng,
        mut watch: impl FnMut(&DreamEvent) -> ControlFlow<()>,
    ) -> anyhow::Result<(Picture, bool)> {
        let network = self.loaded.network.as_ref();
        if subject.tiles.is_some() {
            reverie_allocator::spare();
        }
        let made = dream(network, &self.aim.goal, subject, config, rng, |event, _| {
            watch(event)
        })?;
        Ok(made)
    }
}

/// Photographs are made of pixels.
fn refuse_canvas(config: &DreamConfig) -> Result<(), UsageError> {
    use reverie_viz::dream::Canvas;
    match config.canvas == Canvas::Pixels && config.variants == 1 {
        true => Ok(()),
        false => Err(UsageError(
            "a dream on a picture has the canvas pixels and one variant; imagine takes the others"
                .to_owned(),
        )),
    }
}
