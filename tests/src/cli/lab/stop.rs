//! Ctrl-C and the end of the time in the middle of an experiment.

use super::super::Folder;
use super::{events, lab, page};
use crate::common::lab::{TINY, book};

#[cfg(unix)]
#[test]
fn ctrl_c_keeps_what_is_measured() {
    use super::super::interrupt::{started_at, stop};

    let folder = Folder::new();
    book(&folder.path(""));
    for (name, _) in TINY {
        let mut args = lab(&[name, "--json", "-o", "x.html", "--force"]);
        // Networks are drawn and taught in one go; smaller ones take less time.
        let more: &[&str] = match name {
            "esn" => &["--task", "narma10", "--networks", "100"],
            "layernorm" => &["--text", "book.txt"],
            "variance" => &["--width", "64", "--draws", "1000"],
            _ => &[],
        };
        args.extend(more.iter().map(|word| (*word).to_owned()));
        let (code, event) = stop("-INT", started_at(&folder, &args, "\"plan\""));
        assert_eq!(code, Some(130), "{name}");
        assert_eq!(event["event"], "result", "{name}");
        assert_eq!(event["interrupted"], true, "{name}");
        assert!(page(&folder, "x.html").contains("Stopped early"), "{name}");
    }
}

#[test]
fn the_end_of_the_time_keeps_what_is_measured() {
    let folder = Folder::new();
    book(&folder.path(""));
    for (name, flags) in TINY {
        let args = [&[name], flags, &["--time-budget", "0.000001"]].concat();
        let told = events(&folder, &args);
        assert_eq!(told.last().unwrap()["interrupted"], true, "{name}");
    }
}
