//! Keeps two processes from downloading the same file at the same time.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};

use super::FetchError;

/// A lock file that is held; removed when this is dropped.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    // Holds the lock as long as it is open. The operating system lets go of it when the process
    // ends, however that happens, so a lock file that is left behind blocks nobody.
    _file: File,
}

impl Lock {
    /// Takes the lock, or says at once that another process has it.
    pub(super) fn acquire(path: PathBuf) -> Result<Self, FetchError> {
        loop {
            let open = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path);
            let file = open.map_err(FetchError::disk(&path))?;
            match file.try_lock() {
                // Its owner may have removed the file between our opening and our locking it.
                Ok(()) if !is_still_at(&file, &path) => continue,
                Ok(()) => return Ok(Self { path, _file: file }),
                Err(TryLockError::WouldBlock) => return Err(FetchError::Locked { lock: path }),
                Err(TryLockError::Error(source)) => return Err(FetchError::disk(&path)(source)),
            }
        }
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // A lock file that stays is untidy and does no harm.
        let _ = std::fs::remove_file(&self.path);
    }
}

#[cfg(unix)]
fn is_still_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(ours), Ok(there)) => (ours.dev(), ours.ino()) == (there.dev(), there.ino()),
        _ => false,
    }
}

#[cfg(not(unix))]
fn is_still_at(_file: &File, path: &Path) -> bool {
    path.exists()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_has_it_and_it_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.lock");
        let first = Lock::acquire(path.clone()).unwrap();
        let second = Lock::acquire(path.clone()).unwrap_err().to_string();
        assert!(second.contains("another process"), "{second}");
        drop(first);
        assert!(!path.exists());
        Lock::acquire(path).unwrap();
    }

    #[test]
    fn a_lock_file_left_behind_blocks_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.lock");
        std::fs::write(&path, "").unwrap();
        Lock::acquire(path).unwrap();
    }
}
