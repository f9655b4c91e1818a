//! Input pictures that cannot be used: exit code 1, naming the file and what is wrong with it.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, RgbImage};

use super::{Folder, Maker, dream, plain, style};
use crate::common::small_picture;

/// A PNG that says it has so many pixels and holds none.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut header = b"IHDR".to_vec();
    header.extend(width.to_be_bytes());
    header.extend(height.to_be_bytes());
    header.extend([8, 2, 0, 0, 0]);
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    for chunk in [
        header,
        b"IDATx\x9c\x03\x00\x00\x00\x00\x01".to_vec(),
        b"IEND".to_vec(),
    ] {
        png.extend(u32::try_from(chunk.len() - 4).unwrap().to_be_bytes());
        png.extend(&chunk);
        png.extend(crc32(&chunk).to_be_bytes());
    }
    png
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc: u32, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 * (crc & 1))
        })
    })
}

fn jpeg(width: u32, height: u32) -> Vec<u8> {
    let picture = RgbImage::from_fn(width, height, |x, y| image::Rgb([x as u8, y as u8, 99]));
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::from(picture)
        .write_to(&mut bytes, ImageFormat::Jpeg)
        .unwrap();
    bytes.into_inner()
}

/// Puts one unusable file of each kind into the folder: its name, and what must be said of it.
fn unusable(folder: &Folder) -> Vec<(&'static str, &'static [&'static str])> {
    folder.write("text.png", "this is not a picture\n");
    folder.write("empty.png", "");
    folder.write(
        "page.jpg",
        "<!DOCTYPE html><html><body>404 Not Found</body></html>",
    );
    small_picture(&folder.path(""), "one.png", 1, 1, 1);
    small_picture(&folder.path(""), "thin.png", 200, 2, 1);
    folder.write("bomb.png", png_header(60_000, 60_000));
    folder.write("hollow.png", png_header(64, 64));
    let photo = jpeg(320, 240);
    folder.write("cut.jpg", &photo[..photo.len() - 60]);
    folder.write("head.jpg", &photo[..photo.len() / 4]);
    let png = folder.read("a.png");
    folder.write("cut.png", &png[..png.len() * 2 / 3]);
    let mut flipped = png.clone();
    flipped[png.len() / 2] ^= 0xff;
    folder.write("flipped.png", flipped);
    std::fs::create_dir(folder.path("folder.png")).unwrap();
    vec![
        ("absent.png", &["there is no file absent.png"]),
        ("text.png", &["text.png is not a picture", "PNG"]),
        ("empty.png", &["empty.png"]),
        ("page.jpg", &["page.jpg is not a picture"]),
        ("one.png", &["one.png", "1x1", "at least 8"]),
        ("thin.png", &["thin.png", "200x2", "at least 8"]),
        ("bomb.png", &["bomb.png", "60000x60000", "limit of"]),
        ("hollow.png", &["hollow.png"]),
        ("cut.jpg", &["cut.jpg", "cut off"]),
        ("head.jpg", &["head.jpg", "cut off"]),
        ("cut.png", &["cut.png", "cut off"]),
        ("flipped.png", &["flipped.png"]),
        ("folder.png", &["folder.png"]),
    ]
}

#[test]
fn a_content_picture_that_cannot_be_used_is_refused_by_name() {
    let folder = Folder::new();
    let cases = unusable(&folder);
    let cases = cases
        .into_iter()
        .map(|(file, facts)| (style(&["--content", file]), facts));
    folder.all_refused(1, &cases.collect::<Vec<_>>());
}

#[test]
fn a_style_picture_that_cannot_be_used_is_refused_by_name() {
    let folder = Folder::new();
    let cases = unusable(&folder);
    let with_another = |file| style(&["--style", "b.png", "--style", file]);
    let cases = cases
        .into_iter()
        .map(|(file, facts)| (with_another(file), facts));
    folder.all_refused(1, &cases.collect::<Vec<_>>());
}

#[test]
fn a_picture_to_dream_on_that_cannot_be_used_is_refused_by_name() {
    let folder = Folder::new();
    let cases = unusable(&folder);
    let on = |file: &str| {
        dream(&[])
            .iter()
            .map(|arg| arg.replace("a.png", file))
            .collect()
    };
    let cases = cases.into_iter().map(|(file, facts)| (on(file), facts));
    folder.all_refused(1, &cases.collect::<Vec<_>>());
}

#[test]
fn a_picture_without_a_recipe_cannot_be_inspected_or_run_again() {
    let folder = Folder::new();
    folder.write("text.png", "this is not a picture\n");
    folder.refused(
        1,
        &plain(&["inspect", "a.png"]),
        &["a.png carries no recipe"],
    );
    folder.refused(
        1,
        &plain(&["inspect", "text.png"]),
        &["text.png is not a picture"],
    );
    folder.refused(
        1,
        &plain(&["inspect", "absent.png"]),
        &["there is no file absent.png"],
    );
    let again = plain(&["style", "--rerun", "a.png", "-o", "x.png"]);
    folder.refused(1, &again, &["a.png carries no recipe"]);
    folder.done(&style(&["--no-metadata", "-o", "bare.png"]));
    folder.refused(
        1,
        &plain(&["inspect", "bare.png"]),
        &["bare.png", "--no-metadata"],
    );
    folder.done(&dream(&["-o", "dream.png"]));
    let again = plain(&["style", "--rerun", "dream.png", "-o", "x.png"]);
    folder.refused(1, &again, &["dream.png", "recipe of another kind"]);
}

#[test]
fn a_picture_too_small_for_a_layer_is_refused_with_the_size_it_needs() {
    let folder = Folder::new();
    let deep = &["--net", "vgg-mini", "--layer", "relu4_2", "--size", "9"];
    let facts = &["relu4_2", "at least 8x8", "9x7"];
    folder.refused(1, &dream(deep), facts);
    folder.refused(1, &dream(&[&deep[..], &["--dry-run"]].concat()), facts);
    let deep = &[
        "--net",
        "vgg-mini",
        "--set",
        r#"content_layers=["relu4_2"]"#,
        "--size",
        "9",
    ];
    folder.refused(1, &style(deep), &["at least 8x8", "9x7"]);
    folder.refused(
        1,
        &style(&[&deep[..], &["--dry-run"]].concat()),
        &["at least 8x8", "9x7"],
    );
}

#[test]
fn a_very_wide_picture_skips_the_sizes_at_which_it_is_too_thin() {
    let folder = Folder::new();
    small_picture(&folder.path(""), "wide.png", 600, 12, 1);
    let wide = &[
        "--content",
        "wide.png",
        "--net",
        "vgg-mini",
        "--size",
        "600",
        "--steps",
        "1",
    ];
    let layers = &["--set", r#"content_layers=["relu4_2"]"#];
    folder.done(&style(&[&wide[..], layers].concat()));
}

#[test]
fn a_picture_too_large_for_memory_is_refused_with_the_size_that_would_fit() {
    let folder = Folder::new();
    for args in [
        style(&["--size", "60000", "--dry-run"]),
        style(&["--size", "60000"]),
    ] {
        folder.refused(1, &args, &["60000", "GB", "would fit"]);
    }
    for (size, make) in [
        ("60000", style as Maker),
        ("65535", style),
        ("60000", super::imagine),
        ("65535", super::imagine),
    ] {
        let said = folder.refused(1, &make(&["--size", size, "--dry-run"]), &["would fit"]);
        let advice = said
            .split("--size ")
            .nth(1)
            .unwrap()
            .split(' ')
            .next()
            .unwrap();
        // Less than advised, as free memory comes and goes.
        let modest = (advice.parse::<u32>().unwrap() / 10 * 9).to_string();
        folder.done(&make(&["--size", &modest, "--dry-run"]));
    }
}
