//! Methods in numbers, of one picture or of many.

use reverie_viz::attribution::sanity::HARDLY;

use super::explain::Explained;

/// One method.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Its name.
    pub method: String,
    /// Area below the curve of deletion.
    pub deletion: Option<f64>,
    /// Area below the curve of insertion.
    pub insertion: Option<f64>,
    /// Completeness gap.
    pub gap: Option<f64>,
    /// How much of its map survives random weights.
    pub survives: Option<f64>,
}

/// All methods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// A row for each.
    pub rows: Vec<Row>,
}

impl Summary {
    /// Of one picture.
    pub fn of(explained: &Explained) -> Self {
        let rows = explained.found.iter().enumerate().map(|(number, one)| Row {
            method: one.method.to_owned(),
            deletion: one.curves.as_ref().map(|curves| curves[0].area()),
            insertion: one.curves.as_ref().map(|curves| curves[1].area()),
            gap: one.gap,
            survives: explained.survives(number),
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// The means of several, which have the same methods.
    pub fn mean(all: &[Self]) -> Self {
        let Some(first) = all.first() else {
            return Self::default();
        };
        let rows = first.rows.iter().enumerate().map(|(place, row)| {
            let mean = |value: fn(&Row) -> Option<f64>| {
                let values: Vec<f64> = all
                    .iter()
                    .filter_map(|one| value(&one.rows[place]))
                    .collect();
                let sum: f64 = values.iter().sum();
                (!values.is_empty()).then(|| sum / values.len() as f64)
            };
            Row {
                method: row.method.clone(),
                deletion: mean(|row| row.deletion),
                insertion: mean(|row| row.insertion),
                gap: mean(|row| row.gap),
                survives: mean(|row| row.survives),
            }
        });
        Self {
            rows: rows.collect(),
        }
    }

    /// Whether there is any number.
    pub fn has_numbers(&self) -> bool {
        let has = |row: &Row| row.deletion.is_some() || row.gap.is_some() || row.survives.is_some();
        self.rows.iter().any(has)
    }
}

/// A sentence about a method that hardly notices random weights.
pub fn hardly(row: &Row) -> Option<String> {
    let survives = row.survives.filter(|survives| *survives > HARDLY)?;
    Some(format!(
        "{} hardly reacts to random weights: its maps keep a rank correlation of {survives:.2} on average, \
         so they show the picture more than what the network knows",
        row.method
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(deletion: Option<f64>, survives: Option<f64>) -> Summary {
        Summary {
            rows: vec![Row {
                method: "vanilla".to_owned(),
                deletion,
                survives,
                ..Row::default()
            }],
        }
    }

    #[test]
    fn means_are_of_what_is_there() {
        let all = [row(Some(0.25), None), row(Some(0.75), None)];
        assert_eq!(Summary::mean(&all), row(Some(0.5), None));
        assert!(!row(None, None).has_numbers());
    }

    #[test]
    fn only_methods_that_hardly_react_are_named() {
        assert_eq!(hardly(&row(None, Some(0.2)).rows[0]), None);
        let said = hardly(&row(None, Some(0.83)).rows[0]).unwrap();
        assert!(
            said.starts_with("vanilla hardly reacts to random weights") && said.contains("0.83"),
            "{said}"
        );
    }
}
