//! The program as people misuse it: every refusal is one sentence with its exit code, and nothing
//! is left lying about.
//!
//! | file | what goes wrong |
//! |---|---|
//! | `names` | layers, presets, networks, settings that do not exist; values out of range |
//! | `pictures` | input pictures that are missing, damaged, too small or too large |
//! | `weights` | weights that are missing, damaged or of another network |
//! | `output` | results that cannot be written, or would replace a file |
//! | `disk_full` | a disk that fills up |
//! | `dreams` | films, masks, guides, classes, pictures from noise |
//! | `looking` | filters, maps of pictures, pictures made anew from them |
//! | `deconv` | the deconvolutional network: units, folders, what is skipped, how runs go on |
//! | `texture` | textures: their size, seed, examples and borders |
//! | `masks` | styles that count in places, and places that stay as they are |
//! | `film` | frames of a film in the manner of a picture, with and without their movement |
//! | `memory` | pictures that are looked at in tiles |
//! | `budget` | less time, more steps, other style losses |
//! | `devices` | backends that are not there |
//! | `resume` | runs that cannot be gone on with |
//! | `interrupt` | Ctrl-C |
//! | `pipes` | readers that go away |
//! | `rerun` | recipes whose pictures or weights are not what they were |
//! | `import` | weights of the user's own |
//! | `kernels` | simpler instructions, and none |
//! | `json` | what stdout is when programs read it |
//! | `text` | models of text: runs, what they leave, how they go on, samples, data sets |
//! | `music` | the comparison on music: studies, how they go on, sets that are no good |
//! | `classify` | networks that tell classes of pictures apart |
//! | `saliency` | attribution, its checks, folders and pages |
//! | `lab` | the lecture's small networks: tables, pages, settings and files that are no good |
//! | `speech` | networks that hear |
//! | `tour` | the page of samples, whole and without other files |
//! | `help` | examples that do not work, settings that cannot be fed back |

mod budget;
mod classify;
mod deconv;
mod devices;
mod disk_full;
mod dreams;
mod film;
mod help;
mod import;
mod interrupt;
mod json;
mod kernels;
mod lab;
mod looking;
mod masks;
mod memory;
mod music;
mod names;
mod output;
mod pictures;
mod pipes;
mod real_data;
mod rerun;
mod resume;
mod saliency;
mod speech;
mod text;
mod texture;
mod tour;
mod weights;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use assert_cmd::Command;

use crate::common::{reverie, small_picture};

/// The tiny network has two stages, so a content layer of the presets must be replaced.
const TINY_CONTENT: &str = r#"content_layers=["relu2_1"]"#;

/// What a small run of each command says where a case does not say otherwise. A flag that begins
/// with `--set ` names one setting.
const STYLE: &[[&str; 2]] = &[
    ["--content", "a.png"],
    ["--style", "b.png"],
    ["--net", "tiny"],
    ["--set content_layers", TINY_CONTENT],
    ["--size", "32"],
    ["--steps", "2"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["-o", "x.png"],
];
const DREAM: &[[&str; 2]] = &[
    ["--net", "tiny"],
    ["--layer", "relu2_1"],
    ["--size", "32"],
    ["--steps", "2"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["-o", "x.png"],
];
const TEXTURE: &[[&str; 2]] = &[
    ["--net", "tiny"],
    ["--size", "32"],
    ["--steps", "2"],
    ["--seed", "1"],
    ["--backend", "flex"],
    ["-o", "x.png"],
];

/// Turns a case's flags into a whole command line.
type Maker = fn(&[&str]) -> Vec<String>;

/// A folder with three small pictures: `a.png`, `b.png` and `c.png`.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        small_picture(dir.path(), "a.png", 32, 24, 1);
        small_picture(dir.path(), "b.png", 32, 24, 2);
        small_picture(dir.path(), "c.png", 40, 30, 3);
        Self(dir)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        std::fs::write(self.path(name), bytes).unwrap();
    }

    fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// The program, at work in this folder, with no data of the user's in sight.
    fn run(&self, args: &[String]) -> Command {
        let mut command = reverie();
        let home = self.path("home");
        command
            .current_dir(self.0.path())
            .env("HOME", &home)
            .env("XDG_DATA_HOME", home);
        command.args(args);
        command
    }

    /// Every file and folder inside, with its bytes.
    fn listing(&self) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut found = BTreeMap::new();
        collect(self.0.path(), &mut found);
        found
    }

    /// Runs what must be refused, and answers with the sentence.
    fn refused(&self, code: i32, args: &[String], facts: &[&str]) -> String {
        self.refused_by(self.run(&quietly(args)), code, facts)
    }

    /// Like [`Self::refused`], of a command that was changed; it must be a quiet one.
    fn refused_by(&self, command: Command, code: i32, facts: &[&str]) -> String {
        self.refusal(command, code, facts)
            .unwrap_or_else(|fault| panic!("{fault}"))
    }

    /// A table of what must be refused; every fault is told, not only the first.
    fn all_refused(&self, code: i32, cases: &[(Vec<String>, &[&str])]) {
        let told = cases
            .iter()
            .map(|(args, facts)| self.refusal(self.run(&quietly(args)), code, facts));
        let faults: Vec<String> = told.filter_map(Result::err).collect();
        assert!(
            faults.is_empty(),
            "{} of {}:\n{}",
            faults.len(),
            cases.len(),
            faults.join("\n")
        );
    }

    /// Runs a command: the sentence, or what was wrong with the refusal.
    fn refusal(&self, mut command: Command, code: i32, facts: &[&str]) -> Result<String, String> {
        let before = self.listing();
        let done = command.output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        let mut faults = sentence_faults(&said);
        if done.status.code() != Some(code) {
            faults.push(format!("{}, not {code}", done.status));
        }
        let untold = facts.iter().filter(|fact| !said.contains(**fact));
        faults.extend(untold.map(|fact| format!("{fact:?} is not said")));
        faults.extend(differences(&before, &self.listing()));
        let words: Vec<_> = command
            .get_args()
            .map(|arg| arg.to_string_lossy())
            .collect();
        if faults.is_empty() {
            return Ok(said);
        }
        Err(format!(
            "reverie {}\n  said: {said}  but: {}",
            words.join(" "),
            faults.join("; ")
        ))
    }

    /// Runs what the command line itself must refuse: code 2, at any length.
    fn misused(&self, args: &[String], facts: &[&str]) {
        let before = self.listing();
        let done = self.run(args).output().unwrap();
        let said = String::from_utf8(done.stderr).unwrap();
        assert_eq!(done.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.starts_with("error: "), "{args:?}: {said}");
        for fact in facts {
            assert!(
                said.contains(fact),
                "{fact:?} is not said for {args:?}: {said}"
            );
        }
        let differences = differences(&before, &self.listing());
        assert!(differences.is_empty(), "{args:?}: {differences:?}");
    }

    /// Runs what must work.
    fn done(&self, args: &[String]) {
        self.run(args).assert().success();
    }
}

/// A small style transfer with these flags; those that a case leaves out have small values.
fn style(args: &[&str]) -> Vec<String> {
    with_defaults("style", STYLE, args)
}

/// A small texture like `a.png`, likewise.
fn texture(args: &[&str]) -> Vec<String> {
    with_defaults("texture", TEXTURE, &[&["a.png"], args].concat())
}

/// A small dream on `a.png`, likewise.
fn dream(args: &[&str]) -> Vec<String> {
    with_defaults("dream", DREAM, &[&["a.png"], args].concat())
}

/// A small picture of a channel, likewise.
fn imagine(args: &[&str]) -> Vec<String> {
    with_defaults("imagine", DREAM, args)
}

/// The same with `--quiet`, so that nothing but errors is said.
fn quietly(args: &[String]) -> Vec<String> {
    let mut args = args.to_vec();
    args.push("--quiet".to_owned());
    args
}

/// Any other command.
fn plain(args: &[&str]) -> Vec<String> {
    args.iter().map(|arg| (*arg).to_owned()).collect()
}

fn with_defaults(verb: &str, defaults: &[[&str; 2]], args: &[&str]) -> Vec<String> {
    let is_said = |flag: &str| match flag.strip_prefix("--set ") {
        Some(key) => args.iter().any(|arg| arg.starts_with(key)),
        None => args.iter().any(|arg| arg.split('=').next() == Some(flag)),
    };
    let mut all = vec![verb];
    for [flag, value] in defaults.iter().filter(|[flag, _]| !is_said(flag)) {
        all.extend([flag.split(' ').next().unwrap(), value]);
    }
    plain(&[&all, args].concat())
}

/// What keeps it from being one line, `error: ` first, without a full stop, about the user's files
/// and not ours.
fn sentence_faults(said: &str) -> Vec<String> {
    let checks = [
        (said.lines().count() == 1, "it is not one line"),
        (said.starts_with("error: "), "it does not begin with error"),
        (!said.trim_end().ends_with('.'), "it ends in a full stop"),
        (!said.contains(".reverie-"), "it names a temporary file"),
    ];
    checks
        .iter()
        .filter(|(is_so, _)| !is_so)
        .map(|(_, fault)| (*fault).to_owned())
        .collect()
}

/// Files that came, went or changed.
fn differences(
    before: &BTreeMap<PathBuf, Vec<u8>>,
    after: &BTreeMap<PathBuf, Vec<u8>>,
) -> Vec<String> {
    let came = after.keys().filter(|name| !before.contains_key(*name));
    let came = came.map(|name| format!("{} was left behind", name.display()));
    let changed = before
        .iter()
        .filter(|(name, bytes)| after.get(*name) != Some(*bytes));
    let changed = changed.map(|(name, _)| format!("{} changed or went away", name.display()));
    came.chain(changed).collect()
}

fn collect(dir: &Path, found: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(&path, found);
            found.insert(path, Vec::new());
        } else {
            let bytes = std::fs::read(&path).unwrap();
            found.insert(path, bytes);
        }
    }
}
