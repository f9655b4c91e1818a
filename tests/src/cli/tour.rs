//! The tour's page.

use serde_json::Value;

use super::{Folder, plain};

/// The quicker sections; the whole tour is run beside the tests.
const QUICK: [&str; 6] = ["dream", "film", "saliency", "deconv", "classify", "speech"];
/// Drawings that lie beside the page.
const DRAWINGS: [&str; 7] = [
    "landscape",
    "still-life",
    "portrait",
    "strokes",
    "mosaic",
    "waves",
    "planes",
];

#[test]
fn the_page_shows_the_sections_and_needs_nothing_else() {
    let folder = Folder::new();
    let mut args = plain(&["tour", "--backend", "flex", "--out", "page", "--json"]);
    for section in QUICK {
        args.extend(plain(&["--only", section]));
    }
    let done = folder.run(&args).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    for (section, name) in told["sections"].as_array().unwrap().iter().zip(QUICK) {
        assert_eq!(section["name"], name);
        assert_eq!(section["made"], true, "{section}");
    }
    let page = String::from_utf8(folder.read("page/index.html")).unwrap();
    for section in QUICK {
        assert!(page.contains(&format!("id=\"{section}\"")), "no {section}");
    }
    for word in [
        "reverie dream ",
        "reverie classify train ",
        "reverie speech digits ",
    ] {
        assert!(page.contains(word), "no command {word}");
    }
    // Pictures and sounds are in the page itself.
    let addresses = page.split("src=\"").skip(1);
    let outside: Vec<&str> = addresses
        .filter(|rest| !rest.starts_with("data:"))
        .collect();
    assert!(
        outside.is_empty(),
        "the page loads {} things",
        outside.len()
    );
    assert!(page.contains("data:audio/wav;base64,"));
    assert!(page.contains("data:image/gif;base64,") && folder.path("page/zoom.gif").exists());
    for drawing in DRAWINGS {
        assert!(
            folder.path(&format!("page/{drawing}.png")).exists(),
            "no {drawing}"
        );
    }
}
