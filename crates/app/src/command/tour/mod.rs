//! `reverie tour`: a page of samples, made here and now with what is inside the program.
//!
//! A section is one file with a function that answers with a [`Section`]; a new one is added to
//! [`GROUPS`]. One that fails is shown as failed, and the others go on.

mod audible;
mod channels;
mod classes;
mod drawings;
mod dreaming;
mod exciting;
mod explaining;
mod filming;
mod hearing;
mod lab;
mod own_source;
mod page;
mod playing;
mod reading;
mod regions;
mod sorting;
mod styling;
mod texturing;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use reverie_model::vision::{Edges, Network};
use reverie_viz::picture::{Picture, check_output, write_atomic};
use reverie_viz::style::{Pictures, StyleConfig, Transfer, drop_unusable_layers, transfer};
use serde_json::json;

use self::audible::Audible;
use self::drawings::Drawings;
use self::filming::Film;
use super::lab::findings::{Part, Row};
use super::shared;
use crate::backend::Opened;
use crate::cli::{DeviceArgs, NetArgs, TourArgs};
use crate::exit::UsageError;
use crate::network::{self, Options};
use crate::output::Output;
use crate::paths;
use crate::settings::{STYLE_PRESETS, did_you_mean, resolve};

/// Seed of everything random.
const SEED: u64 = 1;
/// Longest side of what is stylised, in pixels.
const STYLED: u32 = 320;

/// What a section makes.
#[derive(Default)]
pub struct Section {
    /// Heading.
    pub title: &'static str,
    /// What is seen, in a few sentences.
    pub text: String,
    /// How to do it with one's own files, or in full.
    pub command: &'static str,
    /// What the command is for.
    pub purpose: Purpose,
    /// Pictures with captions.
    pub figures: Vec<(String, Picture)>,
    /// Small pictures with captions, several in a row even on a phone.
    pub tiles: Vec<(String, Picture)>,
    /// What moves.
    pub films: Vec<Film>,
    /// Texts with captions.
    pub texts: Vec<(String, String)>,
    /// A table, the first row its head; nothing where there is none.
    pub table: Vec<Vec<String>>,
    /// What can be heard.
    pub sounds: Vec<Audible>,
    /// Figures beside what theory says of them.
    pub rows: Vec<Row>,
    /// Charts and whatever else the page of an experiment is made of.
    pub parts: Vec<Part>,
}

/// What the command of a section is for.
#[derive(Clone, Copy, Default)]
pub enum Purpose {
    /// The same with one's own files.
    #[default]
    OwnFiles,
    /// All of what is shown in part.
    Whole,
}

/// What sections work with.
pub struct Workshop {
    /// The network inside the program.
    pub network: Box<dyn Network>,
    /// The device.
    pub opened: Opened,
    /// Drawings to work on.
    pub drawings: Drawings,
    /// Folder of the page.
    pub out: PathBuf,
}

impl Workshop {
    /// A transfer by the default preset: so many steps at a small size and at the full one.
    ///
    /// # Errors
    /// If it fails.
    fn stylise(&self, pictures: &Pictures, steps: (usize, usize)) -> anyhow::Result<Picture> {
        let mut config: StyleConfig = resolve(&STYLE_PRESETS, None, None, toml::Table::new())?;
        (config.size, config.start_size) = (STYLED, STYLED / 4);
        (config.first_steps, config.steps) = steps;
        self.transfer(config, pictures)
    }

    /// A transfer with the network inside the program, without the layers that it lacks.
    ///
    /// # Errors
    /// If it fails.
    fn transfer(&self, mut config: StyleConfig, pictures: &Pictures) -> anyhow::Result<Picture> {
        drop_unusable_layers(&mut config, self.network.as_ref(), None);
        let job = Transfer {
            seed: SEED,
            report_every: shared::report_every(&self.opened),
            ..Transfer::new(self.network.as_ref(), &config, pictures)
        };
        Ok(transfer(&job, None, |_, _| ControlFlow::Continue(()))?.picture)
    }
}

/// A section by name.
type Entry = (&'static str, fn(&Workshop) -> anyhow::Result<Section>);

/// Sections that belong together.
struct Group {
    title: &'static str,
    sections: &'static [Entry],
}

/// All sections, in the order of the page.
const GROUPS: [Group; 3] = [
    Group {
        title: "What networks see",
        sections: &[
            ("style", styling::make),
            ("regions", regions::make),
            ("texture", texturing::make),
            ("dream", dreaming::make),
            ("film", filming::make),
            ("channels", channels::make),
            ("classes", classes::make),
            ("saliency", explaining::make),
            ("deconv", exciting::make),
            ("classify", sorting::make),
        ],
    },
    Group {
        title: "What networks remember",
        sections: &[
            ("text", reading::make),
            ("music", playing::make),
            ("speech", hearing::make),
        ],
    },
    Group {
        title: "The lab: small networks and their theory",
        sections: &lab::SECTIONS,
    },
];

/// One made section, or why it could not be made, with the seconds it took.
type Made = (&'static str, anyhow::Result<Section>, f64);

/// Makes the page.
///
/// # Errors
/// If the page cannot be written, or no section could be made.
pub fn run(args: &TourArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let chosen = choose(&args.only)?;
    paths::make_folder(&args.out)?;
    check_output(&args.out.join("landscape.png"), true)?;
    output.note("tour: drawing seven pictures");
    let workshop = prepare(&args.device, &args.out, &output)?;
    let mut made: Vec<Made> = Vec::new();
    for (number, (name, make)) in chosen.iter().enumerate() {
        output.note(&format!("tour {}/{}: {name}", number + 1, chosen.len()));
        let begun = Instant::now();
        let section = make(&workshop);
        if let Err(error) = &section {
            output.warn(&format!("the section {name} failed: {error:#}"));
        }
        made.push((name, section, begun.elapsed().as_secs_f64()));
    }
    workshop.drawings.save(&args.out)?;
    let file = args.out.join("index.html");
    write_atomic(&file, page::html(&workshop, &made)?.as_bytes(), true)?;
    let failed = made
        .iter()
        .filter(|(_, section, _)| section.is_err())
        .count();
    let seconds = started.elapsed().as_secs_f64();
    output.note(&format!(
        "the tour took {seconds:.0} s; {} opens in a browser",
        file.display()
    ));
    if args.open && open::that_detached(&file).is_err() {
        output.warn("no browser could be opened from here; open the page by hand");
    }
    if !output.is_json() {
        output.result(&file.display().to_string())?;
    }
    output.event(&json!({
        "event": "result", "output": file.display().to_string(), "seconds": seconds,
        "sections": made.iter().map(|(name, section, seconds)| json!({
            "name": name, "made": section.is_ok(), "seconds": seconds,
        })).collect::<Vec<_>>(),
        "backend": workshop.opened.backend,
        "peak_memory_bytes": crate::memory::peak(),
    }));
    anyhow::ensure!(failed < made.len(), "no section of the tour could be made");
    Ok(ExitCode::SUCCESS)
}

fn choose(only: &[String]) -> Result<Vec<Entry>, UsageError> {
    let names = || all().map(|(name, _)| name);
    for asked in only {
        if !names().any(|name| name == asked) {
            let list = names().collect::<Vec<_>>().join(" ");
            let hint = did_you_mean(asked, names());
            return Err(UsageError(format!(
                "the tour has no section {asked}{hint}; it has {list}"
            )));
        }
    }
    let is_chosen = |name: &str| only.is_empty() || only.iter().any(|asked| asked == name);
    Ok(all().filter(|(name, _)| is_chosen(name)).collect())
}

fn all() -> impl Iterator<Item = Entry> {
    GROUPS.iter().flat_map(|group| group.sections).copied()
}

fn prepare(device: &DeviceArgs, out: &Path, output: &Output) -> anyhow::Result<Workshop> {
    let opened = shared::open_device(device, output)?;
    let args = NetArgs {
        net: None,
        weights: None,
        data_dir: None,
    };
    let options = Options {
        edges: Edges::Replicate,
        ..Options::default()
    };
    let loaded = network::load(&args, options, &opened.device)?;
    Ok(Workshop {
        network: loaded.network,
        opened,
        drawings: Drawings::make(),
        out: out.to_owned(),
    })
}
