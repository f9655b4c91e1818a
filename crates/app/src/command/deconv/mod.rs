//! `reverie deconv`: what excites a feature map, in one picture or in the best of a folder.
//!
//! | file | idea |
//! |---|---|
//! | `one` | one picture: go back from chosen units |
//! | `folder` | many pictures: from flags to a page |
//! | `look` | the pass over all of them |
//! | `state` | what is found so far, on disk |
//! | `files` | which pictures there are, and whether they are still the same |
//! | `draw` | patches and projections of the best |
//! | `page` | the page |
//! | `table` | the same as numbers |
//! | `plan` | layers, channels, memory |

mod draw;
mod files;
mod folder;
mod look;
mod one;
mod page;
mod plan;
mod state;
mod table;

use std::process::ExitCode;
use std::time::Instant;

use reverie_viz::deconv::DeconvConfig;

use super::shared;
use crate::cli::DeconvArgs;
use crate::exit::UsageError;
use crate::settings::{self, put, whole};

/// Looks into one picture, or through a folder of them.
///
/// # Errors
/// Wrong settings, layers or channels that do not exist, pictures that cannot be read, a full disk.
pub fn run(args: &DeconvArgs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let output = shared::output(&args.talk);
    let mut flags = shared::set_flags(&args.run)?;
    put(&mut flags, "rule", args.rule.clone());
    put(&mut flags, "size", args.size.map(i64::from));
    put(&mut flags, "top", whole(args.top));
    put(&mut flags, "count", whole(args.count));
    let config: DeconvConfig = settings::resolve(
        &settings::DECONV_PRESETS,
        None,
        args.run.config.as_deref(),
        flags,
    )?;
    if args.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    let out = args
        .out
        .as_deref()
        .ok_or_else(|| UsageError("say where the result goes: -o PATH".to_owned()))?;
    match (&args.picture, &args.folder) {
        (_, Some(folder)) => folder::run(args, &config, folder, out, &output, started),
        (Some(picture), None) => one::run(args, &config, picture, out, &output, started),
        (None, None) => {
            let sentence = "name a picture, or many of them with --folder PATH";
            Err(UsageError(sentence.to_owned()).into())
        }
    }
}
