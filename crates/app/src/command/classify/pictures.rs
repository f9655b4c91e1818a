//! The pictures that networks learn from and are measured on.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context;
use reverie_model::data::catalogue::Catalogue;
use reverie_model::data::pictures::{
    Listed, PictureSet, PicturesError, Skipped, decode_all, list_pictures,
};
use reverie_viz::picture::{Filter, Limits, load_bytes, middle_square};

use crate::cli::PictureSetArgs;
use crate::exit::UsageError;
use crate::output::Output;
use crate::{interrupt, memory, paths};

/// Skipped pictures that are named one by one.
const NAMED: usize = 5;
/// Share of the free memory that pictures may take.
const MEMORY_SHARE: f64 = 0.8;
/// Ending of a file of class names in a known set.
const NAMES_ENDING: &str = "txt";

/// Pictures that were found, and what their classes are called.
pub struct Found {
    /// All of them.
    pub listed: Vec<Listed>,
    /// What people call the classes, by folder.
    pub names: BTreeMap<String, String>,
}

/// Finds the pictures that the flags name.
///
/// # Errors
/// Paths that are missing or hold no pictures, a set that is not here, a damaged file of names.
pub fn find(args: &PictureSetArgs, data_dir: Option<&Path>) -> anyhow::Result<Found> {
    if !(0.0..=100.0).contains(&args.max_damaged) {
        let value = args.max_damaged;
        let sentence = format!("--max-damaged is {value}, but must lie between 0 and 100 percent");
        return Err(UsageError(sentence).into());
    }
    if args.data.is_empty() {
        let sentence = "say where the pictures are: --data PATHS, or the name of a known set";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let mut names = args.names.clone();
    let mut listed = Vec::new();
    for data in &args.data {
        for path in places(data, data_dir, &mut names)? {
            listed.extend(list_pictures(&path)?);
        }
    }
    let names = names.map(|path| read_names(&path)).transpose()?;
    Ok(Found {
        listed,
        names: names.unwrap_or_default(),
    })
}

/// A path is taken as it is; else the name of a known set stands for its files.
fn places(
    data: &str,
    data_dir: Option<&Path>,
    names: &mut Option<PathBuf>,
) -> anyhow::Result<Vec<PathBuf>> {
    let path = PathBuf::from(data);
    let catalogue = Catalogue::builtin();
    if path.exists() || !catalogue.names().any(|name| name == data) {
        return Ok(vec![path]);
    }
    let set = catalogue.get(data)?;
    let dirs = paths::data_dirs(data_dir);
    let mut found = Vec::new();
    for file in &set.files {
        let path = set.locate(file, &dirs)?;
        match path
            .extension()
            .is_some_and(|ending| ending == NAMES_ENDING)
        {
            true => *names = names.take().or(Some(path)),
            false => found.push(path),
        }
    }
    Ok(found)
}

fn read_names(path: &Path) -> anyhow::Result<BTreeMap<String, String>> {
    let text =
        std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    let mut names = BTreeMap::new();
    for (number, line) in (1..)
        .zip(text.lines())
        .filter(|(_, line)| !line.trim().is_empty())
    {
        let pair = line.trim().split_once(char::is_whitespace);
        let (folder, words) = pair.with_context(|| {
            format!(
                "{}: line {number} has no name behind the folder {}",
                path.display(),
                line.trim()
            )
        })?;
        names.insert(folder.to_owned(), words.trim().to_owned());
    }
    Ok(names)
}

impl Found {
    /// What people call a class: the first of several words, the folder where there are none.
    pub fn title(&self, class: &str) -> String {
        let words = self.names.get(class).map(String::as_str);
        let first = words.and_then(|words| words.split(',').next());
        first.unwrap_or(class).trim().to_owned()
    }
}

/// Decodes pictures into memory and says what had to be left out; none where the user stops it.
///
/// # Errors
/// Too many damaged pictures, or more than the memory holds.
pub fn decode(
    listed: &[&Listed],
    classes: &[String],
    side: usize,
    args: &PictureSetArgs,
    output: &Output,
) -> anyhow::Result<Option<PictureSet>> {
    check_memory(listed.len(), side)?;
    let mut bar = output.bar(listed.len() as u64);
    let limit = (listed.len() as f64 * args.max_damaged / 100.0).ceil() as usize;
    let decoded = decode_all(listed, classes, side, limit, &square, |done| {
        bar.show(done as u64, "pictures decoded");
        !interrupt::is_asked()
    });
    bar.finish();
    let decoded = decoded.map_err(|error| match error {
        PicturesError::TooManyBad { .. } => {
            anyhow::Error::from(error).context("--max-damaged sets how many may be")
        }
        other => other.into(),
    })?;
    Ok(decoded.map(|decoded| {
        say_skipped(&decoded.skipped, output);
        decoded.set
    }))
}

fn say_skipped(skipped: &[Skipped], output: &Output) {
    for Skipped { name, reason } in skipped.iter().take(NAMED) {
        output.warn(&format!("skipped: {name}: {reason}"));
    }
    if skipped.len() > NAMED {
        let more = skipped.len() - NAMED;
        output.warn(&format!("{more} more pictures are skipped"));
    }
}

fn check_memory(pictures: usize, side: usize) -> anyhow::Result<()> {
    let bytes = (pictures * side * side * 3) as u64;
    let free = memory::available().unwrap_or(u64::MAX);
    anyhow::ensure!(
        bytes as f64 <= free as f64 * MEMORY_SHARE,
        "{pictures} pictures of {side}x{side} pixels need {} of memory, and {} are free; a smaller side (--set side=N) or fewer pictures would fit",
        memory::readable(bytes),
        memory::readable(free)
    );
    Ok(())
}

/// The middle of a picture, as large as its shorter side, at so many pixels.
fn square(bytes: &[u8], name: &str, side: usize) -> Result<Vec<u8>, String> {
    let path = Path::new(name);
    let loaded = load_bytes(bytes, path, &Limits::default()).map_err(|error| error.to_string())?;
    Ok(middle_square(&loaded.picture, side as u32, Filter::Bilinear).to_rgb8())
}
