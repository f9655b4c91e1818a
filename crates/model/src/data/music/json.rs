//! Sets of music as JSON.
//!
//! The file is an object with `train`, `valid` and `test`; each is a list of sequences, a sequence
//! is a list of time steps, a step is a list of MIDI numbers. Other keys are skipped. Notes go into
//! frames as they are read, so a file needs little more memory than its own bytes.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::format::without_mark;
use super::intake::{Intake, Number};
use super::{Fault, Split};

/// Hands the notes of a JSON file to `intake`.
pub(super) fn read(bytes: &[u8], intake: &mut Intake) -> Result<(), Fault> {
    let mut file = File {
        intake,
        fault: None,
    };
    let mut json = serde_json::Deserializer::from_slice(without_mark(bytes));
    let result = json
        .deserialize_map(Splits(&mut file))
        .and_then(|()| json.end());
    match (file.fault, result) {
        (Some(fault), _) => Err(fault),
        (None, result) => result.map_err(Fault::Json),
    }
}

/// Where the notes go, and the fault that serde's error cannot carry.
struct File<'a> {
    intake: &'a mut Intake,
    fault: Option<Fault>,
}

impl File<'_> {
    fn keep<T, E: Error>(&mut self, result: Result<T, Fault>) -> Result<T, E> {
        result.map_err(|fault| {
            let error = E::custom(&fault);
            self.fault = Some(fault);
            error
        })
    }
}

/// The whole file.
struct Splits<'a, 'b>(&'a mut File<'b>);

impl<'de> Visitor<'de> for Splits<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with train, valid and test")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let file = self.0;
        while let Some(key) = map.next_key::<String>()? {
            let Some(split) = Split::from_name(&key) else {
                file.intake.other(&key);
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let begun = file.intake.begin_split(split);
            file.keep(begun)?;
            map.next_value_seed(List {
                file: &mut *file,
                level: Level::Split,
            })?;
            file.intake.end_split();
        }
        Ok(())
    }
}

/// What a list is.
#[derive(Clone, Copy)]
enum Level {
    Split,
    Sequence,
    Step,
}

/// A list of sequences, of steps or of notes.
struct List<'a, 'b> {
    file: &'a mut File<'b>,
    level: Level,
}

impl<'de> DeserializeSeed<'de> for List<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for List<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.level {
            Level::Split => "a list of sequences",
            Level::Sequence => "a list of time steps",
            Level::Step => "a list of MIDI numbers",
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<(), A::Error> {
        let Self { file, level } = self;
        let level = match level {
            Level::Split => Level::Sequence,
            Level::Sequence => Level::Step,
            Level::Step => {
                while seq.next_element_seed(Note(&mut *file))?.is_some() {}
                return Ok(());
            }
        };
        while seq
            .next_element_seed(List {
                file: &mut *file,
                level,
            })?
            .is_some()
        {
            let ended = match level {
                Level::Step => file.intake.end_step(),
                _ => file.intake.end_sequence(),
            };
            file.keep(ended)?;
        }
        Ok(())
    }
}

/// One MIDI number.
struct Note<'a, 'b>(&'a mut File<'b>);

impl<'de> DeserializeSeed<'de> for Note<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl Visitor<'_> for Note<'_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a MIDI number")
    }

    fn visit_u64<E: Error>(self, note: u64) -> Result<(), E> {
        self.visit_i64(i64::try_from(note).unwrap_or(i64::MAX))
    }

    fn visit_i64<E: Error>(self, note: i64) -> Result<(), E> {
        let taken = self.0.intake.note(Number::Int(note));
        self.0.keep(taken)
    }

    fn visit_f64<E: Error>(self, note: f64) -> Result<(), E> {
        let taken = self.0.intake.note(Number::Float(note));
        self.0.keep(taken)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::read::read_splits;
    use super::super::testing::{any_splits, damage, to_json};
    use super::super::{Format, Frame, Outside, Splits};
    use super::*;

    fn read(text: &str) -> Result<Splits, Fault> {
        Ok(read_splits(Format::Json, text.as_bytes(), Outside::Refuse)?.0)
    }

    #[track_caller]
    fn assert_refused(text: &str, words: &str) {
        let error = read(text).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }

    #[test]
    fn a_small_file() {
        let splits = read(
            "\u{feff}{\"test\": [[[]], [[21, 108.0], []]], \"made\": {\"by\": [1, [2]]},
              \"train\": [[[60, 64, 60]]], \"valid\": [[[61]]]}\n",
        )
        .unwrap();
        let both = Frame::of_notes([21, 108]).unwrap();
        let silent = Frame::SILENT;
        assert_eq!(splits.test, [vec![silent], vec![both, silent]]);
        assert_eq!(splits.train[0][0].notes().collect::<Vec<_>>(), [60, 64]);
    }

    #[test]
    fn what_is_wrong_is_said() {
        let rest = r#""valid": [[[61]]], "test": [[[62]]]}"#;
        assert_refused("{", "EOF");
        assert_refused("{\"train\" [", "line 1 column 10");
        assert_refused("{\"train\": [[60]]}", "expected a list of MIDI numbers");
        assert_refused(
            &format!("{{{rest}"),
            "train is missing; there are valid, test",
        );
        assert_refused(
            &format!("{{\"train\": [], {rest}"),
            "train has no sequences",
        );
        assert_refused(&format!("{{\"train\": [[]], {rest}"), "sequence 0 of train");
        assert_refused(&format!("{{\"valid\": [], {rest}"), "valid is there twice");
        let note =
            |note: &str| format!("{{\"train\": [[[1e1, {note}]]], {rest}").replace("1e1", "60");
        assert_refused(&note("\"C4\""), "expected a MIDI number");
        assert_refused(&note("null"), "expected a MIDI number");
        assert_refused(&note("60.5"), "note 60.5 at step 0 of sequence 0 of train");
        assert_refused(&note("-1"), "note -1 at");
        assert_refused(&note("18446744073709551615"), "is outside 21-108");
        assert_refused(&format!("{} x", note("60")), "trailing characters");
    }

    #[test]
    fn depth_does_not_matter() {
        for text in [
            format!("{{\"train\": {}", "[".repeat(1_000_000)),
            format!("{{\"other\": {}", "[".repeat(1_000_000)),
            format!("{{\"other\": {}", "{\"a\":".repeat(1_000_000)),
        ] {
            assert!(read(&text).is_err());
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1000))]

        #[test]
        fn sets_come_back(splits in any_splits()) {
            prop_assert_eq!(read(&to_json(&splits)).unwrap(), splits);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
            let _ = read_splits(Format::Json, &bytes, Outside::Clip);
        }

        #[test]
        fn damaged_files_are_read_or_refused(splits in any_splits(), harm in damage()) {
            let bytes = harm.apply(to_json(&splits).into_bytes());
            let _ = read_splits(Format::Json, &bytes, Outside::Clip);
        }
    }
}
