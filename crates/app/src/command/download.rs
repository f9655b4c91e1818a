//! One download with its progress on the terminal, for every command that fetches something.

use std::ops::ControlFlow;
use std::path::Path;

use serde_json::json;

use crate::fetch::{Expect, FetchError, fetch};
use crate::output::Output;
use crate::{interrupt, memory};

/// Downloads a file and says so; `false` where Ctrl-C broke it off and the piece that came is kept.
///
/// # Errors
/// No address gives the right file, the disk refuses, or another process is at it.
pub fn download(
    urls: &[String],
    dest: &Path,
    expect: &Expect,
    output: &Output,
) -> anyhow::Result<bool> {
    interrupt::listen();
    let mut bar = output.bar(expect.bytes.unwrap_or(0));
    let fetched = fetch(urls, dest, expect, |done, total| {
        let of = total.map(|total| format!(" of {}", memory::readable(total)));
        bar.show(
            done,
            &format!("{}{}", memory::readable(done), of.unwrap_or_default()),
        );
        if interrupt::is_asked() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    bar.finish();
    match fetched {
        Ok(fetched) => {
            output.note(&format!(
                "{} is here, sha256 {}",
                dest.display(),
                fetched.sha256
            ));
            output.event(&json!({
                "event": "result", "path": dest.display().to_string(), "sha256": fetched.sha256,
            }));
            Ok(true)
        }
        Err(error @ FetchError::Interrupted { .. }) => {
            output.note(&error.to_string());
            Ok(false)
        }
        Err(error) => Err(error.into()),
    }
}
