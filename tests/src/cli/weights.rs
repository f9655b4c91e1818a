//! Weights that are missing, damaged or of another network: exit code 4, naming the file.

use std::fs::File;

use super::{Folder, plain, style};
use crate::common::fixture;

/// The tensors of the tiny network: two stages of two convolutions with four channels.
pub const TINY: [(&str, &[usize]); 8] = [
    ("features.0.weight", &[4, 3, 3, 3]),
    ("features.0.bias", &[4]),
    ("features.2.weight", &[4, 4, 3, 3]),
    ("features.2.bias", &[4]),
    ("features.5.weight", &[4, 4, 3, 3]),
    ("features.5.bias", &[4]),
    ("features.7.weight", &[4, 4, 3, 3]),
    ("features.7.bias", &[4]),
];

/// A safetensors file with these tensors, every number the given one times a sine.
pub fn safetensors(tensors: &[(&str, &[usize])], scale: f32) -> Vec<u8> {
    let mut header = serde_json::Map::new();
    let mut data = Vec::new();
    for (name, shape) in tensors {
        let start = data.len();
        for i in 0..shape.iter().product() {
            data.extend((scale * (start as f32 + 1.7 * i as f32).sin()).to_le_bytes());
        }
        let offsets = [start, data.len()];
        let entry = serde_json::json!({"dtype": "F32", "shape": shape, "data_offsets": offsets});
        header.insert((*name).to_owned(), entry);
    }
    let header = serde_json::to_vec(&header).unwrap();
    [&(header.len() as u64).to_le_bytes()[..], &header, &data].concat()
}

#[test]
fn a_file_with_exactly_the_tensors_of_the_network_is_taken() {
    let folder = Folder::new();
    folder.write("fits.safetensors", safetensors(&TINY, 0.3));
    folder.done(&style(&["--weights", "fits.safetensors"]));
}

#[test]
fn tensors_that_are_missing_left_over_or_of_another_shape_are_named() {
    let folder = Folder::new();
    let changed = |change: fn(&mut Vec<(&'static str, &'static [usize])>)| {
        let mut tensors = TINY.to_vec();
        change(&mut tensors);
        safetensors(&tensors, 0.3)
    };
    let missing = changed(|tensors| {
        tensors.remove(4);
    });
    let surplus = changed(|tensors| tensors.push(("features.99.weight", &[4])));
    let shape = changed(|tensors| tensors[2].1 = &[4, 4, 5, 5]);
    let cases: [(&str, Vec<u8>, &[&str]); 4] = [
        (
            "missing.safetensors",
            missing,
            &["missing: features.5.weight"],
        ),
        (
            "surplus.safetensors",
            surplus,
            &["left over: features.99.weight"],
        ),
        (
            "shape.safetensors",
            shape,
            &["features.2.weight", "[4, 4, 5, 5]", "[4, 4, 3, 3]"],
        ),
        (
            "none.safetensors",
            safetensors(&[], 0.0),
            &["holds no tensors"],
        ),
    ];
    for (name, bytes, facts) in cases {
        folder.write(name, bytes);
        let said = folder.refused(4, &style(&["--weights", name]), facts);
        assert!(said.contains(name), "{said}");
    }
}

#[test]
fn weights_that_are_not_numbers_are_refused() {
    let folder = Folder::new();
    folder.write("nan.safetensors", safetensors(&TINY, f32::NAN));
    folder.refused(
        4,
        &style(&["--weights", "nan.safetensors"]),
        &["nan.safetensors"],
    );
}

#[test]
fn the_weights_of_another_network_are_refused_with_both_shapes() {
    let folder = Folder::new();
    let vgg11 = &[
        "--net",
        "vgg11",
        "--set",
        r#"content_layers=["relu4_2"]"#,
        "--weights",
    ];
    let args = |file: &str| style(&[&vgg11[..], &[fixture(file).to_str().unwrap()]].concat());
    let facts = &["features.0.weight is [4, 3, 3, 3] and must be [64, 3, 3, 3]"];
    for file in [
        "vgg11_narrow.pth",
        "vgg11_narrow_legacy.pth",
        "vgg11_narrow_f16.safetensors",
    ] {
        folder.refused(4, &args(file), &[&[file], &facts[..]].concat());
    }
    folder.refused(4, &args("vgg16_narrow.pth"), &["missing", "left over"]);
    folder.refused(4, &args("vgg16bn_narrow.pth"), &["left over"]);
    let unknown = &["--net", "vgg12", "--weights", "any.pth"];
    folder.refused(2, &style(unknown), &["vgg12", "did you mean vgg1"]);
}

#[test]
fn a_file_that_holds_no_weights_is_refused_with_what_it_looks_like() {
    let folder = Folder::new();
    let read = |name: &str| std::fs::read(fixture(name)).unwrap();
    let html = b"<!DOCTYPE html>\n<html><body>404 Not Found</body></html>\n".to_vec();
    let cases: [(&str, Vec<u8>, &[&str]); 9] = [
        (
            "cut.pth",
            read("vgg11_narrow.pth")[..9000].to_vec(),
            &["ends early", "9000"],
        ),
        (
            "old.pth",
            read("vgg11_narrow_legacy.pth")[..8000].to_vec(),
            &["end of the file"],
        ),
        (
            "cut.safetensors",
            read("vgg11_narrow_f16.safetensors")[..3000].to_vec(),
            &["3000"],
        ),
        (
            "five.safetensors",
            read("vgg11_narrow_f16.safetensors")[..5].to_vec(),
            &["no weights"],
        ),
        ("empty.pth", Vec::new(), &["is empty"]),
        ("empty.safetensors", Vec::new(), &["is empty"]),
        ("page.pth", html.clone(), &["web page"]),
        ("page.safetensors", html, &["web page"]),
        ("picture.pth", folder.read("a.png"), &["no weights"]),
    ];
    for (name, bytes, facts) in cases {
        folder.write(name, bytes);
        let said = folder.refused(4, &style(&["--net", "vgg11", "--weights", name]), facts);
        assert!(said.contains(name), "{said}");
        let import = plain(&[
            "weights",
            "import",
            name,
            "--as",
            "mine",
            "--data-dir",
            "data",
        ]);
        let kind = plain(&["--architecture", "vgg11", "--convention", "torchvision"]);
        folder.refused(4, &[import, kind].concat(), &[&[name], facts].concat());
    }
    let absent = style(&["--net", "vgg11", "--weights", "absent.pth"]);
    folder.refused(4, &absent, &["there is no file absent.pth"]);
}

#[test]
fn weights_that_are_not_here_are_named_with_the_command_that_gets_them() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("data")).unwrap();
    let facts = &[
        "vgg19-dcbb9e9d.pth",
        "not in data",
        "reverie weights fetch vgg19",
    ];
    for args in [
        style(&["--net", "vgg19", "--data-dir", "data"]),
        plain(&["weights", "path", "vgg19", "--data-dir", "data"]),
        plain(&["weights", "verify", "vgg19", "--data-dir", "data"]),
    ] {
        folder.refused(4, &args, facts);
    }
    // Not published anywhere, so there is nothing to fetch.
    let hed = folder.refused(
        4,
        &style(&["--net", "vgg16-hed"]),
        &["vgg16_hed_f16.safetensors"],
    );
    assert!(
        hed.contains("--data-dir") && !hed.contains("fetch"),
        "{hed}"
    );
}

#[test]
fn weights_of_the_wrong_hash_or_length_are_refused() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("data/weights")).unwrap();
    let file = "data/weights/vgg16_hed_f16.safetensors";
    let layers = r#"content_layers=["relu4_2"]"#;
    let args = style(&["--net", "vgg16-hed", "--data-dir", "data", "--set", layers]);
    let verify = plain(&["weights", "verify", "vgg16-hed", "--data-dir", "data"]);
    // As long as the real file, and full of zeros that take no room on the disk.
    File::create(folder.path(file))
        .unwrap()
        .set_len(29_436_198)
        .unwrap();
    for args in [&args, &verify] {
        let said = folder.refused(4, args, &[file, "SHA-256", "vgg16-hed must have c236ca3e"]);
        assert!(!said.contains("fetch"), "it cannot be fetched: {said}");
    }
    folder.write(file, "short");
    for args in [&args, &verify] {
        folder.refused(4, args, &[file, "5 bytes", "must be 29436198"]);
    }
}
