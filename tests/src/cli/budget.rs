//! How long a picture is worked at, and what its style is measured by.

use serde_json::Value;

use super::json::objects;
use super::{Folder, Maker, plain, style, texture};
use crate::common::reverie;

/// The steps of all sizes, as the plan says them.
fn planned(folder: &Folder, args: &[String]) -> Vec<u64> {
    let mut args = args.to_vec();
    args.push("--dry-run".to_owned());
    let events = objects(folder, &args);
    let plan = events
        .iter()
        .find(|event| event["event"] == "plan")
        .unwrap();
    let scales = plan["scales"].as_array().unwrap().iter();
    scales
        .map(|scale| scale["steps"].as_u64().unwrap())
        .collect()
}

/// A command line with its flag for steps taken out.
fn without_steps(mut args: Vec<String>) -> Vec<String> {
    let place = args.iter().position(|word| word == "--steps").unwrap();
    args.drain(place..place + 2);
    args
}

#[test]
fn a_budget_of_time_is_shared_among_all_sizes() {
    let folder = Folder::new();
    let makers: [Maker; 2] = [style, texture];
    for make in makers {
        let sizes = [
            "--size",
            "64",
            "--set",
            "start_size=16",
            "--set",
            "growth=2",
        ];
        let time = ["--steps", "100000", "--time-budget", "1.5", "--force"];
        let events = objects(&folder, &make(&[&sizes[..], &time].concat()));
        let begun = events.iter().filter(|event| event["event"] == "size");
        let begun: Vec<&Value> = begun.map(|event| &event["width"]).collect();
        assert_eq!(begun, [16, 32, 64]);
        let result = events.last().unwrap();
        assert_eq!(result["interrupted"], false, "{result}");
        let steps = result["steps"].as_u64().unwrap();
        assert!((3..300_000).contains(&steps), "{steps} steps");
        assert!(
            !folder.path("x.png.resume").exists(),
            "nothing is left to do"
        );
    }
    // Where there is time for everything, it changes nothing.
    for (out, more) in [
        ("plain.png", &[][..]),
        ("timed.png", &["--time-budget", "600"]),
    ] {
        folder.done(&style(
            &[
                &["--set", "start_size=16", "--set", "growth=2", "-o", out],
                more,
            ]
            .concat(),
        ));
    }
    assert!(folder.read("plain.png") == folder.read("timed.png"));
}

#[test]
fn quality_is_a_matter_of_steps() {
    let folder = Folder::new();
    let sizes = [
        "--size",
        "64",
        "--set",
        "start_size=32",
        "--set",
        "growth=2",
    ];
    let steps = |make: Maker, more: &[&str]| {
        planned(&folder, &without_steps(make(&[&sizes[..], more].concat())))
    };
    let normal = [vec![100, 140], vec![150, 100]];
    let fast = [vec![40, 56], vec![60, 40]];
    let best = [vec![300, 420], vec![450, 300]];
    let makers: [Maker; 2] = [style, texture];
    for (number, make) in makers.into_iter().enumerate() {
        assert_eq!(steps(make, &[]), normal[number]);
        assert_eq!(steps(make, &["--quality", "normal"]), normal[number]);
        assert_eq!(steps(make, &["--quality", "fast"]), fast[number]);
        assert_eq!(steps(make, &["--quality", "best"]), best[number]);
        let both = make(&["--steps", "5", "--quality", "fast"]);
        folder.misused(&both, &["--quality", "--steps"]);
        folder.misused(
            &without_steps(make(&["--quality", "superb"])),
            &["superb", "fast, normal, best"],
        );
    }
}

#[test]
fn every_style_loss_makes_another_picture_and_no_other_exists() {
    let folder = Folder::new();
    let losses = ["gram", "moments", "wasserstein", "sliced"];
    let makers: [(Maker, &str); 2] = [(style, "style"), (texture, "texture")];
    for (make, name) in makers {
        let mut made = Vec::new();
        for loss in losses {
            let out = format!("{name}-{loss}.png");
            let run = [
                "--style-loss",
                loss,
                "--steps",
                "4",
                "--measure",
                "-o",
                &out,
            ];
            let events = objects(&folder, &make(&run));
            let result = events.last().unwrap();
            let style = result["style_distance"].as_f64().unwrap();
            assert!(style.is_finite() && style > 0.0, "{result}");
            assert_eq!(result["content_distance"].is_null(), name == "texture");
            made.push(super::dreams::pixels(&folder, &out).into_raw());
        }
        made.sort();
        made.dedup();
        assert_eq!(made.len(), losses.len(), "{name}");
        let said = folder.refused(2, &make(&["--style-loss", "bogus"]), &["bogus"]);
        assert!(losses.iter().all(|loss| said.contains(loss)), "{said}");
    }
}

#[test]
fn the_measure_is_said_and_more_strength_brings_the_style_nearer() {
    let folder = Folder::new();
    let measured = |strength: &str| {
        let run = [
            "--strength",
            strength,
            "--steps",
            "30",
            "--measure",
            "--force",
        ];
        let events = objects(&folder, &style(&run));
        let of = |key| events.last().unwrap()[key].as_f64().unwrap();
        (of("style_distance"), of("content_distance"))
    };
    let (weak, strong) = (measured("0.01"), measured("100"));
    println!("distances of style and content: {weak:?} weak, {strong:?} strong");
    assert!(strong.0 < weak.0 && strong.1 > weak.1);
    let done = folder
        .run(&style(&["--measure", "--force"]))
        .assert()
        .success();
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert!(said.contains("distance of features to the style"), "{said}");
    assert!(said.contains(", to the content"), "{said}");
}

#[test]
fn new_flags_stand_in_the_printed_settings_and_can_be_fed_back() {
    let folder = Folder::new();
    let printed = |args: &[&str]| {
        let done = reverie()
            .args(args)
            .arg("--print-config")
            .assert()
            .success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let looks = ["--style-loss", "sliced", "--quality", "best"];
    let cases: [&[&str]; 2] = [
        &["style", "--set", "temporal_weight=7"],
        &["texture", "--size", "90x30", "--tileable"],
    ];
    for case in cases {
        let text = printed(&[case, &looks].concat());
        let table: toml::Table = text.parse().unwrap();
        assert_eq!(table["style_loss"].as_str(), Some("sliced"));
        if case[0] == "texture" {
            assert_eq!(table["first_steps"].as_integer(), Some(450));
            assert_eq!(table["size"].as_integer(), Some(90));
            assert_eq!(table["aspect"].as_float(), Some(3.0));
            assert_eq!(table["tileable"].as_bool(), Some(true));
        } else {
            assert_eq!(table["first_steps"].as_integer(), Some(300));
            assert_eq!(table["temporal_weight"].as_float(), Some(7.0));
        }
        folder.write("run.toml", &text);
        let file = folder.path("run.toml");
        let again = printed(&[case[0], "--config", file.to_str().unwrap()]);
        assert_eq!(again, text);
    }
    // The form of a texture is that of the file, until a flag says another.
    let args = [
        "texture",
        "a.png",
        "--net",
        "tiny",
        "--config",
        "run.toml",
        "--dry-run",
        "-o",
        "x.png",
    ];
    let plan = |more: &[&str]| {
        let events = objects(&folder, &plain(&[&args[..], more].concat()));
        let plan = events
            .iter()
            .find(|event| event["event"] == "plan")
            .unwrap();
        (plan["width"].clone(), plan["height"].clone())
    };
    assert_eq!(plan(&[]), (90.into(), 30.into()));
    assert_eq!(plan(&["--size", "48"]), (48.into(), 48.into()));
}
