//! Recipes whose pictures or weights are not what they were when the result was made.

use super::weights::{TINY, safetensors};
use super::{Folder, plain, style};

/// A folder with a result, `first.png`.
fn made() -> Folder {
    let folder = Folder::new();
    folder.done(&style(&["-o", "first.png"]));
    folder
}

/// Repeats it as `x.png`.
fn again(args: &[&str]) -> Vec<String> {
    let rerun = [
        "style",
        "--rerun",
        "first.png",
        "--backend",
        "flex",
        "-o",
        "x.png",
    ];
    plain(&[&rerun, args].concat())
}

/// A value of the recipe of `x.png`.
fn recipe(folder: &Folder, pointer: &str) -> serde_json::Value {
    let done = folder
        .run(&plain(&["inspect", "x.png", "--json"]))
        .assert()
        .success();
    crate::common::result(&done.get_output().stdout)
        .pointer(pointer)
        .unwrap()
        .clone()
}

#[test]
fn a_picture_of_the_recipe_that_is_gone_is_named_together_with_the_recipe() {
    let folder = made();
    std::fs::remove_file(folder.path("b.png")).unwrap();
    folder.refused(1, &again(&[]), &["b.png", "recipe of first.png"]);
}

#[test]
fn a_picture_that_has_changed_since_is_told() {
    let folder = made();
    std::fs::copy(folder.path("c.png"), folder.path("b.png")).unwrap();
    let done = folder.run(&again(&[])).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    // A warning or a refusal, but not silence.
    assert!(
        said.contains("b.png") && said.contains("first.png"),
        "{said}"
    );
}

#[test]
fn flags_go_over_the_recipe_even_where_they_say_the_usual() {
    let folder = made();
    folder.done(&again(&["--seed", "0", "--force"]));
    assert_eq!(recipe(&folder, "/seed"), 0, "--seed 0 goes over seed 1");
    folder.done(&again(&["--strength", "2", "--force"]));
    assert_eq!(recipe(&folder, "/settings/strength"), 2.0);
    let net = &["--net", "vgg-mini", "--force"];
    folder.done(&again(net));
    assert_eq!(
        recipe(&folder, "/net"),
        "vgg-mini",
        "--net goes over the recipe's"
    );
}

#[test]
fn a_preset_over_a_recipe_counts_or_is_refused() {
    let folder = made();
    let done = folder
        .run(&again(&["--preset", "crowson"]))
        .output()
        .unwrap();
    match done.status.code() {
        Some(2) => {}
        Some(0) => assert_eq!(recipe(&folder, "/settings/optimizer"), "adam"),
        other => panic!("{other:?}: {}", String::from_utf8_lossy(&done.stderr)),
    }
}

#[test]
fn a_recipe_with_weights_from_a_file_says_which_flags_it_needs() {
    let folder = Folder::new();
    folder.write("own.safetensors", safetensors(&TINY, 0.3));
    folder.done(&style(&["--weights", "own.safetensors", "-o", "first.png"]));
    let facts = &["own.safetensors", "--weights"];
    folder.refused(2, &again(&[]), facts);
    folder.done(&again(&["--net", "tiny", "--weights", "own.safetensors"]));
    assert!(
        folder.read("x.png") == folder.read("first.png"),
        "the same picture once more"
    );
}
