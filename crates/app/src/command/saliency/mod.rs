//! `reverie saliency`: which pixels made a network say what it says.

mod again;
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
use crate::memory;
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
        self.check_npy(out)?;
        self.announce(&[self.plan.size(&picture)])?;
        if self.args.run.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        let stopper = Stopper::start(&self.args.run);
        let name = paths::file_name(path);
        let Some(explained) = self.explain(&name, &picture, &stopper)? else {
            return nothing(&stopper);
        };
        self.save_sheet(path, out, &explained)?;
        self.say(&Summary::of(&explained));
        self.finish(out, 1, explained.is_broken);
        Ok(ended(&stopper, explained.is_broken))
    }

    /// One picture to a page.
    fn one_page(&self, path: &Path, out: &Path) -> anyhow::Result<ExitCode> {
        let picture = shared::load_picture(path, self.output)?.picture;
        let sheet = out.join("maps.png");
        if out.is_dir() {
            check_output(&sheet, self.args.run.force)?;
            self.check_npy(&sheet)?;
        }
        self.announce(&[self.plan.size(&picture)])?;
        if self.args.run.dry_run {
            return Ok(ExitCode::SUCCESS);
        }
        let stopper = Stopper::start(&self.args.run);
        let name = paths::file_name(path);
        let Some(explained) = self.explain(&name, &picture, &stopper)? else {
            return nothing(&stopper);
        };
        paths::make_folder(out)?;
        self.save_sheet(path, &sheet, &explained)?;
        let summary = Summary::of(&explained);
        let sections = [page::section(&explained, self.args.show)?];
        self.write_page(out, &sections, &summary, &[])?;
        self.say(&summary);
        self.finish(&out.join("index.html"), 1, explained.is_broken);
        Ok(ended(&stopper, explained.is_broken))
    }

    /// The maps as one picture, with their recipe, and their numbers.
    fn save_sheet(&self, path: &Path, out: &Path, explained: &Explained) -> anyhow::Result<()> {
        let recipe = self.recipe(path, explained)?;
        let options = shared::save_options(&self.args.run, &self.args.picture_args, Some(recipe));
        let sheet = views::sheet(explained, self.args.show);
        save(&sheet, None, out, &options)?;
        self.write_npy(out, explained)
    }

    /// Finds out before the work whether the numbers can be written beside `out`.
    fn check_npy(&self, out: &Path) -> anyhow::Result<()> {
        for method in self.plan.methods.iter().filter(|_| self.args.npy) {
            check_writable(&self.npy_path(out, method), self.args.run.force)?;
        }
        Ok(())
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
            if explained.is_broken {
                self.output
                    .note(&format!("{name}: stopped early; what was finished is kept"));
            }
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

    /// Says what will be done with pictures of these sizes, and refuses what cannot be.
    fn announce(&self, sizes: &[[u32; 2]]) -> anyhow::Result<()> {
        let plan = &self.plan;
        let mut most = 0;
        let mut largest = 0;
        for size in sizes {
            let bytes = plan.check(*size)?;
            if bytes > most {
                (most, largest) = (bytes, size[0].min(size[1]));
            }
        }
        let each = match sizes {
            [[width, height]] => format!("one picture of {width}x{height} pixels"),
            many => format!("{} pictures, shorter side {} pixels", many.len(), plan.side),
        };
        self.output.note(&format!(
            "plan: {}, {each}, {}, about {} of memory",
            self.loaded.name,
            plan.methods.join(", "),
            memory::readable(most)
        ));
        shared::check_memory(most, largest)
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
        let command = again::again(self, out);
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

/// What is said where nothing was finished.
///
/// # Errors
/// Where time ran out rather than patience.
fn nothing(stopper: &Stopper) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        stopper.asks() == Some(Stop::Interrupted),
        "the time was up before the first map was finished, so nothing was written; a larger \
         --time-budget or a smaller --size would help"
    );
    Ok(exit::interrupted())
}

/// The exit code of a run with a result.
fn ended(stopper: &Stopper, is_broken: bool) -> ExitCode {
    match stopper.asks() {
        Some(Stop::Interrupted) if is_broken => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    }
}
