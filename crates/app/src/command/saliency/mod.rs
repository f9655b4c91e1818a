//! `reverie saliency`: which pixels made a network say what it says.

mod asked;
mod explain;
mod folder;
mod page;
mod summary;
mod views;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::attribution::AttributionConfig;
use reverie_viz::picture::{Format, check_output, check_writable, npy, save, write_atomic};
use serde_json::{Value, json};

pub use self::asked::Aim;
pub use self::explain::{Explained, Plan};
use self::summary::{Summary, hardly};
pub use self::views::{headline, maps, seen};
use super::shared::{self, Stop, Stopper};
use crate::backend::Opened;
use crate::cli::SaliencyArgs;
use crate::exit::{self, UsageError};
use crate::network::{self, Loaded, Options};
use crate::output::Output;
use crate::paths;
use crate::recipe::{Recipe, Source};
use crate::settings::{self, put};

/// Shorter side where a network does not say what it learnt from, in pixels.
const USUAL_SIDE: usize = 224;

/// All that a run works with.
struct Job<'a> {
    args: &'a SaliencyArgs,
    plan: Plan<'a>,
    loaded: &'a Loaded,
    opened: &'a Opened,
    output: &'a Output,
    started: Instant,
}

/// Explains one picture or a folder of them.
///
/// # Errors
/// Names that do not exist, pictures that cannot be read, a full disk.
pub fn run(args: &SaliencyArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "size", args.size.map(i64::from));
    let config: AttributionConfig = settings::resolve(
        &settings::SALIENCY_PRESETS,
        None,
        args.run.config.as_deref(),
        flags,
    )?;
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let methods = asked::methods(&args.method)?;
    let needed = |what: &str| UsageError(format!("say {what}"));
    let picture = args.picture.as_deref();
    let picture = picture.ok_or_else(|| needed("which picture"))?;
    let out = args.out.as_deref();
    let out = out.ok_or_else(|| needed("where the result goes: -o FILE"))?;
    // A folder has no ending as a rule; of a folder of pictures anything but a picture is one.
    let is_picture = Format::of_output(out).is_some();
    let is_page = !is_picture && (picture.is_dir() || out.is_dir() || out.extension().is_none());
    match is_page {
        true if out.is_dir() => check_writable(&out.join("index.html"), args.run.force)?,
        true => check_writable(out, false)?,
        false => check_output(out, args.run.force)?,
    }
    if picture.is_dir() && !is_page {
        return Err(UsageError(format!(
            "{} is a folder, so -o must name a folder for the page, and {} would be a picture",
            picture.display(),
            out.display()
        ))
        .into());
    }
    let opened = shared::open_device(&args.device, &output)?;
    let loaded = network::load(&args.net, Options::default(), &opened.device)?;
    if let Some(remark) = &loaded.remark {
        output.warn(remark);
    }
    let side = match config.size {
        0 => loaded.side.unwrap_or(USUAL_SIDE) as u32,
        size => size,
    };
    let plan = Plan {
        network: loaded.network.as_ref(),
        aim: Aim::of(args, &loaded)?,
        methods,
        config,
        side,
        seed: args.run.seed(),
        is_sane: args.sanity,
        has_curves: args.curves,
    };
    let job = Job {
        args,
        plan,
        loaded: &loaded,
        opened: &opened,
        output: &output,
        started,
    };
    match (picture.is_dir(), is_page) {
        (true, _) => folder::run(&job, picture, out),
        (false, true) => job.one_page(picture, out),
        (false, false) => job.one(picture, out),
    }
}

impl Job<'_> {
    /// One picture to one picture.
    fn one(&self, path: &Path, out: &Path) -> anyhow::Result<ExitCode> {
        let picture = shared::load_picture(path, self.output)?.picture;
        for method in &self.plan.methods {
            if self.args.npy {
                check_writable(&self.npy_path(out, method), self.args.run.force)?;
            }
        }
        self.announce(&self.plan.prepared(&picture), 1);
        if self.args.run.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        let stopper = Stopper::start(&self.args.run);
        let Some(explained) = self.explain(&paths::file_name(path), &picture, &stopper)? else {
            self.output
                .note("stopped before anything was finished; nothing was written");
            return Ok(stopped(&stopper));
        };
        let sheet = views::sheet(&explained, self.args.show);
        let recipe = self.recipe(path, &explained)?;
        let options = shared::save_options(&self.args.run, &self.args.picture_args, Some(recipe));
        save(&sheet, None, out, &options)?;
        self.write_npy(out, &explained)?;
        self.say(&Summary::of(&explained));
        self.finish(out, 1, false);
        Ok(ExitCode::SUCCESS)
    }

    /// One picture to a page.
    fn one_page(&self, path: &Path, out: &Path) -> anyhow::Result<ExitCode> {
        let picture = shared::load_picture(path, self.output)?.picture;
        self.announce(&self.plan.prepared(&picture), 1);
        if self.args.run.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        let stopper = Stopper::start(&self.args.run);
        let Some(explained) = self.explain(&paths::file_name(path), &picture, &stopper)? else {
            self.output
                .note("stopped before anything was finished; nothing was written");
            return Ok(stopped(&stopper));
        };
        paths::make_folder(out)?;
        let recipe = self.recipe(path, &explained)?;
        let options = shared::save_options(&self.args.run, &self.args.picture_args, Some(recipe));
        let sheet = out.join("maps.png");
        save(
            &views::sheet(&explained, self.args.show),
            None,
            &sheet,
            &options,
        )?;
        self.write_npy(&sheet, &explained)?;
        let summary = Summary::of(&explained);
        let sections = [page::section(&explained, self.args.show)?];
        self.write_page(out, &sections, &summary, &[])?;
        self.say(&summary);
        self.finish(&out.join("index.html"), 1, false);
        Ok(ExitCode::SUCCESS)
    }

    /// Explains one picture with a bar; nothing where it was stopped.
    fn explain(
        &self,
        name: &str,
        picture: &reverie_viz::picture::Picture,
        stopper: &Stopper,
    ) -> anyhow::Result<Option<Explained>> {
        let mut bar = None;
        let made = self.plan.explain(name, picture, &mut |done, of, remark| {
            let bar = bar.get_or_insert_with(|| self.output.bar(of as u64));
            bar.show(done as u64, &format!("{name}: {remark}"));
            match stopper.asks() {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        });
        if let Some(bar) = bar {
            bar.finish();
        }
        let made = made?;
        if let Some(explained) = &made {
            let asked = &explained.asked;
            let doubt = match asked.is_silent {
                true => "; a rectifier silences it here, so what stands before it is explained",
                false => "",
            };
            self.output
                .note(&format!("{name}: {}{doubt}", views::headline(explained)));
            explained
                .events()
                .iter()
                .for_each(|event| self.output.event(event));
        }
        Ok(made)
    }

    fn announce(&self, prepared: &reverie_viz::picture::Picture, pictures: usize) {
        let plan = &self.plan;
        let each = match pictures {
            1 => format!(
                "one picture of {}x{} pixels",
                prepared.width(),
                prepared.height()
            ),
            many => format!("{many} pictures, shorter side {} pixels", plan.side),
        };
        self.output.note(&format!(
            "{}: {each}, {}",
            self.loaded.name,
            plan.methods.join(", ")
        ));
    }

    /// What the methods said in numbers, and a warning about those that hardly react.
    fn say(&self, summary: &Summary) {
        let part = |name: &str, value: Option<f64>| {
            value
                .map(|value| format!(", {name} {value:.3}"))
                .unwrap_or_default()
        };
        for row in summary.rows.iter().filter(|_| summary.has_numbers()) {
            self.output.note(&format!(
                "{}{}{}{}{}",
                row.method,
                part("deletion", row.deletion),
                part("insertion", row.insertion),
                part("completeness gap", row.gap),
                part("survives random weights", row.survives),
            ));
        }
        for sentence in summary.rows.iter().filter_map(hardly) {
            self.output.warn(&sentence);
        }
    }

    fn npy_path(&self, out: &Path, method: &str) -> PathBuf {
        let suffix = match self.plan.methods.len() {
            1 => String::new(),
            _ => format!("-{method}"),
        };
        paths::beside(out, &suffix).with_extension("npy")
    }

    fn write_npy(&self, out: &Path, explained: &Explained) -> anyhow::Result<()> {
        for one in explained.found.iter().filter(|_| self.args.npy) {
            let map = &one.map;
            let bytes = npy(&map.values, &[map.channels, map.height, map.width]);
            write_atomic(&self.npy_path(out, one.method), &bytes, self.args.run.force)?;
        }
        Ok(())
    }

    fn recipe(&self, path: &Path, explained: &Explained) -> anyhow::Result<(String, String)> {
        let recipe = Recipe {
            version: env!("CARGO_PKG_VERSION").to_owned(),
            command: "saliency".to_owned(),
            net: self.loaded.name.clone(),
            weights_file: self.loaded.file.clone(),
            weights_sha256: self.loaded.sha256.clone(),
            backend: self.opened.backend.to_owned(),
            seed: self.plan.seed,
            sources: vec![Source::of(path, None)?],
            preset: None,
            settings: json!({
                "saliency": self.plan.config,
                "methods": self.plan.methods,
                "explains": explained.asked.label,
            }),
        };
        Ok((recipe.to_json()?, recipe.summary()))
    }

    fn write_page(
        &self,
        out: &Path,
        sections: &[maud::Markup],
        summary: &Summary,
        skipped: &[(String, String)],
    ) -> anyhow::Result<()> {
        let title = format!("What {} looks at", self.loaded.name);
        let picture = self.args.picture.as_deref().map(paths::file_name);
        let sanity = if self.plan.is_sane { " --sanity" } else { "" };
        let curves = if self.plan.has_curves {
            " --curves"
        } else {
            ""
        };
        let command = format!(
            "reverie saliency {} --net {} --method {}{sanity}{curves} --seed {} -o {}",
            picture.unwrap_or_default(),
            self.loaded.name,
            self.plan.methods.join(","),
            self.plan.seed,
            paths::file_name(out),
        );
        let page = page::html(&title, &command, sections, summary, skipped);
        write_atomic(
            &out.join("index.html"),
            page.as_bytes(),
            self.args.run.force,
        )?;
        Ok(())
    }

    fn finish(&self, out: &Path, pictures: usize, is_interrupted: bool) {
        shared::say_done(self.output, out, self.started, "");
        let mut event = shared::result_event(out, self.started, self.opened);
        event.insert("pictures".into(), json!(pictures));
        event.insert("methods".into(), json!(self.plan.methods));
        event.insert("interrupted".into(), json!(is_interrupted));
        self.output.event(&Value::Object(event));
    }
}

/// The exit code of a run that was stopped.
fn stopped(stopper: &Stopper) -> ExitCode {
    match stopper.asks() {
        Some(Stop::Interrupted) => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    }
}
