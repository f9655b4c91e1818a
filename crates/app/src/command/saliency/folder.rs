//! A folder of pictures to one page.

use std::path::Path;
use std::process::ExitCode;

use reverie_model::data::pictures::{PictureFile, picture_files};
use reverie_viz::picture::{Limits, Picture, PictureError, load_bytes, save, write_atomic};

use super::summary::{Row, Summary};
use super::{Job, page, stopped, views};
use crate::command::shared::{self, MIN_SIDE, Stopper};
use crate::output::Output;
use crate::paths;

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
    let first = Picture::filled(1, 1, [0.0; 3]);
    job.announce(&first, files.len());
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
        let Some(explained) = job.explain(&file.name, &picture, &stopper)? else {
            is_stopped = true;
            break;
        };
        // Only now: a run that finds nothing leaves nothing.
        paths::make_folder(out)?;
        let stem = Path::new(&file.name).file_stem().unwrap_or_default();
        let sheet = out.join(format!("{:03}-{}.png", number + 1, stem.to_string_lossy()));
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
        job.output
            .note("stopped before anything was finished; nothing was written");
        return Ok(stopped(&stopper));
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
    write_atomic(&out.join("maps.csv"), csv.as_bytes(), job.args.run.force)?;
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
        true => stopped(&stopper),
        false => ExitCode::SUCCESS,
    })
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
