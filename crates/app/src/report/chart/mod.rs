//! Charts of any numbers: lines, dashes and dots over two axes, and heat maps, light and dark.
//!
//! | file | what |
//! |---|---|
//! | here | [`Chart`]: what is drawn |
//! | `scale` | [`Axis`]: from numbers to places, and which have labels |
//! | `draw` | the drawing |
//! | `heat` | [`HeatMap`]: a table of numbers as colours |
//! | `colours` | colours of series |

mod colours;
mod draw;
mod heat;
mod scale;

pub use heat::{HeatMap, Palette};
pub use scale::Axis;

/// How a series looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// A line through all points.
    Line,
    /// A dashed line: theory, a bound, something to compare with.
    Dashed,
    /// Single dots.
    Dots,
}

/// Points that belong together.
#[derive(Clone, Debug)]
pub struct Series {
    /// What the key calls it; nothing leaves it out of the key.
    pub name: String,
    /// Places in order; a line ends where one is no number and begins again after it.
    pub points: Vec<(f64, f64)>,
    /// How it looks.
    pub look: Look,
    /// Number of its colour.
    colour: usize,
}

/// Series over two axes.
#[derive(Clone, Debug)]
pub struct Chart {
    /// What it shows, above it.
    pub title: String,
    /// The axis below.
    pub x: Axis,
    /// The axis at the left.
    pub y: Axis,
    /// What is drawn, the first at the bottom.
    pub series: Vec<Series>,
    /// Whether a unit is as long across as up.
    is_even: bool,
}

impl Chart {
    /// A chart with nothing in it yet.
    pub fn new(title: impl Into<String>, x: Axis, y: Axis) -> Self {
        Self {
            title: title.into(),
            x,
            y,
            series: Vec::new(),
            is_even: false,
        }
    }

    /// With a unit as long across as up, so that circles are round. Both axes have steps that are
    /// differences.
    pub fn even(self) -> Self {
        Self {
            is_even: true,
            ..self
        }
    }

    /// With a line of the next colour.
    pub fn line(self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        let colour = self.next_colour();
        self.with(name.into(), points, Look::Line, colour)
    }

    /// With several lines of the next colour, which the key names once: all seeds of one network.
    pub fn lines(
        self,
        name: impl Into<String>,
        lines: impl IntoIterator<Item = Vec<(f64, f64)>>,
    ) -> Self {
        let mut lines = lines.into_iter();
        match lines.next() {
            Some(first) => lines.fold(self.line(name, first), |chart, points| {
                chart.same(Look::Line, points)
            }),
            None => self,
        }
    }

    /// With dots of the next colour.
    pub fn dots(self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        let colour = self.next_colour();
        self.with(name.into(), points, Look::Dots, colour)
    }

    /// With a dashed line of the next colour.
    pub fn dashed(self, name: impl Into<String>, points: Vec<(f64, f64)>) -> Self {
        let colour = self.next_colour();
        self.with(name.into(), points, Look::Dashed, colour)
    }

    /// With another series in the colour of the last one, which the key leaves out: dots on a line,
    /// the dashed theory of measured dots, more seeds of one network.
    pub fn same(self, look: Look, points: Vec<(f64, f64)>) -> Self {
        let colour = self.series.last().map_or(0, |last| last.colour);
        self.with(String::new(), points, look, colour)
    }

    fn with(mut self, name: String, points: Vec<(f64, f64)>, look: Look, colour: usize) -> Self {
        self.series.push(Series {
            name,
            points,
            look,
            colour,
        });
        self
    }

    fn next_colour(&self) -> usize {
        let used = self.series.iter().map(|series| series.colour + 1);
        used.max().unwrap_or(0)
    }

    /// The drawing, as an SVG element with its colours inside.
    ///
    /// # Errors
    /// If it cannot be drawn.
    pub fn svg(&self) -> anyhow::Result<String> {
        draw::svg(self, draw::SHAPE)
    }
}
