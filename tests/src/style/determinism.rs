//! Same seed, same file; a run that was broken off and continued equals one that was not.

use super::Studio;
use crate::common::result;

/// The optimisers, with settings that make the run go through two sizes.
const RUNS: [&[&str]; 3] = [
    &[
        "--size",
        "48",
        "--set",
        "start_size=32",
        "--set",
        "growth=1.5",
        "--steps",
        "15",
        "--optimizer",
        "lbfgs",
    ],
    &[
        "--size",
        "48",
        "--set",
        "start_size=32",
        "--set",
        "growth=1.5",
        "--steps",
        "15",
        "--optimizer",
        "adam",
        "--set",
        "average=0.9",
    ],
    &[
        "--size",
        "40",
        "--set",
        "start_size=40",
        "--steps",
        "30",
        "--optimizer",
        "lbfgs",
        "--set",
        "line_search=none",
        "--init",
        "noise",
    ],
];

#[test]
fn the_same_seed_twice_makes_the_same_file() {
    let studio = Studio::new();
    for (number, run) in RUNS.iter().enumerate() {
        let once = studio.bytes(&studio.style_args(), &format!("a{number}.png"), run);
        let twice = studio.bytes(&studio.style_args(), &format!("b{number}.png"), run);
        assert!(once == twice, "run {number} differs from itself");
    }
}

#[test]
fn another_seed_makes_another_file_from_noise() {
    let studio = Studio::new();
    let run = [
        "--size",
        "32",
        "--steps",
        "2",
        "--init",
        "noise",
        "--no-metadata",
    ];
    let one = studio.bytes(&studio.style_args(), "one.png", &run);
    let out = studio.path("two.png");
    let mut other = studio.transfer_with_seed("2", &studio.style_args(), &out, &run);
    other.assert().success();
    assert!(one != std::fs::read(out).unwrap());
}

#[test]
fn stopping_at_step_20_and_resuming_equals_not_stopping() {
    let studio = Studio::new();
    for run in RUNS {
        // Step 20 lies in the second size of the first two runs, step 7 in the first.
        goes_on_as_if_unbroken(&studio, run, &["20", "7", "15"]);
    }
}

#[test]
fn a_run_goes_on_where_the_size_decides_about_the_optimiser() {
    let studio = Studio::new();
    // 800 000 pixels, then 1 152 000.
    let sizes = ["start_size=1000", "growth=1.2", "first_steps=2", "steps=2"];
    let run: Vec<&str> = sizes.iter().flat_map(|size| ["--set", size]).collect();
    let run = [&["--size", "1200", "--no-metadata"], &run[..]].concat();
    let [auto, lbfgs, adam] = ["auto", "lbfgs", "adam"].map(|optimizer| {
        let run = [&run, &["--optimizer", optimizer][..]].concat();
        studio.bytes(&studio.style_args(), &format!("{optimizer}.png"), &run)
    });
    assert!(auto != lbfgs && auto != adam, "each at its sizes");
    goes_on_as_if_unbroken(&studio, &run, &["1", "2", "3"]);
}

fn goes_on_as_if_unbroken(studio: &Studio, run: &[&str], stops: &[&str]) {
    let unbroken = studio.bytes(
        &studio.style_args(),
        "whole.png",
        &[run, &["--force"]].concat(),
    );
    for stop in stops {
        let name = format!("{stop}.png");
        let out = studio.path(&name);
        let stopped = [run, &["--force", "--stop-after", stop]].concat();
        let done = studio
            .transfer(&studio.style_args(), &out, &stopped)
            .assert()
            .code(130);
        let event = result(&done.get_output().stdout);
        assert_eq!(event["steps"], stop.parse::<u64>().unwrap());
        assert_eq!(event["interrupted"], true);
        let checkpoint = studio.path(&format!("{name}.resume"));
        assert!(checkpoint.exists(), "a checkpoint is left");
        let resumed = [run, &["--resume"]].concat();
        studio
            .transfer(&studio.style_args(), &out, &resumed)
            .assert()
            .success();
        assert!(!checkpoint.exists(), "a finished run leaves no checkpoint");
        let bytes = std::fs::read(&out).unwrap();
        assert!(
            bytes == unbroken,
            "{run:?}, stopped at {stop}, ended elsewhere"
        );
    }
}

#[test]
fn a_style_of_weight_zero_is_as_good_as_absent() {
    let studio = Studio::new();
    for run in RUNS {
        let single = studio.bytes(
            &studio.style_args(),
            "single.png",
            &[run, &["--force"][..]].concat(),
        );
        let [first, second] = studio.styles.clone().map(|path| path.display().to_string());
        let pair = [format!("{first}:1"), format!("{second}:0")];
        let both = studio.bytes(&pair, "both.png", &[run, &["--force"][..]].concat());
        assert!(single == both, "a weight of zero changed the picture");
    }
}

#[test]
fn two_styles_make_another_picture_than_one() {
    let studio = Studio::new();
    let run = ["--size", "32", "--steps", "4", "--no-metadata"];
    let single = studio.bytes(&studio.style_args(), "single.png", &run);
    let [first, second] = studio.styles.clone().map(|path| path.display().to_string());
    let both = studio.bytes(&[first, format!("{second}:2")], "both.png", &run);
    assert!(single != both);
}
