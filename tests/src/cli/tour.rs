//! The tour's page.

use serde_json::Value;

use super::{Folder, plain};

/// The quicker sections; the whole tour is run beside the tests.
const QUICK: [&str; 6] = ["dream", "film", "saliency", "deconv", "classify", "speech"];
/// The experiments of the lab.
const LAB: [&str; 12] = [
    "gradients",
    "memory",
    "variance",
    "universal",
    "hopfield",
    "elman",
    "esn",
    "ntm",
    "adding",
    "layernorm",
    "ode",
    "architectures",
];
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

/// A page with these sections, each of which must be made.
fn page_with(folder: &Folder, sections: &[&str]) -> String {
    let mut args = plain(&["tour", "--backend", "flex", "--out", "page", "--json"]);
    for section in sections {
        args.extend(plain(&["--only", section]));
    }
    let done = folder.run(&args).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
    let told: Value = serde_json::from_slice(&done.stdout).unwrap();
    let made = told["sections"].as_array().unwrap();
    assert_eq!(made.len(), sections.len());
    for (section, name) in made.iter().zip(sections) {
        assert_eq!(section["name"], *name);
        assert_eq!(section["made"], true, "{name}: {said}");
    }
    let page = String::from_utf8(folder.read("page/index.html")).unwrap();
    for section in sections {
        assert!(page.contains(&format!("id=\"{section}\"")), "no {section}");
        assert!(
            page.contains(&format!("href=\"#{section}\"")),
            "no way to {section}"
        );
    }
    page
}

#[test]
fn the_experiments_of_the_lab_show_figures_beside_theory_and_charts() {
    let folder = Folder::new();
    let page = page_with(&folder, &LAB);
    let sections: Vec<&str> = page.split("<section ").skip(1).collect();
    assert_eq!(sections.len(), LAB.len());
    for (section, name) in sections.iter().zip(LAB) {
        for part in [
            "<th scope=\"col\">theory</th>",
            "<svg",
            "The whole experiment:",
        ] {
            assert!(section.contains(part), "{name} has no {part}");
        }
        assert!(section.contains(&format!("reverie lab {name} ")), "{name}");
    }
}

#[test]
fn the_help_names_every_section() {
    let folder = Folder::new();
    let help = folder.run(&plain(&["tour", "--help"])).output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let (_, named) = help.split_once("Sections:\n").unwrap();
    let named: Vec<&str> = named.split_whitespace().collect();
    let refusal = folder
        .run(&plain(&["tour", "--only", "nothing"]))
        .output()
        .unwrap();
    let refusal = String::from_utf8(refusal.stderr).unwrap();
    let (_, all) = refusal.trim().split_once("; it has ").unwrap();
    assert_eq!(named, all.split_whitespace().collect::<Vec<_>>());
    assert!(named.ends_with(&LAB));
}

#[test]
fn the_page_shows_the_sections_and_needs_nothing_else() {
    let folder = Folder::new();
    let page = page_with(&folder, &QUICK);
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
