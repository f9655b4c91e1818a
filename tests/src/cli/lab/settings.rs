//! Defaults, `--quick`, settings files, `--set` and flags, in this order.

use toml::Table;

use super::super::Folder;
use super::lab;
use crate::common::lab::TINY;
use crate::common::reverie;

/// The settings that a run would use.
fn printed(folder: &Folder, args: &[&str]) -> String {
    let done = folder
        .run(&lab(args))
        .arg("--print-config")
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{args:?}: {said}");
    String::from_utf8(done.stdout).unwrap()
}

fn table(folder: &Folder, args: &[&str]) -> Table {
    printed(folder, args).parse().unwrap()
}

#[test]
fn what_is_printed_can_be_fed_back() {
    let folder = Folder::new();
    for (name, flags) in TINY {
        let tiny = [&[name], flags].concat();
        for args in [&[name][..], &[name, "--quick", "--seed", "5"], &tiny] {
            let said = printed(&folder, args);
            folder.write("run.toml", &said);
            let file: &[&str] = &[name, "--config", "run.toml"];
            assert_eq!(printed(&folder, file), said, "{args:?}");
            let quick = [file, &["--quick"]].concat();
            assert_eq!(printed(&folder, &quick), said, "{args:?}");
        }
    }
}

#[test]
fn flags_go_over_set_over_the_file_over_quick() {
    let folder = Folder::new();
    folder.write("run.toml", "seeds = 2\n[learn]\nhidden = 7\nrate = 1\n");
    let learn = |args: &[&str]| {
        let quick = ["memory", "--quick", "--config", "run.toml"];
        table(&folder, &[&quick, args].concat())["learn"].clone()
    };
    let found = learn(&[]);
    assert_eq!(found["hidden"].as_integer(), Some(7));
    assert_eq!(found["rate"].as_float(), Some(1.0));
    assert_eq!(found["updates"].as_integer(), Some(200), "of --quick");
    let set = ["--set", "learn.hidden=8", "--set", "learn.rate=0.5"];
    let found = learn(&set);
    assert_eq!(found["hidden"].as_integer(), Some(8));
    assert_eq!(found["rate"].as_float(), Some(0.5));
    let found = learn(&[&set[..], &["--hidden", "9", "--seed", "3"]].concat());
    assert_eq!(found["hidden"].as_integer(), Some(9));
    assert_eq!(found["seed"].as_integer(), Some(3));
}

#[test]
fn a_task_brings_its_own_defaults() {
    let folder = Folder::new();
    let longest = |args: &[&str]| {
        let found = table(&folder, &[&["ntm"], args].concat());
        found["machine"]["longest"].as_integer().unwrap()
    };
    assert_eq!(longest(&[]), 20);
    assert_eq!(longest(&["--task", "repeat-copy"]), 10);
    assert_eq!(longest(&["--set", "machine.task=repeat-copy"]), 10);
    assert_eq!(longest(&["--task", "repeat-copy", "--longest", "20"]), 20);
    let tasks = |args: &[&str]| table(&folder, &[&["esn"], args].concat())["tasks"].to_string();
    assert_eq!(tasks(&[]), r#"["mackey-glass", "narma10"]"#);
    assert_eq!(tasks(&["--task", "narma10"]), r#"["narma10"]"#);
    folder.refused(
        2,
        &lab(&["esn", "--task", "series"]),
        &["series", "--csv FILE"],
    );
}

#[test]
fn settings_that_do_not_exist_are_refused_with_the_nearest() {
    let folder = Folder::new();
    folder.write("key.toml", "hiden = 3\n");
    folder.write("inner.toml", "[learn]\nraet = 3\n");
    folder.write("kind.toml", "[learn]\nrate = \"fast\"\n");
    folder.write("no.toml", "hidden = = 3\n");
    folder.write("range.toml", "seeds = 0\n");
    for (name, _) in TINY {
        folder.refused(
            2,
            &lab(&[name, "--set", "sseed=1"]),
            &["the command line: there is no setting sseed"],
        );
        let with = |file: &'static str| lab(&[name, "--config", file]);
        folder.refused(2, &with("none.toml"), &["none.toml cannot be read"]);
        folder.refused(2, &with("no.toml"), &["no.toml is not valid TOML"]);
    }
    let adding = |args: &[&'static str]| lab(&[&["adding"], args].concat());
    let memory = |args: &[&'static str]| lab(&[&["memory"], args].concat());
    folder.all_refused(
        2,
        &[
            (
                adding(&["--config", "key.toml"]),
                &["key.toml: there is no setting hiden (did you mean hidden?)"],
            ),
            (
                memory(&["--config", "inner.toml"]),
                &["there is no setting learn.raet (did you mean rate?)"],
            ),
            (
                memory(&["--config", "kind.toml"]),
                &["kind.toml: learn.rate = \"fast\"", "invalid type"],
            ),
            (memory(&["--config", "range.toml"]), &["seeds is 0"]),
            (adding(&["--set", "rate"]), &["write it as key=value"]),
            // These follow from others.
            (memory(&["--set", "learn.growth=3"]), &["learn.growth"]),
            (
                lab(&["layernorm", "--set", "text.iterations=3"]),
                &["text.iterations"],
            ),
            (lab(&["ntm", "--set", "lstm.seed=3"]), &["lstm.seed"]),
            (
                adding(&["--seed", "18446744073709551615"]),
                &["--seed is 18446744073709551615", "at most"],
            ),
        ],
    );
}

#[test]
fn what_only_a_file_can_set_is_checked_too() {
    let folder = Folder::new();
    let set = |name: &'static str, pair: &'static str| lab(&[name, "--set", pair]);
    folder.all_refused(
        2,
        &[
            (set("memory", "learn.batch=0"), &["batch is 0"]),
            (
                set("memory", "learn.task.n_cues=0"),
                &["first symbols is 0"],
            ),
            (set("memory", "learn.clip=-1"), &["clip is -1"]),
            (set("gradients", "cell=jordan"), &["cell is jordan"]),
            (set("gradients", "learn.steps=1"), &["steps is 1"]),
            (set("gradients", "learn.rate=nan"), &["rate is NaN"]),
            (set("universal", "learning.batch=0"), &["batch is 0"]),
            (set("universal", "learning.rate=0"), &["rate is 0"]),
            (set("universal", "networks=5000"), &["networks is 5000"]),
            (set("ode", "training.rate_falls=0"), &["rate_falls is 0"]),
            (set("ode", "fits=-1"), &["fits = -1"]),
            (set("ntm", "lstm.rate=0"), &["lstm-rate is 0"]),
            (set("ntm", "machine.start=nan"), &["start is NaN"]),
            (set("esn", "tasks=[]"), &["tasks is empty"]),
            (set("hopfield", "tries=0"), &["tries is 0"]),
            (set("elman", "streams=[]"), &["streams is empty"]),
            (set("layernorm", "look_every=0"), &["look-every is 0"]),
        ],
    );
}

#[test]
fn negative_counts_and_seeds_are_refused() {
    let folder = Folder::new();
    for (name, flags) in TINY {
        folder.misused(&lab(&[name, "--seed", "-1"]), &["-1", "--seed"]);
        let count = flags.iter().position(|flag| flag.parse::<usize>().is_ok());
        let flag = flags[count.unwrap() - 1];
        folder.misused(&lab(&[name, flag, "-1"]), &["-1", flag]);
    }
    folder.all_refused(
        2,
        &[
            (lab(&["hopfield", "--noise", "-0.1"]), &["noise is -0.1"]),
            (lab(&["adding", "--rate", "-1"]), &["rate is -1"]),
            (lab(&["ntm", "--rate", "-1"]), &["rate is -1"]),
            (lab(&["layernorm", "--level", "-1"]), &["level is -1"]),
            (lab(&["gradients", "--clip", "-1"]), &["clip is -1"]),
        ],
    );
}

/// What a help text says of defaults, as `[default: A; with --quick: B]` or `[default: A; narma10: B]`:
/// the flag and what stands in the brackets.
fn defaults(name: &str) -> Vec<(String, String)> {
    let done = reverie().args(["lab", name, "--help"]).assert().success();
    let text = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: Vec<&str> = text.split(' ').collect();
    let mut flag = String::new();
    let mut found = Vec::new();
    for (at, word) in words.iter().enumerate() {
        let has_value = words.get(at + 1).is_some_and(|next| next.starts_with('<'));
        if word.starts_with("--") && has_value {
            flag = (*word).to_owned();
        }
        if *word == "[default:" {
            let rest = words[at..].join(" ");
            let inside = rest[1..].split(']').next().unwrap();
            found.push((flag.clone(), inside.to_owned()));
        }
    }
    found
}

#[test]
fn the_defaults_in_the_help_are_true() {
    let folder = Folder::new();
    let mut count = 0;
    for (name, _) in TINY {
        for (flag, inside) in defaults(name) {
            if ["--backend", "--kernels", "--text"].contains(&flag.as_str()) {
                continue;
            }
            count += 1;
            if name == "esn" && flag != "--networks" {
                of_every_task(&folder, &flag, &inside);
                continue;
            }
            for said in inside.split("; ") {
                let (condition, value) = said.split_once(": ").unwrap();
                let base: &[&str] = match condition {
                    "default" => &[name],
                    "with --quick" => &[name, "--quick"],
                    task => &[name, "--task", task],
                };
                let with = [base, &[&flag, value]].concat();
                let (without, with) = (table(&folder, base), table(&folder, &with));
                assert_eq!(with, without, "{name}: {flag} [{inside}]");
            }
        }
    }
    assert!(count > 50, "only {count} defaults were found");
}

/// Each task of the echo state network has a default of its own.
fn of_every_task(folder: &Folder, flag: &str, inside: &str) {
    let settings = table(folder, &["esn"]);
    let key = flag.trim_start_matches("--").replace('-', "_");
    let number = |task: &str| {
        let value = &settings[task][&key];
        let whole = value.as_integer().map(|whole| whole as f64);
        whole.or(value.as_float()).unwrap()
    };
    for said in inside.split("; ") {
        let (task, value) = said.split_once(": ").unwrap();
        let task = if task == "default" {
            "mackey_glass"
        } else {
            task
        };
        assert_eq!(
            number(task),
            value.parse::<f64>().unwrap(),
            "{flag} [{inside}]"
        );
    }
}
