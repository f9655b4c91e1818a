//! The comparison on music: what a study leaves, how it goes on, that nothing depends on how many
//! work at it; networks that are trained and play; sets that are no good.

#[cfg(unix)]
use std::process::Stdio;

use serde_json::{Value, json};

use super::{Folder, plain, with_defaults};

/// What a tiny study says where a case does not say otherwise.
const COMPARE: &[[&str; 2]] = &[
    ["--sets", "tunes.json"],
    ["--preset", "chung2014"],
    ["--set rates", "rates=3"],
    ["--set epochs", "epochs=4"],
    ["--set batch", "batch=2"],
    ["--set hidden_tanh", "hidden_tanh=6"],
    ["--set hidden_gru", "hidden_gru=4"],
    ["--set hidden_lstm", "hidden_lstm=3"],
    ["--seeds", "2"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["--out", "study"],
];
const TRAIN: &[[&str; 2]] = &[
    ["--data", "tunes.json"],
    ["--set hidden_lstm", "hidden_lstm=4"],
    ["--epochs", "3"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["--out", "net.safetensors"],
];

fn compare(args: &[&str]) -> Vec<String> {
    [plain(&["music"]), with_defaults("compare", COMPARE, args)].concat()
}

fn train(args: &[&str]) -> Vec<String> {
    [plain(&["music"]), with_defaults("train", TRAIN, args)].concat()
}

/// A few tunes that go up and down, in three splits.
fn tunes(splits: &[&str]) -> String {
    let tune = |from: usize, len: usize| -> Vec<Vec<usize>> {
        let notes = |t: usize| vec![48 + (from + t) % 12, 60 + (from + 2 * t) % 7];
        (0..len).map(notes).collect()
    };
    let split = |number: usize| -> Vec<Vec<Vec<usize>>> {
        (0..5).map(|i| tune(3 * i + number, 5 + 4 * i)).collect()
    };
    let splits = splits.iter().enumerate();
    let sets: serde_json::Map<String, Value> = splits
        .map(|(number, name)| ((*name).to_owned(), json!(split(number))))
        .collect();
    Value::Object(sets).to_string()
}

fn with_tunes() -> Folder {
    let folder = Folder::new();
    folder.write("tunes.json", tunes(&["train", "valid", "test"]));
    folder
}

/// A table of runs without the times they took.
fn runs(folder: &Folder, file: &str) -> Vec<Value> {
    let text = String::from_utf8(folder.read(file)).unwrap();
    let Value::Array(mut runs) = serde_json::from_str(&text).unwrap() else {
        panic!("{file} is no list");
    };
    for run in &mut runs {
        assert!(run["seconds"].as_f64().unwrap() > 0.0, "{run}");
        run["seconds"] = Value::Null;
    }
    runs
}

#[test]
fn a_study_leaves_one_line_for_every_seed_of_the_chosen_rate() {
    let folder = with_tunes();
    folder.done(&compare(&[]));
    let results = runs(&folder, "study/results.json");
    assert_eq!(results.len(), 6);
    for run in &results {
        let keys: Vec<&str> = run
            .as_object()
            .unwrap()
            .keys()
            .map(String::as_str)
            .collect();
        let mut wanted = [
            "set",
            "cell",
            "preset",
            "seed",
            "learning_rate",
            "updates",
            "train_nll",
            "valid_nll",
            "test_nll",
            "frame_accuracy",
            "params_recurrent",
            "params_total",
            "seconds",
        ];
        wanted.sort_unstable();
        assert_eq!(keys, wanted);
        assert_eq!(run["set"], "tunes");
        assert!(run["test_nll"].as_f64().unwrap() > 0.0, "{run}");
    }
    let seeds: Vec<u64> = results
        .iter()
        .map(|run| run["seed"].as_u64().unwrap())
        .collect();
    assert_eq!(seeds, [1, 2, 1, 2, 1, 2]);
    let search = runs(&folder, "study/search.json");
    assert_eq!(search.len(), 12);
    // The chosen rate is the one with the lowest validation loss.
    for cell in ["tanh", "gru", "lstm"] {
        let mut first = search
            .iter()
            .filter(|run| run["cell"] == cell && run["seed"] == 1);
        let best = first
            .clone()
            .map(|run| run["valid_nll"].as_f64().unwrap())
            .fold(f64::MAX, f64::min);
        let chosen = first.find(|run| run["is_chosen"] == true).unwrap();
        assert_eq!(chosen["valid_nll"].as_f64().unwrap(), best, "{cell}");
    }
    let csv = String::from_utf8(folder.read("study/results.csv")).unwrap();
    assert_eq!(csv.lines().count(), 7);
    let before = folder.listing();
    let done = folder.run(&compare(&["--resume"])).output().unwrap();
    assert!(done.status.success());
    let runs_made = |name: &str| before.get(&folder.path(name)).unwrap().clone();
    for name in [
        "study/results.json",
        "study/search.json",
        "study/runs/tunes-gru-rate00-seed1.json",
    ] {
        assert!(
            runs_made(name) == folder.read(name),
            "{name} was made again"
        );
    }
}

#[test]
fn nothing_depends_on_how_many_work_at_it() {
    let folder = with_tunes();
    for halving in [false, true] {
        let more: &[&str] = if halving {
            &["--halving", "--set", "halving_epochs=1"]
        } else {
            &[]
        };
        for workers in ["1", "3"] {
            let rest = ["--workers", workers, "--out", workers, "--force"];
            folder.done(&compare(&[more, &rest].concat()));
        }
        for file in ["results.json", "search.json"] {
            let of = |workers: &str| runs(&folder, &format!("{workers}/{file}"));
            assert_eq!(of("1"), of("3"), "halving {halving}: {file}");
        }
    }
}

/// Killed in the middle, a study goes on to the same results.
#[cfg(unix)]
#[test]
fn a_study_that_was_killed_goes_on_to_the_same_results() {
    let folder = with_tunes();
    let sizes = ["--set", "epochs=40", "--set", "patience=0"];
    folder.done(&compare(&[&sizes[..], &["--out", "whole"]].concat()));
    let args = compare(&[&sizes[..], &["--out", "broken", "--workers", "2"]].concat());
    let mut child = std::process::Command::new(folder.run(&[]).get_program())
        .args(&args)
        .current_dir(folder.path(""))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let runs_there = || std::fs::read_dir(folder.path("broken/runs")).map_or(0, Iterator::count);
    let begun = std::time::Instant::now();
    while runs_there() < 5 {
        assert!(begun.elapsed().as_secs() < 120, "it makes no runs");
        if child.try_wait().unwrap().is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(2));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    let sizes = [&sizes[..], &["--out", "broken", "--resume"]].concat();
    folder.done(&compare(&sizes));
    for file in ["results.json", "search.json"] {
        let of = |study: &str| runs(&folder, &format!("{study}/{file}"));
        assert_eq!(of("whole"), of("broken"), "{file}");
    }
}

#[test]
fn a_study_that_is_there_is_not_mixed_with_another() {
    let folder = with_tunes();
    folder.done(&compare(&["--cells", "gru", "--seeds", "1"]));
    folder.refused(
        1,
        &compare(&[]),
        &["study holds a study already", "--resume", "--force"],
    );
    let other = compare(&["--resume", "--set", "batch=3"]);
    folder.refused(1, &other, &["other settings", "--force"]);
    let other = compare(&["--resume", "--seed", "2"]);
    folder.refused(1, &other, &["other settings", "seed 1"]);
    folder.refused(
        1,
        &compare(&["--resume", "--out", "nothing"]),
        &["nothing to resume"],
    );
    // Cells and seeds may be added.
    folder.done(&compare(&["--resume", "--cells", "gru,tanh"]));
    assert_eq!(runs(&folder, "study/results.json").len(), 4);
    // Another set of the same name is another set.
    folder.write("tunes.json", tunes(&["valid", "train", "test"]));
    folder.refused(1, &compare(&["--resume"]), &["set tunes is not the one"]);
}

#[test]
fn what_makes_no_study_is_refused() {
    let folder = with_tunes();
    folder.write("half.json", tunes(&["train", "test"]));
    folder.write(
        "low.json",
        r#"{"train":[[[20]]],"valid":[[[60]]],"test":[[[60]]]}"#,
    );
    folder.write(
        "none.json",
        r#"{"train":[[]],"valid":[[[60]]],"test":[[[60]]]}"#,
    );
    folder.write("evil.pickle", b"cos\nsystem\n(S'ls'\ntR.");
    folder.write("short.mat", b"MATLAB 5.0 MAT-file");
    folder.write("book.txt", "no music");
    let of = |set: &str| compare(&["--sets", set]);
    let cases: &[(Vec<String>, &[&str])] = &[
        (of("half.json"), &["half.json", "valid"]),
        (of("low.json"), &["low.json", "20", "21", "108"]),
        (of("none.json"), &["none.json", "train"]),
        (of("evil.pickle"), &["evil.pickle", "os"]),
        (of("short.mat"), &["short.mat"]),
        (of("book.txt"), &["book.txt"]),
    ];
    folder.all_refused(1, cases);
    let cases: &[(Vec<String>, &[&str])] = &[
        (compare(&["--seeds", "0"]), &["seeds is 0", "between 1"]),
        (
            compare(&["--sets", "jbs"]),
            &["no set jbs", "did you mean jsb?"],
        ),
        (
            compare(&["--sets", "tunes.json,tunes.json"]),
            &["tunes twice"],
        ),
        (
            compare(&["--cells", "lsmt"]),
            &["no cell lsmt", "did you mean lstm?"],
        ),
        (
            compare(&["--preset", "chung"]),
            &["no preset chung", "chung2014"],
        ),
        (compare(&["--threads", "2"]), &["one thread", "--workers"]),
        (compare(&["--set", "dropout=1"]), &["dropout is 1"]),
    ];
    folder.all_refused(2, cases);
    folder.misused(&compare(&["--workers", "0"]), &["--workers"]);
    folder.refused(
        4,
        &compare(&["--sets", "jsb"]),
        &["JSB_Chorales.mat", "data fetch music"],
    );
    // Notes that no piano has may be left out.
    folder.write(
        "low.json",
        r#"{"train":[[[20,60]]],"valid":[[[60]]],"test":[[[60]]]}"#,
    );
    folder.done(&compare(&[
        "--sets",
        "low.json",
        "--clip-notes",
        "--cells",
        "gru",
    ]));
}

#[test]
fn a_rate_that_is_far_too_high_is_one_that_diverged() {
    let folder = with_tunes();
    let wild = [
        "--set",
        "rate_low=80",
        "--set",
        "rate_high=85",
        "--cells",
        "tanh",
    ];
    folder.done(&compare(&wild));
    let search = runs(&folder, "study/search.json");
    assert!(
        search.iter().all(|run| run["is_finished"] == true),
        "{search:?}"
    );
}

#[test]
fn a_network_is_trained_and_gone_on_with() {
    let folder = with_tunes();
    folder.done(&train(&["--epochs", "6", "--out", "whole.safetensors"]));
    folder.done(&train(&[]));
    folder.done(&train(&["--resume", "--epochs", "6"]));
    let (one, two) = (
        folder.read("whole.safetensors"),
        folder.read("net.safetensors"),
    );
    assert!(one == two, "3 passes and 3 more are not 6");
    folder.refused(
        1,
        &train(&[]),
        &["net.safetensors exists already", "--resume"],
    );
    folder.write("other.json", tunes(&["train", "valid", "test"]));
    let other = train(&["--resume", "--data", "other.json"]);
    folder.refused(1, &other, &["begun with the set tunes"]);
    folder.refused(
        2,
        &train(&["--cell", "rnn"]),
        &["no cell rnn", "tanh gru lstm"],
    );
}

#[test]
fn a_network_plays_and_what_it_plays_can_be_played_on() {
    let folder = with_tunes();
    folder.done(&train(&[]));
    let sample = |args: &[&str]| {
        let always = [
            "--model",
            "net.safetensors",
            "--backend",
            "flex",
            "--steps",
            "12",
        ];
        plain(&[&["music", "sample"], &always[..], args].concat())
    };
    folder.done(&sample(&["-o", "one.mid"]));
    folder.done(&sample(&["-o", "again.mid"]));
    for ending in ["mid", "wav", "png"] {
        let of = |name: &str| folder.read(&format!("{name}.{ending}"));
        assert!(of("one") == of("again"), "{ending} differs");
    }
    folder.done(&sample(&[
        "--beginning",
        "one.mid",
        "--beginning-steps",
        "5",
        "-o",
        "on.mid",
    ]));
    folder.done(&sample(&[
        "--beginning-of",
        "tunes.json",
        "--piece",
        "2",
        "-o",
        "of.mid",
    ]));
    folder.refused(
        1,
        &sample(&["-o", "one.mid"]),
        &["one.mid exists already", "--force"],
    );
    folder.refused(2, &sample(&["-o", "one.mp3"]), &["one.mp3", ".mid"]);
    let of = |piece: &str| {
        sample(&[
            "--beginning-of",
            "tunes.json",
            "--piece",
            piece,
            "-o",
            "x.mid",
        ])
    };
    folder.refused(2, &of("5"), &["--piece is 5", "the last is 4"]);
    let cold = sample(&["--temperature", "-1", "-o", "x.mid"]);
    folder.refused(2, &cold, &["--temperature is -1"]);
    folder.refused(
        2,
        &sample(&["--most", "89", "-o", "x.mid"]),
        &["--most is 89"],
    );
    folder.write("cut.mid", &folder.read("one.mid")[..40]);
    folder.refused(
        1,
        &sample(&["--beginning", "cut.mid", "-o", "x.mid"]),
        &["cut.mid"],
    );
    folder.write("bad.sf2", b"RIFF");
    folder.refused(
        1,
        &sample(&["--soundfont", "bad.sf2", "-o", "x.mid"]),
        &["bad.sf2"],
    );
    let missing = plain(&[
        "music",
        "sample",
        "--model",
        "no.safetensors",
        "-o",
        "x.mid",
    ]);
    folder.refused(4, &missing, &["no.safetensors"]);
}

/// Every step of the tunes has two notes; a network after three passes expects many more.
#[test]
fn as_many_keys_sound_as_in_the_pieces() {
    let folder = with_tunes();
    folder.done(&train(&[]));
    let notes = |more: &[&str], out: &str| {
        let args = [
            "music",
            "sample",
            "--model",
            "net.safetensors",
            "--backend",
            "flex",
        ];
        let rest = ["--steps", "40", "--json", "-o", out];
        let done = folder
            .run(&plain(&[&args[..], &rest, more].concat()))
            .output()
            .unwrap();
        assert!(
            done.status.success(),
            "{}",
            String::from_utf8_lossy(&done.stderr)
        );
        let text = String::from_utf8(done.stdout).unwrap();
        let result: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
        result["notes_per_step"].as_f64().unwrap()
    };
    assert_eq!(notes(&[], "held.mid"), 2.0);
    assert!(notes(&["--free"], "free.mid") > 4.0);
}

#[test]
fn a_folder_of_midi_files_is_a_set() {
    let folder = with_tunes();
    folder.done(&train(&[]));
    std::fs::create_dir(folder.path("songs")).unwrap();
    for seed in 0..11 {
        let (seed, out) = (seed.to_string(), format!("songs/{seed:02}.mid"));
        let args = [
            "--model",
            "net.safetensors",
            "--backend",
            "flex",
            "--steps",
            "20",
        ];
        let rest = ["--seed", &seed, "-o", &out];
        folder.done(&plain(&[&["music", "sample"], &args[..], &rest].concat()));
    }
    // One of eleven may be damaged.
    folder.write("songs/00.mid", &folder.read("songs/01.mid")[..50]);
    let args = compare(&["--sets", "songs", "--cells", "gru"]);
    let done = folder.run(&args).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{said}");
    assert!(said.contains("00.mid is skipped"), "{said}");
    assert_eq!(runs(&folder, "study/results.json").len(), 2);
    std::fs::create_dir(folder.path("empty")).unwrap();
    folder.refused(1, &compare(&["--sets", "empty", "--out", "x"]), &["empty"]);
}
