//! `reverie data`: which data sets are known, which are here, and whether they are right.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use reverie_model::data::catalogue::{Catalogue, DataError, DataFile, DataSet};
use serde_json::json;

use super::download::download;
use super::shared;
use crate::cli::{DataAction, DataArgs};
use crate::fetch::{Expect, FetchError};
use crate::output::Output;
use crate::{exit, memory, paths};

/// Does what the action says.
///
/// # Errors
/// Names that do not exist, files that are missing, damaged or wrong.
pub fn run(args: &DataArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(&args.talk);
    let data_dir = args.data_dir.as_deref();
    let catalogue = Catalogue::builtin();
    match &args.action {
        DataAction::List => list(&catalogue, data_dir, &output),
        DataAction::Fetch { name } => fetch(catalogue.get(name)?, data_dir, &output),
        DataAction::Verify { name } => verify(catalogue.get(name)?, data_dir, &output),
    }
}

fn list(
    catalogue: &Catalogue,
    data_dir: Option<&Path>,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    let dirs = paths::data_dirs(data_dir);
    let width = catalogue.names().map(str::len).max().unwrap_or(0);
    for set in catalogue.sets() {
        let found: Vec<Option<PathBuf>> = set
            .files
            .iter()
            .map(|file| set.locate(file, &dirs).ok())
            .collect();
        if output.is_json() {
            let files = set.files.iter().zip(&found).map(|(file, path)| {
                json!({
                    "file": file.file, "folder": file.folder, "bytes": file.bytes,
                    "sha256": file.sha256, "urls": file.urls, "urls_checked": file.urls_checked,
                    "path": path.as_ref().map(|path| path.display().to_string()),
                })
            });
            output.event(&json!({
                "event": "entry", "name": set.name, "title": set.title, "bytes": set.bytes(),
                "licence": set.licence, "source": set.source, "notes": set.notes,
                "can_be_fetched": set.can_be_fetched(), "files": files.collect::<Vec<_>>(),
            }));
            continue;
        }
        let here = match found.iter().flatten().count() {
            0 => "",
            n if n == found.len() => "here",
            _ => "part",
        };
        let size = memory::readable(set.bytes());
        output.result(&format!(
            "{:width$} {here:4} {size:>7}  {}; {}",
            set.name, set.title, set.licence
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn fetch(set: &DataSet, data_dir: Option<&Path>, output: &Output) -> anyhow::Result<ExitCode> {
    let dirs = paths::data_dirs(data_dir);
    let dir = paths::download_dir(data_dir)
        .context("there is no folder for downloads; name one with --data-dir")?;
    output.note(&format!("{}: {}", set.name, set.licence));
    for file in &set.files {
        let dest = dir.join(&file.folder).join(&file.file);
        if is_here(set, file, &dest, &dirs, output)? {
            continue;
        }
        let expect = Expect {
            bytes: Some(file.bytes),
            sha256: Some(file.sha256.clone()),
            sha256_prefix: None,
        };
        let is_done = match download(&file.urls, &dest, &expect, output) {
            Err(error) if matches!(error.downcast_ref(), Some(FetchError::Failed { .. })) => {
                say_notes(set, output);
                return Err(error);
            }
            other => other?,
        };
        if !is_done {
            return Ok(exit::interrupted());
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether the right file is here; a wrong one may be replaced where the download would lie.
fn is_here(
    set: &DataSet,
    file: &DataFile,
    dest: &Path,
    dirs: &[PathBuf],
    output: &Output,
) -> anyhow::Result<bool> {
    let path = match set.locate(file, dirs) {
        Ok(path) => path,
        Err(error) if file.urls.is_empty() => {
            say_notes(set, output);
            return Err(error.into());
        }
        Err(_) => return Ok(false),
    };
    match set.verify(file, &path) {
        Ok(()) => {
            output.note(&format!("{} is here already and right", path.display()));
            output.event(&json!({
                "event": "result", "path": path.display().to_string(), "sha256": file.sha256,
            }));
            Ok(true)
        }
        Err(error @ (DataError::WrongSize { .. } | DataError::WrongHash { .. }))
            if path == dest && !file.urls.is_empty() =>
        {
            output.warn(&error.to_string());
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}

/// What is known about a set that cannot be downloaded may help to get it otherwise.
fn say_notes(set: &DataSet, output: &Output) {
    output.note(&format!("source: {}", set.source));
    if !set.notes.is_empty() {
        output.note(&format!("about {}: {}", set.name, set.notes));
    }
}

fn verify(set: &DataSet, data_dir: Option<&Path>, output: &Output) -> anyhow::Result<ExitCode> {
    let dirs = paths::data_dirs(data_dir);
    for file in &set.files {
        let path = set.locate(file, &dirs)?;
        set.verify(file, &path)?;
        let path = path.display().to_string();
        if output.is_json() {
            output.event(&json!({
                "event": "result", "path": path, "sha256": file.sha256, "right": true,
            }));
        } else {
            output.result(&format!("{path}: size and hash agree"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}
