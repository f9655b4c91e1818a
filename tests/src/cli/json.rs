//! With `--json`, every line on stdout is an object, and the last is the result.

use serde_json::Value;

use super::looking::invert;
use super::weights::{TINY, safetensors};
use super::{Folder, dream, imagine, plain, style, texture};

/// The objects that a run writes to stdout.
pub(super) fn objects(folder: &Folder, args: &[String]) -> Vec<Value> {
    let mut args = args.to_vec();
    args.insert(1, "--json".to_owned());
    let done = folder.run(&args).assert().success();
    let text = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
    let objects: Vec<Value> = text.lines().map(parse).collect();
    assert!(!objects.is_empty(), "nothing on stdout of {args:?}");
    assert!(objects.iter().all(Value::is_object), "{args:?}: {text}");
    objects
}

#[test]
fn commands_that_make_pictures_end_in_their_result() {
    let folder = Folder::new();
    let common = [
        "output",
        "steps",
        "loss",
        "seconds",
        "backend",
        "peak_memory_bytes",
    ];
    let runs = [
        (style(&["-o", "1.png"]), &["content_loss", "style_loss"][..]),
        (dream(&["-o", "2.png"]), &["score"]),
        (imagine(&["-o", "3.png", "--channel", "0-1"]), &["scores"]),
        (
            invert(&["-o", "4.png"]),
            &["layers", "feature_errors", "picture_errors"],
        ),
        (texture(&["-o", "5.png"]), &["style_loss", "interrupted"]),
    ];
    for (args, more) in runs {
        let objects = objects(&folder, &args);
        let result = objects.last().unwrap();
        assert_eq!(result["event"], "result");
        for key in common.iter().chain(more) {
            assert!(!result[key].is_null(), "{key} of {args:?}: {result}");
        }
        assert!(
            objects.iter().all(|object| object["event"].is_string()),
            "{args:?}"
        );
    }
}

#[test]
fn commands_that_tell_something_tell_it_in_objects() {
    let folder = Folder::new();
    folder.write("own.safetensors", safetensors(&TINY, 0.3));
    folder.done(&style(&[]));
    let import = [
        "weights",
        "import",
        "own.safetensors",
        "--as",
        "mine",
        "--data-dir",
        "data",
    ];
    let kind = ["--architecture", "tiny", "--convention", "torchvision"];
    for args in [
        &[&import[..], &kind].concat()[..],
        &["weights", "list", "--data-dir", "data"],
        &["weights", "path", "mine", "--data-dir", "data"],
        &["weights", "verify", "mine", "--data-dir", "data"],
        &["devices"],
        &["devices", "--check", "--backend", "flex"],
        &["inspect", "x.png"],
    ] {
        objects(&folder, &plain(args));
    }
}
