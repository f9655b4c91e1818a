//! Puts picture files on one sheet, as those in the documents are:
//! `04_sheet COLUMNS TILE WIDTH QUALITY OUT.jpg FILE[=LABEL]...`
//!
//! Each picture is brought to TILE pixels of height, the sheet to at most WIDTH pixels across.
#![allow(clippy::print_stderr)]

use std::path::Path;
use std::process::ExitCode;

use reverie_viz::picture::{
    Filter, Limits, Picture, PictureError, SaveOptions, SheetOptions, contact_sheet, load, resize,
    save,
};

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let numbers: Vec<u32> = args
        .iter()
        .take(4)
        .map_while(|text| text.parse().ok())
        .collect();
    let ([columns, tile, width, quality], [out, files @ ..]) =
        (numbers.as_slice(), args.get(4..).unwrap_or_default())
    else {
        eprintln!("04_sheet COLUMNS TILE WIDTH QUALITY OUT FILE[=LABEL]...");
        return ExitCode::from(2);
    };
    match make(*columns, *tile, *width, *quality, Path::new(out), files) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

fn make(
    columns: u32,
    tile: u32,
    width: u32,
    quality: u32,
    out: &Path,
    files: &[String],
) -> Result<(), PictureError> {
    let mut tiles = Vec::new();
    for file in files {
        let (path, label) = file.split_once('=').unwrap_or((file, ""));
        let picture = load(Path::new(path), &Limits::default())?.picture;
        tiles.push((to_height(&picture, tile), label.to_owned()));
    }
    let has_labels = tiles.iter().any(|(_, label)| !label.is_empty());
    let options = SheetOptions {
        columns: columns as usize,
        label_scale: u32::from(has_labels),
        ..SheetOptions::default()
    };
    let sheet = contact_sheet(&tiles, &options);
    let height = sheet.height() * width.min(sheet.width()) / sheet.width();
    let options = SaveOptions {
        overwrite: true,
        jpeg_quality: quality.clamp(1, 100) as u8,
        ..SaveOptions::default()
    };
    save(&to_height(&sheet, height), None, out, &options)
}

fn to_height(picture: &Picture, height: u32) -> Picture {
    let width = (picture.width() * height).div_ceil(picture.height());
    resize(picture, width, height, Filter::Lanczos3)
}
