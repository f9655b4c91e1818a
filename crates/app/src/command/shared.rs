//! What several commands do alike.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;
use reverie_viz::picture::{BitDepth, Limits, Loaded, SaveOptions, load};
use serde_json::{Map, Value, json};
use toml::Table;

use crate::backend::{Backend, Opened};
use crate::cli::{AscentArgs, DeviceArgs, PictureArgs, RunArgs, TalkArgs};
use crate::exit::UsageError;
use crate::output::Output;
use crate::settings::{assignments, put, whole};
use crate::{interrupt, memory};

/// Pictures with a shorter side than this show a network nothing.
pub const MIN_SIDE: u32 = 8;
/// Steps between two readings of the loss where reading it stalls the device.
const GPU_REPORT_EVERY: usize = 10;
/// Share of the free memory that a plan may take.
const MEMORY_SHARE: f64 = 0.9;

impl RunArgs {
    /// The seed, 0 unless said otherwise.
    pub fn seed(&self) -> u64 {
        self.seed.unwrap_or(0)
    }
}

/// The terminal as the flags want it.
pub fn output(talk: &TalkArgs) -> Output {
    Output::new(talk.json, talk.quiet, talk.verbose)
}

/// Opens the device that the flags name and says what was chosen where the user did not choose.
///
/// # Errors
/// No such device, or threads that cannot be made.
pub fn open_device(args: &DeviceArgs, output: &Output) -> anyhow::Result<Opened> {
    if let Some(threads) = args.threads {
        rayon::ThreadPoolBuilder::new()
            .num_threads(usize::from(threads))
            .build_global()
            .context("starting the processor threads")?;
    }
    args.kernels.settle();
    let opened = args.backend.open()?;
    if args.backend == Backend::Auto {
        output.note(&format!("computing on {}: {}", opened.backend, opened.name));
    }
    if opened.is_software() {
        output.warn(&format!(
            "{} is a software adapter: correct, and much slower than --backend flex",
            opened.name
        ));
    }
    Ok(opened)
}

/// Steps between two readings of the loss on this device.
pub fn report_every(opened: &Opened) -> usize {
    if opened.is_cpu() { 1 } else { GPU_REPORT_EVERY }
}

/// Reads an input picture and says what a photographer should know.
///
/// # Errors
/// What is wrong with the file.
pub fn load_picture(path: &Path, output: &Output) -> anyhow::Result<Loaded> {
    let loaded = load(
        path,
        &Limits {
            min_side: MIN_SIDE,
            ..Limits::default()
        },
    )?;
    if let Some(note) = &loaded.source.icc_note {
        output.warn(&format!(
            "{}: the colour profile is ignored: {note}",
            path.display()
        ));
    }
    Ok(loaded)
}

/// How the result is written.
pub fn save_options(
    run: &RunArgs,
    picture: &PictureArgs,
    recipe: Option<(String, String)>,
) -> SaveOptions {
    save_options_of(run.force, picture, recipe)
}

/// The same for a command that has no other settings of a run.
pub fn save_options_of(
    force: bool,
    picture: &PictureArgs,
    recipe: Option<(String, String)>,
) -> SaveOptions {
    let (recipe, parameters) = recipe.filter(|_| !picture.no_metadata).unzip();
    let bits = if picture.bits == 16 {
        BitDepth::Sixteen
    } else {
        BitDepth::Eight
    };
    SaveOptions {
        overwrite: force,
        bits,
        recipe,
        parameters,
        ..SaveOptions::default()
    }
}

/// `--set` pairs as a table.
///
/// # Errors
/// A pair without an equals sign.
pub fn set_flags(run: &RunArgs) -> Result<Table, UsageError> {
    assignments(&run.set)
}

/// The flags of dreams and channel pictures as a table.
///
/// # Errors
/// A `--set` without an equals sign.
pub fn ascent_flags(args: &AscentArgs, run: &RunArgs) -> Result<Table, UsageError> {
    let mut flags = set_flags(run)?;
    put(&mut flags, "layer", args.layer.clone());
    put(&mut flags, "size", args.size.map(i64::from));
    put(&mut flags, "octaves", whole(args.octaves));
    put(&mut flags, "octave_scale", args.octave_scale);
    put(&mut flags, "steps", whole(args.steps));
    put(&mut flags, "rate", args.rate);
    put(&mut flags, "jitter", whole(args.jitter));
    put(&mut flags, "decay", args.decay);
    put(&mut flags, "blur", args.blur);
    put(&mut flags, "blur_every", whole(args.blur_every));
    put(&mut flags, "clip", args.clip);
    Ok(flags)
}

/// Whether the layer of a dream was asked for, rather than left to a preset.
pub fn names_layer(args: &AscentArgs, run: &RunArgs) -> bool {
    let is_set = |pair: &String| pair.trim_start().starts_with("layer");
    args.layer.is_some() || run.config.is_some() || run.set.iter().any(is_set)
}

/// Refuses a plan that the free memory does not hold, naming the size that it would.
///
/// # Errors
/// One sentence with both amounts.
pub fn check_memory(bytes: u64, size: u32) -> anyhow::Result<()> {
    let Some(free) = memory::available() else {
        return Ok(());
    };
    let limit = (free as f64 * MEMORY_SHARE) as u64;
    if bytes <= limit {
        return Ok(());
    }
    // Memory grows with the area; a little is kept back for what does not.
    let fits = (f64::from(size) * (limit as f64 / bytes as f64).sqrt() * 0.97) as u32;
    anyhow::bail!(
        "a picture of {size} pixels needs about {} of memory, and {} are free; --size {} would fit",
        memory::readable(bytes),
        memory::readable(free),
        fits.max(1)
    )
}

/// Bytes that work may take on this device: what the user allows, and no more than there are.
pub fn memory_limit(asked: Option<u64>, opened: &Opened) -> Option<u64> {
    let there = match opened.is_physical {
        true => opened.memory,
        false => memory::available(),
    };
    let there = there.map(|bytes| (bytes as f64 * MEMORY_SHARE) as u64);
    match (asked, there) {
        (Some(asked), Some(there)) => Some(asked.min(there)),
        (asked, there) => asked.or(there),
    }
}

/// What a picture takes that does not fit even in tiles.
pub struct Needs {
    /// Bytes that grow with the picture.
    pub growing: u64,
    /// Bytes that do not: the program, the network and the smallest tile.
    pub fixed: u64,
}

/// The refusal of a picture of this size, with the size that would fit.
pub fn no_room(needs: &Needs, limit: Option<u64>, size: u32, remedy: &str) -> anyhow::Error {
    // Memory grows with the area; a little is kept back, as for pictures that are not cut.
    let left = limit.unwrap_or(0).saturating_sub(needs.fixed);
    let fits = f64::from(size) * (left as f64 / needs.growing.max(1) as f64).sqrt() * 0.97;
    let advice = match fits as u32 {
        fits if (1..size).contains(&fits) => format!("--size {fits} would fit"),
        _ => "a smaller --size would need less".to_owned(),
    };
    anyhow::anyhow!(
        "a picture of {size} pixels needs about {} of memory even in the smallest tiles, and there are {}; {advice}{remedy}",
        memory::readable(needs.growing + needs.fixed),
        limit.map_or("too little".to_owned(), memory::readable)
    )
}

/// Decides when to stop early.
pub struct Stopper {
    deadline: Option<Instant>,
}

/// Why a run stops early.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Ctrl-C.
    Interrupted,
    /// `--time-budget` is used up.
    OutOfTime,
}

impl Stopper {
    /// Starts the clock and listens for Ctrl-C.
    pub fn start(run: &RunArgs) -> Self {
        Self::within(run.time_budget)
    }

    /// The same for a command that has no other settings of a run.
    pub fn within(seconds: Option<f64>) -> Self {
        interrupt::listen();
        let budget = seconds.map(Duration::from_secs_f64);
        Self {
            deadline: budget.and_then(|budget| Instant::now().checked_add(budget)),
        }
    }

    /// One that never says stop.
    #[cfg(test)]
    pub fn never() -> Self {
        Self { deadline: None }
    }

    /// Whether it is time.
    pub fn asks(&self) -> Option<Stop> {
        if interrupt::is_asked() {
            Some(Stop::Interrupted)
        } else if self
            .deadline
            .is_some_and(|deadline| Instant::now() >= deadline)
        {
            Some(Stop::OutOfTime)
        } else {
            None
        }
    }
}

/// Columns of a sheet of so many pictures; 0 leaves them to it.
///
/// # Errors
/// [`UsageError`] for a sheet with too little room.
pub fn sheet_columns(asked: Option<(u32, u32)>, tiles: usize) -> Result<usize, UsageError> {
    match asked {
        Some((columns, rows)) if (columns as usize) * (rows as usize) < tiles => Err(UsageError(
            format!("a sheet of {columns}x{rows} has no room for {tiles} pictures"),
        )),
        Some((columns, _)) => Ok(columns as usize),
        None => Ok(0),
    }
}

/// The fields that every result has.
pub fn result_event(out: &Path, started: Instant, opened: &Opened) -> Map<String, Value> {
    let event = json!({
        "event": "result",
        "output": out.display().to_string(),
        "seconds": (started.elapsed().as_secs_f64() * 1000.0).round() / 1000.0,
        "backend": opened.backend,
        "peak_memory_bytes": memory::peak(),
    });
    match event {
        Value::Object(fields) => fields,
        _ => Map::new(),
    }
}

/// The last line for a person: what was made, how long it took.
pub fn say_done(output: &Output, out: &Path, started: Instant, more: &str) {
    let peak = memory::peak().map(|bytes| format!(", {} of memory", memory::readable(bytes)));
    output.note(&format!(
        "{} written in {:.1} s{more}{}",
        out.display(),
        started.elapsed().as_secs_f64(),
        peak.unwrap_or_default()
    ));
}
