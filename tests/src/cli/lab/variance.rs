//! The variance of signals and gradients.

use super::super::Folder;
use super::{events, figures, lab, page};

/// Small networks, few of them.
const SMALL: [&str; 9] = [
    "variance", "--width", "24", "--depth", "3", "--steps", "3", "--draws", "4",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

#[test]
fn a_run_compares_with_theory_and_makes_a_page() {
    let folder = Folder::new();
    let told = events(&folder, &small(&["-o", "x.html"]));
    let about = |words: &str| {
        let row = told.iter().find(|row| {
            row["figure"]
                .as_str()
                .is_some_and(|figure| figure.contains(words))
        });
        row.unwrap_or_else(|| panic!("nothing about {words}"))["holds"].as_bool()
    };
    // These hold at any size.
    for words in [
        "linear rotations",
        "tanh: what the series",
        "relu: least drift",
    ] {
        assert_eq!(about(words), Some(true), "{words}");
    }
    let page = page(&folder, "x.html");
    assert!(page.contains("--width 24") && page.matches("<svg").count() > 10);
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| figures(&folder, &small(&["--seed", seed]));
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3")["depths"], found("4")["depths"]);
}

#[test]
fn settings_that_mean_nothing_are_refused() {
    let folder = Folder::new();
    let with = |flag: &'static str, value: &'static str| lab(&["variance", flag, value]);
    folder.all_refused(
        2,
        &[
            (with("--width", "0"), &["width is 0", "between"]),
            (with("--depth", "0"), &["depth is 0"]),
            (with("--steps", "0"), &["steps is 0"]),
            (with("--draws", "0"), &["draws is 0"]),
        ],
    );
}
