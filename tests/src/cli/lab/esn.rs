//! Echo state networks.

use super::super::Folder;
use super::{events, figures, lab, page};

/// A network and a test of small size.
const SMALL: [&str; 13] = [
    "esn",
    "--units",
    "60",
    "--density",
    "0.1",
    "--train",
    "600",
    "--washout",
    "100",
    "--horizon",
    "40",
    "--starts",
    "5",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

/// A wave with its numbers in the second column of three.
fn wave(count: u32) -> String {
    let row = |t: u32| {
        let value = 20.0 + 5.0 * (f64::from(t) * 0.2).sin() + (f64::from(t) * 0.07).cos();
        format!("{t};{value:.6};x\n")
    };
    let rows: String = (0..count).map(row).collect();
    format!("time;level;note\n{rows}")
}

#[test]
fn both_tasks_are_measured_and_shown() {
    let folder = Folder::new();
    let told = events(&folder, &small(&["--networks", "2", "-o", "x.html"]));
    let figures = told.last().unwrap()["figures"].as_array().unwrap().clone();
    assert_eq!(figures.len(), 2);
    let [mackey_glass, narma] = [0, 1].map(|i| figures[i]["runs"].as_array().unwrap());
    assert_eq!((mackey_glass.len(), narma.len()), (2, 2));
    assert_eq!(mackey_glass[0]["by_horizon"].as_array().unwrap().len(), 40);
    assert!(mackey_glass[0]["one_step"].as_f64().unwrap() < 0.05);
    for run in mackey_glass.iter().chain(narma) {
        let radius = run["spectral_radius"].as_f64().unwrap();
        let asked = [1.0, 0.95].map(|asked| (radius - asked).abs());
        assert!(asked.iter().any(|off| *off < 1e-6), "{radius}");
    }
    let page = page(&folder, "x.html");
    // A run, its errors near and far, units and spectrum; NARMA-10 has no free runs.
    assert_eq!(page.matches("<svg").count(), 5 + 3);
    assert!(page.contains("Mackey-Glass") && page.contains("NARMA-10"));
}

#[test]
fn a_series_of_the_user_is_gone_on_with() {
    let folder = Folder::new();
    folder.write("wave.csv", wave(500));
    let series = ["--csv", "wave.csv", "--column", "level", "--networks", "1"];
    let found = figures(&folder, &small(&series));
    let error = found[0]["runs"][0]["figure"].as_f64().unwrap();
    assert!(
        error < 0.5 * found[0]["persistence"].as_f64().unwrap(),
        "{found}"
    );
    // The ridge is chosen, unless it is given.
    let given = figures(
        &folder,
        &small(&[&series[..], &["--ridge", "0.5"]].concat()),
    );
    assert_eq!(given[0]["runs"][0]["ridge"], 0.5);
    assert_ne!(found[0]["runs"][0]["ridge"], 0.5);
}

#[test]
fn the_same_seed_gives_the_same_figures() {
    let folder = Folder::new();
    let found = |seed| {
        let task = ["--task", "narma10", "--networks", "1", "--seed", seed];
        figures(&folder, &small(&task))[0]["runs"][0]["figure"].clone()
    };
    assert_eq!(found("3"), found("3"));
    assert_ne!(found("3"), found("4"));
}

#[test]
fn bad_tables_and_settings_are_refused() {
    let folder = Folder::new();
    folder.write("gap.csv", wave(500).replace("\n7;", "\n7;;x\n8;"));
    folder.write("text.csv", wave(500).replace("\n9;", "\n9;n/a;x\n10;"));
    folder.write("short.csv", wave(90));
    folder.write("flat.csv", "x\n".to_owned() + &"1\n".repeat(500));
    folder.write("empty.csv", "");
    folder.write("wave.csv", wave(500));
    let table = |file: &'static str| lab(&["esn", "--csv", file, "--column", "2"]);
    folder.all_refused(
        1,
        &[
            (
                table("gap.csv"),
                &["gap.csv", "line 9 has no value in column level"],
            ),
            (
                table("text.csv"),
                &["text.csv", "line 11 has \"n/a\" in column level"],
            ),
            (table("short.csv"), &["short.csv", "90 values", "or more"]),
            (
                lab(&["esn", "--csv", "flat.csv"]),
                &["flat.csv", "are equal"],
            ),
            (
                lab(&["esn", "--csv", "empty.csv"]),
                &["empty.csv", "no numbers"],
            ),
            (table("none.csv"), &["none.csv", "no such file"]),
            (table("a.png"), &["a.png"]),
            (
                lab(&["esn", "--csv", "wave.csv"]),
                &["line 2 has \"x\" in column note"],
            ),
        ],
    );
    let with = |flag: &'static str, value: &'static str| lab(&["esn", flag, value]);
    folder.all_refused(
        2,
        &[
            (
                lab(&["esn", "--csv", "wave.csv", "--column", "depth"]),
                &["no column depth", "time, level, note"],
            ),
            (
                with("--task", "narma"),
                &["tasks = [\"narma\"]", "`narma10`"],
            ),
            (
                with("--spectral-radius", "0"),
                &["spectral radius is 0", "above 0"],
            ),
            (with("--spectral-radius", "-1"), &["spectral radius is -1"]),
            (with("--horizon", "0"), &["horizon is 0"]),
            (with("--train", "0"), &["train is 0"]),
            (with("--units", "0"), &["units is 0"]),
            (with("--density", "1.5"), &["density is 1.5", "at most 1"]),
            (with("--leak", "0"), &["leak is 0"]),
            (with("--ridge", "-1"), &["ridge is -1"]),
            (with("--networks", "0"), &["networks is 0"]),
        ],
    );
}
