//! Pictures carry how they were made, and that is enough to make them again.

use reverie_viz::picture::{Limits, load};

use super::Studio;
use crate::common::{result, reverie};

#[test]
fn a_picture_is_made_again_from_its_own_recipe() {
    let studio = Studio::new();
    let run = ["--size", "32", "--steps", "3", "--strength", "2.5"];
    let first = studio.bytes(&studio.style_args(), "made.png", &run);
    let again = studio.path("again.png");
    reverie()
        .args(["style", "--backend", "flex", "--rerun"])
        .arg(studio.path("made.png"))
        .arg("-o")
        .arg(&again)
        .assert()
        .success();
    assert!(first == std::fs::read(again).unwrap(), "the rerun differs");
}

#[test]
fn inspect_tells_the_settings_and_no_folders() {
    let studio = Studio::new();
    studio.bytes(
        &studio.style_args(),
        "made.png",
        &["--size", "32", "--steps", "2"],
    );
    let made = studio.path("made.png");
    let done = reverie()
        .args(["inspect", "--json"])
        .arg(&made)
        .assert()
        .success();
    let recipe = result(&done.get_output().stdout);
    assert_eq!(recipe["sources"][0]["file"], "content.png");
    assert_eq!(recipe["settings"]["size"], 32);
    let text = recipe.to_string();
    let folder = studio.dir.path().display().to_string();
    assert!(
        !text.contains(&folder),
        "the recipe tells where pictures are kept"
    );
    let done = reverie().arg("inspect").arg(&made).assert().success();
    let text = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    assert!(text.contains("settings.size: 32"), "{text}");
}

#[test]
fn no_metadata_means_none() {
    let studio = Studio::new();
    let run = ["--size", "32", "--steps", "1", "--no-metadata"];
    studio.bytes(&studio.style_args(), "bare.png", &run);
    let done = reverie()
        .arg("inspect")
        .arg(studio.path("bare.png"))
        .assert()
        .code(1);
    let text = String::from_utf8(done.get_output().stderr.clone()).unwrap();
    assert!(text.contains("carries no recipe"), "{text}");
}

#[test]
fn every_picture_format_is_written_and_read_back() {
    let studio = Studio::new();
    for name in ["out.png", "out.jpg", "out.webp", "out.tif"] {
        studio.bytes(
            &studio.style_args(),
            name,
            &["--size", "32", "--steps", "1", "--sheet"],
        );
        let back = load(&studio.path(name), &Limits::default())
            .unwrap()
            .picture;
        assert_eq!((back.width(), back.height()), (32, 26), "{name}");
        let sheet = studio.path(&name.replace("out", "out-sheet"));
        assert!(
            load(&sheet, &Limits::default()).is_ok(),
            "{name} has a sheet"
        );
    }
}

#[test]
fn snapshots_are_saved_on_the_way() {
    let studio = Studio::new();
    studio.bytes(
        &studio.style_args(),
        "out.png",
        &["--size", "32", "--steps", "6", "--save-every", "2"],
    );
    for step in ["000002", "000004", "000006"] {
        assert!(studio.path(&format!("out-{step}.png")).exists(), "{step}");
    }
}
