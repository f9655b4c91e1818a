//! Experiments that train networks on small tasks: adding, elman, architectures, layernorm.

use super::super::Folder;
use super::{figures, lab, page};
use crate::common::lab::book;

#[test]
fn the_adding_problem_is_set_beside_the_trivial_error() {
    let folder = Folder::new();
    let args = [
        "adding",
        "--lengths",
        "4,6",
        "--cells",
        "tanh,lstm-norm",
        "--hidden",
        "8",
        "--updates",
        "3",
        "-o",
        "x.html",
    ];
    let found = figures(&folder, &args);
    assert_eq!(found["curves"].as_array().unwrap().len(), 4);
    let page = page(&folder, "x.html");
    assert!(page.contains("Sequences of 6 steps") && page.contains("0.1667"));
}

#[test]
fn elman_and_jordan_stand_side_by_side() {
    let folder = Folder::new();
    let args = [
        "elman",
        "--updates",
        "3",
        "--seeds",
        "2",
        "--hidden",
        "5",
        "-o",
        "x.html",
    ];
    let found = figures(&folder, &args);
    let runs = found["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 8);
    assert_eq!(runs[0]["feedback"], "elman");
    assert_eq!(runs[2]["feedback"], "jordan");
    assert!(page(&folder, "x.html").contains("Exclusive or in time"));
    let again = figures(&folder, &args[..7]);
    assert_eq!(again["runs"], found["runs"]);
}

#[test]
fn every_pattern_is_drawn_and_taught() {
    let folder = Folder::new();
    let found = figures(
        &folder,
        &["architectures", "--updates", "2", "-o", "x.html"],
    );
    assert_eq!(found["demonstrations"].as_array().unwrap().len(), 8);
    assert_eq!(found["hello"]["written"], "hello");
    let page = page(&folder, "x.html");
    for word in ["Filtering", "Smoothing", "Prediction", "hell becomes ello"] {
        assert!(page.contains(word), "{word}");
    }
}

#[test]
fn a_text_is_learnt_with_and_without_layer_normalisation() {
    let folder = Folder::new();
    book(&folder.path(""));
    let args = [
        "layernorm",
        "--text",
        "book.txt",
        "--hidden",
        "8",
        "--layers",
        "1",
        "--updates",
        "4",
        "--level",
        "9",
        "-o",
        "x.html",
    ];
    let found = figures(&folder, &args);
    let arms = found["arms"].as_array().unwrap();
    assert_eq!(arms.len(), 2);
    assert_eq!(
        (&arms[0]["layer_norm"], &arms[1]["layer_norm"]),
        (&false.into(), &true.into())
    );
    assert!(arms.iter().all(|arm| arm["reached"].is_number()));
    assert!(page(&folder, "x.html").contains("with layer normalisation"));
}

#[test]
fn settings_and_files_that_are_no_good_are_refused() {
    let folder = Folder::new();
    folder.write("short.txt", "too short");
    let with = |args: &[&'static str]| lab(args);
    folder.all_refused(
        2,
        &[
            (
                with(&["adding", "--lengths", "0"]),
                &["T is 0", "between 2 and 10000"],
            ),
            (with(&["adding", "--updates", "0"]), &["updates is 0"]),
            (with(&["adding", "--rate", "0"]), &["rate is 0"]),
            (with(&["elman", "--steps", "0"]), &["T is 0"]),
            (with(&["elman", "--seeds", "0"]), &["seeds is 0"]),
            (
                with(&["architectures", "--updates", "0"]),
                &["updates is 0"],
            ),
            (with(&["architectures", "-o", "x.png"]), &["x.png", ".html"]),
            (with(&["layernorm", "--level", "0"]), &["level is 0"]),
            (with(&["layernorm", "--hidden", "0"]), &["hidden is 0"]),
        ],
    );
    folder.misused(&with(&["adding", "--cells", "gru2"]), &["gru2", "gru"]);
    folder.misused(&with(&["elman", "--stream", "words"]), &["words", "xor"]);
    folder.all_refused(
        1,
        &[
            (with(&["layernorm", "--text", "no.txt"]), &["no.txt"]),
            (
                with(&["layernorm", "--text", "short.txt"]),
                &["short.txt", "9 characters", "take 5001"],
            ),
        ],
    );
}
