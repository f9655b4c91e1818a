//! Pictures that are looked at in tiles, because memory is short.

use reverie_viz::picture::{SaveOptions, draw, save};
use serde_json::Value;

use super::dreams::pixels;
use super::json::objects;
use super::{Folder, Maker, dream, style, texture};

/// A folder with the pictures `large.png` and `manner.png`.
fn large() -> Folder {
    let folder = Folder::new();
    let save = |picture, name| {
        save(&picture, None, &folder.path(name), &SaveOptions::default()).unwrap();
    };
    save(draw::landscape(256, 192, 1), "large.png");
    save(draw::mosaic(256, 192, 1), "manner.png");
    folder
}

/// A transfer with the built-in network.
const TRANSFER: &[&str] = &[
    // Rounding grows quickly in the steps of L-BFGS.
    "--optimizer",
    "adam",
    "--content",
    "large.png",
    "--style",
    "manner.png",
    "--net",
    "vgg-mini",
    "--size",
    "256",
    "--set",
    "start_size=256",
    "--set",
    "content_layers=[\"relu4_2\"]",
    "--steps",
    "4",
];

/// The plan of a run.
fn plan(folder: &Folder, args: &[String]) -> Value {
    let mut args = args.to_vec();
    args.push("--dry-run".to_owned());
    let events = objects(folder, &args);
    let plan = events.iter().find(|event| event["event"] == "plan");
    plan.unwrap().clone()
}

/// A share of the memory that the plan of the whole picture asks for, as a flag says it.
fn share(whole: &Value, share: f64) -> String {
    let bytes = whole["memory_bytes"].as_f64().unwrap();
    format!("{:.3}MB", bytes * share / 1e6)
}

/// Asserts that two pictures are alike up to rounding: by so many of 255 at most in any pixel, which a
/// seam would break, and by so many decibels (peak signal-to-noise ratio), which many pixels would.
fn assert_alike(folder: &Folder, [a, b]: [&str; 2], most: u8, least: f64) {
    let [a, b] = [a, b].map(|name| pixels(folder, name));
    assert_eq!(a.dimensions(), b.dimensions());
    let apart = || a.iter().zip(b.iter()).map(|(a, b)| a.abs_diff(*b));
    let largest = apart().max().unwrap();
    let squares: f64 = apart().map(|apart| f64::from(apart).powi(2)).sum();
    let decibels = -10.0 * (squares / (255.0f64.powi(2) * a.len() as f64)).log10();
    println!("{largest} of 255 apart, {decibels:.1} dB");
    assert!(largest <= most, "{largest} of 255 apart");
    assert!(decibels >= least, "{decibels:.1} dB");
}

#[test]
fn a_transfer_in_tiles_is_the_transfer_of_the_whole() {
    let folder = large();
    let run = |more: &[&str]| style(&[TRANSFER, more].concat());
    let whole = plan(&folder, &run(&[]));
    assert_eq!(whole["tiles"], 1);
    let little = share(&whole, 0.89);
    let cut = plan(&folder, &run(&["--memory", &little]));
    assert!(cut["tiles"].as_u64() > Some(1), "{cut} with {little}");
    let [less, more] = [&cut, &whole].map(|plan| plan["memory_bytes"].as_f64().unwrap());
    assert!(less <= 0.89 * more, "{less} of {more} bytes");
    folder.done(&run(&["-o", "whole.png"]));
    let done = folder
        .run(&run(&["--memory", &little, "-o", "cut.png"]))
        .assert()
        .success();
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert!(said.contains(" tiles of up to "), "{said}");
    // Adam divides by the gradient's own size, so rounding shows where it is almost zero.
    assert_alike(&folder, ["whole.png", "cut.png"], 4, 60.0);
}

#[test]
fn a_texture_whose_borders_meet_is_the_same_in_tiles() {
    let folder = large();
    let run = |more: &[&str]| {
        let net = ["--net", "vgg-mini", "--size", "192", "--steps", "4"];
        // A histogram goes by ranks, and noise has many numbers that are nearly equal.
        let plain = ["--tileable", "--set", "start_size=192", "--colour", "free"];
        let args = texture(&[&net[..], &plain, more].concat()).into_iter();
        // An example with something in it: from noise to a few soft waves the first steps are so
        // large that rounding shows.
        args.map(|word| match word.as_str() {
            "a.png" => "manner.png".to_owned(),
            _ => word,
        })
        .collect::<Vec<_>>()
    };
    let whole = plan(&folder, &run(&[]));
    let little = share(&whole, 0.85);
    let cut = plan(&folder, &run(&["--memory", &little]));
    assert!(cut["tiles"].as_u64() > Some(1), "{cut} with {little}");
    folder.done(&run(&["-o", "whole.png"]));
    folder.done(&run(&["--memory", &little, "-o", "cut.png"]));
    assert_alike(&folder, ["whole.png", "cut.png"], 2, 50.0);
}

/// A dream on the large picture.
fn large_dream(flags: &[&str]) -> Vec<String> {
    let mut args = dream(&[&["--net", "vgg-mini", "--size", "256"], flags].concat());
    for word in args.iter_mut().filter(|word| *word == "a.png") {
        "large.png".clone_into(word);
    }
    args
}

/// What a run that ends well says to a person.
fn said(folder: &Folder, args: &[String]) -> String {
    let done = folder.run(args).assert().success();
    String::from_utf8(done.get_output().stderr.clone()).unwrap()
}

#[test]
fn a_dream_in_tiles_is_the_dream_of_the_whole() {
    let folder = large();
    let run = |more: &[&str]| {
        let flags = ["--layer", "relu3_1", "--octaves", "1", "--steps", "4"];
        large_dream(&[&flags[..], more].concat())
    };
    let said = |args: &[String]| said(&folder, args);
    assert!(!said(&run(&["-o", "whole.png"])).contains("tiles"));
    let text = said(&run(&["--memory", "115MB", "-o", "cut.png"]));
    assert!(text.contains(" in tiles of up to "), "{text}");
    assert_alike(&folder, ["whole.png", "cut.png"], 2, 60.0);
}

#[test]
fn a_dream_keeps_to_a_limit_a_little_below_what_the_whole_takes() {
    let folder = large();
    // Megabytes that the plan says.
    let planned = |more: &[&str]| -> f64 {
        let text = said(&folder, &large_dream(&[&["--dry-run"], more].concat()));
        let (_, after) = text.split_once("about ").unwrap();
        after.split(' ').next().unwrap().parse().unwrap()
    };
    let whole = planned(&[]);
    for share in [0.99, 0.97, 0.95, 0.9] {
        let limit = whole * share;
        let bytes = planned(&["--memory", &format!("{limit:.1}MB")]);
        // The plan says whole megabytes.
        assert!(bytes <= limit + 0.6, "{bytes} of {limit} MB");
    }
}

#[test]
fn memory_that_is_too_little_or_no_number_is_refused() {
    let folder = Folder::new();
    let makers: [Maker; 3] = [style, texture, dream];
    for make in makers {
        let facts = &[
            "picture of 32 pixels needs about",
            "smallest tiles",
            "there are 1 MB",
            "smaller --size",
        ];
        folder.refused(1, &make(&["--memory", "1MB"]), facts);
        for wrong in ["12", "lots", "-2GB", "0MB"] {
            let memory = format!("--memory={wrong}");
            folder.misused(&make(&[&memory]), &[wrong, "900MB or 2.5GB"]);
        }
        folder.done(&make(&["--memory", "2GB"]));
        std::fs::remove_file(folder.path("x.png")).unwrap();
    }
}
