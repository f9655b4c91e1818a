//! Ctrl-C in the middle of a run.
#![cfg(unix)]

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, ChildStdout, Command, Stdio};

use super::{Folder, dream, plain, style};
use crate::common::{result, reverie};

/// More lines than a pipe holds: while nobody reads, the run waits in the middle.
const LONG: &[&str] = &["--size", "64", "--steps", "1200", "--json"];

/// Starts the program and waits for its first step. It is held up as soon as the pipe is full, so
/// that it cannot be done before the signal comes.
pub(super) fn started(folder: &Folder, args: &[String]) -> (Child, BufReader<ChildStdout>, String) {
    started_at(folder, args, "\"step\"")
}

/// The same for a run whose first sign of life is another line.
pub(super) fn started_at(
    folder: &Folder,
    args: &[String],
    sign: &str,
) -> (Child, BufReader<ChildStdout>, String) {
    let mut child = Command::new(reverie().get_program())
        .args(args)
        .current_dir(folder.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while !line.contains(sign) {
        line.clear();
        assert!(
            stdout.read_line(&mut line).unwrap() > 0,
            "the run ended before its first step"
        );
    }
    (child, stdout, line)
}

/// Sends a signal, reads the rest, and answers with the exit code and the last event.
pub(super) fn stop(
    signal: &str,
    (mut child, mut stdout, _): (Child, BufReader<ChildStdout>, String),
) -> (Option<i32>, serde_json::Value) {
    let sent = Command::new("kill")
        .arg(signal)
        .arg(child.id().to_string())
        .status()
        .unwrap();
    assert!(sent.success(), "the signal was sent");
    let mut rest = Vec::new();
    stdout.read_to_end(&mut rest).unwrap();
    (child.wait().unwrap().code(), result(&rest))
}

#[test]
fn an_interrupted_transfer_saves_and_resumes_to_the_same_bytes() {
    let folder = Folder::new();
    for signal in ["-INT", "-TERM"] {
        let args = style(&[LONG, &["-o", "broken.png", "--force"]].concat());
        let (code, event) = stop(signal, started(&folder, &args));
        assert_eq!(code, Some(130), "{signal}");
        assert_eq!(event["event"], "result");
        assert_eq!(event["interrupted"], true);
        let steps = event["steps"].as_u64().unwrap();
        assert!((1..1200).contains(&steps), "stopped after {steps}");
        image::open(folder.path("broken.png")).unwrap();
        assert!(
            folder.path("broken.png.resume").exists(),
            "a checkpoint is left"
        );
    }
    folder.done(&style(&[LONG, &["-o", "broken.png", "--resume"]].concat()));
    folder.done(&style(&[LONG, &["-o", "whole.png"]].concat()));
    assert!(
        !folder.path("broken.png.resume").exists(),
        "nothing is left to go on with"
    );
    assert!(
        folder.read("broken.png") == folder.read("whole.png"),
        "both runs end alike"
    );
}

#[test]
fn an_interrupted_dream_is_saved() {
    let folder = Folder::new();
    let args = dream(&["--steps", "3000", "--json"]);
    let (code, event) = stop("-INT", started(&folder, &args));
    assert_eq!(code, Some(130));
    assert_eq!(event["interrupted"], true);
    image::open(folder.path("x.png")).unwrap();
}

#[test]
fn a_budget_of_time_stops_a_transfer_that_goes_on_and_it_can_go_on_again() {
    let folder = Folder::new();
    let long = &["--size", "64", "--steps", "100000", "--optimizer", "adam"];
    let first = style(&[&long[..], &["--stop-after", "1"]].concat());
    folder.run(&first).assert().code(130);
    let timed = ["--resume", "--json", "--time-budget", "0.3"];
    let args = style(&[&long[..], &timed].concat());
    let done = folder.run(&args).assert().success();
    assert_eq!(result(&done.get_output().stdout)["interrupted"], true);
    let left: Vec<_> = ["x.png", "x.png.resume"]
        .map(|name| folder.path(name).exists())
        .into();
    assert_eq!(left, [true, true], "the picture and its checkpoint");
    let recipe = folder
        .run(&plain(&["inspect", "x.png", "--json"]))
        .assert()
        .success();
    assert_eq!(result(&recipe.get_output().stdout)["command"], "style");
}
