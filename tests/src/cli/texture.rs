//! Textures: their size, their seed, what they are like, and their borders.

use image::{Rgb, RgbImage};
use reverie_viz::picture::{Picture, SaveOptions, draw, save};

use super::dreams::pixels;
use super::json::objects;
use super::{Folder, plain, texture};

/// Two sizes with three steps each.
const TWO_SIZES: &[&str] = &["--size", "48x32", "--set", "start_size=24", "--steps", "3"];

#[test]
fn a_texture_has_the_pixels_that_were_asked_for() {
    let folder = Folder::new();
    let sizes = [
        ("48x32", (48, 32)),
        ("32x48", (32, 48)),
        ("97x31", (97, 31)),
        ("40", (40, 40)),
    ];
    for (size, expected) in sizes {
        folder.done(&texture(&["--size", size, "--force"]));
        let found = image::image_dimensions(folder.path("x.png")).unwrap();
        assert_eq!(found, expected, "--size {size}");
    }
}

#[test]
fn a_seed_is_a_texture() {
    let folder = Folder::new();
    for (seed, out) in [("1", "one.png"), ("1", "same.png"), ("2", "other.png")] {
        folder.done(&texture(
            &[TWO_SIZES, &["--seed", seed, "-o", out]].concat(),
        ));
    }
    assert!(folder.read("one.png") == folder.read("same.png"));
    assert!(pixels(&folder, "one.png") != pixels(&folder, "other.png"));
}

#[test]
fn an_example_of_weight_zero_is_as_good_as_absent() {
    let folder = Folder::new();
    folder.done(&texture(&["-o", "alone.png"]));
    folder.done(&texture(&["b.png:0", "-o", "zero.png"]));
    folder.done(&texture(&["b.png:0.5", "-o", "both.png"]));
    assert!(folder.read("alone.png") == folder.read("zero.png"));
    assert!(pixels(&folder, "alone.png") != pixels(&folder, "both.png"));
    let mut nothing = texture(&[]);
    let example = nothing.iter_mut().find(|word| *word == "a.png");
    example.unwrap().push_str(":0");
    folder.refused(2, &nothing, &["weights of the examples sum to 0"]);
}

#[test]
fn a_texture_that_is_gone_on_with_is_the_one_that_never_stopped() {
    let folder = Folder::new();
    folder.done(&texture(&[TWO_SIZES, &["-o", "whole.png"]].concat()));
    for stop in ["2", "3", "4"] {
        let out = &["-o", "part.png", "--force", "--stop-after", stop];
        let stopped = texture(&[TWO_SIZES, out].concat());
        folder.run(&stopped).assert().code(130);
        folder.done(&texture(
            &[TWO_SIZES, &["-o", "part.png", "--resume"]].concat(),
        ));
        assert!(
            folder.read("part.png") == folder.read("whole.png"),
            "stopped after {stop} steps"
        );
        assert!(!folder.path("part.png.resume").exists());
    }
}

#[test]
fn a_texture_is_made_again_from_its_recipe() {
    let folder = Folder::new();
    let made = &["c.png:2", "--tileable", "--sheet", "-o", "made.png"];
    folder.done(&texture(&[TWO_SIZES, made].concat()));
    let again = ["texture", "--rerun", "made.png", "--backend", "flex"];
    folder.done(&plain(&[&again[..], &["-o", "again.png"]].concat()));
    assert!(folder.read("made.png") == folder.read("again.png"));
    let (width, _) = image::image_dimensions(folder.path("made-sheet.png")).unwrap();
    assert!(
        width > 3 * 32,
        "two examples and the result, not {width} pixels"
    );
    // Flags go over the recipe, and its other settings stay.
    let square = &["--size", "24", "-o", "square.png"];
    folder.done(&plain(&[&again[..], square].concat()));
    let found = image::image_dimensions(folder.path("square.png")).unwrap();
    assert_eq!(found, (24, 24));
    let as_style = plain(&["style", "--rerun", "made.png", "-o", "x.png"]);
    folder.refused(1, &as_style, &["made.png", "reverie texture"]);
}

#[test]
fn what_a_texture_cannot_have_is_refused() {
    let folder = Folder::new();
    folder.misused(&texture(&["--size", "0x8"]), &["size must be at least 1"]);
    folder.misused(&texture(&["--size", "big"]), &["1024x512"]);
    folder.misused(&texture(&["--protect", "a.png"]), &["--protect"]);
    folder.misused(&plain(&["texture", "-o", "x.png"]), &["PICTURE"]);
    folder.refused(1, &texture(&["none.png"]), &["none.png"]);
    folder.refused(1, &texture(&["--size", "1x900"]), &["relu2_1"]);
}

/// Mean absolute differences of neighbouring lines: of the first and the last, and of all others.
fn seams(picture: &RgbImage) -> [(f64, Vec<f64>); 2] {
    let (width, height) = picture.dimensions();
    let column = |x: u32| (0..height).map(move |y| *picture.get_pixel(x, y));
    let row = |y: u32| (0..width).map(move |x| *picture.get_pixel(x, y));
    let inside = |differences: Vec<f64>| {
        let (seam, inside) = differences.split_last().unwrap();
        (*seam, inside.to_vec())
    };
    let columns = (0..width).map(|x| difference(column(x), column((x + 1) % width)));
    let rows = (0..height).map(|y| difference(row(y), row((y + 1) % height)));
    [inside(columns.collect()), inside(rows.collect())]
}

/// Mean absolute difference of two lines, from black to white 255.
fn difference(a: impl Iterator<Item = Rgb<u8>>, b: impl Iterator<Item = Rgb<u8>>) -> f64 {
    let all: Vec<f64> = a
        .zip(b)
        .flat_map(|(a, b)| (0..3).map(move |c| f64::from(a[c].abs_diff(b[c]))))
        .collect();
    all.iter().sum::<f64>() / all.len() as f64
}

/// The value that nine of ten are below.
fn ninth_decile(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() * 9 / 10]
}

/// A texture like a drawn picture, made by the built-in network; the style losses of all its steps.
fn like_a_drawing(folder: &Folder, drawing: &Picture, args: &[&str]) -> Vec<f64> {
    save(
        drawing,
        None,
        &folder.path("drawing.png"),
        &SaveOptions::default(),
    )
    .unwrap();
    let net = ["texture", "drawing.png", "--net", "vgg-mini", "--seed", "1"];
    let args = plain(&[&net[..], &["--backend", "flex"], args].concat());
    let events = objects(folder, &args);
    std::fs::remove_file(folder.path("drawing.png")).unwrap();
    let steps = events.iter().filter(|event| event["event"] == "step");
    steps
        .map(|event| event["style_loss"].as_f64().unwrap())
        .collect()
}

/// Bar V11 of the loss: it falls to a thousandth of the first step's.
///
/// A picture whose borders meet cannot have all of an example whose borders do not, the less the
/// smaller both are; its loss stays a little higher.
#[test]
fn a_texture_comes_close_to_its_example() {
    let folder = Folder::new();
    let drawing = draw::cubist_planes(128, 128, 1);
    for (out, bar, more) in [
        ("open.png", 1e-3, None),
        ("met.png", 5e-3, Some("--tileable")),
    ] {
        let size = ["--size", "96", "--set", "start_size=96", "-o", out];
        let long = [
            "--optimizer",
            "lbfgs",
            "--steps",
            "80",
            "--set",
            "tv_weight=0",
        ];
        let mut args = [size, long].concat();
        args.extend(more);
        let losses = like_a_drawing(&folder, &drawing, &args);
        let (first, last) = (losses[0], losses[losses.len() - 1]);
        let share = last / first;
        println!("{out}: style loss {first:.3} to {last:.2e}, {share:.1e} of it");
        assert!(share <= bar, "{out}: {first} only fell to {last}");
    }
}

/// Bar V11 of borders: where they meet, neighbours are like neighbours anywhere.
///
/// One in ten lines inside is above the ninth decile, so the seam may be a little above it, too.
#[test]
fn borders_of_a_texture_meet_when_asked_to() {
    let folder = Folder::new();
    let drawing = draw::brush_swirls(128, 128, 1);
    let run = |out: &str, more: &[&str]| {
        // Two sizes: what is made larger must keep its borders together.
        let args = [
            "--size",
            "96",
            "--set",
            "start_size=48",
            "--steps",
            "60",
            "-o",
            out,
        ];
        like_a_drawing(&folder, &drawing, &[&args[..], more].concat());
        seams(&pixels(&folder, out))
    };
    let open = run("open.png", &[]);
    let met = run("met.png", &["--tileable"]);
    for ((what, open), met) in ["columns", "rows"].iter().zip(open).zip(met) {
        let ((torn, _), (seam, inside)) = (open, met);
        let usual = ninth_decile(inside);
        println!("{what}: seam {seam:.1}, ninth decile inside {usual:.1}, not tileable {torn:.1}");
        assert!(
            seam <= 1.2 * usual,
            "{what}: a seam of {seam}, {usual} inside"
        );
        assert!(
            torn > 1.5 * seam,
            "{what}: {torn} where borders do not meet"
        );
    }
}
