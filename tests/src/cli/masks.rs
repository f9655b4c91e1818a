//! Styles that count in places, and places that stay as they are.

use image::{GrayImage, Luma, RgbImage};
use reverie_viz::picture::{Picture, SaveOptions, save};

use super::dreams::pixels;
use super::{Folder, plain, style};
use crate::common::result;

/// Writes a mask with the left half of one grey and the right half of another.
fn mask(folder: &Folder, name: &str, left: u8, right: u8) {
    let half = |x| if x < 16 { left } else { right };
    let mask = GrayImage::from_fn(32, 24, |x, _| Luma([half(x)]));
    mask.save(folder.path(name)).unwrap();
}

/// A folder with the masks `left.png`, `right.png`, `white.png`, `grey.png` and `black.png`.
fn masked() -> Folder {
    let folder = Folder::new();
    for (name, left, right) in [
        ("left.png", 255, 0),
        ("right.png", 0, 255),
        ("white.png", 255, 255),
        ("grey.png", 128, 128),
        ("black.png", 0, 0),
    ] {
        mask(&folder, name, left, right);
    }
    folder
}

/// Mean absolute difference of two pictures, from black to white 255.
fn distance(a: &RgbImage, b: &RgbImage) -> f64 {
    assert_eq!(a.dimensions(), b.dimensions());
    let pairs = a.iter().zip(b.iter());
    let sum: f64 = pairs.map(|(a, b)| f64::from(a.abs_diff(*b))).sum();
    sum / a.len() as f64
}

/// What a run says on stderr; it must succeed.
fn told(folder: &Folder, args: &[String]) -> String {
    let done = folder.run(args).assert().success();
    String::from_utf8(done.get_output().stderr.clone()).unwrap()
}

#[test]
fn masks_that_do_not_fit_are_refused() {
    let folder = masked();
    let two = ["--style", "b.png", "--style", "c.png"];
    let facts = &["1 --mask and 2 --style", "a white picture"];
    folder.refused(
        2,
        &style(&[&two[..], &["--mask", "left.png"]].concat()),
        facts,
    );
    let three = [
        "--mask",
        "left.png",
        "--mask",
        "right.png",
        "--mask",
        "grey.png",
    ];
    let facts = &["3 --mask and 2 --style", "each style needs one mask"];
    folder.refused(2, &style(&[&two[..], &three].concat()), facts);
    folder.all_refused(
        1,
        &[
            (
                style(&["--mask", "black.png"]),
                &["black.png is black everywhere", "paint white"],
            ),
            (style(&["--mask", "none.png"]), &["none.png"]),
            (style(&["--protect", "none.png"]), &["none.png"]),
        ],
    );
}

#[test]
fn a_mask_of_another_size_is_stretched_and_that_is_said() {
    let folder = masked();
    GrayImage::from_pixel(10, 10, Luma([255]))
        .save(folder.path("small.png"))
        .unwrap();
    for flag in ["--mask", "--protect"] {
        let said = told(&folder, &style(&[flag, "small.png", "--force"]));
        let sentence = "small.png has 10x10 pixels and the picture 32x24: it is stretched";
        assert!(said.contains(sentence), "{flag}: {said}");
    }
    // A white one means the same at any size.
    assert_eq!(pixels(&folder, "x.png"), pixels(&folder, "a.png"));
}

#[test]
fn a_style_that_counts_everywhere_is_like_one_without_a_mask() {
    let folder = masked();
    let steps = ["--steps", "4"];
    folder.done(&style(&[&steps[..], &["-o", "plain.png"]].concat()));
    let white = ["--mask", "white.png", "-o", "white-mask.png"];
    folder.done(&style(&[&steps[..], &white].concat()));
    let [plain, white] = ["plain.png", "white-mask.png"].map(|name| pixels(&folder, name));
    let apart = distance(&plain, &white);
    println!("a white mask changes pixels by {apart:.3} of 255");
    assert!(apart < 1.0, "{apart}");
    assert!(distance(&plain, &pixels(&folder, "a.png")) > 4.0 * apart);
}

/// How much redder than blue the left half of a picture is, and the right half.
fn redness(picture: &RgbImage) -> [f64; 2] {
    let mut sums = [0.0; 2];
    for (x, _, pixel) in picture.enumerate_pixels() {
        let red = f64::from(pixel[0]) - f64::from(pixel[2]);
        sums[usize::from(x >= 16)] += red / (16.0 * 24.0);
    }
    sums
}

#[test]
fn each_style_counts_where_its_mask_is_white() {
    let folder = masked();
    for (name, colour) in [("red.png", [0.9, 0.1, 0.1]), ("blue.png", [0.1, 0.1, 0.9])] {
        let picture = Picture::filled(32, 24, colour);
        save(&picture, None, &folder.path(name), &SaveOptions::default()).unwrap();
    }
    let run = |first: &str, second: &str| {
        let styles = ["--style", "red.png", "--style", "blue.png"];
        let masks = ["--mask", first, "--mask", second];
        let free = ["--set", "content_weight=0", "--net", "vgg-mini"];
        let quick = ["--steps", "60", "--rate", "0.1", "--force"];
        folder.done(&style(&[&styles[..], &masks, &free, &quick].concat()));
        redness(&pixels(&folder, "x.png"))
    };
    let [left, right] = run("left.png", "right.png");
    println!("red where {left:.0}, blue where {right:.0}");
    assert!(left > 50.0 && right < -50.0, "left {left}, right {right}");
    let [left, right] = run("right.png", "left.png");
    println!("blue where {left:.0}, red where {right:.0}");
    assert!(left < -50.0 && right > 50.0, "left {left}, right {right}");
}

#[test]
fn what_is_protected_stays_to_the_bit() {
    let folder = masked();
    let content = pixels(&folder, "a.png");
    let runs: &[&[&str]] = &[
        &["--optimizer", "adam"],
        &["--optimizer", "lbfgs"],
        &["--init", "noise"],
        &["--init", "style", "--optimizer", "lbfgs"],
        &["--colour", "chroma"],
        &["--colour", "style-histogram"],
        &["--colour", "histogram", "--set", "average=0"],
        &["--set", "start_size=8", "--set", "clamp=false"],
        &["--mask", "right.png"],
    ];
    for run in runs {
        let protect = ["--protect", "left.png", "--steps", "3", "--force"];
        folder.done(&style(&[run, &protect[..]].concat()));
        let mut changed = 0;
        for (x, y, pixel) in pixels(&folder, "x.png").enumerate_pixels() {
            match x < 16 {
                true => assert_eq!(pixel, content.get_pixel(x, y), "{x} {y} of {run:?}"),
                false => changed += usize::from(pixel != content.get_pixel(x, y)),
            }
        }
        assert!(changed > 100, "{run:?} changed only {changed} pixels");
    }
}

#[test]
fn grey_protects_by_halves_and_black_not_at_all() {
    let folder = masked();
    let content = pixels(&folder, "a.png");
    let run = |out: &str, more: &[&str]| {
        // Of L-BFGS the colours under the mask are not clipped.
        let noise = [
            "--init",
            "noise",
            "--steps",
            "5",
            "--optimizer",
            "adam",
            "-o",
            out,
        ];
        folder.done(&style(&[&noise[..], more].concat()));
        pixels(&folder, out)
    };
    let plain = run("plain.png", &[]);
    assert_eq!(plain, run("nothing.png", &["--protect", "black.png"]));
    let grey = run("half.png", &["--protect", "grey.png"]);
    // x = (1 - m) v + m b with 128/255 of the content b and some colour v between 0 and 1.
    let kept = 128.0 / 255.0;
    for (found, content) in grey.iter().zip(content.iter()) {
        let least = kept * f64::from(*content);
        let most = least + (1.0 - kept) * 255.0;
        let found = f64::from(*found);
        assert!(
            (least - 1.0..=most + 1.0).contains(&found),
            "{found} for {content}"
        );
    }
    let [half, all] = [&grey, &plain].map(|picture| distance(picture, &content));
    println!("{half:.1} from the content by halves, {all:.1} unprotected");
    assert!(half > 1.0 && half < 0.75 * all);
}

#[test]
fn masks_travel_in_the_recipe() {
    let folder = masked();
    let styles = ["--style", "b.png:2", "--style", "c.png"];
    let masks = ["--mask", "left.png", "--mask", "grey.png"];
    let rest = ["--protect", "right.png", "-o", "made.png"];
    folder.done(&style(&[&styles[..], &masks, &rest].concat()));
    let recipe = folder
        .run(&plain(&["inspect", "made.png", "--json"]))
        .assert()
        .success();
    let recipe = result(&recipe.get_output().stdout);
    let sources = recipe["sources"].as_array().unwrap();
    let of = |role: &str| -> Vec<&str> {
        let with = sources.iter().filter(|source| source["role"] == role);
        with.map(|source| source["file"].as_str().unwrap())
            .collect()
    };
    assert_eq!(of("mask"), ["left.png", "grey.png"]);
    assert_eq!(of("protect"), ["right.png"]);
    let again = ["style", "--rerun", "made.png", "--backend", "flex"];
    folder.done(&plain(&[&again[..], &["-o", "again.png"]].concat()));
    assert!(folder.read("made.png") == folder.read("again.png"));
    // Other styles need masks of their own.
    let one = plain(&[&again[..], &["--style", "b.png", "-o", "one.png"]].concat());
    folder.refused(2, &one, &["2 --mask and 1 --style"]);
    for name in ["grey.png", "right.png"] {
        let bytes = folder.read(name);
        std::fs::remove_file(folder.path(name)).unwrap();
        let gone = plain(&[&again[..], &["-o", "gone.png"]].concat());
        folder.refused(1, &gone, &[name, "recipe of made.png"]);
        folder.write(name, bytes);
    }
}

#[test]
fn a_transfer_with_masks_goes_on_to_the_same_bytes() {
    let folder = masked();
    let run = [
        "--mask",
        "grey.png",
        "--protect",
        "left.png",
        "--steps",
        "6",
    ];
    folder.done(&style(&[&run[..], &["-o", "whole.png"]].concat()));
    let part = ["-o", "part.png", "--stop-after", "2"];
    folder
        .run(&style(&[&run[..], &part].concat()))
        .assert()
        .code(130);
    let other = [
        "--mask",
        "white.png",
        "--steps",
        "6",
        "-o",
        "part.png",
        "--resume",
    ];
    folder.refused(
        1,
        &style(&other),
        &["other settings", "grey.png", "white.png"],
    );
    folder.done(&style(
        &[&run[..], &["-o", "part.png", "--resume"]].concat(),
    ));
    assert!(folder.read("part.png") == folder.read("whole.png"));
}
