//! Sizes that no machine has the memory for.

use super::super::Folder;
use super::lab;
use crate::common::lab::book;

#[test]
fn what_does_not_fit_is_refused_before_it_begins() {
    let folder = Folder::new();
    book(&folder.path(""));
    let cases: [&[&str]; 4] = [
        &["memory", "--steps", "500", "--hidden", "512"],
        &[
            "adding",
            "--lengths",
            "10000",
            "--hidden",
            "4096",
            "--set",
            "batch=4096",
        ],
        &[
            "elman",
            "--steps",
            "10000",
            "--hidden",
            "4096",
            "--set",
            "batch=4096",
        ],
        &[
            "layernorm",
            "--text",
            "book.txt",
            "--hidden",
            "65536",
            "--layers",
            "9",
        ],
    ];
    for case in cases {
        let said = folder.refused(
            1,
            &lab(case),
            &[" of memory, and ", "are free", "use a smaller --"],
        );
        println!("{said}");
    }
}

#[test]
fn sizes_beyond_their_limits_are_refused_with_the_limit() {
    let folder = Folder::new();
    let cases: [(&[&str], &str); 6] = [
        (&["esn", "--units", "10000000"], "between 1 and 10000"),
        (
            &["esn", "--task", "narma10", "--horizon", "1000000000000000"],
            "between 1 and 100000",
        ),
        (
            &["universal", "--horizon", "100000000000000"],
            "between 1 and 10000",
        ),
        (
            &["universal", "--set", "paths=100000000000000"],
            "between 1 and 100000",
        ),
        (
            &["variance", "--width", "4096", "--depth", "1000"],
            "it must be smaller",
        ),
        (
            &[
                "ntm",
                "--longest",
                "1000",
                "--rows",
                "4096",
                "--task",
                "repeat-copy",
            ],
            "must fit in 1 GiB",
        ),
    ];
    for (case, limit) in cases {
        folder.refused(2, &lab(case), &[limit]);
    }
}
