//! One picture: back from chosen units.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use burn::tensor::Tensor;
use reverie_model::vision::{Field, LayerInfo};
use reverie_viz::deconv::{
    CardOptions, DeconvConfig, Peak, Projection, Unit, card, patch, project, rule_name, strongest,
};
use reverie_viz::picture::{
    Filter, Picture, SheetOptions, check_output, contact_sheet, fit_size, resize, save,
};
use reverie_viz::tensor_of;
use serde_json::{Value, json};

use super::draw::short;
use super::plan;
use crate::backend::Opened;
use crate::cli::DeconvArgs;
use crate::command::shared::{self, Stop, Stopper};
use crate::exit::{self, UsageError};
use crate::network::Loaded;
use crate::output::Output;
use crate::recipe::{Recipe, Source};
use crate::{memory, paths};

/// Pixels of a side of what is shown of one unit, and of each of several.
const TILES: [u32; 2] = [320, 160];
/// Units that go back together at most.
const TOGETHER: usize = 16;

/// A unit with what it says.
#[derive(Clone, Copy)]
struct Found {
    unit: Unit,
    activation: f32,
}

/// Goes back from units of one picture.
///
/// # Errors
/// Layers, channels or positions that do not exist, a picture that is unfit, a full disk.
pub fn run(
    args: &DeconvArgs,
    config: &DeconvConfig,
    path: &Path,
    out: &Path,
    output: &Output,
    started: Instant,
) -> anyhow::Result<ExitCode> {
    check_output(out, args.run.force)?;
    let opened = shared::open_device(&args.device, output)?;
    let loaded = plan::open_network(&args.net, config, &opened.device)?;
    let picture = shared::load_picture(path, output)?.picture;
    let (width, height) = fit_size(picture.width(), picture.height(), config.longest_side());
    let picture = resize(&picture, width, height, Filter::Lanczos3);
    let info = layer(args, &loaded, &picture)?;
    let asked = plan::asked_channels(&args.channel, &info)?;
    if let Some((column, row)) = args.position {
        let unit = Unit {
            channel: 0,
            column,
            row,
        };
        unit.check(&info, width as usize, height as usize)?;
    }
    let network = loaded.network.as_ref();
    let layers = std::slice::from_ref(&info);
    let bytes = plan::bytes(network, layers, [width, height], 1, TOGETHER)?;
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    output.note(&format!(
        "plan: {} of {width}x{height} pixels, {} of {}, back by {}, about {} of memory",
        paths::file_name(path),
        info.layer,
        loaded.name,
        rule_name(config.rule),
        memory::readable(bytes)
    ));
    plan::say_means(&loaded, layers, output);
    shared::check_memory(bytes, width.max(height))?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let image = tensor_of(&picture, &opened.device);
    let found = units(
        &loaded,
        &info,
        image.clone(),
        asked,
        args.position,
        config.count,
    )?;
    if found.iter().all(|one| one.activation <= 0.0) {
        output.warn(&format!(
            "{} says nothing there, so there is nothing to go back from",
            info.layer
        ));
    }
    let stopper = Stopper::start(&args.run);
    let work = Work {
        args,
        config,
        loaded: &loaded,
        info: &info,
        picture: &picture,
    };
    let (tiles, norms, stop) = work.tiles(image, &found, &stopper, output)?;
    let recipe = work.recipe(path, &opened, &found[..norms.len()])?;
    let options = shared::save_options(&args.run, &args.picture_args, Some(recipe));
    save(&sheet(&tiles), None, out, &options)?;
    match stop {
        Some(_) => output.note(&format!(
            "stopped early; {} holds {} of {} units",
            out.display(),
            norms.len(),
            found.len()
        )),
        None => shared::say_done(output, out, started, ""),
    }
    let made = &found[..norms.len()];
    let mut event = shared::result_event(out, started, &opened);
    let activation: f64 = made.iter().map(|one| f64::from(one.activation)).sum();
    event.insert("units".into(), json!(made.len()));
    event.insert("activation".into(), json!(activation));
    let norm = norms.iter().map(|norm| norm.powi(2)).sum::<f64>().sqrt();
    event.insert("norm".into(), json!(norm));
    event.insert("interrupted".into(), json!(stop.is_some()));
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

/// The one layer that is looked at: the deepest of the usual ones where none is named.
fn layer(args: &DeconvArgs, loaded: &Loaded, picture: &Picture) -> anyhow::Result<LayerInfo> {
    if args.layer.len() > 1 {
        let names = args.layer.join(",");
        let sentence = format!(
            "--layer {names}: of one picture a single layer is shown; --folder takes several"
        );
        return Err(UsageError(sentence).into());
    }
    let size = [picture.width(), picture.height()];
    let mut layers = plan::layers(&args.layer, loaded, size)?;
    layers.pop().context("there is a layer to look at")
}

/// The units that are asked for; where no channels are named, those of the `count` that answer most
/// strongly, the strongest first.
fn units(
    loaded: &Loaded,
    info: &LayerInfo,
    image: Tensor<4>,
    asked: Option<Vec<usize>>,
    position: Option<(usize, usize)>,
    count: usize,
) -> anyhow::Result<Vec<Found>> {
    let layers = std::slice::from_ref(&info.layer);
    let seen = loaded.network.activations(image, layers)?.of(&info.layer);
    let seen = match position {
        None => seen,
        Some((column, row)) => seen.narrow(2, row, 1).narrow(3, column, 1),
    };
    let peaks = strongest(seen).swap_remove(0);
    let (column, row) = position.unwrap_or((0, 0));
    let found = |channel: usize| {
        let peak = Peak {
            column: peaks[channel].column + column,
            row: peaks[channel].row + row,
            ..peaks[channel]
        };
        Found {
            unit: peak.unit(channel),
            activation: peak.activation,
        }
    };
    Ok(match asked {
        Some(channels) => channels.into_iter().map(found).collect(),
        None => {
            let mut all: Vec<Found> = (0..info.channels).map(found).collect();
            all.sort_by(|a, b| b.activation.total_cmp(&a.activation));
            all.truncate(count);
            all
        }
    })
}

/// What the tiles are made of.
struct Work<'a> {
    args: &'a DeconvArgs,
    config: &'a DeconvConfig,
    loaded: &'a Loaded,
    info: &'a LayerInfo,
    picture: &'a Picture,
}

/// Tiles with captions, how strong each projection is, and why it ended early.
type Tiles = (Vec<(Picture, String)>, Vec<f64>, Option<Stop>);

impl Work<'_> {
    fn tiles(
        &self,
        image: Tensor<4>,
        found: &[Found],
        stopper: &Stopper,
        output: &Output,
    ) -> anyhow::Result<Tiles> {
        let network = self.loaded.network.as_ref();
        let size = [self.picture.width(), self.picture.height()];
        let group = plan::group(network, self.info, size, TOGETHER)?;
        let mut bar = output.bar(found.len() as u64);
        let (mut tiles, mut norms, mut stop) = (Vec::new(), Vec::new(), None);
        for some in found.chunks(group) {
            let images = image.clone().repeat_dim(0, some.len());
            let units: Vec<Unit> = some.iter().map(|one| one.unit).collect();
            let signal = project(network, self.config.rule, self.info, &units, images)?;
            for (one, projection) in some.iter().zip(Projection::each(signal.images)) {
                let norm = projection.norm();
                output.event(&self.event(one, norm));
                tiles.push((self.tile(one, &projection, found.len()), self.label(one)));
                norms.push(norm);
            }
            bar.show(norms.len() as u64, "units");
            stop = stopper.asks().filter(|_| norms.len() < found.len());
            if stop.is_some() {
                break;
            }
        }
        bar.finish();
        Ok((tiles, norms, stop))
    }

    fn field(&self, unit: Unit) -> Field {
        let (width, height) = (self.picture.width(), self.picture.height());
        let (column, row) = (unit.column, unit.row);
        self.info
            .field(column, row, width as usize, height as usize)
    }

    fn tile(&self, one: &Found, projection: &Projection, of: usize) -> Picture {
        let field = self.field(one.unit);
        let tile = TILES[usize::from(of > 1)];
        let (seen, back) = match self.args.whole {
            true => (self.picture.clone(), projection.clone()),
            false => (patch(self.picture, field), projection.cut(field)),
        };
        let back = back.within(tile).picture();
        let options = CardOptions {
            tile,
            gap: 4,
            paper: SheetOptions::default().paper,
            ..CardOptions::default()
        };
        card(&[seen], &[back], 1, &options)
    }

    fn label(&self, one: &Found) -> String {
        let Unit {
            channel,
            column,
            row,
        } = one.unit;
        let answer = short(one.activation);
        format!("{} {channel} at {column},{row}: {answer}", self.info.layer)
    }

    fn event(&self, one: &Found, norm: f64) -> Value {
        let field = self.field(one.unit);
        json!({
            "event": "unit", "channel": one.unit.channel, "column": one.unit.column,
            "row": one.unit.row, "activation": one.activation, "norm": norm,
            "field": [field.left, field.top, field.width as isize, field.height as isize],
        })
    }

    fn recipe(
        &self,
        path: &Path,
        opened: &Opened,
        made: &[Found],
    ) -> anyhow::Result<(String, String)> {
        let units: Vec<Unit> = made.iter().map(|one| one.unit).collect();
        let recipe = Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "deconv".to_owned(),
            net: self.loaded.name.clone(),
            weights_file: self.loaded.file.clone(),
            weights_sha256: self.loaded.sha256.clone(),
            backend: opened.backend.to_owned(),
            seed: self.args.run.seed(),
            sources: vec![Source::of(path, None)?],
            preset: None,
            settings: json!({
                "deconv": self.config, "layer": self.info.layer.as_str(),
                "whole": self.args.whole, "units": units,
            }),
        };
        Ok((recipe.to_json()?, recipe.summary()))
    }
}

/// All tiles on one sheet.
fn sheet(tiles: &[(Picture, String)]) -> Picture {
    let options = SheetOptions {
        // Tiles are twice as wide as high.
        columns: ((tiles.len() as f64 / 2.0).sqrt().ceil() as usize).max(1),
        label_scale: if tiles.len() == 1 { 2 } else { 1 },
        ..SheetOptions::default()
    };
    contact_sheet(tiles, &options)
}
