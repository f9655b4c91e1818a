//! The neural Turing machine.

use super::super::Folder;
use super::{events, figures, lab, page};

/// A machine that is taught in a moment.
const SMALL: [&str; 13] = [
    "ntm",
    "--longest",
    "3",
    "--rows",
    "8",
    "--width",
    "4",
    "--hidden",
    "8",
    "--sequences",
    "40",
    "--lstm-hidden",
    "8",
];

fn small(args: &[&'static str]) -> Vec<&'static str> {
    [&SMALL, args].concat()
}

#[test]
fn a_machine_is_taught_beside_an_lstm() {
    let folder = Folder::new();
    let one = ["--backend", "flex", "--threads", "1"];
    let told = events(
        &folder,
        &small(&[&one[..], &["--seeds", "2", "-o", "x.html"]].concat()),
    );
    let looks = told.iter().filter(|event| event["event"] == "look");
    assert_eq!(looks.count(), 2);
    let found = &told.last().unwrap()["figures"];
    assert_eq!(found["machines"].as_array().unwrap().len(), 2);
    assert!(found["lstm"]["wrong_bits"].is_number());
    let page = page(&folder, "x.html");
    for word in [
        "Where the read head looks",
        "Memory after the last vector",
        "LSTM",
    ] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn repeated_copies_are_another_task() {
    let folder = Folder::new();
    let found = figures(&folder, &small(&["--task", "repeat-copy", "--no-lstm"]));
    assert_eq!(found["machines"][0]["config"]["task"], "repeat-copy");
    assert!(found["lstm"].is_null());
}

#[test]
fn a_kept_machine_goes_on_where_it_was() {
    let folder = Folder::new();
    let whole = figures(&folder, &small(&["--no-lstm"]));
    // Time is up after the first update.
    folder.done(&lab(&small(&[
        "--no-lstm",
        "--state",
        "m",
        "--time-budget",
        "0.000001",
    ])));
    assert!(folder.path("m/seed-0.safetensors").exists());
    let again = small(&["--no-lstm", "--state", "m"]);
    folder.all_refused(
        1,
        &[(
            lab(&again),
            &["seed-0.safetensors exists", "--resume", "--force"],
        )],
    );
    let resumed = figures(&folder, &small(&["--no-lstm", "--state", "m", "--resume"]));
    assert_eq!(resumed["machines"], whole["machines"]);
    // The LSTM is kept beside the machines, and goes on too.
    let with_lstm =
        |args: &[&'static str]| small(&[&["--state", "m", "--resume"][..], args].concat());
    let broken = with_lstm(&["--time-budget", "0.000001"]);
    folder.done(&lab(&broken));
    let lstm = |args: &[&'static str]| figures(&folder, &small(args))["lstm"].clone();
    assert_eq!(figures(&folder, &with_lstm(&[]))["lstm"], lstm(&[]));
    folder.all_refused(
        2,
        &[(
            lab(&with_lstm(&["--lstm-layers", "2"])),
            &["lstm.safetensors", "begun with other settings"],
        )],
    );
    let other = small(&["--no-lstm", "--state", "m", "--resume", "--rate", "0.5"]);
    folder.all_refused(
        2,
        &[(lab(&other), &["begun with other settings", "--force"])],
    );
}

#[test]
fn settings_and_machines_that_are_no_good_are_refused() {
    let folder = Folder::new();
    let with = |args: &[&'static str]| lab(&[&["ntm"], args].concat());
    folder.all_refused(
        2,
        &[
            (with(&["--rows", "2"]), &["rows is 2", "between 3 and 4096"]),
            (with(&["--longest", "0"]), &["longest is 0"]),
            (with(&["--sequences", "0"]), &["sequences is 0"]),
            (with(&["--seeds", "0"]), &["seeds is 0"]),
            (with(&["--lstm-layers", "0"]), &["lstm-layers is 0"]),
        ],
    );
    folder.misused(&with(&["--task", "sort"]), &["sort", "repeat-copy"]);
    folder.misused(&with(&["--resume"]), &["--state"]);
    folder.all_refused(
        1,
        &[(
            with(&["--state", "none", "--resume"]),
            &["nothing to resume"],
        )],
    );
    std::fs::create_dir(folder.path("m")).unwrap();
    folder.write("m/seed-0.safetensors", "no machine");
    folder.all_refused(
        4,
        &[(with(&["--state", "m", "--resume"]), &["seed-0.safetensors"])],
    );
}
