//! What can go wrong with a download, as sentences with the address and what to do by hand.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

/// Why a file is not in its place.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No address gave the right file.
    #[error(
        "cannot download {}: {}; to do it by hand, put the file at {}",
        file_name(dest),
        list(attempts),
        dest.display()
    )]
    Failed {
        /// Where the file was to be.
        dest: PathBuf,
        /// What was tried, in order.
        attempts: Vec<Attempt>,
    },
    /// The caller asked for it to stop.
    #[error(
        "stopped after {done} bytes of {url}; they are kept in {}, and the next run goes on \
         from there",
        part.display()
    )]
    Interrupted {
        /// Address that was being downloaded.
        url: String,
        /// What there is so far.
        part: PathBuf,
        /// Bytes of it.
        done: u64,
    },
    /// Another process is downloading the same file.
    #[error("another process is downloading this file (it holds {})", lock.display())]
    Locked {
        /// The lock file.
        lock: PathBuf,
    },
    /// The disk refuses.
    #[error("cannot read or write {}", path.display())]
    Disk {
        /// The file or folder.
        path: PathBuf,
        /// What the operating system said.
        source: io::Error,
    },
}

impl FetchError {
    /// What the disk said about `path`.
    pub(super) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }
}

/// One address, and why it did not give the right file.
#[derive(Debug)]
pub struct Attempt {
    /// The address.
    pub url: String,
    /// What went wrong.
    pub why: Reason,
}

impl fmt::Display for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.url, self.why)
    }
}

/// Why an address did not give the right file.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Reason {
    /// There was no answer.
    #[error("no answer ({source})")]
    NoAnswer {
        /// What was tried in vain.
        source: Box<ureq::Error>,
    },
    /// The server refused.
    #[error("the server answered {status}{}", meaning(*status))]
    Status {
        /// Its status code.
        status: u16,
    },
    /// The server sent a web page.
    #[error("the server sent a web page in place of the file, probably an error or login page")]
    WebPage,
    /// The server sent a piece of the file that it was not asked for.
    #[error("the server was asked for the whole file and sent a piece of it")]
    WrongRange,
    /// The connection broke, or nothing came for too long.
    #[error("the connection broke after {done} bytes ({source})")]
    Broken {
        /// Bytes that had come.
        done: u64,
        /// How it broke.
        source: io::Error,
    },
    /// The file ended early.
    #[error("the file ended after {done} of {total} bytes")]
    EndedEarly {
        /// Bytes that had come.
        done: u64,
        /// Bytes that were announced.
        total: u64,
    },
    /// The file has another size than it must have.
    #[error("the file must have {expected} bytes, but it has {found}")]
    WrongSize {
        /// Bytes that it must have.
        expected: u64,
        /// Bytes that it has, or has at least.
        found: u64,
    },
    /// The file has another hash than it must have.
    #[error("the file must have the SHA-256 {expected}, but it has {found}; it was removed")]
    WrongHash {
        /// Hash that it must have, or how that begins.
        expected: String,
        /// Hash that it has.
        found: String,
    },
}

impl Reason {
    /// Whether asking for the rest may help.
    pub(super) fn is_broken_connection(&self) -> bool {
        matches!(self, Self::Broken { .. } | Self::EndedEarly { .. })
    }
}

/// Why one request ended: for a reason the next address may not have, or for good.
#[derive(Debug)]
pub(super) enum Stop {
    Reason(Reason),
    Error(Box<FetchError>),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Self {
        Self::Reason(reason)
    }
}

impl From<FetchError> for Stop {
    fn from(error: FetchError) -> Self {
        Self::Error(Box::new(error))
    }
}

fn meaning(status: u16) -> &'static str {
    match status {
        401 | 403 => " (no access)",
        404 | 410 => " (not found)",
        429 => " (too many requests)",
        500.. => " (trouble on its side)",
        _ => "",
    }
}

fn file_name(dest: &Path) -> std::borrow::Cow<'_, str> {
    dest.file_name()
        .unwrap_or(dest.as_os_str())
        .to_string_lossy()
}

fn list(attempts: &[Attempt]) -> String {
    if attempts.is_empty() {
        return "no address is known for it".to_owned();
    }
    attempts
        .iter()
        .map(Attempt::to_string)
        .collect::<Vec<_>>()
        .join("; ")
}
