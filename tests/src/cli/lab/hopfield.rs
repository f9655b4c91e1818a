//! Hopfield networks.

use super::super::Folder;
use super::{events, figures, lab, of_kind, page};
use crate::common::small_picture;

/// Capacities of small networks.
const SMALL: [&str; 7] = [
    "hopfield", "--units", "60", "--loads", "0.05,0.3", "--seeds", "2",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

#[test]
fn a_run_says_what_holds_and_makes_a_page_with_a_film() {
    let folder = Folder::new();
    let told = events(&folder, &small(&["-o", "x.html", "--gif", "x.gif"]));
    let first = of_kind(&told, "figure")[0];
    assert_eq!(first["theory"], "never");
    assert_eq!(first["holds"], true);
    assert!(folder.read("x.gif").starts_with(b"GIF89a"));
    let page = page(&folder, "x.html");
    assert!(page.contains("data:image/gif") && page.contains("<svg"));
    assert!(page.contains("--loads 0.05,0.3"));
    // The table alone, for people.
    let done = folder.run(&lab(&small(&[]))).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(
        said.starts_with("figure") && said.contains("never"),
        "{said}"
    );
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| figures(&folder, &small(&["--cue", "half", "--seed", seed]));
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3")["capacities"], found("4")["capacities"]);
}

#[test]
fn pictures_of_the_user_are_stored_and_recalled() {
    let folder = Folder::new();
    let own = [
        "--pattern",
        "a.png",
        "--pattern",
        "b.png",
        "--rule",
        "pseudo-inverse",
    ];
    let found = figures(&folder, &small(&own));
    assert_eq!(found["n_units"], 32 * 24);
    for one in found["recalled"].as_array().unwrap() {
        assert!(one["overlap"].as_f64().unwrap() > 0.95, "{one}");
        assert_eq!(one["recall"]["rises"], 0);
    }
}

#[test]
fn what_cannot_be_stored_or_measured_is_refused() {
    let folder = Folder::new();
    small_picture(folder.0.path(), "tiny.png", 2, 1, 1);
    small_picture(folder.0.path(), "large.png", 200, 200, 1);
    folder.write("text.png", "no picture");
    let stored = |files: &[&'static str]| {
        let flags = files.iter().flat_map(|file| ["--pattern", file]);
        lab(&[&["hopfield"], &flags.collect::<Vec<_>>()[..]].concat())
    };
    folder.all_refused(
        1,
        &[
            (
                stored(&["a.png", "c.png"]),
                &["a.png has 32x24", "c.png has 40x30", "same size"],
            ),
            (
                stored(&["tiny.png"; 3]),
                &["3 patterns are more than 2 units"],
            ),
            (stored(&["no.png"]), &["no.png"]),
            (stored(&["text.png"]), &["text.png"]),
            (stored(&["large.png"]), &["large.png has 200x200", "10000"]),
        ],
    );
    let twice = [
        &stored(&["a.png", "a.png"])[..],
        &lab(&["--rule", "pseudo-inverse"])[1..],
    ]
    .concat();
    folder.all_refused(1, &[(twice, &["a.png and a.png overlap by 1.000"])]);
    let with = |flag: &'static str, value: &'static str| lab(&["hopfield", flag, value]);
    folder.all_refused(
        2,
        &[
            (with("--rule", "hebbb"), &["rule = \"hebbb\"", "storkey"]),
            (with("--cue", "smell"), &["cue = \"smell\"", "half"]),
            (with("--noise", "0.8"), &["noise is 0.8", "0.5"]),
            (
                with("--loads", "1.5"),
                &["loads is 1.5", "no more patterns than units"],
            ),
            (with("--units", "0"), &["units is 0"]),
            (with("--seeds", "0"), &["seeds is 0"]),
            (with("--gif", "x.mp4"), &["x.mp4"]),
        ],
    );
}

#[test]
fn a_plan_does_nothing() {
    let folder = Folder::new();
    let args = lab(&["hopfield", "--dry-run", "-o", "x.html", "--gif", "x.gif"]);
    folder.done(&args);
    assert!(!folder.path("x.html").exists() && !folder.path("x.gif").exists());
}
