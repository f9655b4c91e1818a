//! Networks that hear: trained on tones instead of digits, so that it takes a second.

use serde_json::Value;

use super::{Folder, plain};

/// A WAV file of 16 bits with a tone of so many Hz.
fn tone(hertz: f64, samples: usize) -> Vec<u8> {
    wav(samples, 1, 8_000, |n| {
        (hertz * std::f64::consts::TAU * n as f64 / 8e3).sin()
    })
}

fn wav(samples: usize, channels: u16, rate: u32, at: impl Fn(usize) -> f64) -> Vec<u8> {
    let data: Vec<u8> = (0..samples * usize::from(channels))
        .flat_map(|n| ((at(n / usize::from(channels)) * 9_000.0) as i16).to_le_bytes())
        .collect();
    let mut bytes = b"RIFF".to_vec();
    bytes.extend((36 + data.len() as u32).to_le_bytes());
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    bytes.extend(channels.to_le_bytes());
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * u32::from(channels) * 2).to_le_bytes());
    bytes.extend((channels * 2).to_le_bytes());
    bytes.extend(b"\x10\0data");
    bytes.extend((data.len() as u32).to_le_bytes());
    bytes.extend(data);
    bytes
}

/// Ten tones by two speakers, eight times each.
fn with_recordings() -> Folder {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("sounds")).unwrap();
    for digit in 0..10 {
        for (number, speaker) in ["ann", "bob"].iter().enumerate() {
            for index in 0..8 {
                let hertz = 200.0 + 340.0 * f64::from(digit) + 10.0 * number as f64;
                let bytes = tone(hertz, 900 + 40 * index);
                folder.write(&format!("sounds/{digit}_{speaker}_{index}.wav"), bytes);
            }
        }
    }
    folder
}

fn digits(args: &[&str]) -> Vec<String> {
    let always = [
        "speech",
        "digits",
        "--recordings",
        "sounds",
        "--hidden",
        "12",
        "--layers",
        "1",
        "--backend",
        "flex",
        "--seed",
        "1",
    ];
    plain(&[&always, args].concat())
}

fn compare(args: &[&str]) -> Vec<String> {
    let always = [
        "speech",
        "compare",
        "--recordings",
        "sounds",
        "--backend",
        "flex",
        "--updates",
        "2",
    ];
    plain(&[&always, args].concat())
}

#[test]
fn tones_are_told_apart_and_heard_again() {
    let folder = with_recordings();
    let done = folder
        .run(&digits(&[
            "--epochs",
            "30",
            "--json",
            "-o",
            "net.safetensors",
        ]))
        .output()
        .unwrap();
    assert!(done.status.success());
    let text = String::from_utf8(done.stdout).unwrap();
    let result: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    let accuracy = result["test_accuracy"].as_f64().unwrap();
    assert!(accuracy > 0.8, "{result}");
    folder.write("seven.wav", tone(200.0 + 340.0 * 7.0, 1000));
    let hear = plain(&[
        "speech",
        "hear",
        "--model",
        "net.safetensors",
        "--backend",
        "flex",
        "seven.wav",
    ]);
    let done = folder.run(&hear).output().unwrap();
    let said = String::from_utf8(done.stdout).unwrap();
    assert!(said.starts_with("seven.wav: 7 ("), "{said}");
}

#[test]
fn recordings_that_are_no_good_are_skipped_or_refused() {
    let folder = with_recordings();
    folder.write("sounds/3_ann_0.wav", wav(900, 2, 8_000, |_| 0.1));
    let said = folder
        .run(&digits(&["--epochs", "1", "-o", "net.safetensors"]))
        .output()
        .unwrap();
    let said_text = String::from_utf8(said.stderr).unwrap();
    assert!(
        said.status.success() && said_text.contains("3_ann_0.wav"),
        "{said_text}"
    );
    folder.refused(
        1,
        &digits(&["-o", "net.safetensors"]),
        &["exists already", "--force"],
    );
    std::fs::create_dir(folder.path("empty")).unwrap();
    let with = |path: &str| {
        plain(&[
            "speech",
            "digits",
            "--recordings",
            path,
            "--backend",
            "flex",
            "-o",
            "x.safetensors",
        ])
    };
    folder.refused(1, &with("empty"), &["empty"]);
    folder.refused(1, &with("nowhere"), &["nowhere"]);
    folder.write("fast.wav", wav(900, 1, 44_100, |_| 0.1));
    let hear = [
        "speech",
        "hear",
        "--model",
        "net.safetensors",
        "--backend",
        "flex",
        "fast.wav",
    ];
    folder.refused(1, &plain(&hear), &["fast.wav", "44100", "8000"]);
    let config = digits(&["--set", "dropout=1", "-o", "x.safetensors"]);
    folder.refused(2, &config, &["dropout is 1"]);
}

#[test]
fn a_comparison_on_sound_goes_on_and_does_not_depend_on_workers() {
    let folder = with_recordings();
    let tasks = ["--tasks", "a", "--seeds", "1"];
    folder.done(&compare(
        &[&tasks[..], &["--workers", "1", "-o", "one"]].concat(),
    ));
    folder.done(&compare(
        &[&tasks[..], &["--workers", "3", "-o", "three"]].concat(),
    ));
    let results = |study: &str| -> Vec<Value> {
        let text = folder.read(&format!("{study}/results.json"));
        let mut runs: Vec<Value> = serde_json::from_slice(&text).unwrap();
        runs.iter_mut().for_each(|run| run["seconds"] = Value::Null);
        runs
    };
    assert_eq!(results("one"), results("three"));
    let params: Vec<u64> = results("one")
        .iter()
        .map(|run| run["params_recurrent"].as_u64().unwrap())
        .collect();
    assert_eq!(params, [168_400, 168_888, 169_065]);
    let before = folder.read("one/results.json");
    folder.done(&compare(&[&tasks[..], &["--resume", "-o", "one"]].concat()));
    assert!(
        before == folder.read("one/results.json"),
        "a run was made again"
    );
    let again = compare(&[&tasks[..], &["-o", "one"]].concat());
    folder.refused(1, &again, &["one holds a study already"]);
    folder.refused(2, &compare(&["--tasks", "c", "-o", "x"]), &["no task c"]);
}
