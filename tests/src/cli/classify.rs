//! Networks that tell pictures apart: trained on stripes, so that it takes a second.

use reverie_viz::picture::{Picture, SaveOptions, save};
use serde_json::Value;

use super::{Folder, plain};

/// Pictures of 20x16: stripes along or across, of any colour.
fn stripes(folder: &Folder, name: &str, is_along: bool, seed: u32) {
    let path = folder.path(name);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let shift = seed % 4;
    let colour = [
        0.4 + 0.06 * (seed % 10) as f32,
        0.9 - 0.05 * (seed % 7) as f32,
        0.5,
    ];
    let picture = Picture::from_fn(20, 16, |x, y| {
        let place = if is_along { y } else { x };
        match (place + shift) % 4 < 2 {
            true => colour,
            false => [0.1, 0.05, 0.0],
        }
    });
    save(&picture, None, &path, &SaveOptions::default()).unwrap();
}

/// Two classes of 40 pictures.
fn with_pictures() -> Folder {
    let folder = Folder::new();
    for number in 0..40 {
        stripes(&folder, &format!("set/along/{number:02}.png"), true, number);
        stripes(
            &folder,
            &format!("set/across/{number:02}.png"),
            false,
            number + 3,
        );
    }
    folder
}

fn train(args: &[&str]) -> Vec<String> {
    let small = [
        "classify",
        "train",
        "--data",
        "set",
        "--backend",
        "flex",
        "--seed",
        "1",
        "--set",
        "stages=[[8], [16]]",
        "--set",
        "side=16",
        "--set",
        "batch=12",
    ];
    plain(&[&small, args].concat())
}

fn json(bytes: &[u8]) -> Value {
    let text = std::str::from_utf8(bytes).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

#[test]
fn stripes_are_told_apart_by_a_network_that_is_read_back() {
    let folder = with_pictures();
    folder.write(
        "names.txt",
        "along stripes that lie, lying\nacross stripes that stand\n",
    );
    folder.done(&train(&[
        "--names",
        "names.txt",
        "--epochs",
        "8",
        "-o",
        "net",
    ]));
    let report: Value = serde_json::from_slice(&folder.read("net/report.json")).unwrap();
    assert_eq!(
        report["pictures"], 8,
        "a tenth of both classes is kept back"
    );
    assert_eq!(report["top_1"], 1.0, "{report}");
    assert_eq!(report["classes"][0]["class"], "stripes that stand");
    let table = String::from_utf8(folder.read("net/classes.md")).unwrap();
    assert!(table.contains("| stripes that lie "), "{table}");

    let eval = plain(&[
        "classify",
        "eval",
        "--data",
        "set",
        "--names",
        "names.txt",
        "--weights",
        "net/network.safetensors",
        "--backend",
        "flex",
        "--json",
    ]);
    let done = folder.run(&eval).output().unwrap();
    assert!(
        done.status.success(),
        "{}",
        String::from_utf8_lossy(&done.stderr)
    );
    let found = json(&done.stdout);
    assert_eq!(found["pictures"], 80);
    assert!(found["top_1"].as_f64().unwrap() > 0.95, "{found}");
}

/// Bytes of the network, of the checkpoint and of the report; pictures grow from pass to pass.
#[test]
fn stopped_and_resumed_is_unbroken() {
    let folder = with_pictures();
    let anew = |out: &[&str]| train(&[&["--epochs", "3", "--set", "first_side=8"], out].concat());
    folder.done(&anew(&["-o", "whole"]));
    // One update, then the time is up.
    folder.done(&anew(&["-o", "parts", "--time-budget", "0.000001"]));
    assert!(!folder.path("parts/network.safetensors").exists());
    folder.done(&train(&["-o", "parts", "--resume", "--time-budget", "0.2"]));
    folder.done(&train(&["-o", "parts", "--resume"]));
    for file in [
        "checkpoint.safetensors",
        "network.safetensors",
        "report.json",
    ] {
        let [whole, parts] = ["whole", "parts"].map(|dir| folder.read(&format!("{dir}/{file}")));
        assert!(whole == parts, "{file} is another one");
    }
}

#[test]
fn damaged_pictures_are_skipped_and_named_up_to_a_limit() {
    let folder = with_pictures();
    folder.write("set/along/03.png", b"no picture");
    folder.write("set/across/04.png", b"");
    let done = folder
        .run(&train(&["--epochs", "1", "-o", "net"]))
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(done.status.success(), "{said}");
    for name in ["along/03.png", "across/04.png"] {
        assert!(said.contains(name), "{name} is not named: {said}");
    }
    folder.refused(
        1,
        &train(&["--max-damaged", "0", "--epochs", "1", "-o", "other"]),
        &["cannot be read", "--max-damaged"],
    );
}

#[test]
fn what_cannot_be_learnt_from_is_refused() {
    let folder = with_pictures();
    std::fs::create_dir_all(folder.path("empty")).unwrap();
    std::fs::create_dir_all(folder.path("one/only")).unwrap();
    std::fs::copy(folder.path("a.png"), folder.path("one/only/a.png")).unwrap();
    std::fs::copy(folder.path("b.png"), folder.path("one/only/b.png")).unwrap();
    std::fs::create_dir_all(folder.path("words/a")).unwrap();
    folder.write("words/a/a.txt", "words");
    folder.write("cut.tar.gz", b"no archive");
    folder.write("names.txt", "along\n");
    let of = |data: &'static str| {
        plain(&[
            "classify",
            "train",
            "--backend",
            "flex",
            "--data",
            data,
            "-o",
            "net",
        ])
    };
    folder.all_refused(
        1,
        &[
            (of("nowhere"), &["nowhere"]),
            (of("empty"), &["empty", "no pictures"]),
            (of("words"), &["words", "no pictures"]),
            (of("one"), &["one class only", "only"]),
            (of("cut.tar.gz"), &["cut.tar.gz", "tar.gz"]),
            (
                train(&["--names", "names.txt", "-o", "net"]),
                &["names.txt", "line 1"],
            ),
            (
                train(&["--resume", "-o", "net"]),
                &["nothing to resume", "net"],
            ),
        ],
    );
    folder.all_refused(
        2,
        &[
            (
                train(&["--set", "side=1", "-o", "net"]),
                &["side is 1", "at least 2"],
            ),
            (
                train(&["--set", "batch=500", "-o", "net"]),
                &["batch is 500", "at most 72"],
            ),
            (train(&["--set", "rate=0", "-o", "net"]), &["rate is 0"]),
            (
                train(&["--set", "first_side=1", "-o", "net"]),
                &["first_side is 1", "at least 2"],
            ),
            (
                train(&["--max-damaged", "101", "-o", "net"]),
                &["--max-damaged is 101"],
            ),
            (
                train(&["--set", "epoch=2", "-o", "net"]),
                &["did you mean epochs?"],
            ),
        ],
    );
    folder.refused(4, &of("tiny-imagenet50"), &["tiny_imagenet50_train.tar.gz"]);
}

#[test]
fn a_network_without_classes_measures_nothing() {
    let folder = with_pictures();
    let eval = plain(&[
        "classify",
        "eval",
        "--data",
        "set",
        "--net",
        "tiny",
        "--backend",
        "flex",
    ]);
    folder.refused(1, &eval, &["tiny", "no classifier"]);
}

#[test]
fn other_pictures_are_not_gone_on_with() {
    let folder = with_pictures();
    folder.done(&train(&[
        "--epochs",
        "2",
        "-o",
        "net",
        "--time-budget",
        "0.000001",
    ]));
    std::fs::remove_file(folder.path("set/along/07.png")).unwrap();
    let refused = folder.refused(1, &train(&["-o", "net", "--resume"]), &["--force"]);
    assert!(
        refused.contains("71 now") || refused.contains("72 now"),
        "{refused}"
    );
}
