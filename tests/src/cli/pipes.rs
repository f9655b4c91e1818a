//! Readers that go away: what was asked for is made all the same.
#![cfg(unix)]

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use super::{Folder, dream, plain, style};
use crate::common::reverie;

/// Long enough for the reader to be gone before the run is over.
const LONG: &[&str] = &["--size", "64", "--steps", "800", "--json"];

/// Runs with a reader of stdout that goes away after one line; the exit code.
fn after_one_line(folder: &Folder, args: &[String]) -> Option<i32> {
    let mut child = Command::new(reverie().get_program())
        .args(args)
        .current_dir(folder.path(""))
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    child.wait().unwrap().code()
}

/// Runs with one stream closed at once; the exit code.
fn without(stream: &str, folder: &Folder, args: &[String]) -> Option<i32> {
    let mut command = Command::new(reverie().get_program());
    command.args(args).current_dir(folder.path(""));
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    match stream {
        "stdout" => command.stdout(writer).stderr(Stdio::null()),
        _ => command.stderr(writer).stdout(Stdio::null()),
    };
    command.status().unwrap().code()
}

#[test]
fn a_reader_of_events_that_goes_away_does_not_cost_the_picture() {
    let folder = Folder::new();
    for (name, args) in [
        ("style.png", style(&[LONG, &["-o", "style.png"]].concat())),
        ("dream.png", dream(&[LONG, &["-o", "dream.png"]].concat())),
    ] {
        assert_eq!(after_one_line(&folder, &args), Some(0), "{name}");
        assert!(
            folder.path(name).exists(),
            "{name} is made although nobody listens"
        );
    }
}

#[test]
fn a_closed_stdout_is_no_error() {
    let folder = Folder::new();
    for args in [
        &["style", "--print-config"][..],
        &["devices"],
        &["weights", "list"],
        &["completions", "bash"],
        &["style", "--help"],
        &["--version"],
    ] {
        assert_eq!(
            without("stdout", &folder, &plain(args)),
            Some(0),
            "{args:?}"
        );
    }
}

#[test]
fn a_closed_stderr_does_not_cost_the_picture() {
    let folder = Folder::new();
    assert_eq!(without("stderr", &folder, &style(&[])), Some(0));
    assert!(
        folder.path("x.png").exists(),
        "the picture is made although nobody listens"
    );
    let absent = style(&["--content", "absent.png", "-o", "y.png"]);
    assert_eq!(without("stderr", &folder, &absent), Some(1));
}
