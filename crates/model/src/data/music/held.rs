//! The notes of a roll: runs of steps in which a key sounds.

use super::{Frame, KEYS};

/// A key that sounds from one step up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Held {
    /// The first step.
    pub from: usize,
    /// The step after the last.
    pub to: usize,
    /// The key, counted from 0.
    pub key: usize,
}

/// The notes of a roll, ordered by beginning, then by end, then by key.
///
/// A roll does not know strikes: a key that sounds in consecutive steps is one note.
pub fn held_notes(roll: &[Frame]) -> Vec<Held> {
    let mut notes = Vec::new();
    let mut since = [0; KEYS];
    let mut before = Frame::SILENT;
    for (step, frame) in roll.iter().copied().chain([Frame::SILENT]).enumerate() {
        for key in before.without(frame).keys() {
            let (from, to) = (since[key], step);
            notes.push(Held { from, to, key });
        }
        for key in frame.without(before).keys() {
            since[key] = step;
        }
        before = frame;
    }
    notes.sort_unstable();
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_notes() {
        let roll = [vec![0, 5], vec![5], vec![], vec![5, 87]].map(Frame::of_keys);
        let notes: Vec<_> = held_notes(&roll)
            .into_iter()
            .map(|note| (note.from, note.to, note.key))
            .collect();
        assert_eq!(notes, [(0, 1, 0), (0, 2, 5), (3, 4, 5), (3, 4, 87)]);
        assert!(held_notes(&[]).is_empty());
    }

    #[test]
    fn notes_make_the_roll_again() {
        let roll: Vec<Frame> = (0..40_usize)
            .map(|step| Frame::of_keys((0..KEYS).filter(|key| (key * 7 + step * step) % 5 == 0)))
            .collect();
        let mut again = vec![Frame::SILENT; roll.len()];
        for note in held_notes(&roll) {
            for frame in &mut again[note.from..note.to] {
                *frame = frame.with(note.key);
            }
        }
        assert_eq!(again, roll);
    }
}
