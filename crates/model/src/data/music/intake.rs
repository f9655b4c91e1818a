//! What all readers hand their notes to: it checks them, counts them and knows where they stand.

use super::frame::{Frame, HIGHEST, LOWEST, Roll};
use super::{Counted, Fault, Outside, Place, Split, Splits};

/// The most sequences that are read; the largest published set has 783.
pub(super) const MAX_SEQUENCES: usize = 1 << 20;
/// The most time steps that are read; the largest published set has 392 296.
pub(super) const MAX_STEPS: usize = 1 << 23;
/// The most notes that are read; the largest published set has 1 356 293.
pub(super) const MAX_NOTES: usize = 1 << 26;
/// How many names that are no split are kept for the error.
const MAX_OTHERS: usize = 8;
/// How much of such a name is kept, in characters.
const MAX_OTHER_CHARS: usize = 40;

/// A note as a file has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Number {
    Int(i64),
    Float(f64),
}

/// Builds the three splits from what a reader says in the order of the file: a split begins, notes
/// come, a step ends, a sequence ends, the split ends.
#[derive(Debug)]
pub(super) struct Intake {
    outside: Outside,
    splits: [Option<Vec<Roll>>; 3],
    others: Vec<String>,
    current: Split,
    rolls: Vec<Roll>,
    roll: Roll,
    frame: Frame,
    sequences: usize,
    steps: usize,
    notes: usize,
    dropped: usize,
}

impl Intake {
    pub(super) fn new(outside: Outside) -> Self {
        Self {
            outside,
            splits: [None, None, None],
            others: Vec::new(),
            current: Split::Train,
            rolls: Vec::new(),
            roll: Roll::new(),
            frame: Frame::SILENT,
            sequences: 0,
            steps: 0,
            notes: 0,
            dropped: 0,
        }
    }

    pub(super) fn begin_split(&mut self, split: Split) -> Result<(), Fault> {
        if self.splits[split.index()].is_some() {
            return Err(Fault::SplitTwice { split });
        }
        self.current = split;
        Ok(())
    }

    pub(super) fn end_split(&mut self) {
        self.splits[self.current.index()] = Some(std::mem::take(&mut self.rolls));
    }

    /// A name that is no split; the reader skips what it has.
    pub(super) fn other(&mut self, name: &str) {
        if self.others.len() < MAX_OTHERS {
            let name = name.chars().take(MAX_OTHER_CHARS).collect::<String>();
            self.others.push(name.escape_debug().collect());
        }
    }

    pub(super) fn note(&mut self, number: Number) -> Result<(), Fault> {
        count(&mut self.notes, 1, Counted::Notes, MAX_NOTES)?;
        let note = match number {
            Number::Int(note) => note,
            Number::Float(value) if value.fract() == 0.0 => value as i64,
            Number::Float(value) => {
                let place = self.place();
                return Err(Fault::NotWhole { place, value });
            }
        };
        match u8::try_from(note) {
            Ok(note) if (LOWEST..=HIGHEST).contains(&note) => {
                self.frame = self.frame.with(usize::from(note - LOWEST));
                Ok(())
            }
            _ if self.outside == Outside::Clip => {
                self.dropped += 1;
                Ok(())
            }
            _ => {
                let place = self.place();
                Err(Fault::NoteOutside { place, note })
            }
        }
    }

    pub(super) fn end_step(&mut self) -> Result<(), Fault> {
        count(&mut self.steps, 1, Counted::Steps, MAX_STEPS)?;
        self.roll.push(std::mem::take(&mut self.frame));
        Ok(())
    }

    pub(super) fn end_sequence(&mut self) -> Result<(), Fault> {
        count(&mut self.sequences, 1, Counted::Sequences, MAX_SEQUENCES)?;
        let mut roll = std::mem::take(&mut self.roll);
        roll.shrink_to_fit();
        self.rolls.push(roll);
        Ok(())
    }

    /// A whole sequence at once, from a reader that has to lay it out itself.
    pub(super) fn sequence(&mut self, roll: Roll) -> Result<(), Fault> {
        count(&mut self.steps, roll.len(), Counted::Steps, MAX_STEPS)?;
        self.roll = roll;
        self.end_sequence()
    }

    /// How many steps there may still be.
    pub(super) fn steps_left(&self) -> usize {
        MAX_STEPS - self.steps
    }

    /// The step that comes next.
    pub(super) fn place(&self) -> Place {
        Place {
            split: self.current,
            sequence: self.rolls.len(),
            step: self.roll.len(),
        }
    }

    /// The splits, and how many notes were dropped.
    pub(super) fn finish(self) -> Result<(Splits, usize), Fault> {
        let named = |split: &Split| self.splits[split.index()].is_some();
        if let Some(split) = Split::ALL.into_iter().find(|split| !named(split)) {
            let names = Split::ALL.into_iter().filter(named);
            let there = names
                .map(|split| split.to_string())
                .chain(self.others)
                .collect();
            return Err(Fault::MissingSplit { split, there });
        }
        let [train, valid, test] = self.splits.map(Option::unwrap_or_default);
        let splits = Splits { train, valid, test };
        splits.check()?;
        Ok((splits, self.dropped))
    }
}

/// Adds to a count that has a limit.
fn count(count: &mut usize, by: usize, counted: Counted, limit: usize) -> Result<(), Fault> {
    if by > limit - *count {
        return Err(Fault::TooMany { counted, limit });
    }
    *count += by;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn intake(outside: Outside, notes: &[Number]) -> Result<(Splits, usize), Fault> {
        let mut intake = Intake::new(outside);
        for split in Split::ALL {
            intake.begin_split(split)?;
            for &note in notes {
                intake.note(note)?;
            }
            intake.end_step()?;
            intake.end_sequence()?;
            intake.end_split();
        }
        intake.finish()
    }

    #[test]
    fn whole_numbers_are_notes_however_they_are_written() {
        let notes = [Number::Int(60), Number::Float(64.0), Number::Int(60)];
        let (splits, dropped) = intake(Outside::Refuse, &notes).unwrap();
        assert_eq!(splits.train, [[Frame::of_notes([60, 64]).unwrap()]]);
        assert_eq!(dropped, 0);
        for value in [60.5, f64::NAN, f64::INFINITY] {
            let fault = intake(Outside::Clip, &[Number::Float(value)]).unwrap_err();
            assert!(matches!(fault, Fault::NotWhole { .. }), "{fault}");
        }
    }

    #[test]
    fn notes_outside_are_refused_or_dropped_and_counted() {
        for note in [20, 109, -1, 256 + 60, i64::MAX, i64::MIN] {
            let notes = [Number::Int(60), Number::Int(note)];
            let fault = intake(Outside::Refuse, &notes).unwrap_err();
            assert!(fault.to_string().contains(&note.to_string()), "{fault}");
            let (splits, dropped) = intake(Outside::Clip, &notes).unwrap();
            assert_eq!((splits.test[0][0].count(), dropped), (1, 3));
        }
        let (_, dropped) = intake(Outside::Clip, &[Number::Float(1e300)]).unwrap();
        assert_eq!(dropped, 3);
    }

    #[test]
    fn there_is_an_end_to_everything() {
        let mut intake = Intake::new(Outside::Refuse);
        intake.steps = MAX_STEPS - 1;
        assert_eq!(intake.steps_left(), 1);
        let error = intake.sequence(vec![Frame::SILENT; 2]).unwrap_err();
        assert!(error.to_string().contains("time steps"), "{error}");
        intake.end_step().unwrap();
        assert_eq!(
            intake.end_step().unwrap_err().to_string(),
            "it has more than 8388608 time steps; cut the set into smaller ones"
        );
        intake.sequences = MAX_SEQUENCES;
        let error = intake.end_sequence().unwrap_err();
        assert!(error.to_string().contains("sequences"), "{error}");
        intake.notes = MAX_NOTES;
        let error = intake.note(Number::Int(60)).unwrap_err();
        assert!(error.to_string().contains("notes"), "{error}");
    }

    #[test]
    fn names_that_are_no_split_are_kept_short() {
        let mut intake = Intake::new(Outside::Refuse);
        for _ in 0..1000 {
            intake.other(&"x\n".repeat(1000));
        }
        let error = intake.finish().unwrap_err().to_string();
        assert!(error.len() < 1000 && !error.contains('\n'), "{error}");
    }
}
