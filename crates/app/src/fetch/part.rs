//! The unfinished file, with the hash of what is in it.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::FetchError;

/// Bytes hashed at a time.
const CHUNK_BYTES: usize = 1 << 20;

/// The unfinished file.
pub(super) struct Part {
    path: PathBuf,
    file: File,
    hasher: Sha256,
    len: u64,
    inherited: u64,
}

impl Part {
    /// Opens the unfinished file, or begins it; hashes what is in it, or empties it.
    pub(super) fn open(path: PathBuf, keep: bool) -> Result<Self, FetchError> {
        let open = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(!keep)
            .open(&path);
        let mut file = open.map_err(FetchError::disk(&path))?;
        let mut hasher = Sha256::new();
        let len = hash_into(&mut hasher, &mut file).map_err(FetchError::disk(&path))?;
        Ok(Self {
            path,
            file,
            hasher,
            len,
            inherited: len,
        })
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes in it.
    pub(super) fn len(&self) -> u64 {
        self.len
    }

    /// Bytes in it that an earlier run left.
    pub(super) fn inherited(&self) -> u64 {
        self.inherited
    }

    /// SHA-256 of what is in it.
    pub(super) fn sha256(&self) -> String {
        hex(&self.hasher)
    }

    /// Empties it.
    pub(super) fn restart(&mut self) -> Result<(), FetchError> {
        if self.len > 0 {
            let empty = self.file.set_len(0).and_then(|()| self.file.rewind());
            empty.map_err(FetchError::disk(&self.path))?;
            self.hasher = Sha256::new();
            self.len = 0;
            self.inherited = 0;
        }
        Ok(())
    }

    /// Adds bytes at its end.
    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), FetchError> {
        self.file
            .write_all(bytes)
            .map_err(FetchError::disk(&self.path))?;
        self.hasher.update(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Makes sure that everything is on the disk.
    pub(super) fn sync(&self) -> Result<(), FetchError> {
        self.file.sync_all().map_err(FetchError::disk(&self.path))
    }

    /// Moves it to its place; gives its size and hash.
    pub(super) fn finish(self, dest: &Path) -> Result<(u64, String), FetchError> {
        self.sync()?;
        std::fs::rename(&self.path, dest).map_err(FetchError::disk(dest))?;
        sync_folder(dest);
        Ok((self.len, self.sha256()))
    }

    /// Keeps it for the next run, or removes it where there is nothing in it.
    pub(super) fn give_up(self) -> Result<(), FetchError> {
        if self.len > 0 {
            return self.sync();
        }
        drop(self.file);
        std::fs::remove_file(&self.path).map_err(FetchError::disk(&self.path))
    }
}

/// Size and SHA-256 of a file.
pub(super) fn hash_of(path: &Path) -> io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let bytes = hash_into(&mut hasher, &mut File::open(path)?)?;
    Ok((bytes, hex(&hasher)))
}

/// Hashes all there is to read; gives the number of bytes.
fn hash_into(hasher: &mut Sha256, file: &mut File) -> io::Result<u64> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let mut len = 0;
    loop {
        match file.read(&mut chunk) {
            Ok(0) => return Ok(len),
            Ok(n) => {
                hasher.update(&chunk[..n]);
                len += n as u64;
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => (),
            Err(error) => return Err(error),
        }
    }
}

fn hex(hasher: &Sha256) -> String {
    let mut text = String::new();
    for byte in hasher.clone().finalize() {
        write!(text, "{byte:02x}").expect("writing to a string does not fail");
    }
    text
}

/// Makes the new name last through a power cut. Not every file system can, and none must.
fn sync_folder(dest: &Path) {
    if cfg!(unix)
        && let Some(folder) = dest.parent()
    {
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
}
