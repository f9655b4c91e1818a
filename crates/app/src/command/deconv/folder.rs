//! Many pictures: the best of every feature map, and what in them excites it.

use std::path::Path;
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use reverie_model::data::pictures::{PictureFile, picture_files};
use reverie_model::vision::LayerInfo;
use reverie_viz::deconv::{DeconvConfig, rule_name};
use reverie_viz::picture::{save, write_atomic};
use serde_json::{Value, json};

use super::draw::{Easel, Entry, ON_A_SHEET, sheet};
use super::files::Listing;
use super::look::{Pass, say_skipped};
use super::page::About;
use super::state::{Basis, Dir, PAGE, Progress, TABLE};
use super::{page, plan, table};
use crate::backend::Opened;
use crate::cli::{ChannelRange, DeconvArgs};
use crate::command::shared::{self, Stop, Stopper};
use crate::network::Loaded;
use crate::output::Output;
use crate::recipe::Recipe;
use crate::{exit, memory, paths};

/// A layer that is shown.
pub struct Shown {
    /// What is known about it.
    pub info: LayerInfo,
    /// Its feature maps.
    pub entries: Vec<Entry>,
    /// File names of its sheets.
    pub sheets: Vec<String>,
}

/// A layer with the channels of it that are shown.
type Wanted = (LayerInfo, Vec<usize>);

/// Everything that is settled before the work.
struct Job<'a> {
    args: &'a DeconvArgs,
    config: &'a DeconvConfig,
    /// Name of the folder or archive.
    name: String,
    opened: Opened,
    loaded: Loaded,
    wanted: Vec<Wanted>,
    means: Vec<String>,
    dir: Dir,
    side: u32,
}

/// Looks through a folder and makes the page.
///
/// # Errors
/// Layers or channels that do not exist, no pictures, a run that cannot go on, a full disk.
pub fn run(
    args: &DeconvArgs,
    config: &DeconvConfig,
    folder: &Path,
    out: &Path,
    output: &Output,
    started: Instant,
) -> anyhow::Result<ExitCode> {
    let opened = shared::open_device(&args.device, output)?;
    let loaded = plan::open_network(&args.net, config, &opened.device)?;
    let side = config.square_side(loaded.side);
    let layers = plan::layers(&args.layer, &loaded, [side; 2])?;
    let shown = |info: &LayerInfo| plan::shown_channels(&args.channel, info, config.count);
    let channels: Vec<Vec<usize>> = layers.iter().map(shown).collect::<Result<_, _>>()?;
    let dir = Dir::at(out);
    dir.check(&layers, args.resume, args.run.force)?;
    let files = picture_files(folder)?;
    let maps: usize = channels.iter().map(Vec::len).sum();
    let bytes = plan::bytes(
        loaded.network.as_ref(),
        &layers,
        [side; 2],
        config.batch,
        config.top,
    )?;
    announce(&loaded, &layers, &files, (side, maps, bytes), output);
    let means = plan::say_means(&loaded, &layers, output);
    shared::check_memory(bytes, side)?;
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let basis = Basis::of(&loaded, config, &layers, side, &opened);
    let job = Job {
        args,
        config,
        name: paths::file_name(folder),
        opened,
        loaded,
        wanted: layers.iter().cloned().zip(channels).collect(),
        means,
        dir,
        side,
    };
    job.work(basis, &layers, &files, output, started)
}

fn announce(
    loaded: &Loaded,
    layers: &[LayerInfo],
    files: &[PictureFile],
    (side, maps, bytes): (u32, usize, u64),
    output: &Output,
) {
    if let Some(remark) = &loaded.remark {
        output.note(&format!("{}: {remark}", loaded.name));
    }
    let names: Vec<&str> = layers.iter().map(|info| info.layer.as_str()).collect();
    output.note(&format!(
        "plan: {} pictures as squares of {side} pixels, {maps} feature maps of {}, about {} of memory",
        files.len(),
        names.join(", "),
        memory::readable(bytes)
    ));
    output.event(&json!({
        "event": "plan", "net": loaded.name, "pictures": files.len(), "size": side,
        "layers": names, "feature_maps": maps, "memory_bytes": bytes,
    }));
}

impl Job<'_> {
    fn work(
        &self,
        basis: Basis,
        layers: &[LayerInfo],
        files: &[PictureFile],
        output: &Output,
        started: Instant,
    ) -> anyhow::Result<ExitCode> {
        let lock = self.dir.hold()?;
        let listing = Listing::of(files);
        let mut progress = match self.args.resume {
            true => self.dir.resume(&basis, layers, &listing)?,
            false => self.dir.begin(basis, layers, &listing, files.len())?,
        };
        let stopper = Stopper::start(&self.args.run);
        let pass = Pass {
            loaded: &self.loaded,
            layers,
            files,
            config: self.config,
            dir: &self.dir,
        };
        if let Some(stop) = pass.run(&mut progress, &stopper, output)? {
            return self.stopped(stop, &progress, output, started);
        }
        if let (Some(first), true) = (
            progress.skipped.first(),
            progress.skipped.len() == progress.of,
        ) {
            let reason = first.reason.clone();
            drop(lock);
            self.dir.undo();
            let count = progress.of;
            anyhow::bail!(
                "none of the {count} pictures of {} can be read: {reason}",
                self.name
            );
        }
        self.dir.clear_shown(&progress.basis.layers)?;
        let shown = self.draw(&progress, files, &stopper, output)?;
        say_skipped(&progress.skipped, output);
        let shown = match shown {
            Drawn::All(shown) => shown,
            Drawn::Stopped(stop) => return self.stopped(stop, &progress, output, started),
        };
        let numbers = table::table(&self.name, self.config.rule, &progress, files, &shown);
        let numbers = serde_json::to_string_pretty(&numbers).context("writing the numbers")?;
        write_atomic(&self.dir.file(TABLE), numbers.as_bytes(), true)?;
        let page = page::html(&self.about(&progress), &shown);
        write_atomic(&self.dir.file(PAGE), page.as_bytes(), true)?;
        let out = self.dir.file(PAGE);
        shared::say_done(output, &out, started, "");
        let entries = || shown.iter().flat_map(|one| &one.entries);
        let answers = entries().flat_map(|entry| &entry.hits);
        let answers: f64 = answers.map(|hit| f64::from(hit.activation)).sum();
        let norm = entries()
            .map(|entry| entry.norm.powi(2))
            .sum::<f64>()
            .sqrt();
        self.result(
            &progress,
            started,
            &[
                ("activation", json!(answers)),
                ("norm", json!(norm)),
                ("interrupted", json!(false)),
            ],
            output,
        );
        Ok(ExitCode::SUCCESS)
    }

    /// The sheets of all layers.
    fn draw(
        &self,
        progress: &Progress,
        files: &[PictureFile],
        stopper: &Stopper,
        output: &Output,
    ) -> anyhow::Result<Drawn> {
        let easel = Easel {
            loaded: &self.loaded,
            files,
            config: self.config,
            side: self.side,
        };
        let maps: usize = self.wanted.iter().map(|(_, channels)| channels.len()).sum();
        let mut bar = output.bar(maps as u64);
        let mut done = 0;
        let mut all = Vec::new();
        for ((info, channels), lists) in self.wanted.iter().zip(progress.search.lists()) {
            let name = info.layer.as_str();
            let (mut entries, mut sheets) = (Vec::new(), Vec::new());
            for (number, channels) in channels.chunks(ON_A_SHEET).enumerate() {
                let mut cards = Vec::with_capacity(channels.len());
                for &channel in channels {
                    if let Some(stop) = stopper.asks() {
                        bar.finish();
                        return Ok(Drawn::Stopped(stop));
                    }
                    cards.push(easel.card(info, channel, &lists[channel])?);
                    done += 1;
                    bar.show(done, name);
                }
                let (picture, mut some) = sheet(cards);
                let path = self.dir.sheet(name, number);
                let recipe = self.recipe(progress, name, channels)?;
                let mut options =
                    shared::save_options(&self.args.run, &self.args.picture_args, Some(recipe));
                options.overwrite = true;
                save(&picture, None, &path, &options)?;
                entries.append(&mut some);
                sheets.push(paths::file_name(&path));
            }
            output.event(&json!({
                "event": "layer", "layer": name, "feature_maps": entries.len(), "sheets": sheets,
            }));
            let info = info.clone();
            all.push(Shown {
                info,
                entries,
                sheets,
            });
        }
        bar.finish();
        Ok(Drawn::All(all))
    }

    fn recipe(
        &self,
        progress: &Progress,
        layer: &str,
        channels: &[usize],
    ) -> anyhow::Result<(String, String)> {
        let recipe = Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "deconv".to_owned(),
            net: self.loaded.name.clone(),
            weights_file: self.loaded.file.clone(),
            weights_sha256: self.loaded.sha256.clone(),
            backend: self.opened.backend.to_owned(),
            seed: self.args.run.seed(),
            sources: Vec::new(),
            preset: None,
            settings: json!({
                "deconv": self.config, "folder": self.name, "pictures": progress.of,
                "size": self.side, "layer": layer, "channels": channels,
            }),
        };
        let summary = format!(
            "reverie {} deconv of {} pictures in {}, {layer} of {}",
            recipe.version, progress.of, self.name, recipe.net
        );
        Ok((recipe.to_json()?, summary))
    }

    fn about<'a>(&'a self, progress: &'a Progress) -> About<'a> {
        let weights = self.loaded.sha256.as_deref().map_or_else(
            || "random".to_owned(),
            |sha256| format!("sha256 {}…", sha256.get(..12).unwrap_or(sha256)),
        );
        let facts = [
            ("network", format!("{}, weights {weights}", self.loaded.name)),
            ("pictures", format!("{} in {}", progress.of, self.name)),
            ("skipped", progress.skipped.len().to_string()),
            ("size", format!("middle squares of {0}x{0} pixels", self.side)),
            ("way back", rule_name(self.config.rule).to_owned()),
            ("order", "larger answers first; of equals the earlier picture by name, in it the first position row by row".to_owned()),
            ("computed on", format!("{}: {}", self.opened.backend, self.opened.name)),
        ];
        let layers = &progress.basis.layers;
        About {
            net: &self.loaded.name,
            folder: &self.name,
            looked: progress.of - progress.skipped.len(),
            skipped: &progress.skipped,
            side: self.side,
            rule: self.config.rule,
            top: self.config.top,
            facts: facts.map(|(key, value)| (key.to_owned(), value)).to_vec(),
            means: &self.means,
            command: format!(
                "reverie deconv --folder {} --net {} --layers {} --size {} --rule {} --top {}{} --out {}",
                self.name,
                self.loaded.name,
                layers.join(","),
                self.side,
                rule_name(self.config.rule),
                self.config.top,
                self.channels_flag(),
                self.args
                    .out
                    .as_deref()
                    .map(paths::file_name)
                    .unwrap_or_default(),
            ),
        }
    }

    /// Which channels were asked for, as a flag.
    fn channels_flag(&self) -> String {
        if self.args.channel.is_empty() {
            return format!(" --count {}", self.config.count);
        }
        let range = |range: &ChannelRange| match range {
            ChannelRange::All => "all".to_owned(),
            ChannelRange::Some(first, last) if first == last => first.to_string(),
            ChannelRange::Some(first, last) => format!("{first}-{last}"),
        };
        let ranges: Vec<String> = self.args.channel.iter().map(range).collect();
        format!(" --channels {}", ranges.join(","))
    }

    /// What is said where it is time to stop before the end.
    fn stopped(
        &self,
        stop: Stop,
        progress: &Progress,
        output: &Output,
        started: Instant,
    ) -> anyhow::Result<ExitCode> {
        output.note(&format!(
            "stopped early after {} of {} pictures; the same command with --resume goes on",
            progress.next, progress.of
        ));
        self.result(progress, started, &[("interrupted", json!(true))], output);
        Ok(match stop {
            Stop::Interrupted => exit::interrupted(),
            Stop::OutOfTime => ExitCode::SUCCESS,
        })
    }

    fn result(
        &self,
        progress: &Progress,
        started: Instant,
        more: &[(&str, Value)],
        output: &Output,
    ) {
        let out = self.args.out.as_deref().unwrap_or(Path::new(""));
        let mut event = shared::result_event(out, started, &self.opened);
        let skipped: Vec<&str> = progress
            .skipped
            .iter()
            .map(|skip| skip.name.as_str())
            .collect();
        event.insert("pictures".into(), json!(progress.of));
        event.insert("looked".into(), json!(progress.next));
        event.insert("skipped".into(), json!(skipped));
        event.insert("layers".into(), json!(progress.basis.layers));
        event.insert("means".into(), json!(self.means));
        for (key, value) in more {
            event.insert((*key).into(), value.clone());
        }
        output.event(&Value::Object(event));
    }
}

/// How far the drawing came.
enum Drawn {
    /// To the end.
    All(Vec<Shown>),
    /// Not so far.
    Stopped(Stop),
}
