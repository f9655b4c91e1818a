//! A folder of pictures to one page.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use reverie_model::data::pictures::{PictureFile, picture_files};
use reverie_viz::picture::{
    Limits, Picture, PictureError, check_output, check_writable, load_bytes, save, write_atomic,
};

use super::summary::{Row, Summary};
use super::{Job, ended, nothing, page, views};
use crate::command::shared::{self, MIN_SIDE, Stopper};
use crate::output::Output;
use crate::paths;

/// The numbers of all pictures.
const TABLE: &str = "maps.csv";
/// Pictures of a folder that get a part of the page each; a page of more is too large for a browser.
const MOST: usize = 500;

/// Explains every picture that can be read, and lists the others.
///
/// # Errors
/// A folder without pictures, or none that can be read; a full disk.
pub fn run(job: &Job<'_>, folder: &Path, out: &Path) -> anyhow::Result<ExitCode> {
    let files = picture_files(folder)?;
    anyhow::ensure!(
        files.len() <= MOST,
        "{} holds {} pictures, and a page shows {MOST} at most; choose some of them",
        folder.display(),
        files.len()
    );
    if out.is_dir() {
        check_writable(&out.join(TABLE), job.args.run.force)?;
        for (number, file) in files.iter().enumerate() {
            let sheet = sheet(out, number, file);
            check_output(&sheet, job.args.run.force)?;
            job.check_npy(&sheet)?;
        }
    }
    // Pictures are as large as they are; a square stands for those that were not looked at yet.
    let square = [job.plan.side; 2];
    job.announce(&vec![square; files.len()])?;
    if job.args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let stopper = Stopper::start(&job.args.run);
    let mut sections = Vec::new();
    let mut summaries: Vec<Summary> = Vec::new();
    let mut csv = String::from("picture,explains,answer,method,deletion,insertion,gap,survives\n");
    let mut skipped: Vec<(String, String)> = Vec::new();
    let mut is_stopped = false;
    for (number, file) in files.iter().enumerate() {
        let picture = match read(file) {
            Ok(picture) => picture,
            Err(reason) => {
                say_skipped(job.output, file, &reason);
                skipped.push((file.name.clone(), reason));
                continue;
            }
        };
        if let Err(error) = fits(job, &picture) {
            say_skipped(job.output, file, &error);
            skipped.push((file.name.clone(), error));
            continue;
        }
        let Some(explained) = job.explain(&file.name, &picture, &stopper)? else {
            is_stopped = true;
            break;
        };
        // A picture that is half explained would spoil the means.
        if explained.is_broken {
            is_stopped = true;
            break;
        }
        // Only now: a run that finds nothing leaves nothing.
        paths::make_folder(out)?;
        let sheet = sheet(out, number, file);
        let options = shared::save_options(&job.args.run, &job.args.picture_args, None);
        save(
            &views::sheet(&explained, job.args.show),
            None,
            &sheet,
            &options,
        )?;
        job.write_npy(&sheet, &explained)?;
        let summary = Summary::of(&explained);
        let line = |row: &Row| {
            line(
                &file.name,
                &explained.asked.label,
                explained.asked.answer,
                row,
            )
        };
        csv.extend(summary.rows.iter().map(line));
        sections.push(page::section(&explained, job.args.show)?);
        summaries.push(summary);
    }
    if sections.is_empty() && is_stopped {
        return nothing(&stopper);
    }
    if sections.is_empty() {
        anyhow::bail!(
            "none of the {} pictures of {} can be read; the first: {}",
            files.len(),
            folder.display(),
            skipped.first().map_or("", |(_, reason)| reason)
        );
    }
    let summary = Summary::mean(&summaries);
    job.write_page(out, &sections, &summary, &skipped)?;
    write_atomic(&out.join(TABLE), csv.as_bytes(), job.args.run.force)?;
    job.say(&summary);
    if !skipped.is_empty() {
        job.output.note(&format!(
            "{} of {} pictures were left out; the page lists them",
            skipped.len(),
            files.len()
        ));
    }
    if is_stopped {
        job.output.note(&format!(
            "stopped early; the page shows the {} pictures that were finished",
            sections.len()
        ));
    }
    job.finish(&out.join("index.html"), sections.len(), is_stopped);
    Ok(match is_stopped {
        true => ended(&stopper, true),
        false => ExitCode::SUCCESS,
    })
}

/// Refuses a picture that is too large for the memory, or too small for the network, in a sentence.
fn fits(job: &Job<'_>, picture: &Picture) -> Result<(), String> {
    let [width, height] = job.plan.size(picture);
    let check = || {
        let bytes = job.plan.check([width, height])?;
        shared::check_memory(bytes, width.min(height))
    };
    check().map_err(|error| format!("{error:#}"))
}

/// Where the maps of a picture go.
fn sheet(out: &Path, number: usize, file: &PictureFile) -> PathBuf {
    let stem = Path::new(&file.name).file_stem().unwrap_or_default();
    out.join(format!("{:03}-{}.png", number + 1, stem.to_string_lossy()))
}

fn read(file: &PictureFile) -> Result<Picture, String> {
    let bytes = file.bytes().map_err(|error| error.to_string())?;
    let limits = Limits {
        min_side: MIN_SIDE,
        ..Limits::default()
    };
    let loaded = load_bytes(&bytes, Path::new(&file.name), &limits);
    loaded
        .map(|loaded| loaded.picture)
        .map_err(|error: PictureError| error.to_string())
}

fn say_skipped(output: &Output, file: &PictureFile, reason: &str) {
    output.warn(&format!("{} is left out: {reason}", file.name));
    output.event(&serde_json::json!({
        "event": "skipped", "picture": file.name, "reason": reason,
    }));
}

/// A line of the table, with names in quotes.
fn line(picture: &str, explains: &str, answer: f32, row: &Row) -> String {
    let quoted = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
    let number = |value: Option<f64>| value.map(|value| value.to_string()).unwrap_or_default();
    format!(
        "{},{},{answer},{},{},{},{},{}\n",
        quoted(picture),
        quoted(explains),
        row.method,
        number(row.deletion),
        number(row.insertion),
        number(row.gap),
        number(row.survives)
    )
}
