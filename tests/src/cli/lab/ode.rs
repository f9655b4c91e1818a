//! Parameters of differential equations.

use super::super::Folder;
use super::{events, figures, lab, page};

#[test]
fn two_systems_are_found_and_shown() {
    let folder = Folder::new();
    let systems = [
        "ode", "--system", "sir", "--system", "lorenz", "--fits", "1", "-o", "x.html",
    ];
    let told = events(&folder, &systems);
    let rows = told.last().unwrap()["rows"].as_array().unwrap().clone();
    assert_eq!(rows.len(), 4);
    for row in &rows {
        assert_eq!(row["holds"], true, "{row}");
    }
    let page = page(&folder, "x.html");
    assert_eq!(page.matches("<svg").count(), 2 * 3);
    assert!(page.contains("least squares"));
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| {
        let args = [
            "ode",
            "--system",
            "sir",
            "--fits",
            "1",
            "--updates",
            "50",
            "--seed",
            seed,
        ];
        figures(&folder, &args)["cases"][1]["fits"].clone()
    };
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3"), found("4"));
}

#[test]
fn settings_out_of_range_are_refused() {
    let folder = Folder::new();
    let with = |flag: &'static str, value: &'static str| lab(&["ode", flag, value]);
    folder.all_refused(
        2,
        &[
            (
                with("--system", "lorentz"),
                &["systems = [\"lorentz\"]", "`lorenz`"],
            ),
            (
                with("--noise", "-0.1"),
                &["noise is -0.1", "between 0 and 1"],
            ),
            (with("--fits", "0"), &["fits is 0"]),
            (with("--updates", "0"), &["updates is 0"]),
        ],
    );
}
