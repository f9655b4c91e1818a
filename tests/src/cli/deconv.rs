//! The deconvolutional network: one picture, folders, what is skipped, runs that go on, and refusals.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use super::{Folder, plain, with_defaults};
use crate::common::{result, small_picture};

const ONE: &[[&str; 2]] = &[
    ["--net", "tiny"],
    ["--layer", "relu2_1"],
    ["--backend", "flex"],
    ["-o", "x.png"],
];
const MANY: &[[&str; 2]] = &[
    ["--net", "tiny"],
    ["--folder", "set"],
    ["--layers", "relu1_2,relu2_2"],
    ["--size", "24"],
    ["--set batch", "batch=4"],
    ["--set save_every", "save_every=4"],
    ["--backend", "flex"],
    ["--out", "top"],
];

/// A look into `a.png` with these flags.
fn one(args: &[&str]) -> Vec<String> {
    with_defaults("deconv", ONE, &[&["a.png"], args].concat())
}

/// A look through the folder `set` with these flags.
fn many(args: &[&str]) -> Vec<String> {
    with_defaults("deconv", MANY, args)
}

/// A folder of thirty pictures of several sizes, in and below `set`.
fn with_set() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("set/more/deep")).unwrap();
    for seed in 0..30 {
        let place = ["set", "set/more", "set/more/deep"][seed as usize % 3];
        let name = format!("{seed:02}.png");
        small_picture(&folder.path(place), &name, 20 + seed, 24, seed);
    }
    folder
}

/// The bytes of everything in a folder, by name; a process that is killed while it writes leaves a
/// hidden file behind.
fn files(folder: &Folder, name: &str) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder.path(name)).unwrap();
    let is_hidden = |entry: &std::fs::DirEntry| entry.file_name().as_encoded_bytes()[0] == b'.';
    entries
        .filter(|entry| !entry.as_ref().is_ok_and(is_hidden))
        .map(|entry| {
            let entry = entry.unwrap();
            let bytes = std::fs::read(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), bytes)
        })
        .collect()
}

fn table(folder: &Folder, name: &str) -> Value {
    serde_json::from_slice(&folder.read(&format!("{name}/top.json"))).unwrap()
}

#[test]
fn units_of_one_picture_stand_beside_what_excites_them() {
    let folder = Folder::new();
    let done = folder.run(&one(&["--json", "--channel", "2"])).assert();
    let output = done.success().get_output().stdout.clone();
    let text = String::from_utf8(output.clone()).unwrap();
    let unit: Value = serde_json::from_str(text.lines().next().unwrap()).unwrap();
    assert_eq!(
        (&unit["event"], &unit["channel"]),
        (&"unit".into(), &2.into())
    );
    assert_eq!(unit["field"][2], 10);
    assert_eq!(result(&output)["units"], 1);
    image::open(folder.path("x.png")).unwrap();
    // The same unit by its place.
    let place = format!("{},{}", unit["column"], unit["row"]);
    folder.done(&one(&[
        "--channel",
        "2",
        "--position",
        &place,
        "-o",
        "y.png",
    ]));
    let pixels = |name: &str| image::open(folder.path(name)).unwrap().to_rgb8();
    assert_eq!(pixels("x.png"), pixels("y.png"));
    for (flags, name) in [
        (&["--whole", "--channel", "all"][..], "whole.png"),
        (&["--rule", "guided"], "guided.png"),
        (&["--rule", "gradient", "--size", "16"], "small.png"),
        (&["--set", "pooling=average"], "mean.png"),
    ] {
        folder.done(&one(&[flags, &["-o", name]].concat()));
        image::open(folder.path(name)).unwrap();
    }
    let done = folder.run(&plain(&["inspect", "x.png", "--json"])).assert();
    let recipe = result(&done.success().get_output().stdout);
    assert_eq!(recipe["command"], "deconv");
    assert_eq!(recipe["settings"]["deconv"]["rule"], "deconvnet");
}

#[test]
fn the_best_of_a_folder_make_a_page() {
    let folder = with_set();
    let before = folder.listing();
    folder.done(&many(&["--dry-run"]));
    assert_eq!(folder.listing(), before, "a plan leaves nothing");
    let done = folder.run(&many(&["--json"])).assert().success();
    let event = result(&done.get_output().stdout);
    assert_eq!(
        (&event["pictures"], &event["looked"]),
        (&30.into(), &30.into())
    );
    let made = files(&folder, "top");
    let names: Vec<&str> = made.keys().map(String::as_str).collect();
    let expected = [
        "index.html",
        "pictures.json",
        "progress.json",
        "relu1_2.png",
        "relu2_2.png",
        "top.json",
    ];
    assert_eq!(names, expected);
    let page = String::from_utf8(made["index.html"].clone()).unwrap();
    assert_eq!(page.matches("<figure>").count(), 8);
    for word in ["src=\"http", "url(", "<script"] {
        assert!(!page.contains(word), "{word}");
    }
    let table = table(&folder, "top");
    let maps = table["layers"][1]["channels"].as_array().unwrap();
    for map in maps {
        let top = map["top"].as_array().unwrap();
        let answers = top.iter().map(|hit| hit["activation"].as_f64().unwrap());
        assert_eq!(top.len(), 9);
        assert!(answers.collect::<Vec<_>>().is_sorted_by(|a, b| a >= b));
    }
    let first = maps[0]["top"][0]["picture"].as_str().unwrap();
    assert!(folder.path("set").join(first).exists(), "{first}");
}

#[test]
fn an_archive_is_looked_through_like_its_folder() {
    let folder = with_set();
    folder.done(&many(&[]));
    let packed = std::process::Command::new("tar")
        .args(["czf", "set.tar.gz", "-C", "set", "."])
        .current_dir(folder.path(""))
        .status();
    if !packed.is_ok_and(|status| status.success()) {
        println!("skipped: there is no tar");
        return;
    }
    folder.done(&many(&["--folder", "set.tar.gz", "--out", "packed"]));
    let layers = |name: &str| table(&folder, name)["layers"].clone();
    assert_eq!(layers("top"), layers("packed"));
}

#[test]
fn batches_and_threads_change_nothing() {
    let folder = with_set();
    folder.done(&many(&[]));
    for (out, flags) in [
        ("b1", &["--set", "batch=1"][..]),
        ("b30", &["--set", "batch=30"]),
        ("t1", &["--threads", "1"]),
        ("t3", &["--threads", "3"]),
    ] {
        folder.done(&many(&[flags, &["--out", out]].concat()));
        let (one, other) = (files(&folder, "top"), files(&folder, out));
        for name in ["progress.json", "top.json"] {
            assert!(one[name] == other[name], "{name} of {out}");
        }
    }
}

#[test]
fn pictures_that_cannot_be_read_are_skipped_and_named() {
    let folder = with_set();
    let whole = folder.read("set/03.png");
    folder.write("set/cut.png", &whole[..whole.len() / 2]);
    folder.write("set/text.jpg", "no picture");
    folder.write("set/empty.png", "");
    let done = folder.run(&many(&["--json"])).assert().success();
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    let event = result(&done.get_output().stdout);
    let page = String::from_utf8(folder.read("top/index.html")).unwrap();
    for name in ["cut.png", "empty.png", "text.jpg"] {
        assert!(said.contains(&format!("skipped: {name}")), "{said}");
        assert!(page.contains(name));
        let skipped = event["skipped"].as_array().unwrap();
        assert!(skipped.contains(&name.into()), "{event}");
    }
    assert_eq!(
        table(&folder, "top")["skipped"].as_array().unwrap().len(),
        3
    );
}

#[test]
fn a_run_that_goes_on_ends_like_one_that_never_stopped() {
    let folder = with_set();
    folder.done(&many(&["--out", "whole"]));
    let stopped = many(&["--time-budget", "0.000001", "--json"]);
    let done = folder.run(&stopped).assert().success();
    let event = result(&done.get_output().stdout);
    assert_eq!(
        (&event["interrupted"], &event["looked"]),
        (&true.into(), &4.into())
    );
    assert!(!folder.path("top/index.html").exists());
    folder.done(&many(&[
        "--time-budget",
        "0.000001",
        "--resume",
        "--set",
        "batch=7",
    ]));
    folder.done(&many(&["--resume"]));
    let (whole, top) = (files(&folder, "whole"), files(&folder, "top"));
    for (name, bytes) in whole.iter().filter(|(name, _)| *name != "index.html") {
        assert!(top.get(name) == Some(bytes), "{name}");
    }
    // The pages name their own folders.
    let page = |files: &BTreeMap<String, Vec<u8>>| {
        let page = String::from_utf8(files["index.html"].clone()).unwrap();
        page.replace("--out whole", "--out top")
    };
    assert!(page(&whole) == page(&top));
    // What is shown may change without another pass.
    folder.done(&many(&["--resume", "--channels", "1", "--rule", "guided"]));
    let table = table(&folder, "top");
    assert_eq!(table["rule"], "guided");
    assert_eq!(table["layers"][0]["channels"].as_array().unwrap().len(), 1);
}

#[test]
#[cfg(unix)]
fn a_killed_run_goes_on_to_the_same_bytes() {
    let folder = with_set();
    // Many enough that the signal comes in their midst, on any machine.
    for seed in 30..630 {
        small_picture(&folder.path("set"), &format!("{seed}.png"), 24, 20, seed);
    }
    folder.done(&many(&["--set", "batch=1", "--set", "save_every=1"]));
    let whole = files(&folder, "top");
    for signal in ["-KILL", "-INT"] {
        let flags = [
            "--set",
            "batch=1",
            "--set",
            "save_every=1",
            "--force",
            "--json",
        ];
        let started = super::interrupt::started_at(&folder, &many(&flags), "\"pictures\",\"of\"");
        let (mut child, stdout, _) = started;
        let sent = std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(sent.unwrap().success(), "the signal was sent");
        drop(stdout);
        let code = child.wait().unwrap().code();
        assert!(signal == "-KILL" || code == Some(130), "{signal}: {code:?}");
        assert!(!folder.path("top/index.html").exists(), "{signal}");
        // The recipes in the sheets name these settings too.
        let same = ["--resume", "--set", "batch=1", "--set", "save_every=1"];
        folder.done(&many(&same));
        assert!(files(&folder, "top") == whole, "{signal}");
    }
}

#[test]
fn runs_that_cannot_go_on_are_refused() {
    let folder = with_set();
    folder.done(&many(&[]));
    folder.all_refused(
        1,
        &[
            (
                many(&[]),
                &["top holds a run of deconv already", "--resume", "--force"],
            ),
            (
                many(&["--resume", "--out", "other"]),
                &["nothing to resume", "other holds no run"],
            ),
            (
                many(&["--out", "a.png"]),
                &["a.png is a file", "--out names a folder"],
            ),
        ],
    );
    folder.all_refused(
        2,
        &[
            (
                many(&["--resume", "--size", "16"]),
                &["other settings", "size was 24, is 16", "--force"],
            ),
            (
                many(&["--resume", "--layers", "relu1_2"]),
                &["other settings", "layers was", "relu2_2"],
            ),
            (many(&["--resume", "--top", "4"]), &["top was 9, is 4"]),
            (
                many(&["--resume", "--set", "pooling=average"]),
                &["pooling was \"max\", is \"average\""],
            ),
        ],
    );
    // The folder is not what it was.
    small_picture(&folder.path("set"), "new.png", 20, 20, 99);
    folder.refused(1, &many(&["--resume"]), &["not those", "new.png was added"]);
    std::fs::remove_file(folder.path("set/new.png")).unwrap();
    let old = folder.read("set/00.png");
    std::fs::remove_file(folder.path("set/00.png")).unwrap();
    folder.refused(
        1,
        &many(&["--resume"]),
        &["not those", "00.png was removed"],
    );
    folder.write("set/00.png", [&old[..], b"more"].concat());
    folder.refused(
        1,
        &many(&["--resume"]),
        &["not those", "00.png was changed"],
    );
    // A damaged state.
    folder.write("top/progress.json", "{");
    folder.refused(
        1,
        &many(&["--resume"]),
        &["progress.json is damaged", "--force"],
    );
    folder.done(&many(&["--force"]));
    assert!(folder.path("top/index.html").exists());
}

#[test]
fn what_makes_no_sense_is_refused() {
    let folder = with_set();
    std::fs::create_dir_all(folder.path("empty/inside")).unwrap();
    std::fs::create_dir(folder.path("bad")).unwrap();
    folder.write("bad/1.png", "no picture");
    folder.write("bad/2.jpg", "");
    std::fs::create_dir(folder.path("used")).unwrap();
    folder.write("used/index.html", "mine");
    let missing = with_defaults("deconv", ONE, &["none.png"]);
    folder.all_refused(
        1,
        &[
            (many(&["--folder", "empty"]), &["empty holds no pictures"]),
            (many(&["--folder", "none"]), &["none", "No such file"]),
            (
                many(&["--folder", "bad"]),
                &[
                    "none of the 2 pictures of bad can be read",
                    "1.png is not a picture",
                ],
            ),
            (many(&["--folder", "a.png"]), &["a.png is no .tar.gz"]),
            (
                many(&["--out", "used"]),
                &["used/index.html exists already", "--force"],
            ),
            (missing, &["there is no file none.png"]),
        ],
    );
    folder.all_refused(
        2,
        &[
            (many(&["--layers", "relu9_1"]), &["relu9_1", "tiny"]),
            (one(&["--layer", "relu2_3"]), &["relu2_3", "relu2_"]),
            (
                one(&["--layer", "relu1_1,relu2_1"]),
                &["single layer", "--folder"],
            ),
            (one(&["--channel", "4"]), &["relu2_1 has channels 0 to 3"]),
            (
                many(&["--channels", "1-9"]),
                &["channels 0 to 3", "no channel 9"],
            ),
            (one(&["--position", "90,1"]), &["no position at column 90"]),
            (one(&["--rule", "wrong"]), &["rule", "wrong", "guided"]),
            (many(&["--top", "0"]), &["top is 0", "between 1 and 100"]),
            (one(&["--size", "3"]), &["size is 3"]),
            (one(&["--net", "none"]), &["no network none"]),
            (one(&["-o", "x.doc"]), &["x.doc"]),
        ],
    );
    folder.misused(&plain(&["deconv", "-o", "x.png"]), &["PICTURE"]);
    folder.misused(&one(&["--folder", "set"]), &["cannot be used with"]);
    folder.misused(&one(&["--resume"]), &["cannot be used with"]);
    folder.misused(&one(&["--channel", "x"]), &["--channel", "0-15"]);
    folder.misused(&many(&["--position", "1,1"]), &["cannot be used with"]);
}

#[test]
fn a_picture_smaller_than_a_layer_needs_is_refused() {
    let folder = Folder::new();
    small_picture(&folder.path(""), "small.png", 9, 8, 1);
    let args = ["small.png", "--layer", "pool2", "--size", "8"];
    folder.done(&with_defaults("deconv", ONE, &args));
    let args = ["small.png", "--net", "tiny", "--layer", "relu2_1"];
    folder.done(&with_defaults(
        "deconv",
        ONE,
        &[&args[..], &["-o", "y.png"]].concat(),
    ));
    small_picture(&folder.path(""), "thin.png", 300, 8, 1);
    let thin = ["thin.png", "--size", "32", "--layer", "relu2_2"];
    folder.refused(
        1,
        &with_defaults("deconv", ONE, &[&thin[..], &["-o", "z.png"]].concat()),
        &["relu2_2 needs", "32x1"],
    );
}

#[test]
fn means_are_said() {
    let folder = with_set();
    let args = many(&["--set", "pooling=average", "--out", "mean", "--json"]);
    let done = folder.run(&args).assert().success();
    let said = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert!(said.contains("takes means on the way to relu2_2"), "{said}");
    assert_eq!(
        result(&done.get_output().stdout)["means"],
        serde_json::json!(["relu2_2"])
    );
    let page = String::from_utf8(folder.read("mean/index.html")).unwrap();
    assert!(page.contains("takes means"));
}

#[test]
fn settings_can_be_fed_back() {
    let folder = Folder::new();
    let print = |flags: &[&str]| {
        let args = plain(&[&["deconv", "--print-config"], flags].concat());
        let done = folder.run(&args).assert().success();
        String::from_utf8(done.get_output().stdout.clone()).unwrap()
    };
    let printed = print(&["--rule", "guided", "--size", "48", "--set", "batch=3"]);
    for line in ["rule = \"guided\"", "size = 48", "batch = 3", "top = 9"] {
        assert!(printed.contains(line), "{printed}");
    }
    folder.write("run.toml", &printed);
    assert_eq!(print(&["--config", "run.toml"]), printed);
}

/// A set as the examples of the help name it.
fn example_files(folder: &Folder, dir: &Path) {
    small_picture(dir, "photo.jpg", 48, 40, 1);
    std::fs::create_dir(folder.path("photos")).unwrap();
    for seed in 0..3 {
        small_picture(&folder.path("photos"), &format!("{seed}.png"), 48, 40, seed);
    }
}

#[test]
fn every_example_of_the_help_runs() {
    let folder = Folder::new();
    example_files(&folder, &folder.path(""));
    let done = folder.run(&plain(&["deconv", "--help"])).assert().success();
    let help = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let examples = help
        .lines()
        .filter_map(|line| line.strip_prefix("  reverie "));
    let mut count = 0;
    for example in examples {
        // The networks need files, and the built-in one has other layers.
        let swap = |word: &str| {
            match word {
                "squeezenet" => "vgg-mini",
                "set.tar.gz" => "photos",
                "fire5" => "relu2_2",
                "fire3,fire5,fire9" => "relu1_1,relu2_1",
                word => word,
            }
            .to_owned()
        };
        folder.done(&example.split_whitespace().map(swap).collect::<Vec<_>>());
        count += 1;
    }
    assert!(count >= 5, "only {count} examples were found");
}
