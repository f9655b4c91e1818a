//! From an archive or a folder to recordings.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::Path;

use flate2::read::GzDecoder;

use super::{Recording, SpeechError};

/// Folder of the recordings inside a copy of the data set's repository.
const INNER_FOLDER: &str = "recordings";

/// What an archive or a folder holds.
#[derive(Debug, Default)]
pub struct Recordings {
    /// In the order of digit, speaker and index, wherever they came from.
    pub recordings: Vec<Recording>,
    /// WAV files that were left out, and why, in the order in which they were met.
    pub skipped: Vec<SpeechError>,
}

/// Reads all recordings of a `.tar.gz`, or of a folder of WAV files.
///
/// A folder may be a copy of the data set's repository, with the files in `recordings`, and an
/// archive the one that GitHub makes of it. Files that are not named `.wav` are passed over; a WAV
/// that is no good is skipped and listed.
///
/// # Errors
/// A path that is missing or unreadable, an archive that is none or cut short, or nothing in it
/// that can be used.
pub fn read_recordings(path: &Path) -> Result<Recordings, SpeechError> {
    let mut found = Gathered::default();
    let kind = std::fs::metadata(path).map_err(|source| SpeechError::io(path, source))?;
    if kind.is_dir() {
        read_folder(path, &mut found)?;
    } else {
        read_archive(path, &mut found)?;
    }
    found.finish(path)
}

fn read_archive(path: &Path, found: &mut Gathered) -> Result<(), SpeechError> {
    let file = File::open(path).map_err(|source| SpeechError::io(path, source))?;
    let mut archive = tar::Archive::new(GzDecoder::new(BufReader::new(file)));
    let mut read = || -> std::io::Result<()> {
        for entry in archive.entries()? {
            let mut entry = entry?;
            if !entry.header().entry_type().is_file() {
                continue;
            }
            let name = entry.path()?.file_name().map(|name| name.to_owned());
            let name = name.unwrap_or_default().to_string_lossy().into_owned();
            found.take(&name, &mut entry);
            // Where a sound ends early, the archive may end, too: then it is the archive's fault.
            std::io::copy(&mut entry, &mut std::io::sink())?;
        }
        Ok(())
    };
    // The check sum comes last, behind all that a tar is read for.
    let read = read().and_then(|()| std::io::copy(&mut archive.into_inner(), &mut std::io::sink()));
    read.map(drop).map_err(|source| SpeechError::Archive {
        path: path.to_owned(),
        read: found.good.recordings.len(),
        source,
    })
}

fn read_folder(path: &Path, found: &mut Gathered) -> Result<(), SpeechError> {
    let inner = path.join(INNER_FOLDER);
    let path = if inner.is_dir() { &inner } else { path };
    let io = |source| SpeechError::io(path, source);
    let mut names = Vec::new();
    for entry in std::fs::read_dir(path).map_err(io)? {
        names.push(entry.map_err(io)?.file_name());
    }
    // The order of a folder is the file system's; which of two is skipped must not depend on it.
    names.sort();
    for name in names {
        let file = path.join(&name);
        let name = name.to_string_lossy();
        if !is_wav(&name) || file.is_dir() {
            continue;
        }
        match File::open(&file) {
            Ok(file) => found.take(&name, BufReader::new(file)),
            Err(source) => found.skip(SpeechError::io(&file, source)),
        }
    }
    Ok(())
}

fn is_wav(name: &str) -> bool {
    // macOS leaves `._name` beside every file that it packs.
    let ending = name.rsplit_once('.').map(|(_, ending)| ending);
    ending.is_some_and(|ending| ending.eq_ignore_ascii_case("wav")) && !name.starts_with("._")
}

#[derive(Default)]
struct Gathered {
    good: Recordings,
    known: BTreeSet<(u8, String, u32)>,
}

impl Gathered {
    fn take(&mut self, name: &str, from: impl Read) {
        if !is_wav(name) {
            return;
        }
        match Recording::read(name, from) {
            Err(error) => self.skip(error),
            Ok(recording) => {
                let key = (recording.digit, recording.speaker.clone(), recording.index);
                if self.known.insert(key) {
                    self.good.recordings.push(recording);
                } else {
                    self.skip(SpeechError::Twice {
                        name: name.to_owned(),
                    });
                }
            }
        }
    }

    fn skip(&mut self, error: SpeechError) {
        self.good.skipped.push(error);
    }

    fn finish(self, path: &Path) -> Result<Recordings, SpeechError> {
        let mut good = self.good;
        if good.recordings.is_empty() {
            let path = path.to_owned();
            let count = good.skipped.len();
            return Err(match good.skipped.into_iter().next() {
                None => SpeechError::Empty { path },
                Some(first) => SpeechError::AllUnusable {
                    path,
                    count,
                    first: Box::new(first),
                },
            });
        }
        let key = |one: &Recording| (one.digit, one.speaker.clone(), one.index);
        good.recordings.sort_by_cached_key(key);
        Ok(good)
    }
}

#[cfg(test)]
mod tests {
    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::super::recording::{SAMPLE_RATE, wav};
    use super::*;
    use crate::data::real_file;

    fn archive(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
        let mut tar = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
        for (name, bytes) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(bytes.len() as u64);
            header.set_mode(0o644);
            tar.append_data(&mut header, name, &bytes[..]).unwrap();
        }
        tar.into_inner().unwrap().finish().unwrap()
    }

    fn sound(value: i16) -> Vec<u8> {
        // No two values alike, so that packing makes nothing small of it.
        let samples: Vec<i16> = (0..2000i16).map(|i| i.wrapping_mul(i) ^ value).collect();
        wav(&samples, 1, SAMPLE_RATE)
    }

    fn mixed() -> Vec<(&'static str, Vec<u8>)> {
        vec![
            ("recordings/9_theo_1.wav", sound(1)),
            ("recordings/README.md", b"words".to_vec()),
            ("recordings/1_theo_10.wav", sound(2)),
            ("recordings/1_theo_2.wav", sound(3)),
            ("recordings/2_theo_2.wav", sound(3)[..100].to_vec()),
            ("recordings/nobody.wav", sound(4)),
            ("more/1_theo_2.wav", sound(5)),
        ]
    }

    fn read_bytes(bytes: &[u8]) -> Result<Recordings, SpeechError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.tar.gz");
        std::fs::write(&path, bytes).unwrap();
        read_recordings(&path)
    }

    #[track_caller]
    fn assert_found(found: &Recordings, skipped: &[&str]) {
        let names: Vec<_> = found
            .recordings
            .iter()
            .map(|r| (r.digit, r.index))
            .collect();
        assert_eq!(names, [(1, 2), (1, 10), (9, 1)]);
        let sentences: Vec<_> = found.skipped.iter().map(ToString::to_string).collect();
        assert_eq!(sentences.len(), skipped.len(), "{sentences:?}");
        for (sentence, part) in sentences.iter().zip(skipped) {
            assert!(sentence.contains(part), "{sentence}");
        }
    }

    #[test]
    fn an_archive_is_read_and_what_is_no_good_is_listed() {
        let found = read_bytes(&archive(&mixed())).unwrap();
        let reasons = [
            "28 of 2000 samples",
            "nobody.wav does not say",
            "there already",
        ];
        assert_found(&found, &reasons);
    }

    #[test]
    fn a_folder_gives_the_same_as_an_archive() {
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("recordings");
        std::fs::create_dir(&inner).unwrap();
        for (name, bytes) in mixed() {
            if let Some(name) = name.strip_prefix("recordings/") {
                std::fs::write(inner.join(name), bytes).unwrap();
            }
        }
        let reasons = ["28 of 2000 samples", "nobody.wav does not say"];
        let found = read_recordings(dir.path()).unwrap();
        assert_found(&found, &reasons);
        assert_found(&read_recordings(&inner).unwrap(), &reasons);
        let packed = read_bytes(&archive(&mixed())).unwrap();
        assert_eq!(found.recordings, packed.recordings);
    }

    #[test]
    fn an_archive_cut_short_is_no_archive() {
        let whole = archive(&mixed());
        for cut in [0, 5, whole.len() / 2, whole.len() - 9, whole.len() - 1] {
            let error = read_bytes(&whole[..cut]).map(|_| ()).unwrap_err();
            let is_right = matches!(
                error,
                SpeechError::Archive { .. } | SpeechError::Empty { .. }
            );
            assert!(is_right, "{cut}: {error}");
        }
        let error = read_bytes(&whole[..whole.len() / 2]).unwrap_err();
        assert!(error.to_string().contains("no whole .tar.gz"), "{error}");
        let error = read_bytes(b"this was never packed at all").unwrap_err();
        assert!(
            matches!(error, SpeechError::Archive { read: 0, .. }),
            "{error}"
        );
    }

    #[test]
    fn nothing_to_read_is_an_error() {
        let dir = tempfile::tempdir().unwrap();
        let error = read_recordings(dir.path()).unwrap_err();
        assert!(matches!(error, SpeechError::Empty { .. }), "{error}");
        let error = read_recordings(&dir.path().join("nothing")).unwrap_err();
        assert!(error.to_string().contains("reverie data list"), "{error}");
        std::fs::write(dir.path().join("words.wav"), "").unwrap();
        let error = read_recordings(dir.path()).unwrap_err().to_string();
        assert!(
            error.contains("none of the 1 recordings") && error.contains("words.wav"),
            "{error}"
        );
    }

    #[test]
    fn the_data_set_is_what_its_manifest_says() {
        let Some(path) = real_file("speech/fsdd_recordings.tar.gz") else {
            return;
        };
        let found = read_recordings(&path).unwrap();
        assert!(found.skipped.is_empty());
        assert_eq!(found.recordings.len(), 3000);
        let samples: Vec<usize> = found.recordings.iter().map(|r| r.samples.len()).collect();
        assert_eq!(samples.iter().sum::<usize>(), 10_498_424);
        assert_eq!(samples.iter().min(), Some(&1_148));
        assert_eq!(samples.iter().max(), Some(&18_262));
    }
}
