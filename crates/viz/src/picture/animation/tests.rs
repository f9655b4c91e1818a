//! Animations as other programs read them.

use std::fs::{self, File};
use std::io::BufReader;
use std::path::Path;

use ::image::codecs::{gif::GifDecoder, png::PngDecoder};
use ::image::{AnimationDecoder, Frame};
use tempfile::TempDir;

use super::*;
use crate::picture::{Limits, load, read_recipe};

const RECIPE: &str = r#"{"film":"été 夜 🌌","seed":7}"#;

/// Something like a photograph: soft colours with a little texture, moving slowly.
fn photo(number: u32) -> Picture {
    let at = number as f32 / 40.0;
    Picture::from_fn(80, 60, |x, y| {
        let (x, y) = (x as f32 / 80.0, y as f32 / 60.0);
        let texture = 0.03 * (90.0 * x).sin() * (70.0 * y + at).cos();
        [
            0.2 + 0.6 * y + texture,
            0.5 + 0.3 * (4.0 * (x + at)).sin() + texture,
            0.9 - 0.7 * x * y + texture,
        ]
    })
}

fn film(count: u32) -> impl ExactSizeIterator<Item = Result<Picture, PictureError>> {
    (0..count as usize).map(|number| Ok(photo(number as u32)))
}

fn options(frames_per_second: f64) -> AnimationOptions {
    AnimationOptions {
        frames_per_second,
        recipe: Some(RECIPE.to_owned()),
        parameters: Some("seed 7".to_owned()),
        ..AnimationOptions::default()
    }
}

fn read_back(path: &Path) -> Vec<Frame> {
    let file = BufReader::new(File::open(path).unwrap());
    let frames = match AnimationFormat::of(path).unwrap() {
        AnimationFormat::Gif => GifDecoder::new(file).unwrap().into_frames(),
        AnimationFormat::Apng => {
            let decoder = PngDecoder::new(file).unwrap();
            assert!(decoder.is_apng().unwrap());
            decoder.apng().unwrap().into_frames()
        }
    };
    frames.collect_frames().unwrap()
}

fn rgb(frame: &Frame) -> Vec<u8> {
    let pixels = frame.buffer().pixels();
    pixels
        .flat_map(|pixel| [pixel[0], pixel[1], pixel[2]])
        .collect()
}

/// Mean distance of the bytes.
fn distance(a: &[u8], b: &[u8]) -> f64 {
    assert_eq!(a.len(), b.len());
    let sum: f64 = a
        .iter()
        .zip(b)
        .map(|(a, b)| f64::from(a.abs_diff(*b)))
        .sum();
    sum / a.len() as f64
}

/// Means of blocks of 4 x 4 pixels.
fn means(bytes: &[u8]) -> Vec<u8> {
    let at = |x: usize, y: usize, c: usize| f32::from(bytes[(y * 80 + x) * 3 + c]);
    let mut found = Vec::new();
    for (y, x, c) in (0..15).flat_map(|y| (0..60).map(move |i| (4 * y, 4 * (i / 3), i % 3))) {
        let sum: f32 = (0..16).map(|i| at(x + i % 4, y + i / 4, c)).sum();
        found.push((sum / 16.0).round() as u8);
    }
    found
}

fn is_empty(folder: &TempDir) -> bool {
    fs::read_dir(folder.path()).unwrap().next().is_none()
}

#[test]
fn an_animated_png_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["film.png", "film.APNG"] {
        let path = folder.path().join(name);
        write_animation(film(5), &path, &options(24.0)).unwrap();
        let frames = read_back(&path);
        assert_eq!(frames.len(), 5);
        for (number, frame) in frames.iter().enumerate() {
            assert_eq!(frame.buffer().dimensions(), (80, 60));
            // 1000/24 ms.
            assert_eq!(frame.delay().numer_denom_ms(), (125, 3));
            assert_eq!(rgb(frame), photo(number as u32).to_rgb8());
        }
        // A program that knows no animations shows the first frame.
        let still = load(&path, &Limits::default()).unwrap().picture;
        assert_eq!(still.to_rgb8(), photo(0).to_rgb8());
    }
}

#[test]
fn a_gif_is_close_and_takes_the_time_it_should() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.gif");
    write_animation(film(6), &path, &options(30.0)).unwrap();
    let frames = read_back(&path);
    assert_eq!(frames.len(), 6);
    let mut time = 0;
    for (number, frame) in frames.iter().enumerate() {
        assert_eq!(frame.buffer().dimensions(), (80, 60));
        let (found, expected) = (rgb(frame), photo(number as u32).to_rgb8());
        let near = distance(&found, &expected);
        assert!(near < 6.0, "frame {number}: {near}");
        // From a little further away the dots mix.
        let far = distance(&means(&found), &means(&expected));
        assert!(far < 1.5, "frame {number}: {far}");
        time += frame.delay().numer_denom_ms().0 / frame.delay().numer_denom_ms().1;
    }
    assert_eq!(time, 200);
    let bytes = fs::read(&path).unwrap();
    let endless = b"NETSCAPE2.0\x03\x01\x00\x00\x00";
    assert!(bytes.windows(endless.len()).any(|part| part == endless));
}

#[test]
fn a_gif_of_few_colours_is_exact() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.gif");
    let frame = |number: usize| {
        Picture::from_fn(9, 5, |x, y| {
            [(x + y) as f32 / 14.0, 0.3, number as f32 / 2.0]
        })
    };
    write_animation((0..3).map(|n| Ok(frame(n))), &path, &options(10.0)).unwrap();
    for (number, found) in read_back(&path).iter().enumerate() {
        assert_eq!(rgb(found), frame(number).to_rgb8());
    }
}

#[test]
fn a_film_of_one_frame_of_one_pixel_is_a_film() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.gif", "a.png"] {
        let path = folder.path().join(name);
        let frame = Picture::filled(1, 1, [0.2, 0.4, 0.6]);
        write_animation([Ok(frame)], &path, &AnimationOptions::default()).unwrap();
        assert_eq!(rgb(&read_back(&path)[0]), [51, 102, 153]);
        assert_eq!(read_recipe(&path).unwrap(), None);
    }
}

#[test]
fn the_recipe_comes_back_letter_by_letter() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.gif", "a.png"] {
        let path = folder.path().join(name);
        write_animation(film(2), &path, &options(24.0)).unwrap();
        assert_eq!(read_recipe(&path).unwrap().as_deref(), Some(RECIPE));
    }
}

#[test]
fn what_is_wrong_with_the_frames_is_said_and_nothing_is_left() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["a.gif", "a.png"] {
        let path = folder.path().join(name);
        let error = write_animation([], &path, &options(24.0)).unwrap_err();
        assert!(matches!(error, PictureError::NoFrames { .. }), "{error}");

        let mut frames = vec![Ok(photo(0)), Ok(photo(1))];
        frames.push(Ok(Picture::filled(80, 61, [0.5; 3])));
        let error = write_animation(frames, &path, &options(24.0)).unwrap_err();
        assert_eq!(
            error.to_string(),
            "frame 3 has 80x61 pixels and the first has 80x60; \
             all frames of an animation need one size"
        );

        let missing = Path::new("frame-00002.png").to_owned();
        let frames = [Ok(photo(0)), Err(PictureError::Missing { path: missing })];
        let error = write_animation(frames, &path, &options(24.0)).unwrap_err();
        assert!(matches!(error, PictureError::Missing { .. }), "{error}");

        let error = write_animation(film(2), &path, &options(0.0)).unwrap_err();
        assert!(matches!(error, PictureError::FrameRate { .. }), "{error}");
        assert!(is_empty(&folder));
    }
    let wide = Picture::filled(65_536, 1, [0.5; 3]);
    let path = folder.path().join("wide.gif");
    let error = write_animation([Ok(wide.clone())], &path, &options(24.0)).unwrap_err();
    assert_eq!(
        error.to_string(),
        "a GIF file has at most 65535 pixels a side, and the picture is 65536x1; save it as PNG"
    );
    assert!(is_empty(&folder));
    write_animation([Ok(wide)], &path.with_extension("png"), &options(24.0)).unwrap();
}

#[test]
fn a_file_is_replaced_only_when_asked_and_only_by_a_whole_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.gif");
    fs::write(&path, "mine").unwrap();
    let error = write_animation(film(2), &path, &options(24.0)).unwrap_err();
    assert!(matches!(error, PictureError::Exists { .. }), "{error}");
    let error = check_animation(&path, false).unwrap_err();
    assert!(matches!(error, PictureError::Exists { .. }), "{error}");
    let replacing = AnimationOptions {
        overwrite: true,
        ..options(24.0)
    };
    let broken = [Ok(photo(0)), Ok(Picture::filled(1, 1, [0.5; 3]))];
    assert!(write_animation(broken, &path, &replacing).is_err());
    assert_eq!(fs::read(&path).unwrap(), b"mine");
    write_animation(film(2), &path, &replacing).unwrap();
    assert_eq!(read_back(&path).len(), 2);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn the_extension_chooses_the_format() {
    for extension in ANIMATION_EXTENSIONS.split(", ") {
        let path = format!("film.{extension}");
        assert!(AnimationFormat::of(Path::new(&path)).is_some(), "{path}");
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("film.png");
    assert_eq!(
        check_animation(&path, false).unwrap(),
        AnimationFormat::Apng
    );
    let error = check_animation(&folder.path().join("film.avi"), false).unwrap_err();
    assert!(
        error.to_string().ends_with("use one of gif, png, apng"),
        "{error}"
    );
    let error = write_animation(film(1), Path::new("film"), &options(24.0)).unwrap_err();
    assert!(matches!(error, PictureError::UnsupportedAnimation { .. }));
}
