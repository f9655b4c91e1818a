//! What must stay true of the repository itself.

use std::path::{Path, PathBuf};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

#[test]
fn the_asked_for_backends_are_in_the_lock_file() {
    let lock = text("Cargo.lock");
    for package in [
        "burn",
        "burn-ndarray",
        "burn-wgpu",
        "burn-autodiff",
        "image",
        "clap",
        "serde",
    ] {
        assert!(
            lock.contains(&format!("name = \"{package}\"\n")),
            "{package} is missing"
        );
    }
}

#[test]
fn the_changelog_knows_the_version() {
    let version = env!("CARGO_PKG_VERSION");
    let changelog = text("CHANGELOG.md");
    let newest = changelog
        .lines()
        .find(|line| line.starts_with("## ["))
        .unwrap();
    let is_current = newest.contains(version) || newest.contains("Unreleased");
    assert!(is_current, "{newest} is neither {version} nor Unreleased");
}

/// Every settings file, with the command it is for.
fn settings_files() -> Vec<(String, PathBuf)> {
    let configs = root().join("configs");
    let mut found = Vec::new();
    for folder in std::fs::read_dir(configs).unwrap() {
        let folder = folder.unwrap().path();
        let command = folder.file_name().unwrap().to_string_lossy().into_owned();
        for file in std::fs::read_dir(&folder).unwrap() {
            found.push((command.clone(), file.unwrap().path()));
        }
    }
    found.sort();
    found
}

#[test]
fn every_settings_file_runs_for_two_steps() {
    let dir = tempfile::tempdir().unwrap();
    let picture = crate::common::small_picture(dir.path(), "picture.png", 32, 32, 1);
    let files = settings_files();
    assert!(files.len() >= 8, "{files:?}");
    for (number, (command, file)) in files.iter().enumerate() {
        if command == "lab" {
            small_experiment(file, dir.path());
            continue;
        }
        if command == "text" {
            two_updates(file, &dir.path().join(number.to_string()));
            continue;
        }
        if command == "speech" {
            // Its settings are checked by running it, in `cli/speech.rs`; here they are read.
            let mut run = crate::common::reverie();
            run.args(["speech", "digits", "--print-config", "--config"]);
            run.arg(file).assert().success();
            continue;
        }
        if command == "saliency" {
            let mut run = crate::common::reverie();
            run.args(["saliency", "--backend", "flex", "--method", "all"]);
            run.args(["--set", "masks=4", "--set", "samples=2", "--config"])
                .arg(file)
                .arg(&picture)
                .arg("-o")
                .arg(dir.path().join(format!("{number}.png")));
            run.assert().success();
            continue;
        }
        if command == "deconv" {
            let folder = dir.path().join(format!("{number}-pictures"));
            std::fs::create_dir(&folder).unwrap();
            crate::common::small_picture(&folder, "one.png", 32, 32, 1);
            let mut run = crate::common::reverie();
            run.args(["deconv", "--net", "tiny", "--backend", "flex", "--folder"]);
            run.arg(folder).args(["--size", "32", "--config"]).arg(file);
            run.arg("-o").arg(dir.path().join(number.to_string()));
            run.assert().success();
            continue;
        }
        if command == "classify" {
            two_updates_of_a_classifier(file, &dir.path().join(number.to_string()));
            continue;
        }
        if command == "music" {
            two_passes(file, &dir.path().join(number.to_string()));
            continue;
        }
        let mut run = crate::common::reverie();
        run.args([
            command,
            "--net",
            "tiny",
            "--backend",
            "flex",
            "--size",
            "32",
        ])
        .args(["--steps", "2", "--config"])
        .arg(file)
        .arg("-o")
        .arg(dir.path().join(format!("{number}.png")));
        match command.as_str() {
            "style" => {
                run.args([
                    "--set",
                    "content_layers=[\"relu2_1\"]",
                    "--set",
                    "start_size=32",
                ]);
                run.arg("--content")
                    .arg(&picture)
                    .arg("--style")
                    .arg(&picture);
            }
            "texture" => {
                run.arg(&picture);
            }
            "dream" => {
                run.args(["--layer", "relu2_1", "--octaves", "2"])
                    .arg(&picture);
            }
            "invert" => {
                run.args(["--layers", "relu1_1,relu2_1"]).arg(&picture);
            }
            _ => {
                // Some have a canvas that is made at one size.
                run.args(["--layer", "relu2_1", "--octaves", "1"]);
            }
        }
        run.assert().success();
    }
}

/// Does a small version of an experiment with a settings file, whose name begins with its verb.
fn small_experiment(file: &Path, folder: &Path) {
    use crate::common::lab::{book, tiny};
    book(folder);
    let name = file.file_stem().unwrap().to_string_lossy();
    let verb = name.split('-').next().unwrap();
    let mut run = crate::common::reverie();
    run.current_dir(folder).args(["lab", verb]).args(tiny(verb));
    run.arg("--config").arg(file).assert().success();
    if *name == *verb {
        // The file that is called as its experiment says what happens without it.
        let printed = |file: Option<&Path>| {
            let mut run = crate::common::reverie();
            run.args(["lab", verb, "--print-config"]);
            if let Some(file) = file {
                run.arg("--config").arg(file);
            }
            run.assert().success().get_output().stdout.clone()
        };
        assert!(printed(Some(file)) == printed(None), "{}", file.display());
    }
}

/// Trains a small network on eight pictures with a settings file.
fn two_updates_of_a_classifier(file: &Path, out: &Path) {
    let set = out.with_extension("set");
    for class in ["a", "b"] {
        let folder = set.join("train").join(class);
        std::fs::create_dir_all(&folder).unwrap();
        for seed in 0..4 {
            crate::common::small_picture(&folder, &format!("{seed}.png"), 32, 32, seed);
        }
    }
    let mut run = crate::common::reverie();
    run.args([
        "classify",
        "train",
        "--backend",
        "flex",
        "--epochs",
        "1",
        "--data",
    ])
    .arg(&set)
    .args([
        "--set",
        "stages=[[4], [4]]",
        "--set",
        "side=16",
        "--set",
        "batch=3",
    ])
    .arg("--config")
    .arg(file)
    .arg("-o")
    .arg(out);
    run.assert().success();
}

/// Trains a tiny network on a tiny text with a settings file.
fn two_updates(file: &Path, out: &Path) {
    let text = out.with_extension("txt");
    std::fs::write(&text, "Every happy family is alike.\n".repeat(60)).unwrap();
    let tiny = [
        "--hidden",
        "4",
        "--batch",
        "2",
        "--steps",
        "8",
        "--iterations",
        "2",
        "--set",
        "sample_length=20",
        "--set",
        "word_length=0",
        "--backend",
        "flex",
        "--config",
    ];
    let mut run = crate::common::reverie();
    run.args(["text", "train"]).args(tiny).arg(file);
    run.arg("--text").arg(&text).arg("--out").arg(out);
    run.assert().success();
    for made in ["log.jsonl", "report.html", "samples/iter-000002.txt"] {
        assert!(out.join(made).exists(), "{made} of {}", file.display());
    }
}

/// Compares tiny networks on tiny tunes with a settings file.
fn two_passes(file: &Path, out: &Path) {
    let tunes = out.with_extension("json");
    let tune = "[[60,64],[62],[64,67],[65]]";
    let split = format!("[{tune},{tune}]");
    let set = format!("{{\"train\":{split},\"valid\":{split},\"test\":{split}}}");
    std::fs::write(&tunes, set).unwrap();
    let tiny = [
        "hidden_tanh=3",
        "hidden_gru=3",
        "hidden_lstm=3",
        "epochs=2",
        "rates=2",
    ];
    let mut run = crate::common::reverie();
    run.args(["music", "compare", "--seeds", "1", "--backend", "flex"]);
    for setting in tiny {
        run.args(["--set", setting]);
    }
    run.arg("--config").arg(file).arg("--sets").arg(&tunes);
    run.arg("--out").arg(out).assert().success();
    for made in ["results.json", "report.html", "table.md", "curves.svg"] {
        assert!(out.join(made).exists(), "{made} of {}", file.display());
    }
}
