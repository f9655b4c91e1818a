//! What all tests need: the program, small pictures, and where the fixtures are.

pub mod lab;

use std::path::{Path, PathBuf};

use assert_cmd::Command;
use reverie_viz::picture::{Picture, SaveOptions, save};
use serde_json::Value;

/// The program, with no settings from outside.
pub fn reverie() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_reverie-under-test"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("REVERIE_") {
            command.env_remove(name);
        }
    }
    command
}

/// A folder of fixtures.
pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("fixtures")
        .join(name)
}

/// A fixture in JSON.
pub fn fixture_json(name: &str) -> Value {
    let text = std::fs::read_to_string(fixture(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// The real data, where the environment names it; otherwise says why the test is skipped.
pub fn data_dir(test: &str) -> Option<PathBuf> {
    let dir = std::env::var_os("REVERIE_DATA").map(PathBuf::from);
    if dir.is_none() {
        println!("{test} is skipped: REVERIE_DATA names no folder with the real data");
    }
    dir
}

/// Writes a small coloured picture that is different for every seed.
pub fn small_picture(dir: &Path, name: &str, width: u32, height: u32, seed: u32) -> PathBuf {
    let s = seed as f32;
    let picture = Picture::from_fn(width, height, |x, y| {
        let (x, y) = (x as f32, y as f32);
        [
            0.5 + 0.4 * (0.31 * x + s).sin(),
            0.5 + 0.4 * (0.23 * y - s).cos(),
            0.5 + 0.4 * (0.17 * (x + y) + 2.0 * s).sin(),
        ]
    });
    let path = dir.join(name);
    save(&picture, None, &path, &SaveOptions::default()).unwrap();
    path
}

/// The last line of stdout as JSON: the result.
pub fn result(stdout: &[u8]) -> Value {
    let text = std::str::from_utf8(stdout).unwrap();
    let last = text
        .lines()
        .last()
        .unwrap_or_else(|| panic!("nothing on stdout"));
    serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {last}"))
}

/// Numbers of a JSON array.
pub fn floats(value: &Value) -> Vec<f64> {
    let items = value
        .as_array()
        .unwrap_or_else(|| panic!("an array, not {value}"));
    items.iter().map(|item| item.as_f64().unwrap()).collect()
}

/// Largest difference relative to the largest expected value.
pub fn relative_error(found: &[f64], expected: &[f64]) -> f64 {
    assert_eq!(found.len(), expected.len(), "as many values");
    let scale = expected
        .iter()
        .fold(f64::MIN_POSITIVE, |max, v| max.max(v.abs()));
    let differences = found
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs() / scale);
    differences.fold(0.0, |max, d| {
        if d.is_nan() {
            f64::INFINITY
        } else {
            max.max(d)
        }
    })
}
