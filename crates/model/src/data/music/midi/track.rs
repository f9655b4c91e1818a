//! A track becomes notes.

use midly::num::u7;
use midly::{EventIter, MetaMessage, MidiMessage, TrackEvent, TrackEventKind};

use super::MidiError;

/// Channels of a track.
const CHANNELS: usize = 16;
/// Notes of a channel.
const NOTES: usize = 128;
/// The drum channel, number 10 to musicians.
const DRUMS: usize = 9;
/// Controllers that end all notes of a channel: all sound off, all notes off.
const SILENCERS: [u8; 2] = [120, 123];
/// The bit that only the first byte of an event has.
const STATUS_BIT: u8 = 0x80;
/// Bytes of the longest time between two events.
const LONGEST_DELTA: usize = 4;

/// A key that is down from one tick to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Note {
    pub(super) note: u8,
    pub(super) from: u64,
    pub(super) to: u64,
}

/// What a track says of one channel's notes.
enum Said {
    Down(usize, u8),
    Up(usize, u8),
    Silence(usize),
}

/// Calls `take` for every note of track number `track`, and returns the tick at which it ends.
///
/// A key that is struck while it is down stays down until it was let go as often as it was struck,
/// as two voices of one channel may share a note. A track where the two do not balance for a note
/// has strikes that are never let go; there every release counts. What is down at the end of the
/// track is let go there.
pub(super) fn notes(
    bytes: &[u8],
    track: usize,
    drums: bool,
    mut take: impl FnMut(Note) -> Result<(), MidiError>,
) -> Result<u64, MidiError> {
    let mut balance = vec![[0_i64; NOTES]; CHANNELS];
    walk(bytes, track, |_, said| {
        match said {
            Said::Down(channel, note) => balance[channel][usize::from(note)] += 1,
            Said::Up(channel, note) => balance[channel][usize::from(note)] -= 1,
            Said::Silence(_) => {}
        }
        Ok(())
    })?;
    let mut down = vec![[(0_u64, 0_u64); NOTES]; CHANNELS];
    let is_read = |channel: usize| drums || channel != DRUMS;
    let end = walk(bytes, track, |tick, said| match said {
        Said::Down(channel, note) => {
            let (count, since) = &mut down[channel][usize::from(note)];
            if *count == 0 {
                *since = tick;
            }
            *count += 1;
            Ok(())
        }
        Said::Up(channel, note) => {
            let (count, from) = &mut down[channel][usize::from(note)];
            let was = *count;
            let balanced = balance[channel][usize::from(note)] == 0;
            *count = if balanced { was.saturating_sub(1) } else { 0 };
            let (from, to) = (*from, tick);
            let is_over = was > 0 && *count == 0 && is_read(channel);
            if is_over {
                take(Note { note, from, to })
            } else {
                Ok(())
            }
        }
        Said::Silence(channel) => release(&mut down[channel], tick, is_read(channel), &mut take),
    })?;
    for (channel, down) in down.iter_mut().enumerate() {
        release(down, end, is_read(channel), &mut take)?;
    }
    Ok(end)
}

/// Lets go of everything that is down in a channel.
fn release(
    down: &mut [(u64, u64); NOTES],
    to: u64,
    is_read: bool,
    take: &mut impl FnMut(Note) -> Result<(), MidiError>,
) -> Result<(), MidiError> {
    for (note, (count, from)) in (0..).zip(down) {
        let (was, from) = (std::mem::take(count), *from);
        if was > 0 && is_read {
            take(Note { note, from, to })?;
        }
    }
    Ok(())
}

/// Goes through a track up to its end-of-track event, and returns the tick of that.
fn walk(
    bytes: &[u8],
    track: usize,
    mut said: impl FnMut(u64, Said) -> Result<(), MidiError>,
) -> Result<u64, MidiError> {
    let length = bytes.len();
    let mut events = EventIter::new(bytes);
    let mut tick = 0_u64;
    loop {
        let at = length - events.unread().len();
        let event = match events.next() {
            None if at == length => return Err(MidiError::NoEndOfTrack { track }),
            // midly stops without a word where it finds no event.
            None | Some(Err(_)) => return Err(MidiError::BrokenTrack { track, at, length }),
            Some(Ok(event)) => event,
        };
        let raw = &bytes[at..length - events.unread().len()];
        if !is_whole(raw, &event) {
            return Err(MidiError::BrokenTrack { track, at, length });
        }
        tick += u64::from(event.delta.as_int());
        match event.kind {
            TrackEventKind::Meta(MetaMessage::EndOfTrack) => return Ok(tick),
            TrackEventKind::Midi { channel, message } => {
                let channel = usize::from(channel.as_int());
                match message {
                    MidiMessage::NoteOn { key, vel } if vel > u7::from(0) => {
                        said(tick, Said::Down(channel, key.as_int()))?;
                    }
                    MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                        said(tick, Said::Up(channel, key.as_int()))?;
                    }
                    MidiMessage::Controller { controller, .. }
                        if SILENCERS.contains(&controller.as_int()) =>
                    {
                        said(tick, Said::Silence(channel))?;
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// Whether the bytes of an event are in order; midly makes do with the bits that fit.
fn is_whole(raw: &[u8], event: &TrackEvent) -> bool {
    let has_status = |byte: &u8| byte & STATUS_BIT != 0;
    let delta = raw.iter().take_while(|byte| has_status(byte)).count();
    let data = match event.kind {
        TrackEventKind::Midi { message, .. } => match message {
            MidiMessage::ProgramChange { .. } | MidiMessage::ChannelAftertouch { .. } => 1,
            _ => 2,
        },
        _ => 0,
    };
    let first = raw.len().saturating_sub(data);
    delta < LONGEST_DELTA && !raw[first..].iter().any(has_status)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Notes as number, beginning and end; and the end of the track.
    type Found = (Vec<(u8, u64, u64)>, u64);

    fn read(bytes: &[u8]) -> Result<Found, MidiError> {
        let mut found = Vec::new();
        let end = notes(bytes, 1, false, |note| {
            found.push((note.note, note.from, note.to));
            Ok(())
        })?;
        Ok((found, end))
    }

    const END: &[u8] = &[0, 0xff, 0x2f, 0];

    fn with_end(events: &[u8]) -> Vec<u8> {
        [events, END].concat()
    }

    #[test]
    fn running_status_and_strikes_of_no_velocity_are_understood() {
        let bytes = with_end(&[0, 0x90, 60, 64, 10, 60, 0, 5, 62, 64, 10, 62, 0]);
        let found = read(&bytes).unwrap();
        assert_eq!(found, (vec![(60, 0, 10), (62, 15, 25)], 25));
    }

    #[test]
    fn a_note_of_two_voices_sounds_until_both_let_go() {
        let bytes = with_end(&[
            0, 0x90, 60, 64, 10, 60, 64, 10, 0x80, 60, 0, 10, 0x80, 60, 0,
        ]);
        assert_eq!(read(&bytes).unwrap().0, [(60, 0, 30)]);
    }

    #[test]
    fn strikes_that_are_never_let_go_do_not_ring_for_ever() {
        let bytes = with_end(&[
            0, 0x90, 60, 64, 10, 60, 64, 10, 0x80, 60, 0, 50, 0x90, 62, 9,
        ]);
        assert_eq!(read(&bytes).unwrap().0, [(60, 0, 20), (62, 70, 70)]);
    }

    #[test]
    fn drums_are_left_out_and_all_notes_off_is_heard() {
        let bytes = with_end(&[0, 0x99, 60, 64, 0, 0x91, 61, 64, 7, 0xb1, 123, 0]);
        assert_eq!(read(&bytes).unwrap(), (vec![(61, 0, 7)], 7));
    }

    #[test]
    fn a_track_without_an_end_is_refused() {
        let error = read(&[0, 0x90, 60, 64]).unwrap_err();
        assert!(
            matches!(error, MidiError::NoEndOfTrack { track: 1 }),
            "{error}"
        );
    }

    #[test]
    fn bytes_that_are_no_event_are_refused_with_their_place() {
        for bad in [
            &[0, 0x90, 60][..],
            &[0, 0xf9, 60, 64],
            &[0xff, 0xff, 0xff, 0xff, 0x7f, 0x90, 60, 64],
            &[0, 0x90, 0x90, 64],
        ] {
            let bytes = [&[0, 0x90, 60, 64][..], bad].concat();
            let error = read(&bytes).unwrap_err();
            assert!(
                matches!(error, MidiError::BrokenTrack { at: 4, .. }),
                "{error}"
            );
        }
    }

    #[test]
    fn what_follows_the_end_is_not_read() {
        let bytes = [END, &[0, 0x90, 60, 64]].concat();
        assert_eq!(read(&bytes).unwrap(), (vec![], 0));
    }
}
