//! Downloads one file, and lets nothing stand under its name that is not the right file.
//!
//! The bytes go to `NAME.part` beside their place and through SHA-256 on the way. What an earlier
//! run left there is taken up again. Only when size and hash are right is the file moved to its
//! name. `NAME.lock` keeps a second process from doing the same at the same time.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | [`fetch`]: which addresses are tried, how often, and what happens after each try |
//! | `request` | one request: ranges, timeouts, web pages sent in place of files |
//! | `part` | the unfinished file and its hash |
//! | `error` | [`FetchError`]: what went wrong with which address, and what to do by hand |

mod error;
mod part;
mod request;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tests;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use self::error::Stop;
pub use self::error::{Attempt, FetchError, Reason};
use self::part::Part;
use crate::lock::Lock;

/// How often one address is asked for the rest after the connection broke.
const MOST_RESUMES: usize = 5;

/// What is known of the file in advance. The more is known, the surer the check.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expect {
    /// Its size.
    pub bytes: Option<u64>,
    /// Its SHA-256 in lower-case hexadecimal.
    pub sha256: Option<String>,
    /// How its SHA-256 begins, where no more is published.
    pub sha256_prefix: Option<String>,
}

impl Expect {
    /// The hash, or the part of it, that the file must have.
    fn hash(&self) -> Option<&str> {
        self.sha256.as_deref().or(self.sha256_prefix.as_deref())
    }

    /// Compares size and hash with what is known.
    fn check(&self, bytes: u64, sha256: &str) -> Result<(), Reason> {
        if let Some(expected) = self.bytes.filter(|expected| *expected != bytes) {
            return Err(Reason::WrongSize {
                expected,
                found: bytes,
            });
        }
        match self.hash().filter(|hash| !sha256.starts_with(hash)) {
            Some(expected) => Err(Reason::WrongHash {
                expected: expected.to_owned(),
                found: sha256.to_owned(),
            }),
            None => Ok(()),
        }
    }
}

/// A file that is in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Its size.
    pub bytes: u64,
    /// Its SHA-256 in lower-case hexadecimal, computed here.
    pub sha256: String,
    /// Address that it came from; `None` where the right file was there already.
    pub url: Option<String>,
    /// Bytes that an earlier run had left and that were not downloaded again.
    pub resumed_from: u64,
}

/// Downloads a file from the first of the addresses that has the right one.
///
/// `on_progress` is told the bytes that are there and, where known, the bytes there will be. When
/// it says [`ControlFlow::Break`] the download ends, and what is there is kept for the next run.
/// A right file that is in place already is left alone, and a wrong one replaced when the right
/// one is complete. Proxies are taken from the usual environment variables.
///
/// What an earlier run left is only trusted where a hash is known, as nothing else would tell
/// whether the two pieces belong together.
///
/// # Errors
/// No address gives the right file, the disk refuses, another process is at it, or
/// `on_progress` stopped it.
pub fn fetch(
    urls: &[String],
    dest: &Path,
    expect: &Expect,
    on_progress: impl FnMut(u64, Option<u64>) -> ControlFlow<()>,
) -> Result<Fetched, FetchError> {
    fetch_with(&request::agent(), urls, dest, expect, on_progress)
}

fn fetch_with(
    agent: &ureq::Agent,
    urls: &[String],
    dest: &Path,
    expect: &Expect,
    mut on_progress: impl FnMut(u64, Option<u64>) -> ControlFlow<()>,
) -> Result<Fetched, FetchError> {
    if let Some(folder) = dest.parent() {
        std::fs::create_dir_all(folder).map_err(FetchError::disk(folder))?;
    }
    let lock = beside(dest, "lock");
    let held = Lock::acquire(lock.clone()).map_err(FetchError::disk(&lock))?;
    let _lock = held.ok_or(FetchError::Locked { lock })?;
    if let Some(there) = already_there(dest, expect)? {
        return Ok(there);
    }
    let mut part = Part::open(beside(dest, "part"), expect.hash().is_some())?;
    let mut attempts = Vec::new();
    for url in urls {
        if expect.hash().is_none() {
            part.restart()?;
        }
        match one_address(agent, url, &mut part, expect, &mut on_progress) {
            Ok(()) => {
                let resumed_from = part.inherited();
                let (bytes, sha256) = part.finish(dest)?;
                return Ok(Fetched {
                    bytes,
                    sha256,
                    url: Some(url.clone()),
                    resumed_from,
                });
            }
            Err(Stop::Reason(why)) => attempts.push(Attempt {
                url: url.clone(),
                why,
            }),
            Err(Stop::Error(error)) => return Err(*error),
        }
    }
    part.give_up()?;
    Err(FetchError::Failed {
        dest: dest.to_owned(),
        attempts,
    })
}

/// Tries one address until it has given the right file or there is no hope of it.
fn one_address(
    agent: &ureq::Agent,
    url: &str,
    part: &mut Part,
    expect: &Expect,
    on_progress: &mut impl FnMut(u64, Option<u64>) -> ControlFlow<()>,
) -> Result<(), Stop> {
    let mut resumes = 0;
    loop {
        let before = part.len();
        match request::request(agent, url, part, expect, on_progress) {
            Ok(()) => {
                let Err(wrong) = expect.check(part.len(), &part.sha256()) else {
                    return Ok(());
                };
                // What an earlier run left may be to blame, so the address gets a second chance.
                let is_hopeless = part.inherited() == 0;
                part.restart()?;
                if is_hopeless {
                    return Err(wrong.into());
                }
            }
            Err(Stop::Reason(why)) if why.is_broken_connection() => {
                let has_gained = part.len() > before;
                if !has_gained || resumes == MOST_RESUMES {
                    return Err(why.into());
                }
                resumes += 1;
            }
            Err(stop) => return Err(stop),
        }
    }
}

/// The file, where it is in place and right.
fn already_there(dest: &Path, expect: &Expect) -> Result<Option<Fetched>, FetchError> {
    if !dest.is_file() {
        return Ok(None);
    }
    let (bytes, sha256) = part::hash_of(dest).map_err(FetchError::disk(dest))?;
    let is_right = expect.check(bytes, &sha256).is_ok();
    Ok(is_right.then_some(Fetched {
        bytes,
        sha256,
        url: None,
        resumed_from: 0,
    }))
}

/// The path with another ending after its own.
fn beside(dest: &Path, ending: &str) -> PathBuf {
    let mut name = dest.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    name.into()
}
