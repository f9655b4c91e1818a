//! Results that cannot be written, or would replace a file: refused before any work is done.

use std::time::{Duration, Instant};

use super::{Folder, Maker, dream, imagine, plain, style};

/// The three commands that write a picture.
const MAKERS: [Maker; 3] = [style, dream, imagine];

#[test]
fn a_file_that_exists_is_replaced_only_when_forced() {
    let folder = Folder::new();
    for make in MAKERS {
        folder.refused(
            1,
            &make(&["-o", "c.png"]),
            &["c.png exists already", "--force"],
        );
    }
    let before = folder.read("c.png");
    folder.done(&style(&["-o", "c.png", "--force"]));
    assert!(folder.read("c.png") != before, "--force replaces the file");
}

#[test]
fn a_sheet_that_exists_is_replaced_only_when_forced() {
    let folder = Folder::new();
    folder.write("x-sheet.png", "somebody's");
    for make in [style, dream] {
        folder.refused(
            1,
            &make(&["--sheet"]),
            &["x-sheet.png exists already", "--force"],
        );
    }
    folder.done(&style(&["--sheet", "--force"]));
    assert!(
        folder.read("x-sheet.png").starts_with(b"\x89PNG"),
        "--force replaces the sheet"
    );
}

#[test]
fn a_folder_that_does_not_exist_is_named() {
    let folder = Folder::new();
    for make in MAKERS {
        folder.refused(
            1,
            &make(&["-o", "nowhere/x.png"]),
            &["nowhere", "does not exist"],
        );
    }
    let under_a_file = style(&["-o", "a.png/x.png"]);
    folder.refused(1, &under_a_file, &["a.png"]);
}

#[test]
fn an_extension_that_cannot_be_written_is_refused_with_those_that_can() {
    let folder = Folder::new();
    for make in MAKERS {
        for name in ["x.bmp", "x.gif", "x.txt", "x", ".png", "x."] {
            folder.refused(
                2,
                &make(&["-o", name]),
                &[name, "png, jpg, jpeg, webp, tif, tiff"],
            );
        }
    }
}

// Where the administrator may write anywhere, the kernel's own folder still refuses.
#[cfg(target_os = "linux")]
#[test]
fn a_folder_that_cannot_be_written_to_is_refused() {
    let folder = Folder::new();
    for make in MAKERS {
        let out = "/proc/reverie-test.png";
        folder.refused(1, &make(&["-o", out]), &[out, "cannot be written"]);
    }
}

#[cfg(unix)]
#[test]
fn a_folder_without_the_right_to_write_is_refused() {
    use std::fs::Permissions;
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let locked = folder.path("locked");
    std::fs::create_dir(&locked).unwrap();
    std::fs::set_permissions(&locked, Permissions::from_mode(0o555)).unwrap();
    if std::fs::write(locked.join("probe"), "").is_ok() {
        println!("skipped: this user may write into every folder");
        return;
    }
    let facts = &["locked/x.png cannot be written", "permissions"];
    for make in MAKERS {
        folder.refused(1, &make(&["-o", "locked/x.png"]), facts);
    }
}

#[test]
fn a_dry_run_writes_nothing() {
    let folder = Folder::new();
    let before = folder.listing();
    for make in MAKERS {
        folder.done(&make(&["--dry-run"]));
        let mut with_extras = make(&["--dry-run"]);
        if with_extras[0] != "imagine" {
            with_extras.push("--sheet".to_owned());
        }
        folder.done(&with_extras);
    }
    assert!(
        folder.listing() == before,
        "a dry run left something behind"
    );
}

#[test]
fn the_tour_looks_at_its_folder_before_it_works() {
    /// Far less than a section takes.
    const AT_ONCE: Duration = Duration::from_secs(3);
    let folder = Folder::new();
    let begun = Instant::now();
    let args = plain(&[
        "tour",
        "--only",
        "dream",
        "--backend",
        "flex",
        "--out",
        "a.png",
    ]);
    folder.refused(1, &args, &["a.png"]);
    let taken = begun.elapsed();
    assert!(
        taken < AT_ONCE,
        "the tour worked for {taken:?} before it looked at its folder"
    );
}
