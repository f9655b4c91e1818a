//! Models of text: what a run leaves behind, how it is broken off and gone on with, what is refused.

use std::collections::BTreeMap;
#[cfg(unix)]
use std::io::{BufRead, Read};
use std::path::PathBuf;
#[cfg(unix)]
use std::process::{Command, Stdio};
use std::sync::LazyLock;

use serde_json::Value;

use super::{Folder, plain, with_defaults};
use crate::common::result;
#[cfg(unix)]
use crate::common::reverie;

/// What a tiny training run says where a case does not say otherwise.
const TRAIN: &[[&str; 2]] = &[
    ["--text", "book.txt"],
    ["--hidden", "8"],
    ["--layers", "1"],
    ["--batch", "4"],
    ["--steps", "8"],
    ["--iterations", "4"],
    ["--eval-every", "2"],
    ["--set word_length", "word_length=0"],
    ["--set sample_length", "sample_length=20"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["--out", "run"],
];
const MODEL: &[[&str; 2]] = &[["--model", "run"], ["--backend", "flex"]];
const READER: &[[&str; 2]] = &[
    ["--model", "run"],
    ["--text", "book.txt"],
    ["--backend", "flex"],
];
/// So many updates that a signal always comes before the end.
const ENDLESS: &[&str] = &["--iterations", "1000000", "--eval-every", "10", "--json"];

/// Some thousand characters of 27 kinds, in lines of many lengths.
static BOOK: LazyLock<String> = LazyLock::new(|| {
    const WORDS: [&str; 12] = [
        "the", "prince", "\"yes\"", "of", "(war)", "and", "peace,", "she", "went", "home.",
        "quickly", "Ivan",
    ];
    let mut text = String::new();
    let mut state = 1u32;
    while text.len() < 8000 {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        text += WORDS[(state >> 16) as usize % WORDS.len()];
        text.push(if state >> 29 == 0 { '\n' } else { ' ' });
    }
    text
});

/// The files of a tiny run on [`BOOK`], trained once for all tests.
static RUN: LazyLock<BTreeMap<PathBuf, Vec<u8>>> = LazyLock::new(|| {
    let folder = with_book();
    folder.done(&train(&["--set", "sample_at=[2]"]));
    let (files, home) = (folder.listing(), folder.path(""));
    let here = |path: PathBuf| path.strip_prefix(&home).unwrap().to_owned();
    let files = files.into_iter().map(|(path, bytes)| (here(path), bytes));
    files.filter(|(path, _)| path.starts_with("run")).collect()
});

/// A folder with `book.txt`.
fn with_book() -> Folder {
    let folder = Folder::new();
    folder.write("book.txt", &*BOOK);
    folder
}

/// The same with a model of it in `run`.
fn with_model() -> Folder {
    let folder = with_book();
    for dir in ["run/checkpoints", "run/samples"] {
        std::fs::create_dir_all(folder.path(dir)).unwrap();
    }
    for (name, bytes) in RUN.iter() {
        if !folder.path("").join(name).is_dir() {
            folder.write(name.to_str().unwrap(), bytes);
        }
    }
    folder
}

/// A tiny training run with these flags.
fn train(args: &[&str]) -> Vec<String> {
    of_text("train", TRAIN, args)
}

/// A sample of the model in `run`.
fn sample(args: &[&str]) -> Vec<String> {
    of_text("sample", MODEL, args)
}

/// How well the model in `run` knows `book.txt`.
fn eval(args: &[&str]) -> Vec<String> {
    of_text("eval", READER, args)
}

/// What its neurons do, as `n.html`.
fn neurons(args: &[&str]) -> Vec<String> {
    of_text("neurons", &[READER, &[["--out", "n.html"]]].concat(), args)
}

fn of_text(verb: &str, defaults: &[[&str; 2]], args: &[&str]) -> Vec<String> {
    [plain(&["text"]), with_defaults(verb, defaults, args)].concat()
}

/// Everything a command says on stdout; it must succeed.
fn said(folder: &Folder, args: &[String]) -> String {
    let done = folder.run(args).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

/// The lines of a log, as objects.
fn log(folder: &Folder, run: &str) -> Vec<Value> {
    let text = String::from_utf8(folder.read(&format!("{run}/log.jsonl"))).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn iterations(folder: &Folder, run: &str) -> Vec<u64> {
    let lines = log(folder, run);
    lines
        .iter()
        .map(|line| line["iteration"].as_u64().unwrap())
        .collect()
}

/// Names of the files in a folder, sorted.
fn names(folder: &Folder, dir: &str) -> Vec<String> {
    let entries = std::fs::read_dir(folder.path(dir)).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}

/// The last checkpoint of a run.
fn last(folder: &Folder, run: &str) -> String {
    let dir = format!("{run}/checkpoints");
    format!("{dir}/{}", names(folder, &dir).last().unwrap())
}

/// Whether both runs end in a checkpoint of the same name and bytes, and wrote the same meanwhile.
fn assert_alike(folder: &Folder, one: &str, other: &str) {
    let (a, b) = (last(folder, one), last(folder, other));
    assert_eq!(a.strip_prefix(one), b.strip_prefix(other));
    assert!(folder.read(&a) == folder.read(&b), "{a} and {b} differ");
    let without_speed = |run: &str| {
        let mut lines = log(folder, run);
        for line in &mut lines {
            line["chars_per_second"] = Value::Null;
        }
        lines
    };
    assert_eq!(without_speed(one), without_speed(other));
    let samples = |run: &str| names(folder, &format!("{run}/samples"));
    assert_eq!(samples(one), samples(other));
    for name in samples(one) {
        let text = |run: &str| folder.read(&format!("{run}/samples/{name}"));
        assert!(text(one) == text(other), "{name} differs");
    }
}

/// Addresses in a page that a browser would fetch by itself; links and names of formats are none.
fn fetched(page: &str) -> Vec<&str> {
    let places = page.match_indices("http").filter(|(at, _)| {
        let before = &page[..*at];
        let is_address = page[*at..]
            .split(':')
            .next()
            .is_some_and(|scheme| scheme.len() < 6);
        is_address && !before.ends_with("<a href=\"") && !before.ends_with("xmlns=\"")
    });
    let shown = |at: usize| page.get(at.saturating_sub(20)..at + 30).unwrap_or("http");
    places.map(|(at, _)| shown(at)).collect()
}

#[test]
fn a_run_leaves_a_log_samples_checkpoints_and_a_report() {
    let folder = with_model();
    let lines = log(&folder, "run");
    assert_eq!(iterations(&folder, "run"), [2, 4]);
    for line in &lines {
        for key in ["train_nats", "val_nats", "val_bpc", "chars_per_second"] {
            assert!(line[key].as_f64().unwrap() > 0.0, "{key} of {line}");
        }
        let (nats, bits) = (line["val_nats"].as_f64(), line["val_bpc"].as_f64());
        let ratio = nats.unwrap() / bits.unwrap();
        assert!((ratio - std::f64::consts::LN_2).abs() < 1e-9, "{line}");
    }
    assert_eq!(
        names(&folder, "run/samples"),
        ["iter-000002.txt", "iter-000004.txt"]
    );
    for name in names(&folder, "run/samples") {
        let text = String::from_utf8(folder.read(&format!("run/samples/{name}"))).unwrap();
        assert_eq!(text.chars().count(), 20, "{name}: {text:?}");
        assert!(text.chars().all(|c| BOOK.contains(c)), "{name}: {text:?}");
    }
    let checkpoints = names(&folder, "run/checkpoints");
    assert_eq!(checkpoints.len(), 2, "{checkpoints:?}");
    for (name, line) in checkpoints.iter().zip(&lines) {
        let name_of_line = format!(
            "step{:06}-val{:.4}.safetensors",
            line["iteration"].as_u64().unwrap(),
            line["val_nats"].as_f64().unwrap()
        );
        assert_eq!(*name, name_of_line);
    }
    let report = String::from_utf8(folder.read("run/report.html")).unwrap();
    assert!(report.contains("book.txt") && report.contains("<svg"));
    assert_eq!(fetched(&report), [""; 0]);
    let home = folder.path("");
    let home = home.to_str().unwrap();
    assert!(!report.contains(home), "the report names no folder");
}

#[test]
fn the_settings_of_a_run_make_the_same_run() {
    let folder = with_model();
    let again = plain(&[
        "text",
        "train",
        "--text",
        "book.txt",
        "--seed",
        "1",
        "--backend",
        "flex",
        "--config",
        "run/settings.toml",
        "--out",
        "again",
    ]);
    folder.done(&again);
    assert_alike(&folder, "run", "again");
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = with_book();
    let before = folder.listing();
    folder.done(&train(&["--dry-run"]));
    assert!(folder.listing() == before, "something was left behind");
}

#[test]
fn every_cell_trains_with_every_option_it_has() {
    let folder = with_book();
    let options: &[&[&str]] = &[
        &["--cell", "lstm", "--peepholes", "--layer-norm"],
        &["--cell", "lstm", "--bidirectional", "--layers", "2"],
        &["--cell", "gru", "--gru", "britz", "--bidirectional"],
        &["--cell", "gru", "--gru", "chung", "--layer-norm"],
        &["--cell", "gru", "--gru", "torch", "--layers", "3"],
        &["--cell", "rnn", "--activation", "tanh", "--layer-norm"],
        &["--cell", "rnn", "--activation", "sigmoid", "--layers", "2"],
        &["--cell", "rnn", "--activation", "relu", "--bidirectional"],
        &["--cell", "jordan", "--activation", "sigmoid"],
        &["--cell", "jordan", "--dropout", "0.5"],
    ];
    let rest = ["--iterations", "2", "--optimizer", "adam", "--set"];
    for options in options {
        let is_jordan = options.contains(&"jordan");
        let zoneout = ["zoneout=0.1", "zoneout=0"][usize::from(is_jordan)];
        let more = ["--set", "variational_dropout=0.1", "--force"];
        folder.done(&train(&[options, &rest[..], &[zoneout], &more].concat()));
        let is_silent = options.contains(&"--bidirectional");
        let samples = names(&folder, "run/samples");
        assert_eq!(samples.is_empty(), is_silent, "{options:?}: {samples:?}");
        folder.done(&eval(&[]));
    }
}

#[test]
fn the_smallest_network_and_the_smallest_batch_train() {
    let folder = with_book();
    let sizes = ["--hidden", "1", "--layers", "3", "--batch", "1"];
    folder.done(&train(&[&sizes[..], &["--steps", "1"]].concat()));
}

#[test]
fn texts_of_every_kind_are_learnt_from() {
    let folder = with_book();
    let texts: [(&str, Vec<u8>); 8] = [
        ("line ends alone", "\n".repeat(900).into()),
        ("one symbol", "a".repeat(900).into()),
        ("one long line", BOOK.replace('\n', " ").into()),
        ("pictures", "😀👍🏽 and 👨‍👩‍👧‍👦\n".repeat(90).into()),
        ("CR LF", "one\r\ntwo\r\n".repeat(90).into()),
        ("a byte order mark", format!("\u{feff}{}", *BOOK).into()),
        ("zeros and bells", "ab\0c\x07\x1b[1m".repeat(90).into()),
        ("symbols that come late", format!("{}żółw", *BOOK).into()),
    ];
    for (kind, bytes) in texts {
        folder.write("odd.txt", bytes);
        let args = train(&["--text", "odd.txt", "--force"]);
        let done = folder.run(&args).output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr);
        assert!(done.status.success(), "{kind}: {told}");
        assert!(!told.contains("NaN"), "{kind}: {told}");
        let text = said(&folder, &sample(&["--length", "30"]));
        assert_eq!(text.chars().count(), 31, "{kind}: {text:?}");
    }
}

#[test]
fn a_text_that_cannot_be_learnt_from_is_refused_with_the_reason() {
    let folder = with_book();
    folder.write("empty.txt", "");
    folder.write("short.txt", "abc def");
    folder.write("latin1.txt", b"Prinz Andr\xe9 kam\n".repeat(90));
    folder.write("utf16.txt", b"\xff\xfea\0b\0".repeat(90));
    std::fs::create_dir(folder.path("folder")).unwrap();
    let of = |name: &str| train(&["--text", name]);
    let cases: &[(Vec<String>, &[&str])] = &[
        (of("absent.txt"), &["absent.txt", "no file"]),
        (of("empty.txt"), &["empty.txt is empty"]),
        (of("folder"), &["folder", "is a folder"]),
        (
            of("short.txt"),
            &["7 characters", "65", "--batch or --steps"],
        ),
        (
            train(&["--batch", "800"]),
            &["800 rows", "8 steps", "12801", "--batch or --steps"],
        ),
        (
            of("latin1.txt"),
            &["byte 10", "0xe9", "line 1", "iconv -f latin1 -t utf-8"],
        ),
        (of("utf16.txt"), &["byte 0", "iconv -f utf-16 -t utf-8"]),
    ];
    folder.all_refused(1, cases);
}

#[test]
fn a_value_out_of_range_is_refused_with_its_limit() {
    let folder = with_model();
    let cases: &[(Vec<String>, &[&str])] = &[
        (train(&["--hidden", "0"]), &["hidden is 0", "between 1 and"]),
        (train(&["--layers", "0"]), &["layers is 0", "between 1 and"]),
        (
            train(&["--layers", "65"]),
            &["layers is 65", "between 1 and 64"],
        ),
        (train(&["--batch", "0"]), &["batch is 0"]),
        (train(&["--steps", "0"]), &["steps is 0"]),
        (train(&["--iterations", "0"]), &["iterations is 0"]),
        (train(&["--eval-every", "0"]), &["eval-every is 0"]),
        (train(&["--dropout", "1"]), &["dropout is 1", "below 1"]),
        (train(&["--dropout", "-0.1"]), &["dropout is -0.1"]),
        (train(&["--dropout", "nan"]), &["dropout is NaN"]),
        (train(&["--rate", "0"]), &["rate is 0", "above 0"]),
        (train(&["--rate", "-1"]), &["rate is -1", "above 0"]),
        (train(&["--rate", "inf"]), &["rate is inf"]),
        (
            train(&["--set", "sample_length=0"]),
            &["sample-length is 0", "between 1 and"],
        ),
        (train(&["--set", "keep=0"]), &["keep is 0"]),
        (train(&["--set", "zoneout=1"]), &["zoneout is 1", "below 1"]),
        (
            train(&["--set", "train_share=2", "--out", "new"]),
            &["training share", "between 0 and 1", "2"],
        ),
        (
            train(&["--set", "test_share=0.5", "--out", "new"]),
            &["0.8 + 0.1 + 0.5", "no more than 1"],
        ),
        (
            sample(&["--temperature", "-1"]),
            &["temperature is -1", "at least 0"],
        ),
        (sample(&["--temperature", "nan"]), &["temperature is NaN"]),
        (sample(&["--top-p", "0"]), &["top-p is 0", "above 0"]),
        (sample(&["--top-p", "1.5"]), &["top-p is 1.5", "at most 1"]),
        (sample(&["--count", "0"]), &["count is 0", "between 1 and"]),
        (
            sample(&["--length", "9999999999999999999"]),
            &["length is 9999999999999999999", "between 0 and"],
        ),
    ];
    folder.all_refused(2, cases);
}

#[test]
fn names_that_do_not_exist_are_refused_with_those_that_do() {
    let folder = with_model();
    let cases: &[(Vec<String>, &[&str])] = &[
        (train(&["--cell", "lsmt"]), &["lsmt", "lstm", "jordan"]),
        (train(&["--gru", "cho"]), &["cho", "britz", "torch"]),
        (
            train(&["--cell", "rnn", "--activation", "gelu"]),
            &["gelu", "tanh", "relu"],
        ),
        (train(&["--optimizer", "lbfgs"]), &["lbfgs", "rmsprop"]),
        (train(&["--newlines", "crlf"]), &["crlf", "keep", "lf"]),
        (
            train(&["--preset", "quik"]),
            &["quik", "did you mean quick", "war-and-peace"],
        ),
        (
            train(&["--set", "hiden=3"]),
            &["hiden", "did you mean hidden"],
        ),
        (train(&["--set", "hidden"]), &["--set hidden", "key=value"]),
        (train(&["--set", "rate_after=x"]), &["rate-after", "x"]),
        (train(&["--config", "absent.toml"]), &["absent.toml"]),
        (train(&["--config", "book.txt"]), &["book.txt", "TOML"]),
        (
            eval(&["--split", "tset"]),
            &["tset", "did you mean test", "validation"],
        ),
    ];
    folder.all_refused(2, cases);
}

#[test]
fn options_that_do_not_go_together_are_refused_with_what_does() {
    let folder = with_book();
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            train(&["--cell", "jordan", "--bidirectional"]),
            &["Jordan", "forwards", "cell rnn"],
        ),
        (
            train(&["--cell", "jordan", "--layers", "2"]),
            &["Jordan", "one layer", "cell rnn"],
        ),
        (
            train(&["--cell", "jordan", "--layer-norm"]),
            &["jordan", "cell rnn"],
        ),
        (
            train(&["--cell", "gru", "--peepholes"]),
            &["peepholes", "LSTM", "cell lstm"],
        ),
        (
            train(&["--activation", "relu"]),
            &["activation", "rnn and jordan"],
        ),
    ];
    folder.all_refused(2, cases);
    let presets = train(&["--resume", "--preset", "quick"]);
    folder.misused(&presets, &["--resume", "--preset"]);
}

#[test]
fn a_place_where_no_run_can_be_is_refused() {
    let folder = with_model();
    let cases: &[(Vec<String>, &[&str])] = &[
        (train(&["--out", "book.txt"]), &["book.txt is a file"]),
        (train(&["--out", "book.txt/run"]), &["book.txt/run"]),
        (
            train(&[]),
            &["run holds a training run already", "--resume", "--force"],
        ),
    ];
    folder.all_refused(1, cases);
    if cfg!(target_os = "linux") {
        folder.refused(1, &train(&["--out", "/proc/reverie-test"]), &["/proc/"]);
    }
    folder.done(&train(&["--force", "--seed", "2"]));
    assert!(
        folder.listing()[&folder.path("run/log.jsonl")] != RUN[&PathBuf::from("run/log.jsonl")]
    );
}

#[test]
fn files_of_others_are_not_taken_away() {
    let folder = with_book();
    std::fs::create_dir_all(folder.path("run/samples")).unwrap();
    for name in [
        "report.html",
        "settings.toml",
        "samples/iter-000007.txt",
        "notes.txt",
    ] {
        let path = format!("run/{name}");
        folder.write(&path, "somebody's");
        folder.run(&train(&[])).output().unwrap();
        let is_there = folder.path(&path).exists() && folder.read(&path) == b"somebody's";
        assert!(is_there, "{name} was there before the run");
        std::fs::remove_dir_all(folder.path("run")).unwrap();
        std::fs::create_dir_all(folder.path("run/samples")).unwrap();
    }
}

#[test]
fn a_rate_that_explodes_is_lowered_a_few_times_and_then_named() {
    let folder = with_book();
    let wild = train(&["--rate", "1e30", "--quiet"]);
    let done = folder.run(&wild).output().unwrap();
    let told = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{told}");
    assert_eq!(super::sentence_faults(&told), [""; 0], "{told}");
    for fact in ["step 2", "lowered 3 times", "smaller rate"] {
        assert!(told.contains(fact), "{fact:?} is not in {told}");
    }
    let mut seen = iterations(&folder, "run");
    let count = seen.len();
    seen.dedup();
    assert_eq!(seen.len(), count, "no look is in the log twice");
    folder.done(&train(&["--force"]));
}

#[test]
fn what_a_refusal_recommends_works_after_a_run_that_failed_at_once() {
    let folder = with_book();
    let wild = train(&["--rate", "1e30", "--set", "retries=0"]);
    folder.run(&wild).assert().code(1);
    let begun = folder.run(&train(&[])).output().unwrap();
    if !begun.status.success() {
        let told = String::from_utf8(begun.stderr).unwrap();
        assert!(told.contains("--force"), "{told}");
        let is_resumable = folder.run(&train(&["--resume"])).output().unwrap();
        let is_true = is_resumable.status.success() || !told.contains("--resume goes on");
        assert!(is_true, "--resume has nothing to go on with: {told}");
        folder.done(&train(&["--force"]));
    }
}

#[test]
fn a_run_in_two_pieces_ends_as_a_run_in_one() {
    let folder = with_book();
    // Many looks: every number in the checkpoint must come back as it was.
    let noise = ["--dropout", "0.2", "--set", "zoneout=0.1"];
    let few = [&noise[..], &["--eval-every", "3"]].concat();
    let of = |iterations: &'static str, more: &[&'static str]| {
        train(&[&few[..], &["--iterations", iterations], more].concat())
    };
    folder.done(&of("34", &["--out", "whole"]));
    folder.done(&of("16", &["--out", "pieces"]));
    folder.done(&of("34", &["--out", "pieces", "--resume"]));
    // The first piece ended in a look and a sample that the whole does not have.
    let notes = |run: &str| iterations(&folder, run);
    assert_eq!(notes("pieces"), with_one_more(&notes("whole"), 16));
    let parameters = |run: &str| {
        let bytes = folder.read(&last(&folder, run));
        let header = u64::from_le_bytes(bytes[..8].try_into().unwrap()) as usize;
        bytes[8 + header..].to_vec()
    };
    assert!(parameters("whole") == parameters("pieces"));
}

fn with_one_more(numbers: &[u64], more: u64) -> Vec<u64> {
    let mut numbers = [numbers, &[more]].concat();
    numbers.sort_unstable();
    numbers
}

#[test]
fn a_run_goes_on_to_the_same_bytes_from_each_of_its_looks() {
    let folder = with_book();
    // With every look kept, the folder can be set back to any of them.
    let args = ["--iterations", "30", "--eval-every", "2"];
    let args = [&args[..], &["--set", "keep=99", "--dropout", "0.2"]].concat();
    folder.done(&train(&[&args[..], &["--out", "whole"]].concat()));
    folder.done(&train(&args));
    let all = names(&folder, "run/checkpoints");
    for name in &all[all.len() - 6..] {
        std::fs::remove_file(folder.path(&format!("run/checkpoints/{name}"))).unwrap();
    }
    folder.done(&train(&[&args[..], &["--resume"]].concat()));
    assert_alike(&folder, "run", "whole");
}

#[test]
fn a_line_of_the_log_that_was_lost_comes_back() {
    let folder = with_model();
    // As after a run that was killed between its checkpoint and its log.
    let log = String::from_utf8(folder.read("run/log.jsonl")).unwrap();
    folder.write(
        "run/log.jsonl",
        format!("{}\n", log.lines().next().unwrap()),
    );
    let longer = ["--iterations", "6"];
    folder.done(&train(&[&longer[..], &["--resume"]].concat()));
    assert_eq!(iterations(&folder, "run"), [2, 4, 6]);
}

#[test]
fn a_run_goes_on_although_its_samples_were_removed() {
    let folder = with_model();
    std::fs::remove_dir_all(folder.path("run/samples")).unwrap();
    let longer = ["--iterations", "6"];
    folder.done(&train(&[&longer[..], &["--resume"]].concat()));
    assert_eq!(names(&folder, "run/samples"), ["iter-000006.txt"]);
}

#[test]
fn there_must_be_something_to_go_on_with() {
    let folder = with_book();
    std::fs::create_dir(folder.path("empty")).unwrap();
    for run in ["absent", "empty", "book.txt"] {
        let facts = &["nothing to resume", run, "leave --resume out"];
        folder.refused(1, &train(&["--out", run, "--resume"]), facts);
    }
}

#[test]
fn other_settings_than_the_run_began_with_are_named() {
    let folder = with_model();
    folder.write("other.txt", BOOK.replace("prince", "price"));
    let cases: &[(&[&str], &[&str])] = &[
        (&["--hidden", "9"], &["hidden was 8, is 9"]),
        (&["--cell", "gru"], &["cell was \"lstm\", is \"gru\""]),
        (&["--rate", "0.5"], &["rate was 0.002, is 0.5"]),
        (&["--dropout", "0.5"], &["dropout was 0.0, is 0.5"]),
        (&["--eval-every", "1"], &["eval_every was 2, is 1"]),
        (&["--seed", "2"], &["--seed 1"]),
        (&["--text", "other.txt"], &["other.txt", "book.txt"]),
    ];
    for (change, facts) in cases {
        let args = [change, &["--resume", "--iterations", "6"][..]].concat();
        folder.refused(1, &train(&args), facts);
    }
    let longer = ["--resume", "--iterations", "6", "--dry-run"];
    folder.done(&train(&longer));
}

#[test]
fn a_damaged_checkpoint_is_refused_by_name() {
    let folder = with_model();
    let name = last(&folder, "run");
    let whole = folder.read(&name);
    let changed = |from: &str, to: &str| {
        let at = whole
            .windows(from.len())
            .position(|part| part == from.as_bytes());
        let at = at.unwrap_or_else(|| panic!("{from} is in the header"));
        let end = at + from.len();
        [&whole[..at], to.as_bytes(), &whole[end..]].concat()
    };
    let damaged: [(&[u8], &str); 8] = [
        (b"", "empty"),
        (b"garbage\n", "text file"),
        (&whole[..5], "cannot be read"),
        (&whole[..300], "cut short"),
        (&whole[..whole.len() - 8], "cut short"),
        (&[&whole[..], b"more"].concat(), "damaged"),
        (&changed(r#"\"format\":1"#, r#"\"format\":7"#), "format 7"),
        (
            &changed(r#"\"kind\":\"text\""#, r#"\"kind\":\"song\""#),
            "kind song",
        ),
    ];
    for (bytes, fact) in damaged {
        folder.write(&name, bytes);
        let facts = &[name.as_str(), fact];
        for args in [
            train(&["--resume"]),
            sample(&["--model", &name]),
            eval(&["--model", &name]),
            neurons(&["--model", &name]),
        ] {
            folder.refused(4, &args, facts);
        }
    }
}

#[test]
fn a_model_that_is_not_there_is_refused() {
    let folder = with_book();
    std::fs::create_dir(folder.path("empty")).unwrap();
    for model in ["absent", "empty"] {
        for args in [
            sample(&["--model", model]),
            eval(&["--model", model]),
            neurons(&["--model", model]),
        ] {
            folder.refused(4, &args, &[model, "no checkpoint"]);
        }
    }
    let text = sample(&["--model", "book.txt"]);
    folder.refused(4, &text, &["book.txt", "text file"]);
}

#[cfg(unix)]
#[test]
fn an_interrupted_run_is_saved_and_goes_on_to_the_same_bytes() {
    use super::interrupt::{started, stop};
    let folder = with_book();
    for signal in ["-INT", "-TERM"] {
        let out = ["--out", "broken", "--force"];
        let (code, event) = stop(signal, started(&folder, &train(&[ENDLESS, &out].concat())));
        assert_eq!(code, Some(130), "{signal}");
        assert_eq!(event["event"], "result");
        assert_eq!(event["interrupted"], true);
        goes_on(&folder, event["iteration"].as_u64().unwrap());
    }
}

#[cfg(unix)]
#[test]
fn a_killed_run_goes_on_to_the_same_bytes() {
    use super::interrupt::started;
    let folder = with_book();
    let (mut child, mut stdout, _) =
        started(&folder, &train(&[ENDLESS, &["--out", "broken"]].concat()));
    // Until two looks are told, so that one is saved.
    let (mut looks, mut line) = (0, String::new());
    while looks < 2 {
        line.clear();
        assert!(
            stdout.read_line(&mut line).unwrap() > 0,
            "the run ended by itself"
        );
        looks += usize::from(line.contains("\"evaluation\""));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let saved = last(&folder, "broken");
    let step = saved.rsplit_once("step").unwrap().1[..6].parse().unwrap();
    goes_on(&folder, step);
}

/// Goes on with the run in `broken`, which is so far, and makes the same in one piece.
#[cfg(unix)]
fn goes_on(folder: &Folder, so_far: u64) {
    // A whole number of looks, so that both runs look at the same places.
    let end = (so_far / 10 * 10 + 20).to_string();
    let rest = ["--iterations", &end, "--eval-every", "10", "--out"];
    folder.done(&train(&[&rest[..], &["broken", "--resume"]].concat()));
    folder.done(&train(&[&rest[..], &["whole", "--force"]].concat()));
    assert_alike(folder, "broken", "whole");
}

#[cfg(unix)]
#[test]
fn an_interrupted_look_is_made_again() {
    use super::interrupt::{started, stop};
    let folder = with_book();
    // Nearly all the time goes into looking, so that is where the signal comes.
    folder.write("long.txt", BOOK.repeat(60));
    let shares = [
        "--set",
        "train_share=0.02",
        "--set",
        "validation_share=0.9",
        "--set",
    ];
    let shares = [&shares[..], &["test_share=0", "--text", "long.txt"]].concat();
    let args = [&shares[..], ENDLESS, &["--out", "broken"]].concat();
    let (code, event) = stop("-INT", started(&folder, &train(&args)));
    assert_eq!(code, Some(130));
    let end = event["iteration"].as_u64().unwrap() / 10 * 10 + 10;
    let end = end.to_string();
    let rest = ["--iterations", &end, "--eval-every", "10", "--out"];
    let of = |more: &[&str]| train(&[&shares[..], &rest, more].concat());
    folder.done(&of(&["broken", "--resume"]));
    folder.done(&of(&["whole"]));
    assert_alike(&folder, "broken", "whole");
}

#[cfg(unix)]
#[test]
fn a_run_that_is_at_work_is_left_alone() {
    use super::interrupt::{started, stop};
    let folder = with_book();
    let busy = started(&folder, &train(ENDLESS));
    for flag in ["--force", "--resume"] {
        let args = train(&[flag, "--quiet"]);
        let done = folder.run(&args).output().unwrap();
        let told = String::from_utf8_lossy(&done.stderr).into_owned();
        assert_eq!(done.status.code(), Some(1), "{flag}: {told}");
        assert!(told.contains("run"), "{flag}: {told}");
    }
    let (code, _) = stop("-INT", busy);
    assert_eq!(code, Some(130));
}

#[test]
fn a_budget_of_time_stops_a_run_that_can_go_on() {
    let folder = with_book();
    let budget = ["--time-budget", "0.3"];
    let text = said(&folder, &train(&[ENDLESS, &budget].concat()));
    assert_eq!(result(text.as_bytes())["interrupted"], true);
    let end = result(text.as_bytes())["iteration"].as_u64().unwrap() + 1;
    let rest = ["--iterations", &end.to_string(), "--eval-every", "10"];
    folder.done(&train(&[&rest[..], &["--resume"]].concat()));
    assert_eq!(iterations(&folder, "run").last(), Some(&end));
}

#[test]
fn a_seed_says_what_is_written() {
    let folder = with_model();
    let of = |args: &[&str]| said(&folder, &sample(&[&["--length", "60"], args].concat()));
    let text = of(&["--seed", "7"]);
    assert_eq!(text.chars().count(), 61, "so many and a line end: {text:?}");
    assert_eq!(of(&["--seed", "7"]), text);
    assert!(of(&["--seed", "8"]) != text);
    assert!(of(&["--seed", "7", "--temperature", "0.3"]) != text);
    let certain = of(&["--seed", "7", "--temperature", "0", "--prime", "the "]);
    let again = ["--seed", "8", "--temperature", "0", "--prime", "the "];
    assert_eq!(of(&again), certain, "nothing is left to chance");
    let json = said(
        &folder,
        &sample(&["--length", "60", "--seed", "7", "--json"]),
    );
    let told = result(json.as_bytes());
    assert_eq!(told["texts"][0].as_str(), text.strip_suffix('\n'));
}

#[test]
fn the_prime_is_read_and_not_written() {
    let folder = with_model();
    let of = |prime: &str| said(&folder, &sample(&["--length", "9", "--prime", prime]));
    for prime in ["p", "the prince went home.\n"] {
        let text = of(prime);
        assert_eq!(text.chars().count(), 10, "{prime:?}: {text:?}");
    }
    let two = said(&folder, &sample(&["--length", "9", "--count", "2"]));
    assert_eq!(two.chars().count(), 10 + 9 + 10, "a line between: {two:?}");
    assert!(two.contains("\n--------\n"));
    assert_eq!(said(&folder, &sample(&["--length", "0"])), "\n");
}

#[test]
fn a_prime_with_symbols_the_model_does_not_know_is_refused_with_their_place() {
    let folder = with_model();
    let facts = &["--prime", "'ż'", "U+017C", "position 4"];
    folder.refused(2, &sample(&["--prime", "the żab"]), facts);
}

#[test]
fn a_model_that_reads_from_both_ends_fills_gaps_and_does_not_write() {
    let folder = with_book();
    folder.done(&train(&["--bidirectional"]));
    let facts = &["both directions", "cannot write", "without bidirectional"];
    folder.refused(1, &sample(&[]), facts);
    let told = result(said(&folder, &eval(&["--json"])).as_bytes());
    assert_eq!(told["bidirectional"], true);
    assert!(said(&folder, &eval(&[])).contains("both sides"));
}

#[test]
fn a_measure_of_the_validation_text_is_the_one_of_the_log() {
    let folder = with_model();
    let logged = log(&folder, "run")[1]["val_nats"].as_f64().unwrap();
    let args = eval(&["--split", "validation", "--batch", "4", "--json"]);
    let told = result(said(&folder, &args).as_bytes());
    assert_eq!(told["split"], "validation");
    assert_eq!(told["iteration"], 4);
    let nats = told["nats"].as_f64().unwrap();
    assert!((nats - logged).abs() < 1e-9, "{nats}, {logged} in the log");
    for part in ["train", "test", "all"] {
        let text = said(&folder, &eval(&["--split", part]));
        assert!(text.starts_with(&format!("{part}: ")), "{text}");
    }
}

#[test]
fn a_text_with_symbols_the_model_does_not_know_cannot_be_measured() {
    let folder = with_model();
    // A position that counts from the beginning of the file helps to find it.
    folder.write("other.txt", format!("{}ż", *BOOK));
    let place = format!("position {}", BOOK.chars().count());
    let facts = &["other.txt", "'ż'", place.as_str()];
    folder.refused(1, &eval(&["--text", "other.txt"]), facts);
    folder.refused(1, &neurons(&["--text", "other.txt"]), facts);
    folder.write("short.txt", "th");
    folder.refused(1, &eval(&["--text", "short.txt"]), &["2 characters"]);
}

#[test]
fn neurons_are_shown_on_a_page_that_needs_nothing_else() {
    let folder = with_model();
    let told = result(said(&folder, &neurons(&["--json"])).as_bytes());
    assert_eq!(told["output"], "n.html");
    assert_eq!(told["picture"], "n.png");
    let page = String::from_utf8(folder.read("n.html")).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") || page.starts_with("<!doctype html>"));
    assert!(page.contains("book.txt") && page.contains("Between words"));
    assert_eq!(fetched(&page), [""; 0]);
    let picture = image::open(folder.path("n.png")).unwrap();
    assert!(picture.width() > 100 && picture.height() > 100);
    folder.done(&neurons(&["--out", "again.html"]));
    assert!(folder.read("again.html") == folder.read("n.html"));
    folder.refused(1, &neurons(&[]), &["n.png exists already", "--force"]);
    folder.done(&neurons(&["--force"]));
}

#[test]
fn a_page_of_neurons_that_cannot_be_made_is_refused() {
    let folder = with_model();
    folder.write("short.txt", &BOOK[..900]);
    let facts = &["n.pdf", ".html"];
    folder.refused(2, &neurons(&["--out", "n.pdf"]), facts);
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            neurons(&["--out", "nowhere/n.html"]),
            &["nowhere", "does not exist"],
        ),
        (
            neurons(&["--text", "short.txt"]),
            &["900 characters", "at least"],
        ),
        (neurons(&["--text", "absent.txt"]), &["absent.txt"]),
    ];
    folder.all_refused(1, cases);
    folder.misused(&neurons(&["--passage", "10"]), &["--passage", "500"]);
}

#[test]
fn with_json_every_line_is_an_object_and_the_last_the_result() {
    let folder = with_book();
    let keys: &[(Vec<String>, &[&str])] = &[
        (train(&["--json"]), &["iteration", "best_val_nats"]),
        (sample(&["--json", "--length", "5"]), &["texts", "seed"]),
        (eval(&["--json"]), &["nats", "bits", "characters"]),
        (neurons(&["--json"]), &["output", "picture", "findings"]),
    ];
    for (args, keys) in keys {
        let text = said(&folder, args);
        for line in text.lines() {
            let object: Value = serde_json::from_str(line).unwrap();
            assert!(object["event"].is_string(), "{args:?}: {line}");
        }
        let last = result(text.as_bytes());
        assert_eq!(last["event"], "result", "{args:?}");
        for key in *keys {
            assert!(!last[key].is_null(), "{key} of {args:?}: {last}");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = with_model();
    let longer = ["--iterations", "60", "--resume"];
    for args in [
        sample(&["--length", "300000"]),
        train(&[&longer[..], &["--json"]].concat()),
    ] {
        let mut child = Command::new(reverie().get_program())
            .args(&args)
            .current_dir(folder.path(""))
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut few = [0; 10];
        child.stdout.take().unwrap().read_exact(&mut few).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{args:?}");
    }
    assert_eq!(iterations(&folder, "run").last(), Some(&60));
}

#[test]
fn data_sets_are_listed_and_those_that_are_not_here_refused() {
    let folder = Folder::new();
    let listed = said(&folder, &plain(&["data", "list"]));
    assert!(listed.lines().count() >= 4, "{listed}");
    for line in said(&folder, &plain(&["data", "list", "--json"])).lines() {
        let entry: Value = serde_json::from_str(line).unwrap();
        assert!(entry.is_object(), "{line}");
        let name = entry["name"].as_str().unwrap_or("war-and-peace");
        assert!(listed.contains(name), "{name} is in {listed}");
        let verify = plain(&["data", "verify", name, "--data-dir", "data"]);
        folder.refused(4, &verify, &[name, "data", "--data-dir"]);
    }
    let cases: &[(Vec<String>, &[&str])] = &[
        (
            plain(&["data", "fetch", "war-an-peace"]),
            &["war-an-peace", "did you mean war-and-peace", "c-source"],
        ),
        (
            plain(&["data", "verify", "nonsense"]),
            &["nonsense", "c-source"],
        ),
    ];
    folder.all_refused(2, cases);
    let made = plain(&["data", "fetch", "c-source", "--data-dir", "data"]);
    folder.refused(
        4,
        &made,
        &["c-source", "cannot be downloaded", "--data-dir"],
    );
    folder.misused(&plain(&["data", "verify"]), &["<NAME>"]);
}

#[test]
fn a_data_set_with_the_wrong_bytes_is_refused_by_its_file() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("data/text")).unwrap();
    let args = [
        "data",
        "verify",
        "war-and-peace-gutenberg",
        "--data-dir",
        "data",
    ];
    folder.write("data/text/pg2600-0.txt", "wrong");
    let facts = &["pg2600-0.txt", "5 bytes", "3359015"];
    folder.refused(4, &plain(&args), facts);
    folder.write("data/text/pg2600-0.txt", vec![b'x'; 3_359_015]);
    folder.refused(4, &plain(&args), &["pg2600-0.txt", "SHA-256"]);
}
