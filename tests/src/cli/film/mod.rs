//! Frames of a film in the manner of a picture, with and without their movement.

mod refused;

use std::path::PathBuf;

use reverie_viz::picture::{Flow, Limits, Picture, SaveOptions, load, save, save_flow};

use super::dreams::frames;
use super::interrupt::{started_at, stop};
use super::json::objects;
use super::{Folder, TINY_CONTENT, plain, with_defaults};
use crate::common::result;

/// Pixels that the square moves to the right from frame to frame.
const SPEED: u32 = 4;

const FILM: &[[&str; 2]] = &[
    ["--frames", "walk"],
    ["--style", "b.png"],
    ["--net", "tiny"],
    ["--set content_layers", TINY_CONTENT],
    ["--size", "32"],
    ["--steps", "2"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["-o", "film"],
];

/// A small film of the frames in `walk`.
fn film(args: &[&str]) -> Vec<String> {
    with_defaults("style", FILM, args)
}

/// The same with the movement in `flow`.
fn moving(args: &[&str]) -> Vec<String> {
    film(&[&["--flow", "flow"], args].concat())
}

/// Where the square is in a frame.
fn is_square(frame: u32, x: u32, y: u32) -> bool {
    let left = SPEED * frame;
    (left..left + 10).contains(&x) && (7..17).contains(&y)
}

/// A folder with three frames of a square that goes to the right, and how it moves.
fn walk() -> Folder {
    let folder = Folder::new();
    for name in ["walk", "flow"] {
        std::fs::create_dir(folder.path(name)).unwrap();
    }
    for number in 1..=3 {
        let frame = Picture::from_fn(32, 24, |x, y| match is_square(number, x, y) {
            true => [0.9, 0.6 - 0.02 * (x - SPEED * number) as f32, 0.2],
            false => [0.2, 0.3 + 0.01 * x as f32, 0.5 + 0.01 * y as f32],
        });
        let path = folder.path(&format!("walk/{number}.png"));
        save(&frame, None, &path, &SaveOptions::default()).unwrap();
    }
    for number in 2..=3 {
        let step = SPEED as f32;
        let flow = |frame: u32, across: f32| {
            Flow::from_fn(32, 24, |x, y| match is_square(frame, x, y) {
                true => [across, 0.0],
                false => [0.0, 0.0],
            })
        };
        let (back, forward) = (flow(number, -step), flow(number - 1, step));
        save_flow(&back, &flow_path(&folder, number, ""), false).unwrap();
        save_flow(&forward, &flow_path(&folder, number, "-forward"), false).unwrap();
    }
    folder
}

fn flow_path(folder: &Folder, number: u32, direction: &str) -> PathBuf {
    folder.path(&format!("flow/{number}{direction}.flo"))
}

#[test]
fn every_frame_becomes_a_frame_and_the_first_is_a_picture_like_any_other() {
    let folder = walk();
    let events = objects(&folder, &moving(&[]));
    let result = events.last().unwrap();
    let expected = serde_json::json!({"frames": 3, "frames_made": 3, "interrupted": false});
    for (key, value) in expected.as_object().unwrap() {
        assert_eq!(&result[key], value, "{key}");
    }
    let mut names: Vec<_> = std::fs::read_dir(folder.path("film"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "frame-00001.png",
        "frame-00002.png",
        "frame-00003.png",
        "recipe.json",
    ];
    assert_eq!(names, expected);
    folder.done(&plain(
        &[
            &["style", "--content", "walk/1.png", "-o", "still.png"],
            &[
                "--style",
                "b.png",
                "--net",
                "tiny",
                "--set",
                TINY_CONTENT,
                "--size",
                "32",
            ][..],
            &["--steps", "2", "--seed", "1", "--backend", "flex"],
        ]
        .concat(),
    ));
    let colours = |name: &str| image::open(folder.path(name)).unwrap().to_rgb8();
    assert_eq!(colours("still.png"), colours("film/frame-00001.png"));
    let again = plain(&["style", "--rerun", "film/frame-00002.png", "-o", "x.png"]);
    folder.refused(1, &again, &["frame-00002.png", "style --frames"]);
}

#[test]
fn what_is_not_known_of_the_movement_is_said() {
    let folder = walk();
    let said = |args: &[String]| {
        let done = folder.run(args).assert().success();
        String::from_utf8(done.get_output().stderr.clone()).unwrap()
    };
    let dry = ["--dry-run"];
    assert!(
        said(&film(&dry)).contains(
            "3 frames, 2 steps for each after the first, without knowing how things move"
        )
    );
    assert!(said(&moving(&dry)).contains("with the movement that the flow files say"));
    assert!(!folder.path("film").exists(), "a dry run makes nothing");
    // The way forward may be missing, and all of it.
    folder.done(&film(&["-o", "unknown"]));
    folder.done(&moving(&["-o", "known"]));
    for number in 2..=3 {
        std::fs::remove_file(flow_path(&folder, number, "-forward")).unwrap();
    }
    folder.done(&moving(&["-o", "half-known"]));
    let [unknown, half, known] =
        ["unknown", "half-known", "known"].map(|name| frames(&folder, name, 3));
    assert!(
        unknown[0] == known[0] && unknown[1] != known[1],
        "the movement counts"
    );
    assert!(
        half[0] == known[0] && half[1] != known[1],
        "what was hidden counts"
    );
}

#[test]
#[cfg(unix)]
fn a_film_that_was_broken_off_goes_on_to_the_same_bytes() {
    let folder = walk();
    // More lines than a pipe holds: while nobody reads, the run waits in the middle of a frame.
    let long = ["--size", "24", "--steps", "700"];
    let run = |args: &[&str]| moving(&[&long[..], args].concat());
    folder.done(&run(&["-o", "whole"]));
    let broken = run(&["--json", "-o", "stopped"]);
    let (code, event) = stop("-INT", started_at(&folder, &broken, "\"frame\":1"));
    assert_eq!(code, Some(130));
    assert_eq!(event["interrupted"], true);
    assert!(event["frames"].as_u64().unwrap() < 3, "{event}");
    let broken = run(&["--json", "-o", "killed"]);
    let (mut child, stdout, _) = started_at(&folder, &broken, "\"frame\":1");
    child.kill().unwrap();
    child.wait().unwrap();
    drop(stdout);
    assert!(!folder.path("killed/frame-00003.png").exists());
    let timed = folder
        .run(&run(&["--json", "--time-budget", "0.1", "-o", "timed"]))
        .assert();
    assert_eq!(
        result(&timed.success().get_output().stdout)["interrupted"],
        true
    );
    for name in ["stopped", "killed", "timed"] {
        folder.done(&run(&["--resume", "-o", name]));
        assert!(
            frames(&folder, name, 3) == frames(&folder, "whole", 3),
            "{name}"
        );
    }
    // A frame that was cut off counts as missing; a film that is whole stays as it is.
    let second = folder.read("whole/frame-00002.png");
    folder.write("stopped/frame-00002.png", &second[..second.len() / 2]);
    for made in [2, 0] {
        let events = objects(&folder, &run(&["--resume", "-o", "stopped"]));
        assert_eq!(events.last().unwrap()["frames_made"], made);
        assert!(frames(&folder, "stopped", 3) == frames(&folder, "whole", 3));
    }
}

#[test]
fn frames_stay_with_what_moved_as_firmly_as_asked() {
    let folder = walk();
    let shown = |name: &str| {
        load(&folder.path(name), &Limits::default())
            .unwrap()
            .picture
    };
    let flicker = |out: &str, weight: &str| {
        folder.done(&moving(&["--set", weight, "--steps", "20", "-o", out]));
        let mut sum = (0.0, 0.0);
        for number in 2..=3 {
            let flow = |direction| {
                reverie_viz::picture::load_flow(&flow_path(&folder, number, direction)).unwrap()
            };
            let back = flow("");
            let before = shown(&format!("{out}/frame-{:05}.png", number - 1));
            let now = shown(&format!("{out}/frame-{number:05}.png"));
            let trust = back.trust(Some(&flow("-forward")));
            let warped = back.warp(&before).0;
            let pixels = warped
                .pixels()
                .chunks_exact(3)
                .zip(now.pixels().chunks_exact(3));
            for ((before, now), trust) in pixels.zip(trust) {
                let change: f32 = before.iter().zip(now).map(|(a, b)| (a - b).abs()).sum();
                sum.0 += f64::from(change / 3.0 * trust);
                sum.1 += f64::from(trust);
            }
        }
        sum.0 / sum.1
    };
    let firm = flicker("firm", "temporal_weight=1000");
    let free = flicker("free", "temporal_weight=0");
    println!(
        "mean change of what is seen twice: {firm:.5} held, {free:.5} free, from black to white 1"
    );
    assert!(firm < 0.7 * free, "{firm} and {free}");
}
