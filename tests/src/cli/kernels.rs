//! The program with simpler instructions and without kernels does the same.

use serde_json::Value;

use super::{Folder, style};

/// Loss of a small run with `--kernels KIND`.
fn loss(folder: &Folder, kind: &str) -> f64 {
    let picture = format!("{kind}.png");
    let mut args = style(&["--kernels", kind, "-o", &picture, "--steps", "4"]);
    args.insert(1, "--json".to_owned());
    let done = folder.run(&args).assert().success();
    let text = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    last["loss"].as_f64().unwrap()
}

#[test]
fn every_instruction_set_and_burns_operations_find_the_same_loss() {
    let folder = Folder::new();
    let best = loss(&folder, "auto");
    for kind in ["avx512", "avx2", "portable", "off"] {
        let other = loss(&folder, kind);
        let difference = (other / best - 1.0).abs();
        assert!(difference < 1e-4, "{kind}: {other}, not {best}");
    }
}

#[test]
fn kernels_can_be_chosen_by_a_variable_and_a_wrong_name_is_refused() {
    let folder = Folder::new();
    let mut run = folder.run(&style(&["--dry-run"]));
    let refused = run.env("REVERIE_KERNELS", "avx3").assert().code(2);
    let text = String::from_utf8_lossy(&refused.get_output().stderr).into_owned();
    assert!(text.contains("avx3") && text.contains("portable"), "{text}");
    let mut run = folder.run(&style(&["--dry-run"]));
    run.env("REVERIE_KERNELS", "off").assert().success();
}
