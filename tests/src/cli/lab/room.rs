//! Sizes that no machine has the memory for.

use super::super::Folder;
use super::lab;
use crate::common::lab::book;

#[test]
fn what_does_not_fit_is_refused_before_it_begins() {
    let folder = Folder::new();
    book(&folder.path(""));
    let cases: [&[&str]; 10] = [
        &["esn", "--task", "narma10", "--horizon", "1000000000000000"],
        &["esn", "--starts", "18446744073709551615"],
        &["universal", "--horizon", "100000000000000"],
        &["universal", "--set", "paths=100000000000000"],
        &["memory", "--steps", "500", "--hidden", "512"],
        &[
            "variance",
            "--width",
            "4096",
            "--depth",
            "1000",
            "--set",
            "batch=10000",
        ],
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
            "ntm",
            "--task",
            "repeat-copy",
            "--longest",
            "1000",
            "--rows",
            "4096",
            "--no-lstm",
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
