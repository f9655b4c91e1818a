//! A disk that fills up: one sentence, exit code 1, and no half-written file.
//!
//! The disk is a small one in memory, which only the administrator may mount; elsewhere the test
//! says why it is skipped.
#![cfg(target_os = "linux")]
// A skipped test says why.
#![allow(clippy::print_stdout)]

use std::path::PathBuf;
use std::process::Command;

use super::{Folder, imagine, style};

/// More than the disk holds: noise at 16 bits does not compress.
const LARGE: &[&str] = &["--size", "160", "--bits", "16", "-o", "disk/x.png"];

/// A disk of 64 kB, unmounted when dropped.
struct Disk(PathBuf);

impl Disk {
    /// Mounts it as `disk`, or says why not.
    fn mount(folder: &Folder) -> Option<Self> {
        let path = folder.path("disk");
        std::fs::create_dir(&path).unwrap();
        let mount = Command::new("mount")
            .args(["-t", "tmpfs", "-o", "size=64k", "tmpfs"])
            .arg(&path)
            .output();
        match mount {
            Ok(done) if done.status.success() => Some(Self(path)),
            Ok(done) => {
                let reason = String::from_utf8_lossy(&done.stderr).trim().to_owned();
                println!("skipped: a small disk cannot be mounted here: {reason}");
                None
            }
            Err(error) => {
                println!("skipped: there is no mount command: {error}");
                None
            }
        }
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let done = Command::new("umount").arg(&self.0).status();
        if !done.is_ok_and(|status| status.success()) {
            println!("{} is still mounted", self.0.display());
        }
    }
}

#[test]
fn a_result_that_does_not_fit_the_disk_leaves_nothing_behind() {
    let folder = Folder::new();
    let Some(_disk) = Disk::mount(&folder) else {
        return;
    };
    let facts = &["the disk is full", "disk/x.png", "free some space"];
    folder.refused(1, &style(&[LARGE, &["--init", "noise"]].concat()), facts);
    folder.refused(1, &imagine(LARGE), facts);
}

#[test]
fn a_checkpoint_that_does_not_fit_the_disk_does_not_cost_the_picture() {
    let folder = Folder::new();
    let Some(_disk) = Disk::mount(&folder) else {
        return;
    };
    // The picture takes a few kB, and what L-BFGS remembers some hundreds.
    let args = style(&[
        "--size",
        "64",
        "--steps",
        "20",
        "--stop-after",
        "10",
        "-o",
        "disk/x.png",
    ]);
    let done = folder.run(&args).arg("--quiet").output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    assert_eq!(super::sentence_faults(&said), [""; 0], "{said}");
    assert!(
        said.contains("the disk is full") && said.contains("disk/x.png.resume"),
        "{said}"
    );
    let left: Vec<_> = std::fs::read_dir(folder.path("disk")).unwrap().collect();
    let left: Vec<_> = left
        .into_iter()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["x.png"], "the picture so far, and nothing else");
}
