//! A series from a table of comma-separated values.

/// A column of numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Series {
    /// The column's heading, or its number from 1 where there is none.
    pub name: String,
    /// Its values, top to bottom.
    pub values: Vec<f64>,
}

/// Why there is no series in a text.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SeriesError {
    /// Nothing but blank lines and perhaps headings.
    #[error("there are no numbers in it")]
    Empty,
    /// No such column.
    #[error("there is no column {asked}; there are {}", .names.join(", "))]
    NoColumn {
        /// What was asked for.
        asked: String,
        /// The headings or numbers there are.
        names: Vec<String>,
    },
    /// A cell of the column is blank or missing.
    #[error("line {line} has no value in column {column}; fill the gap or cut the series there")]
    Gap {
        /// Line of the file, from 1.
        line: usize,
        /// The column.
        column: String,
    },
    /// A cell of the column is no finite number.
    #[error("line {line} has {cell:?} in column {column}, which is no finite number")]
    NoNumber {
        /// Line of the file, from 1.
        line: usize,
        /// The column.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// A cell whose square would leave the range of numbers.
    #[error("line {line} has {cell} in column {column}; values must lie between -1e150 and 1e150")]
    TooLarge {
        /// Line of the file, from 1.
        line: usize,
        /// The column.
        column: String,
        /// What stands there.
        cell: String,
    },
    /// All values are equal.
    #[error("all values of column {0} are equal, so there is nothing to predict")]
    Constant(String),
    /// Too few values.
    #[error("there are {have} values; washout, training and one free run need {need} or more")]
    TooShort {
        /// Values there are.
        have: usize,
        /// Values needed.
        need: usize,
    },
}

/// Largest value: its square is still a number.
const LARGEST: f64 = 1e150;

/// Reads the column called `asked` (a heading or a number from 1), or the last one.
///
/// Cells are separated by the first of tab, semicolon and comma that the first line has, and may stand
/// in double quotes. If any cell of the first line is no number, the first line has the headings. Blank
/// lines at the end are ignored; lines that begin with `#` everywhere.
///
/// # Errors
/// See [`SeriesError`]; line numbers count every line of the text.
pub fn read_series(text: &str, asked: Option<&str>) -> Result<Series, SeriesError> {
    let text = text.trim_start_matches('\u{feff}').trim_end();
    let mut lines = text.lines().enumerate().map(|(i, line)| (i + 1, line));
    let mut lines = lines
        .by_ref()
        .filter(|(_, line)| !line.starts_with('#'))
        .peekable();
    let Some(&(_, first)) = lines.peek() else {
        return Err(SeriesError::Empty);
    };
    let separators = ['\t', ';', ','];
    let separator = separators.into_iter().find(|mark| first.contains(*mark));
    let separator = separator.unwrap_or(',');
    let head = cells(first, separator);
    let has_headings = head
        .iter()
        .any(|cell| !cell.is_empty() && number(cell).is_none());
    let numbers = (1..=head.len()).map(|place| place.to_string());
    let names: Vec<String> = if has_headings {
        head
    } else {
        numbers.collect()
    };
    if has_headings {
        lines.next();
    }
    let place = match asked {
        None => names.len() - 1,
        Some(asked) => column(asked, &names)?,
    };
    let name = names[place].clone();
    let mut values = Vec::new();
    for (line, row) in lines {
        let cell = cells(row, separator).into_iter().nth(place);
        let column = name.clone();
        let cell = cell.unwrap_or_default();
        if cell.is_empty() {
            return Err(SeriesError::Gap { line, column });
        }
        match number(&cell) {
            None => return Err(SeriesError::NoNumber { line, column, cell }),
            Some(value) if value.abs() > LARGEST => {
                return Err(SeriesError::TooLarge { line, column, cell });
            }
            Some(value) => values.push(value),
        }
    }
    match values.first() {
        None => Err(SeriesError::Empty),
        Some(first) if values.iter().all(|value| value == first) => {
            Err(SeriesError::Constant(name))
        }
        Some(_) => Ok(Series { name, values }),
    }
}

/// The place of a column that is asked for by heading or by number.
fn column(asked: &str, names: &[String]) -> Result<usize, SeriesError> {
    let by_name = names.iter().position(|name| name == asked);
    let by_number = asked.parse::<usize>().ok();
    let by_number = by_number.filter(|n| (1..=names.len()).contains(n));
    by_name
        .or(by_number.map(|n| n - 1))
        .ok_or_else(|| SeriesError::NoColumn {
            asked: asked.to_owned(),
            names: names.to_vec(),
        })
}

fn number(cell: &str) -> Option<f64> {
    cell.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// The cells of a line, without quotes and outer blanks; a separator in quotes separates nothing.
fn cells(line: &str, separator: char) -> Vec<String> {
    let mut cells = vec![String::new()];
    let mut quoted = false;
    for mark in line.chars() {
        match mark {
            '"' => quoted = !quoted,
            _ if mark == separator && !quoted => cells.push(String::new()),
            _ => cells.last_mut().expect("there is always a cell").push(mark),
        }
    }
    cells.iter().map(|cell| cell.trim().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_is_found_by_name_number_or_as_the_last() {
        let text = "date,\"a, b\",c\n# note\n2020-01-01,1,4\n2020-01-02,2.5,5e1\n\n";
        let by_name = read_series(text, Some("a, b")).unwrap();
        assert_eq!(by_name.values, [1.0, 2.5]);
        assert_eq!(read_series(text, Some("2")).unwrap(), by_name);
        assert_eq!(read_series(text, None).unwrap().values, [4.0, 50.0]);
        let bare = read_series("1\n2\n", None).unwrap();
        assert_eq!((bare.name.as_str(), bare.values), ("1", vec![1.0, 2.0]));
    }

    #[test]
    fn gaps_and_text_are_named_with_their_line() {
        let gap = |text| read_series(text, None).unwrap_err().to_string();
        assert_eq!(
            gap("x\n1\n\n2\n"),
            "line 3 has no value in column x; fill the gap or cut the series there"
        );
        assert_eq!(
            gap("t;x\n1;2\n2;n/a\n"),
            "line 3 has \"n/a\" in column x, which is no finite number"
        );
        assert!(gap("x\n1\nNaN\n").contains("NaN"));
        assert!(gap("x\n1\n1e200\n").starts_with("line 3 has 1e200 in column x; values"));
        assert!(gap("x,y\n1,2\n3\n").starts_with("line 3 has no value"));
        assert_eq!(gap(""), "there are no numbers in it");
        assert_eq!(gap("x\n"), "there are no numbers in it");
        assert!(gap("3\n3\n").contains("are equal"));
        let missing = read_series("x,y\n1,2\n", Some("z")).unwrap_err();
        assert_eq!(missing.to_string(), "there is no column z; there are x, y");
    }
}
