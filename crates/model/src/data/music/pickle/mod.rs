//! Sets of music as Python pickles, as Boulanger-Lewandowski, Bengio and Vincent 2012 (arXiv
//! 1206.6392) published the four sets.
//!
//! A file holds a dictionary with `train`, `valid` and `test`; each is a list of sequences, a
//! sequence is a list of time steps, a step is a tuple or list of MIDI numbers. All protocols are
//! read, from Python 2's text to protocol 5.
//!
//! # Safety
//! A pickle is a program that may call any Python function. This reader knows the instructions that
//! make numbers, strings, lists, tuples, sets and dictionaries; a file with any other is refused,
//! and what it would have called is named. Memory is bounded: a value that is used twice is kept
//! once, and there is a most of everything.

mod error;
mod machine;
mod opcode;
mod scan;
mod value;

pub use error::{Kind, PickleFault};
use value::{Heap, Value};

use super::intake::{Intake, Number};
use super::{Fault, Split};

/// The newest protocol there is.
const NEWEST_PROTOCOL: u8 = 5;

/// Whether these bytes begin as a pickle does; older protocols have no mark of their own.
pub(super) fn looks_like_pickle(bytes: &[u8]) -> bool {
    let is_stopped = bytes.trim_ascii_end().ends_with(b".");
    match bytes {
        [0x80, protocol, ..] => *protocol <= NEWEST_PROTOCOL,
        // A mark, and a dictionary or a list of what follows it.
        [b'(', b'd' | b'l' | b't', ..] => true,
        // A function by the name of its module.
        [b'c', ..] => bytes.contains(&b'\n'),
        // Empty dictionaries, lists and tuples; anything that begins a value and stops.
        [b'}' | b']' | b')' | b'(', ..] => is_stopped || bytes.get(1) == Some(&b'q'),
        _ => false,
    }
}

/// Hands the notes of a pickle to `intake`.
pub(super) fn read(bytes: &[u8], intake: &mut Intake) -> Result<(), Fault> {
    let (root, heap) = machine::run(bytes)?;
    let Value::Dict(root) = root else {
        let want = "a dictionary with train, valid and test";
        return Err(unexpected(want, "as a whole", root));
    };
    for pair in heap.items(root).chunks_exact(2) {
        let &[key, value] = pair else { continue };
        let Value::Text(key) = key else {
            return Err(unexpected("a name", "as a key of the dictionary", key));
        };
        let key = String::from_utf8_lossy(key);
        match Split::from_name(&key) {
            None => intake.other(&key),
            Some(split) => {
                intake.begin_split(split)?;
                sequences(&heap, value, intake)?;
                intake.end_split();
            }
        }
    }
    Ok(())
}

fn sequences(heap: &Heap, split: Value, intake: &mut Intake) -> Result<(), Fault> {
    let list = |value, want: &'static str, intake: &Intake| match value {
        Value::List(items) => Ok(heap.items(items)),
        _ => Err(unexpected(want, &format!("at {}", intake.place()), value)),
    };
    for &sequence in list(split, "a list of sequences", intake)? {
        for &step in list(sequence, "a list of time steps", intake)? {
            for &note in list(step, "a list or tuple of MIDI numbers", intake)? {
                match note {
                    Value::Int(note) => intake.note(Number::Int(note))?,
                    Value::Float(note) => intake.note(Number::Float(note))?,
                    _ => {
                        let place = format!("at {}", intake.place());
                        return Err(unexpected("a MIDI number", &place, note));
                    }
                }
            }
            intake.end_step()?;
        }
        intake.end_sequence()?;
    }
    Ok(())
}

fn unexpected(want: &'static str, place: &str, found: Value) -> Fault {
    PickleFault::Unexpected {
        want,
        place: place.to_owned(),
        found: found.kind(),
    }
    .into()
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::super::read::read_splits;
    use super::super::testing::{any_splits, damage};
    use super::super::{Format, Frame, Outside, Splits, real_file};
    use super::*;

    fn read(bytes: &[u8]) -> Result<Splits, Fault> {
        Ok(read_splits(Format::Pickle, bytes, Outside::Refuse)?.0)
    }

    #[track_caller]
    fn assert_refused(bytes: &[u8], words: &str) {
        let error = read(bytes).unwrap_err().to_string();
        assert!(error.contains(words), "{error}");
    }

    /// A set as protocol 2 has it, without a memo.
    fn to_pickle(splits: &Splits) -> Vec<u8> {
        let mut bytes = b"\x80\x02}(".to_vec();
        for split in Split::ALL {
            bytes.extend([b'U', split.name().len() as u8]);
            bytes.extend(split.name().bytes());
            bytes.extend(b"](");
            for roll in splits.get(split) {
                bytes.extend(b"](");
                for frame in roll {
                    bytes.push(b'(');
                    bytes.extend(frame.notes().flat_map(|note| [b'K', note]));
                    bytes.push(b't');
                }
                bytes.push(b'e');
            }
            bytes.push(b'e');
        }
        bytes.extend(b"u.");
        bytes
    }

    /// What `testdata/make.py` pickles.
    fn small() -> Splits {
        let chord = |notes: &[u8]| Frame::of_notes(notes.iter().copied()).unwrap();
        let silent = Frame::SILENT;
        Splits {
            train: vec![
                vec![chord(&[60, 64, 67]), silent, chord(&[62])],
                vec![chord(&[21, 108])],
            ],
            valid: vec![vec![chord(&[61, 65]), chord(&[61, 65])]],
            test: vec![vec![chord(&[60, 64, 67, 72]), chord(&[59])]],
        }
    }

    #[test]
    fn every_protocol_of_python_is_read() {
        for (name, bytes) in [
            (
                "Python 2, 0",
                &include_bytes!("../testdata/py2_p0.pickle")[..],
            ),
            ("Python 2, 1", include_bytes!("../testdata/py2_p1.pickle")),
            ("Python 2, 2", include_bytes!("../testdata/py2_p2.pickle")),
            ("Python 3, 0", include_bytes!("../testdata/py3_p0.pickle")),
            ("Python 3, 1", include_bytes!("../testdata/py3_p1.pickle")),
            ("Python 3, 2", include_bytes!("../testdata/py3_p2.pickle")),
            ("Python 3, 3", include_bytes!("../testdata/py3_p3.pickle")),
            ("Python 3, 4", include_bytes!("../testdata/py3_p4.pickle")),
            ("Python 3, 5", include_bytes!("../testdata/py3_p5.pickle")),
        ] {
            assert_eq!(Format::of(bytes), Some(Format::Pickle), "{name}");
            assert_eq!(read(bytes).unwrap(), small(), "{name}");
        }
    }

    /// The original pickles are not at hand, so they are made from the same sets.
    #[test]
    fn the_published_sets_come_back() {
        for name in ["nottingham", "jsb_chorales", "musedata", "piano_midi"] {
            let Some(path) = real_file(&format!("music/{name}.json")) else {
                return;
            };
            let json = std::fs::read(path).unwrap();
            let (splits, _) = read_splits(Format::Json, &json, Outside::Refuse).unwrap();
            assert!(read(&to_pickle(&splits)).unwrap() == splits, "{name}");
        }
    }

    #[test]
    fn code_is_refused_and_named() {
        for (bytes, what) in [
            (
                &include_bytes!("../testdata/evil_p0.pickle")[..],
                "posix.system",
            ),
            (include_bytes!("../testdata/evil_p2.pickle"), "posix.system"),
            (include_bytes!("../testdata/evil_p4.pickle"), "posix.system"),
        ] {
            assert_eq!(Format::of(bytes), Some(Format::Pickle));
            assert_refused(bytes, what);
        }
        assert_refused(b"cos\nsystem\n(S'ls'\ntR.", "GLOBAL at byte 0 (os.system)");
        // Even where the result is thrown away, or the function comes by another way.
        assert_refused(b"cos\nsystem\n(S'ls'\ntR0}.", "os.system");
        assert_refused(b"(S'ls'\nios\nsystem\n.", "INST at byte 7 (os.system)");
        assert_refused(b"\x80\x04\x8c\x02os\x8c\x06system\x93.", "STACK_GLOBAL");
        assert_refused(b"\x80\x02\x82\x01.", "EXT1");
        for (opcode, name) in [
            (b'R', "REDUCE"),
            (b'b', "BUILD"),
            (b'o', "OBJ"),
            (0x81, "NEWOBJ"),
            (0x92, "NEWOBJ_EX"),
            (b'P', "PERSID"),
            (b'Q', "BINPERSID"),
            (0x97, "NEXT_BUFFER"),
        ] {
            assert_refused(&[b'}', opcode, b'.'], name);
        }
    }

    #[test]
    fn numpy_is_refused_with_a_remedy() {
        for module in ["numpy.core.multiarray", "numpy._core.multiarray"] {
            let bytes = format!("\u{2}c{module}\n_reconstruct\n");
            let bytes = [b"\x80", bytes.as_bytes()].concat();
            assert_refused(&bytes, "tolist()");
        }
    }

    #[test]
    fn what_is_no_set_of_music_says_so() {
        assert_refused(b"].", "a list, but it must be a dictionary");
        assert_refused(b"}.", "there is nothing");
        assert_refused(b"}K\x01]s.", "a number, but it must be a name");
        assert_refused(b"}U\x05trainK\x01s.", "a list of sequences");
        assert_refused(
            b"}U\x05train](]U\x02C4aes.",
            "a list or tuple of MIDI numbers",
        );
        assert_refused(b"}U\x05train](](U\x02C4tees.", "pops");
        assert_refused(
            b"}U\x05train](](](U\x02C4eees.",
            "a text, but it must be a MIDI number",
        );
        assert_refused(b"}U\x05train](](](K\x14eees.", "note 20 at step 0");
        assert_refused(
            b"}U\x05train](](](G@NA\x00\x00\x00\x00\x00eees.",
            "no whole number",
        );
        assert_refused(b"}(U\x04test]U\x04test]u.", "twice");
        assert_refused(b"}\x05.", "0x05 at byte 1");
        assert_refused(b"\x80\x06}.", "protocol 6");
        assert_refused(b"", "cut short");
        assert_refused(b"}", "cut short");
        assert_refused(b"}U\xffabc.", "cut short");
        assert_refused(
            b"\x80\x04\x8e\xff\xff\xff\xff\xff\xff\xff\xff.",
            "cut short",
        );
    }

    /// A list that has itself in it, and lists that have each other twice: 2^60 notes if written out.
    #[test]
    fn knots_and_bombs_take_no_memory() {
        assert_refused(
            b"}U\x05train]q\x00h\x00as.",
            "a list, but it must be a MIDI number",
        );
        let mut bomb = b"}U\x05train](K\x3ceq\x00".to_vec();
        for _ in 0..60 {
            bomb.extend(b"0](h\x00h\x00eq\x00");
        }
        bomb.extend(b"s.");
        assert_refused(&bomb, "a list, but it must be a MIDI number");
        // A step that a sequence has 2^16 times, a sequence that a split has 2^16 times.
        let mut bomb = b"}U\x05train](](](K\x3ceq\x00".to_vec();
        bomb.extend(b"h\x00".repeat(1 << 16));
        bomb.extend(b"eq\x01");
        bomb.extend(b"h\x01".repeat(1 << 16));
        bomb.extend(b"es.");
        assert_refused(&bomb, "more than 8388608 time steps");
        // Nothing but lists.
        assert_refused(&b"]".repeat(10_000_000), "more than 8388608 values");
        assert_refused(&b"]\x94".repeat(5_000_000), "more than 8388608 values");
        assert_refused(&b"(".repeat(10_000_000), "more than 8388608 values");
        // As deep as it is long.
        let deep = [
            &b"}U\x05train"[..],
            &b"]".repeat(500_000),
            &b"a".repeat(499_999),
            b"s.",
        ];
        assert_refused(&deep.concat(), "a list, but it must be a MIDI number");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]

        #[test]
        fn sets_come_back(splits in any_splits()) {
            prop_assert_eq!(read(&to_pickle(&splits)).unwrap(), splits);
        }

        #[test]
        fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
            let _ = read_splits(Format::Pickle, &bytes, Outside::Clip);
            let _ = Format::of(&bytes);
        }

        #[test]
        fn any_instructions_are_followed_or_refused(
            bytes in vec(prop::sample::select(&b"(dtlaesu0211NI1\n}])\x85\x86\x87q\x00h\x00K\x94\x8f\x90\x91.\x88U\x01S'FLjr"[..]), 0..300),
        ) {
            let _ = read_splits(Format::Pickle, &bytes, Outside::Clip);
        }

        #[test]
        fn damaged_files_are_read_or_refused(
            splits in any_splits(), harms in vec(damage(), 1..4), python in 0..4usize,
        ) {
            let bytes = match python {
                0 => to_pickle(&splits),
                1 => include_bytes!("../testdata/py2_p0.pickle").to_vec(),
                2 => include_bytes!("../testdata/py3_p2.pickle").to_vec(),
                _ => include_bytes!("../testdata/py3_p5.pickle").to_vec(),
            };
            let bytes = harms.iter().fold(bytes, |bytes, harm| harm.apply(bytes));
            let _ = read_splits(Format::Pickle, &bytes, Outside::Clip);
        }
    }
}
