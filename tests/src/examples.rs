//! The numbered examples of the libraries run.

use std::path::PathBuf;
use std::process::Command;

/// Where cargo puts examples: beside the folder of this test.
fn examples() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let profile = test.parent().unwrap().parent().unwrap();
    profile.join("examples")
}

#[test]
fn every_numbered_example_runs() {
    for name in [
        "01_activations",
        "02_layers",
        "03_character_model",
        "04_recurrent_stack",
        "01_dream",
        "02_style",
        "03_your_own_network",
    ] {
        let program = examples().join(name);
        if !program.exists() {
            // `cargo test -p suite` builds this package alone.
            println!("{name} is skipped: it was not built; test the whole workspace");
            continue;
        }
        let dir = tempfile::tempdir().unwrap();
        let done = Command::new(&program)
            .current_dir(dir.path())
            .output()
            .unwrap();
        let errors = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{name}: {errors}");
        assert!(!done.stdout.is_empty(), "{name} says something");
    }
}
