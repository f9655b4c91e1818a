//! A file becomes its tracks, or is refused as cut short.
//!
//! The crate midly takes what it can get: a file that ends in the middle of a track is a shorter
//! track to it. Here the lengths of the chunks are checked before it sees them.

use midly::Header;

use super::MidiError;

/// Bytes of a chunk's name and of its length.
const NAME: usize = 4;
/// Bytes before the content of a chunk.
const PREFIX: usize = 8;
/// Where the number of tracks stands in the header, after the chunk's name, length and format.
const TRACKS_AT: usize = PREFIX + 2;
/// The name of a chunk that is a track.
const TRACK: &[u8] = b"MTrk";
/// The name of a chunk that is a header.
const HEADER: &[u8] = b"MThd";

/// The header of a file and the bytes of its tracks.
pub(super) fn split(file: &[u8]) -> Result<(Header, Vec<&[u8]>), MidiError> {
    let (header, tracks) = midly::parse(file).map_err(|error| not_midi(&error))?;
    let declared = declared_tracks(file).unwrap_or_default();
    let mut rest = tracks.unread();
    let length = rest.len();
    let mut found = Vec::new();
    while !rest.is_empty() {
        let at = length - rest.len();
        match chunk(rest, at) {
            Ok((name, content, after)) => {
                if name == TRACK {
                    found.push(content);
                }
                rest = after;
            }
            // What follows the last track need not be MIDI.
            Err(_) if found.len() >= declared && !rest.starts_with(TRACK) => break,
            Err(error) => return Err(error),
        }
    }
    if found.len() < declared {
        let found = found.len();
        return Err(MidiError::MissingTracks { declared, found });
    }
    Ok((header, found))
}

/// The name of a chunk, its content and what follows it.
type Chunk<'a> = (&'a [u8], &'a [u8], &'a [u8]);

/// The chunk that begins here, `at` bytes after the header.
fn chunk(bytes: &[u8], at: usize) -> Result<Chunk<'_>, MidiError> {
    let cut_short = |need, have| MidiError::CutShort { at, need, have };
    let (prefix, rest) = bytes
        .split_at_checked(PREFIX)
        .ok_or_else(|| cut_short(PREFIX, bytes.len()))?;
    let (name, length) = prefix.split_at(NAME);
    let length = length
        .iter()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (content, after) = rest
        .split_at_checked(length)
        .ok_or_else(|| cut_short(length, rest.len()))?;
    Ok((name, content, after))
}

/// Tracks that the first header says; midly reads them and keeps them to itself.
fn declared_tracks(file: &[u8]) -> Option<usize> {
    // In a RIFF file the header comes after its wrapping.
    let at = file.windows(NAME).position(|name| name == HEADER)?;
    let bytes = file.get(at + TRACKS_AT..at + TRACKS_AT + 2)?;
    Some(usize::from(bytes[0]) << 8 | usize::from(bytes[1]))
}

fn not_midi(error: &midly::Error) -> MidiError {
    let reason = match error.kind() {
        midly::ErrorKind::Invalid(reason) | midly::ErrorKind::Malformed(reason) => reason,
    };
    MidiError::NotMidi { reason }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &[u8] = b"MThd\0\0\0\x06\0\x01\0\x02\x01\xe0";

    fn file(parts: &[&[u8]]) -> Vec<u8> {
        parts.concat()
    }

    #[test]
    fn tracks_are_found_between_chunks_that_nobody_knows() {
        let bytes = file(&[
            HEAD,
            b"MTrk\0\0\0\x01a",
            b"XFIH\0\0\0\x02..",
            b"MTrk\0\0\0\0",
        ]);
        let (_, tracks) = split(&bytes).unwrap();
        assert_eq!(tracks, [&b"a"[..], b""]);
    }

    #[test]
    fn what_follows_the_last_track_does_not_matter() {
        let tracks: [&[u8]; 3] = [HEAD, b"MTrk\0\0\0\x01a", b"MTrk\0\0\0\x01b"];
        for junk in [&b"\0\0\0"[..], b"\x1a", b"junk that is no chunk"] {
            let bytes = [file(&tracks), junk.to_vec()].concat();
            assert_eq!(split(&bytes).unwrap().1.len(), 2);
        }
    }

    #[test]
    fn a_file_that_is_cut_short_is_refused_wherever_it_is_cut() {
        let bytes = file(&[HEAD, b"MTrk\0\0\0\x03abc", b"MTrk\0\0\0\x02de"]);
        assert!(split(&bytes).is_ok());
        for end in 0..bytes.len() {
            assert!(split(&bytes[..end]).is_err(), "{end}");
        }
        let error = split(&bytes[..bytes.len() - 1]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "the file is cut short: the chunk at byte 11 should have 2 bytes, but 1 are left"
        );
    }

    #[test]
    fn a_riff_wrapping_is_taken_off() {
        let inner = file(&[HEAD, b"MTrk\0\0\0\x01a", b"MTrk\0\0\0\x01b"]);
        let length = |n: usize| (n as u32).to_le_bytes();
        let bytes = file(&[
            b"RIFF",
            &length(inner.len() + 12),
            b"RMIDdata",
            &length(inner.len()),
            &inner,
        ]);
        assert_eq!(split(&bytes).unwrap().1, [b"a", b"b"]);
    }

    #[test]
    fn other_files_are_no_midi() {
        for bytes in [&b""[..], b"MT", b"\x89PNG\r\n\x1a\n", b"RIFF\0\0\0\0WAVE"] {
            let error = split(bytes).unwrap_err();
            assert!(matches!(error, MidiError::NotMidi { .. }), "{error}");
        }
    }
}
