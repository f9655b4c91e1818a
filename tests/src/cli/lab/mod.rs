//! The lecture's small networks, each at tiny size: what they say, what they leave, what they refuse.
//!
//! One file an experiment.

mod esn;
mod gradients;
mod hopfield;
mod memory;
mod ntm;
mod ode;
mod room;
mod settings;
mod stop;
mod trained;
mod universal;
mod variance;

use serde_json::Value;

use super::{Folder, plain};
use crate::common::lab::{TINY, book};

/// `reverie lab` with these words.
fn lab(args: &[&str]) -> Vec<String> {
    plain(&[&["lab"], args].concat())
}

/// The objects of a run with `--json`, which must succeed; the last is the result.
fn events(folder: &Folder, args: &[&str]) -> Vec<Value> {
    let done = folder.run(&lab(args)).arg("--json").output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{args:?}: {said}");
    let lines = String::from_utf8(done.stdout).unwrap();
    let events: Vec<Value> = lines
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(events.last().unwrap()["event"], "result", "{args:?}");
    events
}

/// The result of a run with `--json`.
fn figures(folder: &Folder, args: &[&str]) -> Value {
    events(folder, args).pop().unwrap()["figures"].take()
}

/// A page that was written: whole, and without need of other files.
fn page(folder: &Folder, name: &str) -> String {
    let page = String::from_utf8(folder.read(name)).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && page.trim_end().ends_with("</html>"));
    for word in ["<link", "<script", "src=\"http", "@import"] {
        assert!(!page.contains(word), "{name}: {word}");
    }
    assert!(
        page.contains("reverie lab "),
        "{name} says how to make it again"
    );
    page
}

/// The events of a kind.
fn of_kind<'e>(events: &'e [Value], kind: &str) -> Vec<&'e Value> {
    events
        .iter()
        .filter(|event| event["event"] == kind)
        .collect()
}

#[test]
fn every_experiment_says_its_plan_its_figures_and_its_result() {
    let folder = Folder::new();
    book(&folder.path(""));
    for (name, flags) in TINY {
        let args = [&[name], flags, &["-o", "x.html", "--force"]].concat();
        let told = events(&folder, &args);
        assert_eq!(told[0]["event"], "plan", "{name}");
        assert_eq!(told[0]["experiment"], name);
        assert!(told[0]["plan"].is_string() && told[0]["settings"].is_object());
        let result = told.last().unwrap();
        let rows = result["rows"].as_array().unwrap();
        assert_eq!(of_kind(&told, "figure").len(), rows.len(), "{name}");
        assert!(!rows.is_empty(), "{name}");
        assert_eq!(result["output"], "x.html");
        assert!(page(&folder, "x.html").contains("All settings"));
        let dry = [&[name], flags, &["--dry-run", "--json"]].concat();
        let done = folder.run(&lab(&dry)).assert().success();
        let said = String::from_utf8(done.get_output().stdout.clone()).unwrap();
        assert_eq!(said.lines().count(), 1, "{name}: {said}");
    }
}

#[test]
fn pages_have_names_of_pages_and_are_not_replaced_unasked() {
    let folder = Folder::new();
    folder.write("old.html", "mine");
    folder.all_refused(
        2,
        &[(lab(&["hopfield", "-o", "x.png"]), &["x.png", ".html"])],
    );
    folder.all_refused(
        1,
        &[
            (
                lab(&["hopfield", "-o", "old.html"]),
                &["old.html", "--force"],
            ),
            (lab(&["hopfield", "-o", "no/x.html"]), &["no"]),
        ],
    );
    folder.misused(&lab(&["hopfeild"]), &["hopfeild"]);
}
