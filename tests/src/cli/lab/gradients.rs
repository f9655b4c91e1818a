//! Exploding and vanishing gradients.

use super::super::Folder;
use super::{events, figures, lab, page};

/// Small networks, short sequences, a short training.
const SMALL: [&str; 13] = [
    "gradients",
    "--backend",
    "flex",
    "--hidden",
    "6",
    "--steps",
    "10",
    "--radius",
    "0.9,1.2",
    "--updates",
    "3",
    "--seeds",
    "1",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

#[test]
fn a_run_compares_with_theory_and_makes_a_page() {
    let folder = Folder::new();
    let told = events(&folder, &small(&["-o", "x.html"]));
    for row in told.iter().filter(|row| row["event"] == "figure") {
        assert_ne!(row["holds"], false, "{row}");
    }
    let page = page(&folder, "x.html");
    for words in [
        "Spectral radius 1.2",
        "The cliff",
        "Clipping",
        "data:image/png",
    ] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| figures(&folder, &small(&["--cell", "lstm", "--seed", seed]));
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3")["flows"], found("4")["flows"]);
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    let folder = Folder::new();
    let with = |flag: &'static str, value: &'static str| lab(&["gradients", flag, value]);
    folder.all_refused(
        2,
        &[
            (with("--radius", "0"), &["radius is 0", "above 0"]),
            (with("--radius", "-1"), &["radius is -1"]),
            (with("--steps", "0"), &["steps is 0", "between"]),
            (with("--clip", "0"), &["clip is 0", "above 0"]),
            (with("--updates", "0"), &["updates is 0"]),
        ],
    );
    folder.misused(&with("--cell", "rnn"), &["rnn", "tanh"]);
}
