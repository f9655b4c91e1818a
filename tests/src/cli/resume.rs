//! Runs that cannot be gone on with: exit code 1, with the reason.

use super::{Folder, style};

/// A run that is broken off in the middle.
const LONG: &[&str] = &["--steps", "6"];

/// A folder with a run of six steps that stopped after two.
fn stopped() -> Folder {
    let folder = Folder::new();
    folder
        .run(&style(&[LONG, &["--stop-after", "2"]].concat()))
        .assert()
        .code(130);
    assert!(folder.path("x.png.resume").exists(), "a checkpoint is left");
    folder
}

#[test]
fn there_must_be_something_to_go_on_with() {
    let folder = Folder::new();
    let facts = &["nothing to resume", "x.png.resume", "leave --resume out"];
    folder.refused(1, &style(&["--resume"]), facts);
    folder.done(&style(&[]));
    folder.refused(1, &style(&["--resume"]), facts);
}

#[test]
fn other_settings_than_the_run_began_with_are_named() {
    let folder = stopped();
    let cases: &[(&[&str], &[&str])] = &[
        (&["--seed", "2"], &["seed was 1, is 2"]),
        (&["--steps", "7"], &["steps was 6, is 7"]),
        (&["--size", "40"], &["size was 32, is 40"]),
        (&["--optimizer", "lbfgs"], &["optimizer", "lbfgs", "auto"]),
        (&["--strength", "2"], &["strength was 1.0, is 2.0"]),
        (&["--backend", "ndarray"], &["backend", "flex", "ndarray"]),
        (&["--content", "c.png"], &["a.png", "c.png"]),
        (&["--style", "b.png:2"], &["b.png", "1.0", "2.0"]),
        (&["--style", "b.png", "--style", "c.png"], &["c.png"]),
    ];
    for (change, facts) in cases {
        let rest: &[&str] = if change[0] == "--steps" { &[] } else { LONG };
        let args = style(&[change, rest, &["--resume"]].concat());
        let said = folder.refused(1, &args, &["x.png.resume", "leave --resume out"]);
        for fact in *facts {
            assert!(said.contains(fact), "{fact:?} is not in {said}");
        }
        assert!(!said.contains('{'), "for people, not for programs: {said}");
    }
}

#[test]
fn a_dry_run_sees_that_a_run_cannot_be_gone_on_with() {
    let folder = stopped();
    let args = style(&[LONG, &["--resume", "--dry-run", "--strength", "2"]].concat());
    folder.refused(1, &args, &["strength was 1.0, is 2.0"]);
    folder.done(&style(&[LONG, &["--resume", "--dry-run"]].concat()));
}

#[test]
fn a_damaged_checkpoint_is_refused_by_name_with_a_way_out() {
    let folder = stopped();
    let whole = folder.read("x.png.resume");
    let weights = std::fs::read(crate::common::fixture("vgg11_narrow_f16.safetensors")).unwrap();
    let damaged: [&[u8]; 5] = [
        b"",
        b"garbage\n",
        &whole[..1000],
        &whole[..whole.len() - 8],
        &weights,
    ];
    for bytes in damaged {
        folder.write("x.png.resume", bytes);
        let facts = &["x.png.resume", "cannot be used", "leave --resume out"];
        folder.refused(1, &style(&[LONG, &["--resume"]].concat()), facts);
    }
}

#[test]
fn a_new_run_takes_the_old_checkpoint_away() {
    let folder = stopped();
    folder.done(&style(&[LONG, &["--force"]].concat()));
    assert!(
        !folder.path("x.png.resume").exists(),
        "nothing is left to go on with"
    );
}
