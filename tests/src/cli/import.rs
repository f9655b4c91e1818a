//! Weights of the user's own: converted, checked, and then known by name.

use super::weights::{TINY, safetensors};
use super::{Folder, plain, style};

/// Imports `own.safetensors` as this name.
fn import(name: &str, more: &[&str]) -> Vec<String> {
    let args = [
        "weights",
        "import",
        "own.safetensors",
        "--as",
        name,
        "--data-dir",
        "data",
    ];
    let kind = ["--architecture", "tiny", "--convention", "torchvision"];
    plain(&[&args, &kind[..], more].concat())
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("own.safetensors", safetensors(&TINY, 0.3));
    folder
}

#[test]
fn imported_weights_are_listed_verified_and_used() {
    let folder = folder();
    folder.done(&import("mine", &["--full-precision"]));
    for verb in ["verify", "path"] {
        folder.done(&plain(&["weights", verb, "mine", "--data-dir", "data"]));
    }
    let list = folder
        .run(&plain(&["weights", "list", "--data-dir", "data"]))
        .assert()
        .success();
    assert!(String::from_utf8_lossy(&list.get_output().stdout).contains("mine "));
    folder.done(&style(&[
        "--net",
        "mine",
        "--data-dir",
        "data",
        "--no-metadata",
    ]));
    let direct = [
        "--weights",
        "own.safetensors",
        "--no-metadata",
        "-o",
        "direct.png",
    ];
    folder.done(&style(&direct));
    assert!(
        folder.read("x.png") == folder.read("direct.png"),
        "the same network"
    );
}

#[test]
fn a_name_is_taken_once_unless_forced() {
    let folder = folder();
    folder.done(&import("mine", &[]));
    let said = folder.refused(2, &import("mine", &[]), &["mine exists already", "--force"]);
    assert!(said.len() < 200, "{said}");
    folder.done(&import("mine", &["--force"]));
}

#[test]
fn a_name_that_could_not_be_used_is_refused() {
    let folder = folder();
    // Names that `--net` takes for something else, and names that are no names.
    for name in ["vgg16", "vgg16-hed", "vgg-mini", "tiny"] {
        folder.refused(2, &import(name, &[]), &[name, "choose another"]);
    }
    for name in ["../evil", "a b", "", "a/b"] {
        folder.refused(2, &import(name, &[]), &[]);
    }
}

#[test]
fn a_damaged_list_of_the_users_weights_is_named() {
    let folder = folder();
    folder.done(&import("mine", &[]));
    folder.write("data/weights/weights.toml", "[[entry]\nname = ");
    let list = plain(&["weights", "list", "--data-dir", "data"]);
    folder.refused(4, &list, &["data/weights/weights.toml"]);
}

#[test]
fn damaged_imported_weights_are_noticed() {
    let folder = folder();
    folder.done(&import("mine", &[]));
    let mut bytes = folder.read("data/weights/mine.safetensors");
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    folder.write("data/weights/mine.safetensors", bytes);
    let facts = &["data/weights/mine.safetensors", "SHA-256"];
    folder.refused(
        4,
        &plain(&["weights", "verify", "mine", "--data-dir", "data"]),
        facts,
    );
    folder.refused(4, &style(&["--net", "mine", "--data-dir", "data"]), facts);
}
