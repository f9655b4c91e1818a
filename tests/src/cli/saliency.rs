//! Attribution: pictures, pages, checks, and what is refused.

use serde_json::Value;

use super::{Folder, plain};
use crate::common::result;

/// A quick run of `saliency` on `a.png` with the network inside the program.
fn saliency(args: &[&str]) -> Vec<String> {
    let quick = [
        "saliency",
        "--backend",
        "flex",
        "--set",
        "samples=2",
        "--set",
        "steps=4",
        "--set",
        "masks=8",
        "--set",
        "curve_steps=4",
        "--set",
        "stages=2",
    ];
    let picture: &[&str] = match args.first() {
        Some(first) if !first.starts_with('-') => &[],
        _ => &["a.png"],
    };
    plain(&[&quick, picture, args].concat())
}

/// The objects of a run, one a line.
fn events(folder: &Folder, args: &[String]) -> Vec<Value> {
    let done = folder.run(args).arg("--json").output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let lines = String::from_utf8(done.stdout).unwrap();
    lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn size(folder: &Folder, name: &str) -> (u32, u32) {
    image::image_dimensions(folder.path(name)).unwrap()
}

#[test]
fn one_map_is_one_picture_and_several_are_a_sheet() {
    let folder = Folder::new();
    let told = events(&folder, &saliency(&["-o", "one.png", "--npy"]));
    // 32x24 pixels become 85x64, and each is repeated four times.
    assert_eq!(size(&folder, "one.png"), (340, 256));
    let numbers = folder.read("one.npy");
    assert!(numbers.starts_with(b"\x93NUMPY"));
    assert_eq!(numbers.len() % 64, (3 * 85 * 64 * 4) % 64);
    let [map, result] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(
        (&map["event"], &map["method"]),
        (&"map".into(), &"vanilla".into())
    );
    assert_eq!(
        (map["width"].as_u64(), map["height"].as_u64()),
        (Some(85), Some(64))
    );
    assert_eq!(result["event"], "result");
    let named = ["--class", "mushroom", "--method", "all", "-o", "all.png"];
    let told = events(&folder, &saliency(&named));
    assert_eq!(told.len(), 10);
    assert!(told[..9].iter().all(|map| map["explains"] == "mushroom"));
    let gap = told[3]["completeness_gap"].as_f64().unwrap();
    assert!(gap.is_finite() && gap >= 0.0);
    assert!(size(&folder, "all.png").0 > 1000);
    // The recipe travels along.
    let recipe = folder
        .run(&plain(&["inspect", "all.png"]))
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&recipe.stdout).contains("mushroom"));
}

#[test]
fn the_same_seed_makes_the_same_bytes() {
    let folder = Folder::new();
    let noisy = ["--method", "smoothgrad,rise", "--seed", "4"];
    folder.done(&saliency(&[&noisy[..], &["-o", "x.png"]].concat()));
    folder.done(&saliency(&[&noisy[..], &["-o", "y.png"]].concat()));
    assert_eq!(folder.read("x.png"), folder.read("y.png"));
}

#[test]
fn every_way_to_show_a_map_is_another_picture() {
    let folder = Folder::new();
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for show in ["heat", "signed", "signal", "overlay", "masked"] {
        let name = format!("{show}.png");
        folder.done(&saliency(&["--show", show, "--no-metadata", "-o", &name]));
        let bytes = folder.read(&name);
        assert!(!seen.contains(&bytes), "{show} is another's picture");
        seen.push(bytes);
    }
}

#[test]
fn a_channel_is_explained_where_there_is_no_classifier() {
    let folder = Folder::new();
    let none = saliency(&["--net", "tiny", "-o", "x.png"]);
    folder.refused(
        1,
        &none,
        &["tiny has no classifier", "--layer and --channel"],
    );
    let channel = [
        "--net",
        "tiny",
        "--layer",
        "relu2_1",
        "--channel",
        "3",
        "-o",
        "x.png",
    ];
    let told = events(&folder, &saliency(&channel));
    assert_eq!(told[0]["explains"], "relu2_1 channel 3");
}

#[test]
fn checks_say_numbers_and_make_a_page() {
    let folder = Folder::new();
    let checks = [
        "--method",
        "vanilla,grad-cam",
        "--sanity",
        "--curves",
        "-o",
        "why",
    ];
    let told = events(&folder, &saliency(&checks));
    for map in &told[..2] {
        assert_eq!(map["sanity"].as_array().unwrap().len(), 2);
        for key in ["deletion_area", "insertion_area", "survives_random_weights"] {
            let value = map[key].as_f64().unwrap();
            assert!((-1.0..=1.0).contains(&value), "{key}: {value}");
        }
    }
    let page = String::from_utf8(folder.read("why/index.html")).unwrap();
    for word in [
        "deletion",
        "survives random weights",
        "<polyline",
        "grad-cam",
    ] {
        assert!(page.contains(word), "no {word}");
    }
    let outside = page.split("src=\"").skip(1);
    assert!(outside.into_iter().all(|rest| rest.starts_with("data:")));
    assert!(folder.path("why/maps.png").exists());
}

#[test]
fn a_folder_is_one_page_that_lists_what_was_left_out() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("photos/deep")).unwrap();
    std::fs::copy(folder.path("a.png"), folder.path("photos/a.png")).unwrap();
    std::fs::copy(folder.path("c.png"), folder.path("photos/deep/c.png")).unwrap();
    folder.write("photos/bad.png", "no picture");
    folder.write("photos/notes.txt", "nor this");
    let told = events(&folder, &saliency(&["photos", "-o", "page", "--curves"]));
    let kinds: Vec<&str> = told
        .iter()
        .map(|one| one["event"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["map", "skipped", "map", "result"]);
    assert_eq!(told[1]["picture"], "bad.png");
    assert_eq!(told[3]["pictures"], 2);
    let page = String::from_utf8(folder.read("page/index.html")).unwrap();
    for word in [
        "a.png",
        "deep/c.png",
        "bad.png",
        "1 left out",
        "All 2 pictures",
    ] {
        assert!(page.contains(word), "no {word}");
    }
    let table = String::from_utf8(folder.read("page/maps.csv")).unwrap();
    assert_eq!(table.lines().count(), 3, "{table}");
    assert!(folder.path("page/001-a.png").exists() && folder.path("page/003-c.png").exists());
}

#[test]
fn what_cannot_be_explained_is_refused_in_one_sentence() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("empty")).unwrap();
    std::fs::create_dir(folder.path("spoilt")).unwrap();
    folder.write("spoilt/x.png", "no picture");
    folder.write("notes.txt", "no picture");
    let out = ["-o", "x.png"];
    let with = |args: &[&str]| saliency(&[args, &out].concat());
    folder.all_refused(
        2,
        &[
            (
                with(&["--method", "gradcam"]),
                &["gradcam", "did you mean grad-cam?"],
            ),
            (with(&["--class", "unicorn"]), &["no class unicorn"]),
            (
                with(&["--layer", "relu9_1", "--channel", "0"]),
                &["relu9_1", "relu4_3"],
            ),
            (
                with(&["--layer", "relu1_1", "--channel", "999"]),
                &["999", "channels 0 to"],
            ),
            (with(&["--set", "masks=0"]), &["masks is 0"]),
            (
                with(&[
                    "--method",
                    "occlusion",
                    "--set",
                    "window=2",
                    "--set",
                    "stride=3",
                ]),
                &["stride is 3", "at most the window"],
            ),
            (
                with(&["--method", "grad-cam", "--set", "layer=relu9", "--dry-run"]),
                &["relu9"],
            ),
            (
                with(&["--set", "baseline=pink"]),
                &["pink", "mean, black or white"],
            ),
            (with(&["empty"]), &["is a folder", "-o must name a folder"]),
            (
                with(&["--method", "grad-cam", "--set", "layer=relu3"]),
                &["relu3"],
            ),
        ],
    );
    folder.all_refused(
        1,
        &[
            (with(&["missing.png"]), &["missing.png"]),
            (with(&["--size", "60000"]), &["needs about", "would fit"]),
            (with(&["notes.txt"]), &["notes.txt"]),
            (
                saliency(&["empty", "-o", "page"]),
                &["empty", "holds no pictures"],
            ),
        ],
    );
    folder.misused(&with(&["--size", "65536"]), &["65536", "65535"]);
    folder.misused(&with(&["--class", "x", "--layer", "relu1_1"]), &["--class"]);
}

#[test]
fn what_was_finished_is_kept_when_time_is_up() {
    let folder = Folder::new();
    let long = [
        "--method",
        "vanilla,rise",
        "--set",
        "masks=1000000",
        "--time-budget",
        "2",
    ];
    let told = events(&folder, &saliency(&[&long[..], &["-o", "x.png"]].concat()));
    let [map, result] = told.as_slice() else {
        panic!("{told:?}");
    };
    assert_eq!(map["method"], "vanilla");
    assert_eq!(result["interrupted"], true);
    assert!(folder.path("x.png").exists());
    let nothing = [
        "--method",
        "rise",
        "--set",
        "masks=1000000",
        "--time-budget",
        "0.2",
        "-o",
        "y.png",
    ];
    folder.refused(1, &saliency(&nothing), &["time was up", "--time-budget"]);
}

#[test]
fn a_page_says_how_to_make_it_again() {
    let folder = Folder::new();
    folder.done(&saliency(&[
        "--class",
        "king penguin",
        "-o",
        "page",
        "--show",
        "signed",
    ]));
    let page = String::from_utf8(folder.read("page/index.html")).unwrap();
    for word in ["--class 'king penguin'", "--set samples=2", "--show signed"] {
        let escaped = word.replace('\'', "&#39;");
        assert!(page.contains(word) || page.contains(&escaped), "no {word}");
    }
}

#[test]
fn the_last_result_of_a_run_is_that_of_its_plan() {
    let folder = Folder::new();
    let planned = folder
        .run(&saliency(&["--dry-run", "-o", "x.png"]))
        .output()
        .unwrap();
    assert!(planned.status.success());
    assert!(String::from_utf8_lossy(&planned.stderr).contains("85x64"));
    assert!(!folder.path("x.png").exists());
    let done = folder
        .run(&saliency(&["-o", "x.png", "--json"]))
        .output()
        .unwrap();
    assert_eq!(result(&done.stdout)["methods"][0], "vanilla");
    folder.refused(1, &saliency(&["-o", "x.png"]), &["x.png", "exists"]);
}
