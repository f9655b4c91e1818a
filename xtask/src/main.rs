//! Developer tasks.
//!
//! `cargo xtask check` runs what CI runs, `cargo xtask references --python PYTHON` makes the PyTorch
//! numbers anew. This package has no dependencies, so that running it does not build the framework
//! with another set of features.
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::process::{Command, ExitCode};
use std::time::Instant;

/// Name of a check, and the arguments of cargo for it.
type Check = (&'static str, &'static [&'static str]);

/// In this order: what fails fastest first.
const CHECKS: [Check; 4] = [
    ("formatting", &["fmt", "--all", "--check"]),
    ("tests", &["test", "--release", "--workspace"]),
    (
        "clippy",
        &[
            "clippy",
            "--release",
            "--workspace",
            "--all-targets",
            "--",
            "--deny",
            "warnings",
        ],
    ),
    (
        "documentation",
        &["doc", "--release", "--workspace", "--no-deps"],
    ),
];

/// Scripts that make references, in `tests/reference`.
const REFERENCES: [&str; 5] = [
    "objectives.py",
    "recurrent.py",
    "closed_form.py",
    "vgg_fixtures.py",
    "style_runs.py",
];

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let is_done = match words[..] {
        ["check"] => CHECKS.iter().all(check),
        ["references", "--python", python] => references(python),
        _ => {
            eprintln!("usage: cargo xtask check | cargo xtask references --python PYTHON");
            return ExitCode::from(2);
        }
    };
    if is_done {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn check((name, arguments): &Check) -> bool {
    let started = Instant::now();
    let mut command = Command::new("cargo");
    command
        .args(*arguments)
        .env("RUSTDOCFLAGS", "--deny warnings");
    let is_good = run(&mut command);
    println!(
        "{name}: {} in {:.0?}",
        if is_good { "good" } else { "FAILED" },
        started.elapsed()
    );
    is_good
}

fn references(python: &str) -> bool {
    REFERENCES.iter().all(|script| {
        println!("{script}");
        run(Command::new(python)
            .arg(script)
            .current_dir("tests/reference"))
    })
}

fn run(command: &mut Command) -> bool {
    match command.status() {
        Ok(status) => status.success(),
        Err(error) => {
            eprintln!("{command:?} could not be started: {error}");
            false
        }
    }
}
