//! Films that cannot be made, or not be gone on with.

use reverie_viz::picture::{Flow, save_flow};

use super::{film, flow_path, moving, walk};
use crate::cli::{Folder, style};
use crate::common::small_picture;

/// Runs what must fail in the middle, and answers with the sentence.
fn failed(folder: &Folder, args: &[String]) -> String {
    let done = folder.run(args).output().unwrap();
    let said = String::from_utf8(done.stderr).unwrap();
    assert_eq!(done.status.code(), Some(1), "{said}");
    said
}

#[test]
fn a_film_that_cannot_be_made_is_refused() {
    let folder = walk();
    folder.done(&moving(&["-o", "made"]));
    std::fs::create_dir(folder.path("empty")).unwrap();
    std::fs::write(folder.path("file"), "of another kind").unwrap();
    std::fs::create_dir(folder.path("one-flow")).unwrap();
    std::fs::copy(flow_path(&folder, 2, ""), folder.path("one-flow/2.flo")).unwrap();
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["--flow", "one-flow"],
            &[
                "3.png has no movement",
                "3.flo does not exist",
                "leave --flow out",
            ],
        ),
        (
            &["--flow", "nowhere"],
            &["2.png has no movement", "2.flo does not exist"],
        ),
        (&["--frames", "empty"], &["empty", "picture"]),
        (&["--frames", "nowhere"], &["nowhere"]),
        (&["-o", "file"], &["file is a file", "a folder"]),
        (
            &["--flow", "flow", "-o", "made"],
            &["made holds frames already", "--resume", "--force"],
        ),
        (
            &["--flow", "flow", "-o", "made", "--dry-run"],
            &["made holds frames already", "--resume", "--force"],
        ),
        (
            &["--flow", "flow", "-o", "made", "--resume", "--seed", "9"],
            &["other settings", "seed was 1, is 9"],
        ),
        (
            &[
                "--flow",
                "flow",
                "-o",
                "made",
                "--resume",
                "--strength",
                "2",
            ],
            &["strength was 1.0, is 2.0"],
        ),
        (
            &[
                "--flow", "flow", "-o", "made", "--resume", "--style", "c.png",
            ],
            &["b.png", "c.png"],
        ),
        (&["-o", "made", "--resume"], &["other settings", "flow"]),
        (&["-o", "new", "--resume"], &["nothing to resume", "new"]),
    ];
    let cases: Vec<_> = cases
        .iter()
        .map(|(args, facts)| (film(args), *facts))
        .collect();
    folder.all_refused(1, &cases);
    let cases: &[(&[&str], &[&str])] = &[
        (
            &["-o", "walk"],
            &["walk holds the frames themselves", "another folder"],
        ),
        (&["-o", "flow/../walk"], &["holds the frames themselves"]),
        (&["--sheet"], &["--sheet is for one picture", "--frames"]),
        (&["--measure"], &["--measure is for one picture"]),
        (&["--stop-after", "1"], &["--stop-after is for one picture"]),
        (&["--save-every", "1"], &["--save-every is for one picture"]),
    ];
    let cases: Vec<_> = cases
        .iter()
        .map(|(args, facts)| (film(args), *facts))
        .collect();
    folder.all_refused(2, &cases);
    folder.misused(&film(&["--content", "a.png"]), &["--content", "--frames"]);
    folder.refused(2, &style(&["--flow", "flow"]), &["add --frames DIR"]);
    folder.done(&moving(&["-o", "made", "--force"]));
}

#[test]
fn frames_and_movements_of_another_size_are_named_with_both_sizes() {
    let folder = walk();
    small_picture(&folder.path("walk"), "4.png", 24, 24, 1);
    let said = failed(&folder, &film(&[]));
    let facts = ["4.png has 24x24 pixels", "the first one 32x24"];
    assert!(facts.iter().all(|fact| said.contains(fact)), "{said}");
    std::fs::remove_file(folder.path("walk/4.png")).unwrap();
    let small = Flow::from_fn(16, 12, |_, _| [0.0, 0.0]);
    for direction in ["-forward", ""] {
        save_flow(&small, &flow_path(&folder, 3, direction), true).unwrap();
        let said = failed(&folder, &moving(&["--force"]));
        let name = format!("3{direction}.flo is for frames of 16x12 pixels, and these have 32x24");
        assert!(said.contains(&name), "{said}");
    }
    folder.write("flow/3.flo", b"no flow at all");
    assert!(failed(&folder, &moving(&["--force"])).contains("3.flo"));
}
