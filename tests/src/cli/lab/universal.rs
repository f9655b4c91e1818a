//! Universal approximation.

use super::super::Folder;
use super::{events, figures, lab, page};

/// Networks that learn a little.
const SMALL: [&str; 9] = [
    "universal",
    "--units",
    "1,12",
    "--networks",
    "1",
    "--updates",
    "120",
    "--horizon",
    "20",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

#[test]
fn a_larger_network_comes_nearer_and_both_are_shown() {
    let folder = Folder::new();
    let told = events(&folder, &small(&["-o", "x.html"]));
    let rows = told.last().unwrap()["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 3);
    assert_eq!(rows[2]["holds"], true, "{rows:?}");
    assert_eq!(page(&folder, "x.html").matches("<svg").count(), 3 + 3);
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| figures(&folder, &small(&["--seed", seed]))["runs"][0]["error"].clone();
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3"), found("4"));
}

#[test]
fn settings_out_of_range_are_refused() {
    let folder = Folder::new();
    let with = |flag: &'static str, value: &'static str| lab(&["universal", flag, value]);
    folder.all_refused(
        2,
        &[
            (with("--units", "0,4"), &["units is 0", "between 1 and 512"]),
            (with("--units", "8,4"), &["units is [8, 4]", "rising"]),
            (with("--networks", "0"), &["networks is 0"]),
            (with("--updates", "0"), &["updates is 0"]),
            (with("--horizon", "0"), &["horizon is 0"]),
            (with("--stiffness", "-1"), &["stiffness is -1"]),
        ],
    );
}
