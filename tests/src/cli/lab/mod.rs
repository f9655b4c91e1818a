//! The lecture's small networks, each at tiny size: what they say, what they leave, what they refuse.
//!
//! One file an experiment.

mod esn;
mod gradients;
mod hopfield;
mod memory;
mod ntm;
mod ode;
mod trained;
mod universal;
mod variance;

use serde_json::Value;

use super::{Folder, plain};

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
