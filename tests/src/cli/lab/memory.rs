//! Remembering the first symbol.

use super::super::Folder;
use super::{events, figures, lab, page};

/// Small networks, short sequences, a short training.
const SMALL: [&str; 11] = [
    "memory",
    "--backend",
    "flex",
    "--hidden",
    "6",
    "--steps",
    "8",
    "--updates",
    "4",
    "--seeds",
    "1",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

#[test]
fn a_run_shows_every_cell_and_makes_a_page() {
    let folder = Folder::new();
    let told = events(&folder, &small(&["-o", "x.html"]));
    let networks = told.last().unwrap()["figures"]["networks"]
        .as_array()
        .unwrap();
    let cells: Vec<&str> = networks
        .iter()
        .map(|one| one["cell"].as_str().unwrap())
        .collect();
    assert_eq!(cells, ["rnn", "gru", "lstm"]);
    assert!(
        networks
            .iter()
            .all(|one| one["state"].as_array().unwrap().len() == 8)
    );
    let page = page(&folder, "x.html");
    for words in ["forget gates", "update gates", "tanh, step by step"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| figures(&folder, &small(&["--seed", seed]));
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3")["networks"], found("4")["networks"]);
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    let folder = Folder::new();
    let with = |flag: &'static str, value: &'static str| lab(&["memory", flag, value]);
    folder.all_refused(
        2,
        &[
            (with("--steps", "0"), &["steps is 0", "between"]),
            (with("--hidden", "0"), &["hidden is 0"]),
            (with("--updates", "0"), &["updates is 0"]),
            (with("--seeds", "0"), &["seeds is 0"]),
        ],
    );
}
