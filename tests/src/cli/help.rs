//! What the help says must be so: its examples work, its presets exist, its settings can be fed
//! back.

use reverie_viz::picture::{Flow, save_flow};

use super::{Folder, plain};
use crate::common::{reverie, small_picture};

/// Every command, and whether its help ends in examples.
const COMMANDS: &[(&[&str], bool)] = &[
    (&[], true),
    (&["tour"], true),
    (&["style"], true),
    (&["texture"], true),
    (&["dream"], true),
    (&["imagine"], true),
    (&["saliency"], true),
    (&["invert"], true),
    (&["filters"], true),
    (&["deconv"], true),
    (&["classify"], true),
    (&["classify", "train"], true),
    (&["classify", "eval"], true),
    (&["text"], true),
    (&["text", "train"], true),
    (&["text", "eval"], true),
    (&["text", "sample"], true),
    (&["text", "neurons"], true),
    (&["music"], true),
    (&["music", "compare"], true),
    (&["music", "train"], true),
    (&["music", "sample"], true),
    (&["speech"], true),
    (&["speech", "digits"], true),
    (&["speech", "hear"], true),
    (&["speech", "compare"], true),
    (&["lab"], true),
    (&["lab", "hopfield"], true),
    (&["lab", "esn"], true),
    (&["lab", "ode"], true),
    (&["lab", "universal"], true),
    (&["lab", "elman"], true),
    (&["lab", "ntm"], true),
    (&["lab", "adding"], true),
    (&["lab", "layernorm"], true),
    (&["lab", "architectures"], true),
    (&["lab", "gradients"], true),
    (&["lab", "memory"], true),
    (&["lab", "variance"], true),
    (&["devices"], true),
    (&["weights"], true),
    (&["weights", "list"], false),
    (&["weights", "fetch"], false),
    (&["weights", "verify"], false),
    (&["weights", "import"], false),
    (&["weights", "path"], false),
    (&["data"], true),
    (&["data", "list"], false),
    (&["data", "fetch"], false),
    (&["data", "verify"], false),
    (&["inspect"], false),
    (&["completions"], false),
];

/// The commands that make a picture.
const OF_PICTURES: [&str; 7] = [
    "style", "texture", "dream", "imagine", "saliency", "invert", "filters",
];
/// The commands with presets.
const WITH_PRESETS: [&[&str]; 10] = [
    &["style"],
    &["texture"],
    &["dream"],
    &["imagine"],
    &["invert"],
    &["classify", "train"],
    &["text", "train"],
    &["music", "compare"],
    &["music", "train"],
    &["speech", "digits"],
];

/// What stdout says; the run must succeed.
fn said(args: &[&str]) -> String {
    let done = reverie().args(args).assert().success();
    String::from_utf8(done.get_output().stdout.clone()).unwrap()
}

fn help(command: &[&str]) -> String {
    said(&[command, &["--help"]].concat())
}

/// The commands under `Examples:`, without their remarks, which stand behind two spaces or more.
fn examples(command: &[&str]) -> Vec<Vec<String>> {
    let text = help(command);
    let lines = text
        .lines()
        .map(str::trim)
        .filter_map(|line| line.strip_prefix("reverie "));
    lines
        .map(|line| line.split("  ").next().unwrap())
        .map(words)
        .collect()
}

/// Words as a shell splits them; what stands in single quotes is one.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (number, part) in line.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}

/// The names under `Presets:`, the default first.
fn presets(command: &[&str]) -> Vec<String> {
    let text = help(command);
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Presets: "))
        .unwrap();
    let names = line
        .split(", ")
        .map(|name| name.split(' ').next().unwrap().to_owned());
    names.collect()
}

#[test]
fn every_command_has_help_and_most_have_examples() {
    for &(command, has_examples) in COMMANDS {
        let text = help(command);
        assert!(text.contains("Usage: reverie"), "{command:?}: {text}");
        assert_eq!(
            text.contains("Examples:"),
            has_examples,
            "{command:?}: {text}"
        );
        assert_eq!(!examples(command).is_empty(), has_examples, "{command:?}");
        if let Some(verb) = command.first() {
            assert!(
                help(&[]).contains(&format!("\n  {verb} ")),
                "{verb} is in the list"
            );
        }
    }
}

#[test]
fn the_flags_of_every_example_exist() {
    for &(command, _) in COMMANDS {
        for example in examples(command) {
            // Flags are read before help is given, so a flag that does not exist is an error.
            reverie().args(&example).arg("--help").assert().success();
        }
    }
}

/// The named networks need files; what the flags mean is the same for the built-in one.
fn swap_networks(command: &mut [String]) {
    let Some(flag) = command.iter().position(|word| word == "--net") else {
        return;
    };
    let known = said(&["weights", "list"]);
    let mut names = command[flag + 1].split(',');
    assert!(
        names.all(|name| name == "vgg-mini" || known.contains(name)),
        "{command:?} names a known network"
    );
    let swapped: Vec<&str> = command[flag + 1].split(',').map(|_| "vgg-mini").collect();
    command[flag + 1] = swapped.join(",");
    // Neither has it layers called mixed, nor all the classes.
    for (flag, own) in [("--layer", "relu3_1"), ("--class", "goldfish")] {
        if let Some(place) = command.iter().position(|word| word == flag) {
            command[place + 1] = own.to_owned();
        }
    }
}

#[test]
fn every_example_that_makes_a_picture_runs() {
    let folder = Folder::new();
    for name in [
        "town.jpg",
        "starry.jpg",
        "clouds.jpg",
        "photo.jpg",
        "painting.jpg",
        "flowers.jpg",
        "cat.jpg",
        "me.jpg",
        "me.png",
        "sky.png",
        "face.png",
        "pebbles.jpg",
        "moss.jpg",
    ] {
        small_picture(&folder.path(""), name, 48, 40, 1);
    }
    for many in ["frames", "photos", "walk"] {
        std::fs::create_dir(folder.path(many)).unwrap();
        small_picture(&folder.path(many), "1.jpg", 48, 40, 1);
    }
    for name in ["a.jpg", "b.jpg"] {
        small_picture(&folder.path(""), name, 48, 40, 2);
    }
    let first = [
        "--content",
        "town.jpg",
        "--style",
        "starry.jpg",
        "--size",
        "16",
        "--steps",
        "1",
    ];
    folder.done(&plain(
        &[&["style"], &first[..], &["-o", "night.png"]].concat(),
    ));
    let texture = ["texture", "pebbles.jpg", "--size", "16", "--steps", "1"];
    folder.done(&plain(&[&texture[..], &["-o", "tile.png"]].concat()));
    let mut count = 0;
    for &(command, _) in COMMANDS {
        for mut example in examples(command) {
            if !OF_PICTURES.contains(&example[0].as_str()) {
                continue;
            }
            swap_networks(&mut example);
            if !example.iter().any(|word| word == "--dry-run") {
                example.push("--dry-run".to_owned());
            }
            // The picture that is run again stands where another example writes.
            example.push("--force".to_owned());
            folder.done(&example);
            count += 1;
        }
    }
    assert!(count >= 10, "only {count} examples were found");
}

/// The commands in the code blocks of a page, one word after another.
fn commands_of(page: &str) -> Vec<Vec<String>> {
    let docs = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let path = docs.join(page);
    let text = std::fs::read_to_string(path).unwrap();
    let lines = text
        .lines()
        .filter_map(|line| line.strip_prefix("reverie "));
    lines.map(words).collect()
}

#[test]
fn every_command_of_the_tutorial_on_pictures_runs() {
    let folder = Folder::new();
    for name in ["photo.jpg", "flowers.jpg", "mask.png"] {
        small_picture(&folder.path(""), name, 64, 48, 1);
    }
    let mut count = 0;
    for mut command in commands_of("tutorial-pictures.md") {
        count += 1;
        if command[0] == "weights" {
            folder.done(&command);
            continue;
        }
        if command.contains(&"goldfsh".to_owned()) {
            folder.refused(2, &command, &["did you mean goldfish?"]);
            continue;
        }
        swap_networks(&mut command);
        let mut set = |flag: &str, value: &str| {
            match command.iter().position(|word| word == flag) {
                Some(place) => command[place + 1] = value.to_owned(),
                None => command.extend([flag.to_owned(), value.to_owned()]),
            };
        };
        set("--size", "32");
        set("--steps", "1");
        set("--backend", "flex");
        if let Some(place) = command.iter().position(|word| word == "--frames") {
            let resumed = command.contains(&"--resume".to_owned());
            command[place + 1] = if resumed { "3" } else { "2" }.to_owned();
        }
        folder.done(&command);
    }
    assert!(count >= 25, "only {count} commands were found");
}

#[test]
fn every_command_of_the_tutorial_on_explaining_runs() {
    let folder = Folder::new();
    small_picture(&folder.path(""), "photo.jpg", 64, 48, 1);
    std::fs::create_dir(folder.path("photos")).unwrap();
    for (seed, name) in (2..).zip(["one.jpg", "two.png", "three.jpg"]) {
        small_picture(&folder.path("photos"), name, 48, 40, seed);
    }
    let mut count = 0;
    for mut command in commands_of("tutorial-explaining.md") {
        count += 1;
        swap_networks(&mut command);
        if let Some(place) = command.iter().position(|word| word == "mushrom") {
            let spelt = command[place].clone();
            folder.refused(2, &command, &[&spelt, "did you mean mushroom?"]);
            continue;
        }
        let quick: &[&str] = match command[0].as_str() {
            "saliency" => &["--size", "32", "--set", "masks=8", "--set", "samples=2"],
            "invert" => &["--size", "32", "--steps", "2"],
            _ => &["--size", "32"],
        };
        let without_picture = command[0] == "filters" && !command.contains(&"photo.jpg".to_owned());
        if !without_picture {
            command.extend(plain(quick));
        }
        command.extend(plain(&["--backend", "flex"]));
        folder.done(&command);
    }
    assert!(count >= 20, "only {count} commands were found");
}

#[test]
fn every_command_of_the_tutorial_on_styles_runs() {
    let folder = Folder::new();
    let pictures =
        ["photo", "painting", "mosaic", "pebbles", "moss"].map(|name| format!("{name}.jpg"));
    let masks = ["sky", "ground", "face"].map(|name| format!("{name}.png"));
    for (seed, name) in (1..).zip(pictures.iter().chain(&masks)) {
        small_picture(&folder.path(""), name, 64, 48, seed);
    }
    for many in ["walk", "walk-flow"] {
        std::fs::create_dir(folder.path(many)).unwrap();
    }
    for number in 1..=3 {
        small_picture(
            &folder.path("walk"),
            &format!("walk-0{number}.png"),
            48,
            40,
            number,
        );
    }
    // As if everything had moved to the right.
    let moves = [("", -2.0), ("-forward", 2.0)];
    for (number, (ending, right)) in (2..=3).flat_map(|n| moves.map(|one| (n, one))) {
        let flow = Flow::from_fn(48, 40, |_, _| [right, 0.0]);
        let name = format!("walk-flow/walk-0{number}{ending}.flo");
        save_flow(&flow, &folder.path(&name), false).unwrap();
    }
    let mut count = 0;
    for mut command in commands_of("tutorial-styles.md") {
        count += 1;
        swap_networks(&mut command);
        match command.iter().position(|word| word == "--size") {
            // Textures may be of any form.
            Some(place) if command[place + 1].contains('x') => {
                "64x32".clone_into(&mut command[place + 1])
            }
            Some(place) => "32".clone_into(&mut command[place + 1]),
            None => command.extend(plain(&["--size", "32"])),
        }
        // Not --steps, which contradicts --quality.
        let few: &[&str] = match command[0].as_str() {
            "dream" => &["steps=1"],
            _ => &["first_steps=2", "steps=2", "frame_steps=2"],
        };
        for few in few {
            command.extend(plain(&["--set", few]));
        }
        command.extend(plain(&["--backend", "flex"]));
        folder.done(&command);
    }
    assert!(count >= 20, "only {count} commands were found");
}

#[test]
fn the_settings_of_every_preset_can_be_fed_back() {
    let folder = Folder::new();
    for command in WITH_PRESETS {
        let names = presets(command);
        let printed = |flags: &[&str]| said(&[command, flags, &["--print-config"]].concat());
        assert_eq!(printed(&[]), printed(&["--preset", &names[0]]));
        for name in &names {
            let settings = printed(&["--preset", name]);
            settings.parse::<toml::Table>().unwrap();
            folder.write("run.toml", &settings);
            let file = folder.path("run.toml");
            let file = file.to_str().unwrap();
            for other in &names {
                let again = printed(&["--preset", other, "--config", file]);
                assert_eq!(again, settings, "{command:?}: {name} over {other}");
            }
        }
    }
}

#[test]
fn flags_stand_in_the_printed_settings() {
    let args = [
        "style",
        "--size",
        "77",
        "--steps",
        "3",
        "--strength",
        "2",
        "--optimizer",
        "adam",
    ];
    let printed = said(&[&args[..], &["--set", "tv-weight=1", "--print-config"]].concat());
    let table: toml::Table = printed.parse().unwrap();
    assert_eq!(table["size"].as_integer(), Some(77));
    assert_eq!(table["steps"].as_integer(), Some(3));
    assert_eq!(table["first_steps"].as_integer(), Some(3));
    assert_eq!(table["strength"].as_float(), Some(2.0));
    assert_eq!(table["tv_weight"].as_float(), Some(1.0));
    assert_eq!(table["optimizer"].as_str(), Some("adam"));
}

#[test]
fn flags_that_all_commands_share_stand_before_or_after_the_verb_of_a_family() {
    for family in ["weights", "data"] {
        for flag in ["--json", "--quiet", "--verbose"] {
            assert_eq!(
                said(&[family, flag, "list"]),
                said(&[family, "list", flag]),
                "{family} {flag}"
            );
        }
    }
}

#[test]
fn every_shell_gets_a_completion_script() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = said(&["completions", shell]);
        assert!(
            script.contains("reverie") && script.contains("content"),
            "{shell}"
        );
    }
}
