//! Is a SoundFont file in order?
//!
//! The crate rustysynth believes the lengths and indices of a file: a broken one makes it ask for
//! gigabytes or stop the program. What it would stumble over is looked for here, before.

use std::collections::BTreeMap;

/// Bytes of a name, of a chunk's name and length, and of a list's name, length and kind.
const NAME: usize = 4;
const PREFIX: usize = 8;
const LIST_PREFIX: usize = 12;
/// The lists of a SoundFont in their order.
const LISTS: [&[u8]; 3] = [b"INFO", b"sdta", b"pdta"];
/// Tables: name, bytes of a record, and where in a record the index into the next table stands.
const PRESETS: Table = Table(b"phdr", 38, 24);
const PRESET_BAGS: Table = Table(b"pbag", 4, 0);
const INSTRUMENTS: Table = Table(b"inst", 22, 20);
const INSTRUMENT_BAGS: Table = Table(b"ibag", 4, 0);
const PRESET_GENERATORS: Table = Table(b"pgen", 4, 0);
const INSTRUMENT_GENERATORS: Table = Table(b"igen", 4, 0);
const SAMPLES: Table = Table(b"shdr", 46, 0);
/// Which table points into which.
const POINTERS: [(Table, Table); 4] = [
    (PRESETS, PRESET_BAGS),
    (PRESET_BAGS, PRESET_GENERATORS),
    (INSTRUMENTS, INSTRUMENT_BAGS),
    (INSTRUMENT_BAGS, INSTRUMENT_GENERATORS),
];

#[derive(Clone, Copy)]
struct Table(&'static [u8], usize, usize);

/// The chunks of a list by name.
type Chunks<'a> = BTreeMap<&'a [u8], &'a [u8]>;

/// What is wrong with the bytes of a SoundFont, if anything is.
pub(super) fn fault(file: &[u8]) -> Option<String> {
    check(file).err()
}

fn check(file: &[u8]) -> Result<(), String> {
    if file.get(..NAME) != Some(b"RIFF") || file.get(PREFIX..LIST_PREFIX) != Some(b"sfbk") {
        return Err("it does not begin as one".into());
    }
    let mut rest = &file[LIST_PREFIX..];
    let mut tables = Chunks::new();
    for kind in LISTS {
        let list = String::from_utf8_lossy(kind);
        let (name, content, after) =
            chunk(rest).ok_or_else(|| format!("its part {list} is cut short or missing"))?;
        let inside = content.strip_prefix(kind).filter(|_| name == b"LIST");
        let inside = inside.ok_or_else(|| format!("its part {list} is not where it should be"))?;
        tables =
            chunks(inside).ok_or_else(|| format!("something in its part {list} is cut short"))?;
        if kind == b"INFO"
            && tables
                .iter()
                .any(|(name, content)| is_bad_version(name, content))
        {
            return Err("its version is no version".into());
        }
        rest = after;
    }
    for (from, to) in POINTERS {
        check_pointers(&tables, from, to)?;
    }
    records(&tables, SAMPLES).map(|_| ())
}

/// The version chunks are read as four bytes, whatever length they say.
fn is_bad_version(name: &[u8], content: &[u8]) -> bool {
    matches!(name, b"ifil" | b"iver") && content.len() != NAME
}

/// The name and content of the chunk that begins here, and what follows it.
fn chunk(bytes: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let (prefix, rest) = bytes.split_at_checked(PREFIX)?;
    let (name, length) = prefix.split_at(NAME);
    let length = length
        .iter()
        .rev()
        .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    let (content, after) = rest.split_at_checked(length)?;
    Some((name, content, after))
}

fn chunks(mut bytes: &[u8]) -> Option<Chunks<'_>> {
    let mut found = Chunks::new();
    while !bytes.is_empty() {
        let (name, content, after) = chunk(bytes)?;
        found.insert(name, content);
        bytes = after;
    }
    Some(found)
}

/// The records of a table.
fn records<'a>(tables: &Chunks<'a>, table: Table) -> Result<Vec<&'a [u8]>, String> {
    let Table(name, size, _) = table;
    let shown = String::from_utf8_lossy(name);
    let content = tables
        .get(name)
        .ok_or_else(|| format!("its table {shown} is missing"))?;
    if content.is_empty() || content.len() % size != 0 {
        let length = content.len();
        return Err(format!(
            "its table {shown} has {length} bytes, not a multiple of {size}"
        ));
    }
    Ok(content.chunks_exact(size).collect())
}

/// Every record points to the first of its own in the next table, the last one to that's end.
fn check_pointers(tables: &Chunks<'_>, from: Table, to: Table) -> Result<(), String> {
    let last = records(tables, to)?.len() - 1;
    let at = from.2;
    let mut before = 0;
    for record in records(tables, from)? {
        let pointer = usize::from(u16::from_le_bytes([record[at], record[at + 1]]));
        if pointer < before || pointer > last {
            let (from, to) = [from, to]
                .map(|table| String::from_utf8_lossy(table.0))
                .into();
            return Err(format!(
                "its table {from} points to place {pointer} of {last} in {to}"
            ));
        }
        before = pointer;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::minimal::minimal;
    use super::*;

    #[test]
    fn a_good_file_has_no_fault() {
        assert_eq!(fault(&minimal()), None);
    }

    #[test]
    fn a_file_that_is_cut_short_is_found_wherever_it_is_cut() {
        let file = minimal();
        for end in (0..file.len()).step_by(7) {
            assert!(fault(&file[..end]).is_some(), "{end}");
        }
    }

    #[test]
    fn indices_that_lead_out_of_a_table_are_found() {
        let mut file = minimal();
        let bag = file.windows(NAME).position(|name| name == b"pbag").unwrap();
        file[bag + PREFIX] = 9;
        assert_eq!(
            fault(&file).as_deref(),
            Some("its table pbag points to place 9 of 1 in pgen")
        );
    }

    #[test]
    fn other_files_are_no_soundfonts() {
        for bytes in [&b""[..], b"RIFF\0\0\0\0WAVEfmt ", b"\x89PNG"] {
            assert_eq!(fault(bytes).as_deref(), Some("it does not begin as one"));
        }
    }
}
