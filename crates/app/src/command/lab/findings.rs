//! What an experiment hands back, and its table for the terminal.

use maud::Markup;
use reverie_viz::picture::Picture;
use serde_json::{Value, json};

use crate::report::chart::{Chart, HeatMap};

/// One figure beside what theory or others say of it.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was measured.
    pub figure: String,
    /// What theory, a bar or a publication says.
    pub theory: String,
    /// What was found.
    pub measured: String,
    /// Whether both agree, where that is a question.
    pub holds: Option<bool>,
}

impl Row {
    /// A figure that is reported as it is found.
    pub fn new(
        figure: impl Into<String>,
        theory: impl Into<String>,
        measured: impl Into<String>,
    ) -> Self {
        Self {
            figure: figure.into(),
            theory: theory.into(),
            measured: measured.into(),
            holds: None,
        }
    }

    /// A figure that must agree with the theory, and whether it does.
    pub fn holds(self, holds: bool) -> Self {
        Self {
            holds: Some(holds),
            ..self
        }
    }

    /// The last column.
    pub fn verdict(&self) -> &'static str {
        match self.holds {
            Some(true) => "yes",
            Some(false) => "no",
            None => "",
        }
    }

    /// The line for programs.
    pub fn event(&self) -> Value {
        json!({
            "event": "figure", "figure": self.figure, "theory": self.theory,
            "measured": self.measured, "holds": self.holds,
        })
    }
}

/// What a section of a page is made of.
pub enum Part {
    /// A paragraph.
    Words(String),
    /// A chart; charts that follow each other stand side by side.
    Chart(Chart),
    /// A heat map, likewise.
    Heat(HeatMap),
    /// A picture of few pixels, shown large and with sharp edges, above its caption.
    Picture(Picture, String),
    /// An animation, as the bytes of a GIF or an APNG, above its caption.
    Film(Vec<u8>, String),
    /// A table: names of columns, then rows.
    Table(Vec<String>, Vec<Vec<String>>),
    /// Anything else.
    Markup(Markup),
}

/// Parts under a heading.
pub struct Section {
    /// The heading.
    pub heading: String,
    /// What stands below it, in order.
    pub parts: Vec<Part>,
}

impl Section {
    /// An empty section.
    pub fn new(heading: impl Into<String>) -> Self {
        Self {
            heading: heading.into(),
            parts: Vec::new(),
        }
    }

    /// With one more part.
    pub fn with(mut self, part: Part) -> Self {
        self.parts.push(part);
        self
    }

    /// With a paragraph.
    pub fn words(self, words: impl Into<String>) -> Self {
        self.with(Part::Words(words.into()))
    }

    /// With a chart.
    pub fn chart(self, chart: Chart) -> Self {
        self.with(Part::Chart(chart))
    }

    /// With a table: names of columns, then rows.
    pub fn table<const N: usize>(
        self,
        head: [&str; N],
        rows: impl IntoIterator<Item = [String; N]>,
    ) -> Self {
        let rows = rows.into_iter().map(|row| row.to_vec());
        self.with(Part::Table(
            head.map(str::to_owned).to_vec(),
            rows.collect(),
        ))
    }

    /// With a heat map.
    pub fn heat(self, map: HeatMap) -> Self {
        self.with(Part::Heat(map))
    }
}

/// All that an experiment found.
pub struct Findings {
    /// What the page is called.
    pub title: String,
    /// The slide's idea in two sentences.
    pub idea: String,
    /// The figures that count.
    pub rows: Vec<Row>,
    /// What stands below the table.
    pub sections: Vec<Section>,
    /// All numbers, for programs: `figures` of the last line of `--json`.
    pub figures: Value,
}

impl Findings {
    /// The rows as text.
    pub fn table(&self) -> String {
        let head = ["figure", "theory", "measured", "holds"].map(str::to_owned);
        let rows = self.rows.iter().map(|row| {
            let holds = row.verdict().to_owned();
            [
                row.figure.clone(),
                row.theory.clone(),
                row.measured.clone(),
                holds,
            ]
        });
        let lines: Vec<[String; 4]> = std::iter::once(head).chain(rows).collect();
        let width = |column: usize| {
            let widths = lines.iter().map(|line| line[column].chars().count());
            widths.max().unwrap_or(0)
        };
        let widths: [usize; 4] = std::array::from_fn(width);
        let mut text = String::new();
        for line in &lines {
            let cells = line.iter().zip(widths);
            let cells: Vec<String> = cells
                .map(|(cell, width)| format!("{cell:width$}"))
                .collect();
            text.push_str(cells.join("  ").trim_end());
            text.push('\n');
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let findings = Findings {
            title: String::new(),
            idea: String::new(),
            rows: vec![
                Row::new("slope", "−0.105", "−0.104").holds(true),
                Row::new("a longer figure", "", "3"),
            ],
            sections: Vec::new(),
            figures: Value::Null,
        };
        let expected = "figure           theory  measured  holds\n\
                        slope            −0.105  −0.104    yes\n\
                        a longer figure          3\n";
        assert_eq!(findings.table(), expected);
    }
}
