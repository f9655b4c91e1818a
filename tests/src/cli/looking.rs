//! What networks are made of, what they make of pictures, and pictures made anew from that.

use reverie_viz::picture::{SaveOptions, draw, save};
use serde_json::Value;

use super::{Folder, Maker, plain, with_defaults};
use crate::common::{floats, result, small_picture};

/// What a small run says where a case does not say otherwise.
const FILTERS: &[[&str; 2]] = &[["--net", "tiny"], ["--backend", "flex"], ["-o", "x.png"]];
const INVERT: &[[&str; 2]] = &[
    ["--net", "tiny"],
    ["--size", "32"],
    ["--steps", "2"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["-o", "x.png"],
];

fn filters(args: &[&str]) -> Vec<String> {
    with_defaults("filters", FILTERS, args)
}

/// The maps of `a.png`.
fn maps(args: &[&str]) -> Vec<String> {
    filters(&[&["a.png"], args].concat())
}

/// An inversion of `a.png`.
pub(super) fn invert(args: &[&str]) -> Vec<String> {
    with_defaults("invert", INVERT, &[&["a.png"], args].concat())
}

/// The last line for programs.
fn told(folder: &Folder, args: &[String]) -> Value {
    let args = [args, &["--json".to_owned()]].concat();
    let done = folder.run(&args).assert().success();
    result(&done.get_output().stdout)
}

fn size(folder: &Folder, name: &str) -> (u32, u32) {
    image::image_dimensions(folder.path(name)).unwrap()
}

#[test]
fn the_filters_of_the_first_layer_stand_on_a_sheet() {
    let folder = Folder::new();
    let all = told(&folder, &filters(&["-o", "all.png"]));
    let count = all["channels"].as_array().unwrap().len();
    assert_eq!((&all["columns"], &all["rows"]), (&3.into(), &3.into()));
    assert!(all["layer"].is_null());
    assert_eq!(all["strengths"].as_array().unwrap().len(), count);
    // Three pixels become 96, with a label of 14 below and a gap of 12.
    let some = told(
        &folder,
        &filters(&["--channel", "3,0-1", "--sheet", "3x1", "-o", "some.png"]),
    );
    assert_eq!(some["channels"], serde_json::json!([3, 0, 1]));
    assert_eq!(size(&folder, "some.png"), (12 + 3 * 108, 12 + 96 + 14 + 12));
    // The strongest stands first, and on one scale for all it alone reaches the ends.
    let ordered = told(
        &folder,
        &filters(&["--order", "strength", "--scale", "all", "-o", "o.png"]),
    );
    let strengths = floats(&ordered["strengths"]);
    assert!(strengths.is_sorted_by(|a, b| a >= b), "{strengths:?}");
    assert_ne!(folder.read("o.png"), folder.read("all.png"));
    folder.done(&plain(&["inspect", "o.png"]));
}

#[test]
fn a_layer_shows_what_its_channels_make_of_a_picture() {
    let folder = Folder::new();
    let event = told(&folder, &maps(&["--layer", "relu2_1", "-o", "maps.png"]));
    assert_eq!(event["layer"], "relu2_1");
    // Half of 32x24 pixels.
    assert_eq!(
        (&event["columns"], &event["rows"]),
        (&16.into(), &12.into())
    );
    let signed = maps(&["--layer", "conv2_1", "--channel", "0-3", "-o", "signed.png"]);
    folder.done(&signed);
    let colours = |name: &str| {
        let picture = image::open(folder.path(name)).unwrap().to_rgb8();
        let spread = |p: &image::Rgb<u8>| p.0.iter().max().unwrap() - p.0.iter().min().unwrap();
        let is_coloured = |p: &&image::Rgb<u8>| spread(p) > 40;
        picture.pixels().filter(is_coloured).count()
    };
    assert_eq!(colours("maps.png"), 0, "what is never negative is grey");
    assert!(colours("signed.png") > 100, "what may be has two colours");
    // Without a layer it is the first rectified one, and a smaller picture is not enlarged.
    let event = told(&folder, &maps(&["-o", "first.png"]));
    assert_eq!(
        (&event["layer"], &event["columns"]),
        (&"relu1_1".into(), &32.into())
    );
    let recipe = plain(&["inspect", "maps.png", "--json"]);
    let recipe: Value = result(&folder.run(&recipe).assert().success().get_output().stdout);
    assert_eq!(recipe["settings"]["layer"], "relu2_1");
    assert_eq!(recipe["sources"][0]["file"], "a.png");
}

#[test]
fn a_plan_is_printed_and_nothing_written() {
    let folder = Folder::new();
    let args = maps(&["--net", "vgg-mini", "--layer", "scores", "--dry-run"]);
    let done = folder.run(&args).assert().success();
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert!(said.contains("maps of scores"), "{said}");
    assert!(!folder.path("x.png").exists());
}

#[test]
fn a_picture_is_made_anew_from_every_layer() {
    let folder = Folder::new();
    let event = told(
        &folder,
        &invert(&["--layers", "relu1_1,relu2_1", "-o", "two.png"]),
    );
    assert_eq!(event["layers"], serde_json::json!(["relu1_1", "relu2_1"]));
    assert_eq!(event["interrupted"], false);
    assert_eq!(event["steps"], 4);
    for key in ["feature_errors", "picture_errors"] {
        let errors = floats(&event[key]);
        assert!(errors.iter().all(|off| *off > 0.0), "{key}: {errors:?}");
    }
    // The picture and two that were found, in a row, with their captions.
    assert_eq!(size(&folder, "two.png").0, 12 + 3 * 44);
    // One alone is a picture, and a sheet where one is asked for.
    folder.done(&invert(&["--layers", "relu2_1", "-o", "one.png"]));
    assert_eq!(size(&folder, "one.png"), (32, 24));
    folder.done(&invert(&[
        "--layers", "relu2_1", "--sheet", "1x2", "-o", "s.png",
    ]));
    assert_eq!(size(&folder, "s.png").0, 12 + 44);
    // None named: one at every resolution.
    let event = told(&folder, &invert(&["-o", "all.png"]));
    assert_eq!(event["layers"], serde_json::json!(["relu1_2", "relu2_2"]));
    let recipe = plain(&["inspect", "all.png", "--json"]);
    let recipe: Value = result(&folder.run(&recipe).assert().success().get_output().stdout);
    assert_eq!(recipe["settings"]["invert"]["layers"], event["layers"]);
    // The same run makes the same bytes.
    folder.done(&invert(&["-o", "again.png"]));
    assert_eq!(folder.read("again.png"), folder.read("all.png"));
}

#[test]
fn every_setting_of_an_inversion_changes_it() {
    let folder = Folder::new();
    let cases: &[&[&str]] = &[
        &[],
        &["--canvas", "pixels"],
        &["--canvas", "pyramid"],
        &["--optimizer", "adam", "--rate", "0.05"],
        &["--preset", "mahendran"],
        &["--set", "smoothness=9"],
        &["--set", "alpha_norm=9"],
        &["--set", "init_noise=0.4"],
        &["--seed", "2"],
    ];
    let mut seen = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let out = format!("{number}.png");
        let args = [
            case,
            &["--layers", "relu2_1", "-o", &out, "--no-metadata"][..],
        ]
        .concat();
        folder.done(&invert(&args));
        seen.push(folder.read(&out));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), cases.len());
}

#[test]
fn deeper_layers_know_less_of_the_picture() {
    let folder = Folder::new();
    let drawn = draw::landscape(64, 48, 1);
    save(
        &drawn,
        None,
        &folder.path("drawn.png"),
        &SaveOptions::default(),
    )
    .unwrap();
    let args = [
        "invert",
        "drawn.png",
        "--steps",
        "40",
        "--backend",
        "flex",
        "-o",
        "x.png",
    ];
    let event = told(&folder, &plain(&args));
    assert_eq!(
        event["layers"],
        serde_json::json!(["relu1_2", "relu2_2", "relu3_3", "relu4_3"])
    );
    let pictures = floats(&event["picture_errors"]);
    assert!(pictures.is_sorted_by(|a, b| a < b), "{pictures:?}");
    assert!(pictures[0] < 0.2, "{pictures:?}");
    let features = floats(&event["feature_errors"]);
    assert!(features.iter().all(|off| *off < 0.5), "{features:?}");
}

#[test]
#[cfg(unix)]
fn an_interrupted_inversion_keeps_the_layers_that_are_done() {
    let folder = Folder::new();
    // More lines than a pipe holds: while nobody reads, the run waits in the second layer.
    let long = [
        "--layers",
        "relu1_1,relu2_1",
        "--size",
        "12",
        "--steps",
        "900",
    ];
    let args = invert(&[&long[..], &["--json", "-o", "part.png"]].concat());
    let started = super::interrupt::started_at(&folder, &args, "\"event\":\"layer\"");
    let (code, event) = super::interrupt::stop("-INT", started);
    assert_eq!(code, Some(130));
    assert_eq!(event["layers"], serde_json::json!(["relu1_1"]));
    assert_eq!(event["interrupted"], true);
    assert_eq!(size(&folder, "part.png").0, 12 + 2 * 24);
    // Out of time is no failure.
    let args = invert(&["--time-budget", "0.001", "--steps", "900", "-o", "late.png"]);
    let event = told(&folder, &args);
    assert_eq!(event["interrupted"], true);
    assert!(folder.path("late.png").exists());
}

#[test]
fn what_cannot_be_shown_is_refused() {
    let folder = Folder::new();
    small_picture(&folder.path(""), "small.png", 8, 8, 1);
    image::RgbImage::new(32, 24)
        .save(folder.path("black.png"))
        .unwrap();
    let on = |make: Maker, picture: &str, args: &[&str]| -> Vec<String> {
        let words = make(args).into_iter();
        let swapped = |word: String| {
            if word == "a.png" {
                picture.to_owned()
            } else {
                word
            }
        };
        words.map(swapped).collect()
    };
    let one: Vec<String> = invert(&["--print-config"])
        .into_iter()
        .filter(|word| word != "a.png")
        .collect();
    folder.done(&one);
    folder.all_refused(
        2,
        &[
            (
                maps(&["--layer", "relu2_9"]),
                &["no layer relu2_9", "did you mean relu2_"],
            ),
            (
                invert(&["--layers", "relu1_1,rlu2_1"]),
                &["no layer rlu2_1", "did you mean relu2_1"],
            ),
            (
                maps(&["--layer", "relu1_1,relu2_1"]),
                &["no layer relu1_1,relu2_1"],
            ),
            (
                invert(&["--layers", "relu1_1,"]),
                &["layers is", "with commas"],
            ),
            (
                maps(&["--layer", "relu1_1", "--channel", "99"]),
                &["channels 0 to", "no channel 99"],
            ),
            (
                filters(&["--channel", "0,7-99"]),
                &["the first layer has channels 0 to", "no channel 99"],
            ),
            (
                filters(&["--sheet", "1x1"]),
                &["a sheet of 1x1 has no room"],
            ),
            (
                maps(&["--sheet", "2x1", "--layer", "relu2_1"]),
                &["a sheet of 2x1 has no room"],
            ),
            (
                invert(&["--layers", "relu1_1,relu2_1", "--sheet", "1x2"]),
                &["a sheet of 1x2 has no room for 3 pictures"],
            ),
            (invert(&["--steps", "0"]), &["steps is 0", "at least 1"]),
            (invert(&["--size", "0"]), &["size is 0"]),
            (invert(&["--rate", "nan"]), &["rate is NaN", "above 0"]),
            (invert(&["--canvas", "oil"]), &["canvas", "oil"]),
            (
                invert(&["--set", "alpha=1"]),
                &["alpha is 1", "between 2 and 100"],
            ),
            (
                invert(&["--set", "smoothnes=1"]),
                &["did you mean smoothness"],
            ),
            (
                invert(&["--preset", "mahendra"]),
                &["did you mean mahendran"],
            ),
            (invert(&["-o", "x.txt"]), &["x.txt"]),
        ],
    );
    folder.all_refused(
        1,
        &[
            (
                on(maps, "absent.png", &[]),
                &["there is no file absent.png"],
            ),
            (
                on(invert, "absent.png", &[]),
                &["there is no file absent.png"],
            ),
            (
                on(
                    maps,
                    "small.png",
                    &["--net", "vgg-mini", "--layer", "relu4_3", "--size", "4"],
                ),
                &["relu4_3 needs a picture of at least 8x8", "4x4"],
            ),
            (
                on(
                    invert,
                    "small.png",
                    &[
                        "--net",
                        "vgg-mini",
                        "--layers",
                        "relu1_1,relu4_3",
                        "--size",
                        "4",
                    ],
                ),
                &["relu4_3 needs a picture of at least 8x8", "4x4"],
            ),
            (invert(&["-o", "a.png"]), &["a.png"]),
        ],
    );
    folder.misused(&filters(&["--layer", "relu1_1"]), &["PICTURE"]);
    folder.misused(&filters(&["--scale", "some"]), &["each", "all"]);
    folder.misused(&filters(&["--sheet", "0x2"]), &["columns and rows"]);
    folder.misused(&invert(&["--sheet", "two"]), &["columns and rows"]);
    // Black may be inverted, and has no contrast to be measured by.
    let event = told(&folder, &on(invert, "black.png", &["--layers", "relu1_1"]));
    assert!(event["picture_error"].is_null(), "{event}");
}
