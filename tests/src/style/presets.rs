//! Every preset runs, on a small picture and for a few steps.

use super::Studio;
use crate::common::{result, reverie, small_picture};

#[test]
fn every_style_preset_lowers_its_loss() {
    let studio = Studio::new();
    for preset in ["reverie", "lecture-style", "gatys", "johnson", "crowson"] {
        let out = studio.path(&format!("{preset}.png"));
        let run = [
            "--preset",
            preset,
            "--size",
            "32",
            "--set",
            "start_size=32",
            "--steps",
            "6",
        ];
        let done = studio
            .transfer(&studio.style_args(), &out, &run)
            .assert()
            .success();
        let stdout = String::from_utf8(done.get_output().stdout.clone()).unwrap();
        let losses: Vec<f64> = stdout
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|event| event["event"] == "step")
            .map(|event| event["loss"].as_f64().unwrap())
            .collect();
        assert_eq!(losses.len(), 6, "{preset}: a line a step");
        let lowest = losses.iter().copied().fold(f64::INFINITY, f64::min);
        assert!(lowest < losses[0], "{preset}: {losses:?}");
        let result = result(&done.get_output().stdout);
        for key in [
            "output",
            "steps",
            "loss",
            "content_loss",
            "style_loss",
            "seconds",
            "backend",
        ] {
            assert!(!result[key].is_null(), "{preset}: no {key} in {result}");
        }
        assert_eq!(result["steps"], 6);
    }
}

#[test]
fn every_dream_preset_raises_the_activity() {
    let dir = tempfile::tempdir().unwrap();
    let picture = small_picture(dir.path(), "picture.png", 40, 32, 1);
    for preset in ["deepdream", "lecture-dream"] {
        let out = dir.path().join(format!("{preset}.png"));
        let done = reverie()
            .args([
                "dream", "--net", "tiny", "--layer", "relu2_2", "--preset", preset, "--json",
            ])
            .args([
                "--backend",
                "flex",
                "--octaves",
                "2",
                "--steps",
                "4",
                "--jitter",
                "0",
            ])
            .arg(&picture)
            .arg("-o")
            .arg(&out)
            .assert()
            .success();
        let stdout = String::from_utf8(done.get_output().stdout.clone()).unwrap();
        let scores: Vec<f64> = stdout
            .lines()
            .map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap())
            .filter(|event| event["event"] == "step")
            .map(|event| event["score"].as_f64().unwrap())
            .collect();
        assert_eq!(scores.len(), 8);
        assert!(
            scores[3] > scores[0] && scores[7] > scores[4],
            "{preset}: {scores:?}"
        );
    }
}

#[test]
fn colours_are_kept_when_asked_for() {
    let studio = Studio::new();
    let run = |colour: &'static str| {
        let run = [
            "--size",
            "32",
            "--steps",
            "3",
            "--colour",
            colour,
            "--no-metadata",
        ];
        studio.bytes(&studio.style_args(), &format!("{colour}.png"), &run)
    };
    let all = ["free", "chroma", "linear", "histogram"].map(run);
    for (i, one) in all.iter().enumerate() {
        for other in &all[i + 1..] {
            assert!(one != other, "two colour settings made the same picture");
        }
    }
}
