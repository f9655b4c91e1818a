//! Keeps two processes from writing the same file or folder at the same time.

use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

/// A lock file that is held; removed when this is dropped.
#[derive(Debug)]
pub struct Lock {
    path: PathBuf,
    // Holds the lock as long as it is open. The operating system lets go of it when the process
    // ends, however that happens, so a lock file that is left behind blocks nobody.
    _file: File,
}

impl Lock {
    /// Takes the lock; nothing where another process has it.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn acquire(path: PathBuf) -> io::Result<Option<Self>> {
        loop {
            let open = OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path);
            let file = open?;
            match file.try_lock() {
                // Its owner may have removed the file between our opening and our locking it.
                Ok(()) if !is_still_at(&file, &path) => continue,
                Ok(()) => return Ok(Some(Self { path, _file: file })),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(source)) => return Err(source),
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
        assert!(first.is_some());
        assert!(Lock::acquire(path.clone()).unwrap().is_none());
        drop(first);
        assert!(!path.exists());
        assert!(Lock::acquire(path).unwrap().is_some());
    }

    #[test]
    fn a_lock_file_left_behind_blocks_nobody() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("f.lock");
        std::fs::write(&path, "").unwrap();
        assert!(Lock::acquire(path).unwrap().is_some());
    }
}
