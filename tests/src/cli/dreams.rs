//! Dreams and pictures from noise: films, masks, guides, classes, several networks.

use std::path::Path;

use assert_cmd::Command;
use image::AnimationDecoder;

use super::interrupt::started_at;
use super::{Folder, dream, imagine, plain};
use crate::common::{data_dir, result, reverie, small_picture};

/// A film of few small frames on `a.png`.
fn film(args: &[&str]) -> Vec<String> {
    dream(&[&["--zoom", "--octaves", "1"], args].concat())
}

/// The bytes of the frames of a film, in order.
pub(super) fn frames(folder: &Folder, name: &str, count: usize) -> Vec<Vec<u8>> {
    let frame = |number| folder.read(&format!("{name}/frame-{number:05}.png"));
    (1..=count).map(frame).collect()
}

/// How many frames a GIF has.
fn gif_frames(folder: &Folder, name: &str) -> usize {
    let bytes = folder.read(name);
    let decoder = image::codecs::gif::GifDecoder::new(std::io::Cursor::new(bytes)).unwrap();
    decoder.into_frames().collect_frames().unwrap().len()
}

/// The colours of a picture.
pub(super) fn pixels(folder: &Folder, name: &str) -> image::RgbImage {
    image::open(folder.path(name)).unwrap().to_rgb8()
}

#[test]
fn a_film_is_its_frames_and_files_that_move() {
    let folder = Folder::new();
    folder.done(&film(&["--frames", "3", "-o", "one.gif"]));
    assert_eq!(gif_frames(&folder, "one.gif"), 3);
    folder.done(&film(&["--frames", "3", "-o", "all"]));
    assert_eq!(gif_frames(&folder, "all/dream.gif"), 3);
    assert_eq!(
        frames(&folder, "one-frames", 3),
        frames(&folder, "all/frames", 3)
    );
    let moving = folder.read("all/dream.png");
    let chunk = |name: &[u8]| moving.windows(4).filter(|bytes| *bytes == name).count();
    assert_eq!((chunk(b"acTL"), chunk(b"fcTL")), (1, 3));
    // The first frame is the dream without a film.
    let still = &["--octaves", "1", "--preset", "zoom", "-o", "still.png"];
    folder.done(&dream(still));
    assert_eq!(
        pixels(&folder, "still.png"),
        pixels(&folder, "one-frames/frame-00001.png")
    );
}

#[test]
fn a_film_that_is_gone_on_with_is_the_one_that_never_stopped() {
    let folder = Folder::new();
    let moved = &["--turn", "2", "--shift", "1,-1"];
    folder.done(&film(
        &[&["--frames", "5", "-o", "whole.gif"], &moved[..]].concat(),
    ));
    folder.done(&film(
        &[&["--frames", "2", "-o", "part.gif"], &moved[..]].concat(),
    ));
    // A frame that was cut off in the middle counts as missing.
    let second = folder.read("part-frames/frame-00002.png");
    folder.write("part-frames/frame-00002.png", &second[..second.len() / 2]);
    let on = &["--frames", "5", "--resume", "-o", "part.gif"];
    folder.done(&film(&[&on[..], &moved[..]].concat()));
    assert_eq!(
        frames(&folder, "part-frames", 5),
        frames(&folder, "whole-frames", 5)
    );
    assert_eq!(folder.read("part.gif"), folder.read("whole.gif"));
    // What is whole is only made into films anew.
    folder.done(&film(&[&on[..], &moved[..]].concat()));
    assert_eq!(folder.read("part.gif"), folder.read("whole.gif"));
}

#[test]
#[cfg(unix)]
fn a_killed_film_is_gone_on_with_to_the_same_bytes() {
    let folder = Folder::new();
    for signal in ["-INT", "-KILL"] {
        let args = film(&["--frames", "4000", "--json", "-o", "long.gif", "--force"]);
        let (mut child, stdout, _) = started_at(&folder, &args, "\"frame\"");
        let sent = std::process::Command::new("kill")
            .args([signal, &child.id().to_string()])
            .status();
        assert!(sent.unwrap().success(), "the signal was sent");
        drop(stdout);
        let code = child.wait().unwrap().code();
        assert_eq!(code, (signal == "-INT").then_some(130), "{signal}");
        assert!(!folder.path("long.gif").exists(), "{signal}");
        let count = (1..4000)
            .find(|number| {
                !folder
                    .path(&format!("long-frames/frame-{number:05}.png"))
                    .exists()
            })
            .unwrap();
        let count = count + 2;
        let n = count.to_string();
        folder.done(&film(&["--frames", &n, "--resume", "-o", "long.gif"]));
        folder.done(&film(&["--frames", &n, "-o", "whole.gif", "--force"]));
        assert_eq!(
            folder.read("long.gif"),
            folder.read("whole.gif"),
            "{signal}"
        );
        std::fs::remove_file(folder.path("long.gif")).unwrap();
    }
}

#[test]
fn a_film_that_cannot_be_made_or_gone_on_with_is_refused() {
    let folder = Folder::new();
    folder.done(&film(&["--frames", "2", "-o", "made.gif"]));
    std::fs::remove_file(folder.path("made.gif")).unwrap();
    small_picture(&folder.path(""), "other.png", 20, 20, 1);
    std::fs::create_dir(folder.path("video")).unwrap();
    small_picture(&folder.path("video"), "1.png", 32, 24, 1);
    small_picture(&folder.path("video"), "2.png", 24, 24, 1);
    std::fs::create_dir(folder.path("empty")).unwrap();
    let on = |source: &str, args: &[&str]| -> Vec<String> {
        let words = dream(args).into_iter();
        words
            .map(|word| {
                if word == "a.png" {
                    source.to_owned()
                } else {
                    word
                }
            })
            .collect()
    };
    folder.all_refused(
        1,
        &[
            (
                film(&["--frames", "2", "-o", "made.gif"]),
                &["made-frames holds frames already", "--resume", "--force"],
            ),
            (
                film(&["--frames", "2", "-o", "made.gif", "--dry-run"]),
                &["made-frames holds frames already", "--resume", "--force"],
            ),
            (
                film(&["--frames", "2", "--resume", "--seed", "9", "-o", "made.gif"]),
                &["other settings", "seed was 1, is 9"],
            ),
            (
                film(&["--frames", "2", "--resume", "-o", "new.gif"]),
                &["nothing to resume", "new-frames"],
            ),
            (on("empty", &["-o", "x.gif"]), &["empty", "picture"]),
        ],
    );
    folder.all_refused(
        2,
        &[
            (
                film(&["-o", "x.jpg"]),
                &["x.jpg", ".gif, .png, .apng or .mp4"],
            ),
            (
                dream(&["--zoom=3", "-o", "x.gif"]),
                &["--zoom is 3", "between 0.5 and 2"],
            ),
            (
                film(&["--blend", "0.5", "-o", "x.gif"]),
                &["--blend", "folder"],
            ),
            (
                on("video", &["--zoom", "-o", "x.gif"]),
                &["--zoom", "by themselves"],
            ),
        ],
    );
    // The first frame of the video is fine, so it is made before the second is looked at.
    let args = on("video", &["-o", "x.gif"]);
    let done = folder.run(&args).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert!(
        said.contains("2.png has 24x24 pixels") && said.contains("32x24"),
        "{said}"
    );
    assert!(!folder.path("x.gif").exists());
}

#[test]
fn frames_of_a_video_are_dreamt_on_one_by_one() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("video")).unwrap();
    for (name, seed) in [("10.png", 3), ("9.png", 2), ("1.png", 1)] {
        small_picture(&folder.path("video"), name, 32, 24, seed);
    }
    let args = |blend: &str, out: &str| -> Vec<String> {
        let words = dream(&["--blend", blend, "--octaves", "1", "-o", out]).into_iter();
        words
            .map(|word| {
                if word == "a.png" {
                    "video".to_owned()
                } else {
                    word
                }
            })
            .collect()
    };
    folder.done(&args("0", "plain"));
    folder.done(&args("0.5", "soft"));
    let (plain_frames, soft) = (
        frames(&folder, "plain/frames", 3),
        frames(&folder, "soft/frames", 3),
    );
    assert_eq!(plain_frames[0].len(), soft[0].len());
    assert_ne!(plain_frames[1], soft[1]);
    // Frames stand in the order of their numbers: the last is like 10.png.
    let distance = |name: &str| {
        let last = pixels(&folder, "plain/frames/frame-00003.png");
        let own = pixels(&folder, name);
        last.iter()
            .zip(own.iter())
            .map(|(a, b)| u64::from(a.abs_diff(*b)))
            .sum::<u64>()
    };
    assert!(distance("video/10.png") < distance("video/9.png"));
}

#[test]
#[cfg(unix)]
fn mp4_needs_ffmpeg_and_says_so() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let tools = tempfile::tempdir().unwrap();
    let with_path = |args: &[String]| -> Command {
        let mut command = folder.run(args);
        command.env("PATH", tools.path());
        command
    };
    let args = film(&["--frames", "2", "-o", "x.mp4", "--quiet"]);
    folder.refused_by(
        with_path(&args),
        1,
        &["x.mp4", "ffmpeg", "not installed", ".gif"],
    );
    // What stands in for it keeps the bytes of the frames.
    let script =
        "#!/bin/sh\nfor last; do :; done\n[ \"$1\" = -version ] && exit 0\n/bin/cat > \"$last\"\n";
    let tool = tools.path().join("ffmpeg");
    std::fs::write(&tool, script).unwrap();
    std::fs::set_permissions(&tool, std::fs::Permissions::from_mode(0o755)).unwrap();
    with_path(&args).assert().success();
    assert_eq!(folder.read("x.mp4").len(), 2 * 32 * 24 * 3);
}

#[test]
fn masked_pixels_stay_as_they_are() {
    let folder = Folder::new();
    let half =
        image::GrayImage::from_fn(32, 24, |x, _| image::Luma([if x < 16 { 0 } else { 255 }]));
    half.save(folder.path("mask.png")).unwrap();
    folder.done(&dream(&[
        "--mask",
        "mask.png",
        "--octaves",
        "2",
        "-o",
        "x.png",
    ]));
    let (before, after) = (pixels(&folder, "a.png"), pixels(&folder, "x.png"));
    let mut changed = 0;
    for (x, y, pixel) in after.enumerate_pixels() {
        match x < 16 {
            true => assert_eq!(pixel, before.get_pixel(x, y), "{x} {y}"),
            false => changed += usize::from(pixel != before.get_pixel(x, y)),
        }
    }
    assert!(changed > 100, "only {changed} pixels were dreamt on");
    // One of another shape is stretched, and that is said.
    image::GrayImage::new(10, 10)
        .save(folder.path("small.png"))
        .unwrap();
    let done = folder
        .run(&dream(&["--mask", "small.png", "-o", "y.png"]))
        .output()
        .unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert!(
        said.contains("small.png has 10x10 pixels and the picture 32x24"),
        "{said}"
    );
    assert_eq!(
        pixels(&folder, "y.png"),
        before,
        "a black mask lets nothing through"
    );
}

#[test]
fn goals_can_be_layers_channels_a_guide_or_a_class() {
    let folder = Folder::new();
    let cases: &[&[&str]] = &[
        &["--layer", "relu1_1,relu2_1:2"],
        &["--channel", "0,2-3"],
        &["--guide", "c.png"],
        &["--net", "vgg-mini", "--class", "goldfish"],
    ];
    let mut seen = Vec::new();
    for (number, case) in cases.iter().enumerate() {
        let out = format!("{number}.png");
        let mut args = [*case, &["-o", &out, "--octaves", "1"]].concat();
        if case.contains(&"--class") {
            let words = dream(&args).into_iter();
            let words: Vec<String> = words.collect();
            let layer = words.iter().position(|word| word == "--layer").unwrap();
            let words = [&words[..layer], &words[layer + 2..]].concat();
            folder.done(&words);
        } else {
            args.push("--json");
            folder.done(&dream(&args));
        }
        seen.push(folder.read(&out));
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), cases.len(), "every goal makes another picture");
}

#[test]
fn pictures_from_noise_can_be_of_neurons_directions_variants_and_several_networks() {
    let folder = Folder::new();
    let sizes = |name: &str| image::image_dimensions(folder.path(name)).unwrap();
    let cases: &[(&str, &[&str])] = &[
        ("neuron.png", &["--neuron", "--channel", "1"]),
        ("place.png", &["--neuron=3,2", "--channel", "1"]),
        ("way.png", &["--direction", "0:1,2:-0.5"]),
        ("spectrum.png", &["--canvas", "fourier", "--octaves", "1"]),
        ("pyramid.png", &["--canvas", "pyramid", "--octaves", "1"]),
        (
            "adam.png",
            &["--set", "optimizer=adam", "--set", "smoothness=0.5"],
        ),
        (
            "views.png",
            &[
                "--set",
                "pad=4",
                "--set",
                "rotate=10",
                "--set",
                "rescale=0.1",
            ],
        ),
        (
            "clipped.png",
            &["--set", "norm_clip=30", "--set", "contribution_clip=20"],
        ),
    ];
    let mut seen = Vec::new();
    for (out, case) in cases {
        folder.done(&imagine(&[case, &["-o", out][..]].concat()));
        assert_eq!(sizes(out), (32, 32), "{out}");
        seen.push(pixels(&folder, out).into_raw());
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), cases.len());
    let apart = &[
        "--variants",
        "3",
        "--set",
        "diversity=1",
        "--octaves",
        "1",
        "-o",
        "three.png",
    ];
    folder.done(&imagine(apart));
    assert_eq!(sizes("three.png").0, 12 + 3 * (32 + 12));
    folder.done(&imagine(&["--net", "tiny,vgg-mini", "-o", "two.png"]));
    assert_eq!(sizes("two.png").0, 12 + 2 * (32 + 12));
}

#[test]
fn what_networks_do_not_have_is_refused() {
    let folder = Folder::new();
    let of_class = |net: &str, class: &str| {
        plain(&[
            "imagine",
            "--net",
            net,
            "--class",
            class,
            "--backend",
            "flex",
            "-o",
            "x.png",
        ])
    };
    let two = &["--net", "tiny,vgg-mini", "--weights", "w.safetensors"];
    folder.all_refused(
        2,
        &[
            (
                of_class("vgg-mini", "goldfihs"),
                &["goldfihs", "did you mean goldfish?"],
            ),
            (of_class("vgg-mini", "an"), &["an fits", "say which"]),
            (
                imagine(&["--channel", "1,99"]),
                &["channels 0 to", "no channel 99"],
            ),
            (imagine(&["--direction", "0:1,99:1"]), &["no channel 99"]),
            (imagine(&["--neuron=99,0"]), &["99"]),
            (imagine(&["--layer", "relu1_1,relu2_1"]), &["one layer"]),
            (imagine(&["--canvas", "oil"]), &["canvas", "oil"]),
            (
                imagine(&["--canvas", "fourier", "--octaves", "3"]),
                &["octaves is 3"],
            ),
            (imagine(two), &["--weights is of one network"]),
            (dream(&["--layer", "relu2_1:x"]), &["relu2_1:x", "weight"]),
            (
                dream(&["--set", "canvas=fourier", "--octaves", "1"]),
                &["canvas pixels"],
            ),
        ],
    );
    folder.all_refused(
        1,
        &[
            (of_class("tiny", "goldfish"), &["tiny has no classifier"]),
            (
                of_class("vgg-mini,tiny", "goldfish"),
                &["tiny has no classifier"],
            ),
            (
                plain(&[
                    "imagine", "--class", "goldfish", "--judge", "tiny", "-o", "x.png",
                ]),
                &["tiny has no classifier", "judge"],
            ),
            (dream(&["--guide", "none.png"]), &["none.png"]),
            (dream(&["--mask", "none.png"]), &["none.png"]),
        ],
    );
    let guide = &[
        "--net", "vgg-mini", "--layer", "relu4_2", "--guide", "thin.png",
    ];
    image::RgbImage::new(64, 8)
        .save(folder.path("thin.png"))
        .unwrap();
    folder.refused(
        1,
        &dream(&[&guide[..], &["--size", "32"]].concat()),
        &["relu4_2", "32x4"],
    );
}

/// One line of result of the program with the real files.
fn with_data(dir: &Path, args: &[&str]) -> serde_json::Value {
    let done = reverie()
        .args(args)
        .args(["--json", "--backend", "flex", "--seed", "1", "--data-dir"])
        .arg(dir)
        .assert()
        .success();
    result(&done.get_output().stdout)
}

#[test]
fn the_networks_of_imagenet_dream_and_know_classes() {
    let Some(dir) = data_dir("the_networks_of_imagenet_dream_and_know_classes") else {
        return;
    };
    let out = tempfile::tempdir().unwrap();
    let path = |name: &str| out.path().join(name).display().to_string();
    for name in ["squeezenet", "inception-trunk"] {
        let done = reverie()
            .args(["weights", "verify", name, "--json", "--data-dir"])
            .arg(&dir)
            .assert()
            .success();
        assert_eq!(result(&done.get_output().stdout)["right"], true);
    }
    let fish = path("fish.png");
    let done = reverie()
        .args([
            "imagine",
            "--net",
            "squeezenet",
            "--class",
            "dalmatian",
            "--json",
        ])
        .args(["--backend", "flex", "--seed", "1", "--data-dir"])
        .arg(&dir)
        .args(["-o", &fish])
        .assert()
        .success();
    let stdout = String::from_utf8(done.get_output().stdout.clone()).unwrap();
    let line = stdout
        .lines()
        .find(|line| line.contains("\"channel\""))
        .unwrap();
    let event: serde_json::Value = serde_json::from_str(line).unwrap();
    assert_eq!(event["class"], "dalmatian");
    assert!(event["probability"].as_f64().unwrap() > 0.9, "{event}");
    let sky = dir
        .join("images/deepdream_sky1024px.jpg")
        .display()
        .to_string();
    let activity = |steps: &str| {
        let out = path(&format!("sky-{steps}.png"));
        let args = [
            "dream",
            &sky,
            "--net",
            "inception-trunk",
            "--size",
            "128",
            "--octaves",
            "1",
            "--steps",
            steps,
            "-o",
            &out,
        ];
        with_data(&dir, &args)["score"].as_f64().unwrap()
    };
    let (first, last) = (activity("1"), activity("15"));
    assert!(last > 1.5 * first, "{first} only rose to {last}");
}
