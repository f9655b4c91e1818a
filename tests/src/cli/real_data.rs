//! The real files, where the environment names a folder that has them.

use crate::common::{data_dir, result, reverie};

#[test]
fn the_known_weights_are_the_right_ones() {
    let Some(dir) = data_dir("the_known_weights_are_the_right_ones") else {
        return;
    };
    let done = reverie()
        .args(["weights", "verify", "vgg16-hed", "--json", "--data-dir"])
        .arg(&dir)
        .assert()
        .success();
    assert_eq!(result(&done.get_output().stdout)["right"], true);
}

#[test]
fn a_photograph_is_stylised_with_trained_weights_on_flex() {
    let Some(dir) = data_dir("a_photograph_is_stylised_with_trained_weights_on_flex") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let picture = out.path().join("made.png");
    let done = reverie()
        .args([
            "style",
            "--net",
            "vgg16-hed",
            "--backend",
            "flex",
            "--size",
            "96",
        ])
        .args(["--steps", "5", "--seed", "1", "--json", "--content"])
        .arg(dir.join("images/tubingen.jpg"))
        .arg("--style")
        .arg(dir.join("images/starry_night_google.jpg"))
        .arg("--data-dir")
        .arg(&dir)
        .arg("-o")
        .arg(&picture)
        .assert()
        .success();
    let result = result(&done.get_output().stdout);
    println!("{result}");
    // From the content alone the style loss begins above 9.
    assert!(result["loss"].as_f64().unwrap() < 6.0, "{result}");
    assert!(picture.exists());
}
