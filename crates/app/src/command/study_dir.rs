//! The folder of a study: one that holds several runs.

use std::path::Path;

use anyhow::Context;

use crate::lock::Lock;

/// Refuses a folder that holds a study already, unless that is wanted, and one that holds none where
/// one should go on.
///
/// # Errors
/// One sentence with what can be done.
pub fn check(root: &Path, is_there: bool, resume: bool, force: bool) -> anyhow::Result<()> {
    let shown = root.display();
    anyhow::ensure!(!root.is_file(), "{shown} is a file; --out names a folder");
    anyhow::ensure!(
        resume || force || !is_there,
        "{shown} holds a study already; --resume goes on with it, --force begins anew"
    );
    anyhow::ensure!(
        is_there || !resume,
        "there is nothing to resume: {shown} holds no study; leave --resume out to begin"
    );
    Ok(())
}

/// Makes the folders in it and keeps other processes out of it as long as the answer lives.
///
/// # Errors
/// The disk refuses, or another process is at work there.
pub fn hold(root: &Path, folders: &[&str]) -> anyhow::Result<Lock> {
    for folder in folders {
        let folder = root.join(folder);
        std::fs::create_dir_all(&folder).map_err(|error| {
            let folder = folder.display();
            anyhow::anyhow!("{folder} cannot be made: {error}; choose another --out")
        })?;
    }
    let lock = root.join("study.lock");
    let held = Lock::acquire(lock.clone());
    let held = held.with_context(|| format!("locking {}", lock.display()))?;
    held.with_context(|| {
        let root = root.display();
        format!("{root} is in use by another study; wait for it, or name another --out")
    })
}
