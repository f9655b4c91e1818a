//! The command that makes a page again.

use std::path::Path;

use super::Job;
use crate::cli::Show;
use crate::command::words::quoted;
use crate::paths;

/// The command line of a run, with files by their names only: a page must not tell where its author
/// keeps pictures.
pub fn again(job: &Job<'_>, out: &Path) -> String {
    let args = job.args;
    let mut words = vec!["reverie".to_owned(), "saliency".to_owned()];
    words.extend(args.picture.as_deref().map(paths::file_name));
    let mut flag = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            words.extend([format!("--{name}"), value]);
        }
    };
    flag("net", Some(args.net.name().to_owned()));
    flag("weights", args.net.weights.as_deref().map(paths::file_name));
    flag("method", Some(job.plan.methods.join(",")));
    flag("class", args.class.clone());
    flag("layer", args.layer.clone());
    flag("channel", args.channel.map(|channel| channel.to_string()));
    flag("size", args.size.map(|size| size.to_string()));
    flag("config", args.run.config.as_deref().map(paths::file_name));
    for pair in &args.run.set {
        flag("set", Some(pair.clone()));
    }
    let show = match args.show {
        Show::Auto => None,
        Show::Heat => Some("heat"),
        Show::Signed => Some("signed"),
        Show::Signal => Some("signal"),
        Show::Overlay => Some("overlay"),
        Show::Masked => Some("masked"),
        Show::All => Some("all"),
    };
    flag("show", show.map(str::to_owned));
    flag("seed", Some(job.plan.seed.to_string()));
    flag("out", Some(paths::file_name(out)));
    for (is_on, name) in [
        (args.sanity, "--sanity"),
        (args.curves, "--curves"),
        (args.npy, "--npy"),
    ] {
        words.extend(is_on.then(|| name.to_owned()));
    }
    let words: Vec<String> = words.iter().map(|word| quoted(word)).collect();
    words.join(" ")
}
