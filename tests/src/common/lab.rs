//! The experiments of `reverie lab`, each so small that it ends in a moment.

use std::path::Path;

/// Every experiment with flags that make it tiny.
pub const TINY: [(&str, &[&str]); 12] = [
    (
        "hopfield",
        &["--units", "20", "--seeds", "1", "--set", "tries=1"],
    ),
    (
        "gradients",
        &[
            "--hidden",
            "4",
            "--steps",
            "5",
            "--seeds",
            "1",
            "--updates",
            "2",
            "--set",
            "learn.hidden=4",
            "--set",
            "learn.steps=5",
        ],
    ),
    (
        "memory",
        &[
            "--hidden",
            "4",
            "--steps",
            "5",
            "--updates",
            "2",
            "--seeds",
            "1",
        ],
    ),
    (
        "variance",
        &[
            "--width", "8", "--depth", "2", "--steps", "2", "--draws", "2",
        ],
    ),
    (
        "universal",
        &[
            "--units",
            "2",
            "--networks",
            "1",
            "--updates",
            "2",
            "--horizon",
            "5",
            "--set",
            "paths=4",
        ],
    ),
    (
        "esn",
        &[
            "--units",
            "30",
            "--density",
            "0.2",
            "--train",
            "200",
            "--washout",
            "50",
            "--horizon",
            "20",
            "--starts",
            "2",
            "--networks",
            "1",
        ],
    ),
    (
        "ode",
        &[
            "--fits",
            "1",
            "--updates",
            "2",
            "--set",
            "training.polish=1",
        ],
    ),
    (
        "elman",
        &["--hidden", "3", "--updates", "2", "--seeds", "1"],
    ),
    ("architectures", &["--updates", "2"]),
    (
        "adding",
        &[
            "--lengths",
            "4",
            "--hidden",
            "3",
            "--updates",
            "2",
            "--seeds",
            "1",
        ],
    ),
    (
        "layernorm",
        &[
            "--text",
            "book.txt",
            "--hidden",
            "4",
            "--layers",
            "1",
            "--updates",
            "2",
            "--seeds",
            "1",
        ],
    ),
    (
        "ntm",
        &[
            "--longest",
            "3",
            "--rows",
            "8",
            "--width",
            "4",
            "--hidden",
            "4",
            "--sequences",
            "4",
            "--seeds",
            "1",
            "--lstm-hidden",
            "4",
            "--set",
            "machine.tests=4",
        ],
    ),
];

/// The flags that make an experiment tiny.
pub fn tiny(experiment: &str) -> &'static [&'static str] {
    let found = TINY.iter().find(|(name, _)| *name == experiment);
    found
        .unwrap_or_else(|| panic!("no experiment {experiment}"))
        .1
}

/// Writes the text that the tiny `layernorm` reads: a few words, and long enough to be cut into rows.
pub fn book(folder: &Path) {
    let text = "the quick brown fox jumps over the lazy dog, and the dog does not mind.\n";
    std::fs::write(folder.join("book.txt"), text.repeat(600)).unwrap();
}
