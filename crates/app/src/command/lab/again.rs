//! The command that makes a page again.

use std::ffi::OsString;
use std::path::Path;

use crate::command::words::quoted;
use crate::paths::file_name;

/// Flags that change nothing of what is found.
const SILENT: [&str; 6] = ["--json", "--quiet", "-q", "--force", "--verbose", "-v"];

/// The command line of this process, with files by their names only: a page must not tell where its
/// author keeps them.
pub fn command(name: &str, seed: u64) -> String {
    of(name, seed, std::env::args_os())
}

fn of(name: &str, seed: u64, args: impl Iterator<Item = OsString>) -> String {
    let mut words = vec!["reverie".to_owned(), "lab".to_owned(), name.to_owned()];
    let after = args.skip_while(|arg| arg.to_string_lossy() != name).skip(1);
    let mut names_seed = false;
    for arg in after {
        let arg = arg.to_string_lossy().into_owned();
        if SILENT.contains(&arg.as_str()) {
            continue;
        }
        names_seed |= arg == "--seed" || arg.starts_with("--seed=");
        words.push(match arg.split_once('=') {
            Some((flag, value)) if flag.starts_with('-') => format!("{flag}={}", bare(value)),
            _ => bare(&arg),
        });
    }
    if !names_seed && seed != 0 {
        words.extend(["--seed".to_owned(), seed.to_string()]);
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}

/// A word without the folders before it.
fn bare(word: &str) -> String {
    match word.contains(std::path::is_separator) {
        true => file_name(Path::new(word)),
        false => word.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_lose_their_folders_and_talk_is_left_out() {
        let args = "/bin/reverie --json lab esn --data /home/me/a.csv --out=/tmp/x.html --quiet";
        let args = || args.split(' ').map(OsString::from);
        assert_eq!(
            of("esn", 0, args()),
            "reverie lab esn --data a.csv --out=x.html"
        );
        assert!(of("esn", 7, args()).ends_with("--seed 7"));
        let named = args().chain(["--seed", "7"].map(OsString::from));
        assert!(of("esn", 7, named).ends_with("x.html --seed 7"));
    }
}
