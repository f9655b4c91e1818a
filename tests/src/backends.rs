//! The same input on every backend.

use burn::tensor::{Device, DeviceType};
use serde_json::Value;

use crate::common::{result, reverie, small_picture};

/// Bar for losses of two backends after a few steps.
const LOSSES: f64 = 1e-3;

/// A wgpu device, software adapters included; says why a test is skipped where there is none.
pub fn wgpu(test: &str) -> Option<Device> {
    let device = Device::enumerate(DeviceType::Wgpu)
        .into_vec()
        .into_iter()
        .next();
    if device.is_none() {
        println!("{test} is skipped: no graphics adapter, not even a software one, was found");
    }
    device
}

/// Runs a command on each backend and compares the losses with those of flex.
fn compare(test: &str, run: impl Fn(&str) -> Value, keys: &[&str]) {
    let reference = run("flex");
    let mut others = vec!["ndarray"];
    if wgpu(test).is_some() {
        others.push("wgpu");
    }
    for backend in others {
        let found = run(backend);
        assert_eq!(found["backend"], backend);
        for key in keys {
            let (a, b) = (
                found[key].as_f64().unwrap(),
                reference[key].as_f64().unwrap(),
            );
            let error = (a - b).abs() / b.abs();
            println!(
                "{test}: {key} on {backend} {a}, on flex {b}, relative difference {error:.1e}"
            );
            assert!(error <= LOSSES, "{key}: {a} on {backend}, {b} on flex");
        }
    }
}

#[test]
fn style_has_the_same_losses_on_every_backend() {
    let dir = tempfile::tempdir().unwrap();
    let content = small_picture(dir.path(), "content.png", 40, 32, 1);
    let style = small_picture(dir.path(), "style.png", 32, 32, 2);
    for optimizer in ["adam", "lbfgs"] {
        let run = |backend: &str| {
            let out = dir.path().join(format!("{backend}-{optimizer}.png"));
            let done = reverie()
                .args([
                    "style", "--net", "tiny", "--size", "32", "--steps", "5", "--seed", "1",
                ])
                .args(["--optimizer", optimizer, "--json", "--backend", backend])
                .args(["--set", "content_layers=[\"relu2_1\"]"])
                .arg("--content")
                .arg(&content)
                .arg("--style")
                .arg(&style)
                .arg("-o")
                .arg(&out)
                .assert()
                .success();
            result(&done.get_output().stdout)
        };
        compare("style", run, &["loss", "content_loss", "style_loss"]);
    }
}

#[test]
fn dreams_have_the_same_score_on_every_backend() {
    let dir = tempfile::tempdir().unwrap();
    let picture = small_picture(dir.path(), "picture.png", 40, 32, 1);
    let run = |backend: &str| {
        let out = dir.path().join(format!("{backend}.png"));
        let done = reverie()
            .args([
                "dream", "--net", "tiny", "--layer", "relu2_2", "--steps", "3",
            ])
            .args([
                "--octaves",
                "2",
                "--size",
                "32",
                "--preset",
                "lecture-dream",
                "--jitter",
                "4",
            ])
            .args(["--json", "--seed", "1", "--backend", backend])
            .arg(&picture)
            .arg("-o")
            .arg(&out)
            .assert()
            .success();
        result(&done.get_output().stdout)
    };
    compare("dream", run, &["score"]);
}

/// Flags of dreams, each with another goal or aid.
const DREAMS: [&[&str]; 6] = [
    &["--layer", "relu1_2,relu2_2:2", "--net", "tiny"],
    &["--layer", "relu2_2", "--channel", "0,2-3", "--net", "tiny"],
    &[
        "--layer",
        "relu2_2",
        "--guide",
        "guide.png",
        "--net",
        "tiny",
    ],
    &["--layer", "relu2_2", "--mask", "guide.png", "--net", "tiny"],
    &["--class", "goldfish"],
    &[
        "--layer", "relu2_2", "--zoom", "--turn", "2", "--frames", "2", "--net", "tiny",
    ],
];

#[test]
fn every_kind_of_dream_has_the_same_score_on_every_backend() {
    let dir = tempfile::tempdir().unwrap();
    small_picture(dir.path(), "picture.png", 40, 32, 1);
    small_picture(dir.path(), "guide.png", 40, 32, 2);
    for (number, flags) in DREAMS.iter().enumerate() {
        let run = |backend: &str| {
            let done = reverie()
                .current_dir(dir.path())
                .args([
                    "dream",
                    "picture.png",
                    "--steps",
                    "2",
                    "--octaves",
                    "2",
                    "--size",
                    "32",
                ])
                .args(["--json", "--seed", "1", "--backend", backend])
                .args(*flags)
                .args(["-o", &format!("{backend}-{number}.png")])
                .assert()
                .success();
            result(&done.get_output().stdout)
        };
        compare(&format!("dream {flags:?}"), run, &["score"]);
    }
}

/// Flags of pictures from noise, likewise.
const FROM_NOISE: [&[&str]; 8] = [
    &["--channel", "1"],
    &["--channel", "1", "--neuron"],
    &["--direction", "0:1,2:-0.5"],
    &[
        "--canvas",
        "fourier",
        "--set",
        "optimizer=adam",
        "--rate",
        "0.05",
    ],
    &[
        "--canvas",
        "pyramid",
        "--set",
        "optimizer=adam",
        "--rate",
        "0.05",
    ],
    &[
        "--set",
        "pad=4",
        "--set",
        "rotate=10",
        "--set",
        "rescale=0.1",
        "--set",
        "crop=2",
    ],
    &[
        "--set",
        "norm_clip=30",
        "--set",
        "contribution_clip=20",
        "--set",
        "energy=0.1",
    ],
    &["--variants", "2", "--set", "diversity=1"],
];

#[test]
fn every_kind_of_picture_from_noise_has_the_same_score_on_every_backend() {
    let dir = tempfile::tempdir().unwrap();
    let net: &[&str] = &["--net", "tiny", "--layer", "conv2_2"];
    let of_class: &[&str] = &["--class", "goldfish"];
    let cases = FROM_NOISE.iter().map(|flags| (net, *flags));
    for (number, (net, flags)) in cases.chain([(of_class, &[][..])]).enumerate() {
        let run = |backend: &str| {
            let done = reverie()
                .current_dir(dir.path())
                .args(["imagine", "--steps", "3", "--octaves", "1", "--size", "32"])
                .args(["--json", "--seed", "1", "--backend", backend])
                .args(net)
                .args(flags)
                .args(["-o", &format!("{backend}-{number}.png")])
                .assert()
                .success();
            result(&done.get_output().stdout)
        };
        compare(&format!("imagine {flags:?}"), run, &["loss"]);
    }
}

#[test]
fn the_deconvolutional_network_says_the_same_on_every_backend() {
    let dir = tempfile::tempdir().unwrap();
    let set = dir.path().join("set");
    std::fs::create_dir(&set).unwrap();
    for seed in 0..12 {
        small_picture(&set, &format!("{seed:02}.png"), 24, 24, seed);
    }
    for rule in ["deconvnet", "guided", "gradient"] {
        let run = |backend: &str| {
            let done = reverie()
                .current_dir(dir.path())
                .args(["deconv", "--folder", "set", "--net", "tiny", "--layers"])
                .args(["relu1_1,relu2_2", "--size", "24", "--rule", rule])
                .args(["--json", "--backend", backend])
                .args(["--out", &format!("{backend}-{rule}")])
                .assert()
                .success();
            result(&done.get_output().stdout)
        };
        compare(&format!("deconv {rule}"), run, &["activation", "norm"]);
    }
}

#[test]
fn what_layers_make_of_a_picture_is_the_same_on_every_backend() {
    let dir = tempfile::tempdir().unwrap();
    small_picture(dir.path(), "picture.png", 32, 24, 1);
    let looks: [(&[&str], &[&str]); 4] = [
        (
            &["filters", "picture.png", "--layer", "conv2_2"],
            &["strength"],
        ),
        (&["filters"], &["strength"]),
        (
            // A line search turns on the last bit, and takes another turn.
            &[
                "invert",
                "picture.png",
                "--steps",
                "2",
                "--optimizer",
                "adam",
                "--rate",
                "0.02",
            ],
            &["loss", "feature_error", "picture_error"],
        ),
        (
            &[
                "invert",
                "picture.png",
                "--steps",
                "2",
                "--preset",
                "mahendran",
                "--optimizer",
                "adam",
                "--rate",
                "0.02",
            ],
            &["loss", "feature_error", "picture_error"],
        ),
    ];
    for (number, (args, keys)) in looks.iter().enumerate() {
        let run = |backend: &str| {
            let done = reverie()
                .current_dir(dir.path())
                .args(*args)
                .args(["--net", "tiny", "--json", "--backend", backend])
                .args(["-o", &format!("{backend}-{number}.png")])
                .assert()
                .success();
            result(&done.get_output().stdout)
        };
        compare(&format!("{args:?}"), run, keys);
    }
}

#[test]
fn the_self_test_passes_on_every_backend() {
    let mut backends = vec!["flex", "ndarray"];
    if wgpu("the_self_test_passes_on_every_backend").is_some() {
        backends.push("wgpu");
    }
    for backend in backends {
        let done = reverie()
            .args(["devices", "--check", "--json", "--backend", backend])
            .assert()
            .success();
        let result = result(&done.get_output().stdout);
        assert_eq!(result["right"], true, "{backend}: {result}");
        assert_eq!(result["operations"].as_array().unwrap().len(), 8);
    }
}

#[test]
fn devices_says_what_auto_takes_and_why() {
    let done = reverie().args(["devices", "--json"]).assert().success();
    let result = result(&done.get_output().stdout);
    assert!(!result["auto"]["reason"].as_str().unwrap().is_empty());
    let physical = result["devices"]
        .as_array()
        .unwrap()
        .iter()
        .any(|d| d["physical"] == true);
    let expected = if physical { "wgpu" } else { "flex" };
    assert_eq!(result["auto"]["backend"], expected);
}
