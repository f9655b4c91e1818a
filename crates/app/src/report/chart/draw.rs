//! The drawing of a chart.

use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::scale::{self, Scale};
use super::{Chart, Look, Series, colours};
use crate::report::curve::pen::{Area, TYPE, UNIT, stroke, text, type_style};
use crate::report::curve::{Shape, ink, legend, picture};

/// A chart beside another one.
pub const SHAPE: Shape = Shape {
    width: 520,
    height: 340,
};
/// Between the picture's edge and what is in it, in pixels.
const MARGIN: i32 = 8;
/// Room at the bottom for numbers and what they count, in pixels.
const BOTTOM: i32 = 44;
/// Room at the left for numbers, in pixels.
const SIDE: i32 = 46;
/// Height of a line of words, in pixels.
const LINE: i32 = 18;
/// Length of the lines that lead from an axis to its labels, in pixels.
const TICK: i32 = 3;
/// Radius of a dot, in pixels.
const DOT: i32 = 3;
/// Length of a colour's line in the key, in pixels.
const SWATCH: i32 = 18;
/// Between a colour and its name, in pixels.
const GAP: i32 = 5;
/// Between a name and the next colour, in pixels.
const SPACE: i32 = 12;

/// The part between the axes.
type Plot<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Cartesian2d<Scale, Scale>>;

/// Draws it.
///
/// # Errors
/// If the backend fails.
pub fn svg(chart: &Chart, shape: Shape) -> anyhow::Result<String> {
    picture(shape, colours::CLASS, &colours::style(), |area| {
        let named: Vec<&Series> = chart
            .series
            .iter()
            .filter(|one| !one.name.is_empty())
            .collect();
        let rows = rows(&named, shape.width - 2 * MARGIN);
        let top = MARGIN + LINE * (1 + rows.len() as i32) + 6;
        let points = || chart.series.iter().flat_map(|series| &series.points);
        let x = points().map(|point| point.0);
        let x = chart.x.scale(x, shape.width - SIDE - 2 * MARGIN);
        // Numbers that stand above each other need less room than side by side.
        let y = points().map(|point| point.1);
        let y = chart.y.scale(y, (shape.height - top - BOTTOM) * 3 / 2);
        let room = [shape.width - SIDE - 3 * MARGIN, shape.height - top - BOTTOM];
        let [x, y] = match chart.is_even {
            true => scale::even([&chart.x, &chart.y], [x, y], room),
            false => [x, y],
        };
        let mut plot = ChartBuilder::on(area)
            .margin_top(top * UNIT)
            .margin_left(MARGIN * UNIT)
            .margin_right(2 * MARGIN * UNIT)
            .x_label_area_size(BOTTOM * UNIT)
            .y_label_area_size(SIDE * UNIT)
            .build_cartesian_2d(x.clone(), y.clone())?;
        plot.configure_mesh()
            .disable_x_mesh()
            .light_line_style(TRANSPARENT)
            .bold_line_style(stroke(&ink::GRID, 1))
            .axis_style(stroke(&ink::GRID, 1))
            .set_all_tick_mark_size(TICK * UNIT)
            .label_style(type_style(&ink::FAINT))
            .x_label_formatter(&|place| x.words(*place))
            .y_label_formatter(&|place| y.words(*place))
            .draw()?;
        for series in &chart.series {
            draw(&mut plot, chart, series, (&x, &y))?;
        }
        words(area, chart, shape)?;
        key(area, &rows)
    })
}

fn draw(
    plot: &mut Plot<'_, '_>,
    chart: &Chart,
    series: &Series,
    (x, y): (&Scale, &Scale),
) -> anyhow::Result<()> {
    let colour = colours::of(series.colour);
    let place = |&(at, value): &(f64, f64)| Some((chart.x.place(at)?, chart.y.place(value)?));
    let places: Vec<Option<(f64, f64)>> = series.points.iter().map(place).collect();
    if series.look == Look::Dots {
        let seen = places.into_iter().flatten();
        let seen = seen.filter(|(at, value)| x.holds(*at) && y.holds(*value));
        plot.draw_series(seen.map(|at| Circle::new(at, DOT * UNIT, colour.filled())))?;
        return Ok(());
    }
    for part in places.split(Option::is_none) {
        let part: Vec<(f64, f64)> = part.iter().flatten().copied().collect();
        for line in cut(&part, x, y) {
            plot.draw_series([PathElement::new(line, style(&colour, series.look))])?;
        }
    }
    Ok(())
}

/// The parts of a line that are within both scales, ending at their edges.
fn cut(line: &[(f64, f64)], x: &Scale, y: &Scale) -> Vec<Vec<(f64, f64)>> {
    let mut parts: Vec<Vec<(f64, f64)>> = Vec::new();
    for pair in line.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let (sx, sy) = (x.shares(from.0, to.0), y.shares(from.1, to.1));
        let (first, last) = (sx.0.max(sy.0), sx.1.min(sy.1));
        if first > last {
            continue;
        }
        let at = |share: f64| {
            let between = |a: f64, b: f64| a + share * (b - a);
            (between(from.0, to.0), between(from.1, to.1))
        };
        let goes_on = first == 0.0 && parts.last().and_then(|part| part.last()) == Some(&from);
        if !goes_on {
            parts.push(vec![at(first)]);
        }
        let end = if last == 1.0 { to } else { at(last) };
        if let Some(part) = parts.last_mut() {
            part.push(end);
        }
    }
    parts
}

/// The stroke of a line. The backend knows no dashes; the style sheet makes them of this width.
fn style(colour: &RGBColor, look: Look) -> ShapeStyle {
    match look {
        Look::Dashed => colour.stroke_width(colours::DASHED),
        _ => stroke(colour, 2),
    }
}

/// Title and what the axes count.
fn words(area: &Area<'_>, chart: &Chart, shape: Shape) -> anyhow::Result<()> {
    let title = (MARGIN, MARGIN + LINE / 2);
    text(area, &chart.title, title, HPos::Left, &ink::INK)?;
    let (right, below) = (shape.width - 2 * MARGIN, shape.height - MARGIN - TYPE / 2);
    let x = axis_words(&chart.x.label, chart.x.is_log);
    let y = axis_words(&chart.y.label, chart.y.is_log);
    text(area, &x, (right, below), HPos::Right, &ink::FAINT)?;
    // An arrow says that these words are about the axis that goes up.
    let y = format!("↑ {y}");
    text(area, &y, (MARGIN, below), HPos::Left, &ink::FAINT)
}

fn axis_words(label: &str, is_log: bool) -> String {
    match is_log {
        true => format!("{label}, logarithmic"),
        false => label.to_owned(),
    }
}

/// The key's lines: which series stand in each, with the place where they begin.
fn rows<'s>(named: &[&'s Series], width: i32) -> Vec<Vec<(i32, &'s Series)>> {
    let mut rows: Vec<Vec<(i32, &Series)>> = Vec::new();
    let mut at = width;
    for series in named {
        let needed = SWATCH + GAP + legend::width(&series.name) + SPACE;
        if at + needed > width + SPACE || rows.is_empty() {
            rows.push(Vec::new());
            at = 0;
        }
        if let Some(row) = rows.last_mut() {
            row.push((MARGIN + at, series));
        }
        at += needed;
    }
    rows
}

fn key(area: &Area<'_>, rows: &[Vec<(i32, &Series)>]) -> anyhow::Result<()> {
    for (row, y) in rows
        .iter()
        .zip((MARGIN + LINE * 3 / 2..).step_by(LINE as usize))
    {
        for (x, series) in row {
            let colour = colours::of(series.colour);
            let half = SWATCH / 2;
            if series.look != Look::Dots {
                let line = [(*x, y), (x + SWATCH, y)].map(|(x, y)| (x * UNIT, y * UNIT));
                area.draw(&PathElement::new(line, style(&colour, series.look)))?;
            }
            if series.look == Look::Dots {
                let middle = ((x + half) * UNIT, y * UNIT);
                area.draw(&Circle::new(middle, DOT * UNIT, colour.filled()))?;
            }
            let words = (x + SWATCH + GAP, y);
            text(area, &series.name, words, HPos::Left, &ink::INK)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::Axis;
    use super::*;

    fn chart() -> Chart {
        Chart::new("a title", Axis::new("lag"), Axis::log("norm"))
            .line(
                "tanh",
                vec![(0.0, 1.0), (1.0, 0.1), (2.0, f64::NAN), (3.0, 0.0)],
            )
            .same(Look::Dots, vec![(0.0, 1.0)])
            .dashed("theory <&>", vec![(0.0, 1.0), (3.0, 1e-3)])
    }

    #[test]
    fn a_chart_is_one_well_formed_element() {
        let svg = chart().svg().unwrap();
        let document = roxmltree::Document::parse(&svg).unwrap();
        let words: Vec<&str> = document
            .descendants()
            .filter_map(|node| node.text())
            .map(str::trim)
            .collect();
        for word in ["a title", "tanh", "theory <&>", "lag"] {
            assert!(words.contains(&word), "{word}: {words:?}");
        }
        assert!(svg.contains("logarithmic"));
    }

    #[test]
    fn lines_end_at_the_edge_and_begin_again() {
        let scale = |low, high| Axis::new("").only(low, high).scale(std::iter::empty(), 100);
        let (x, y) = (scale(0.0, 4.0), scale(0.0, 1.0));
        let line = [(0.0, 0.5), (1.0, 1.5), (2.0, 1.5), (3.0, 0.5), (4.0, 0.5)];
        let parts = cut(&line, &x, &y);
        assert_eq!(
            parts,
            [
                vec![(0.0, 0.5), (0.5, 1.0)],
                vec![(2.5, 1.0), (3.0, 0.5), (4.0, 0.5)]
            ]
        );
        assert!(cut(&[(0.0, 2.0), (4.0, 2.0)], &x, &y).is_empty());
    }

    #[test]
    fn a_circle_is_round_on_an_even_chart() {
        let circle = (0..60).map(|part| (f64::from(part) / 10.0).sin_cos());
        let chart = Chart::new("circle", Axis::new("x"), Axis::new("y")).line("", circle.collect());
        let sides = |chart: &Chart| {
            let svg = chart.svg().unwrap();
            let document = roxmltree::Document::parse(&svg).unwrap();
            let lines = document
                .descendants()
                .filter_map(|node| node.attribute("points"));
            // The circle has the most points of all lines.
            let longest = lines.max_by_key(|points| points.len()).unwrap();
            let numbers: Vec<f64> = longest
                .split([' ', ','])
                .filter_map(|word| word.parse().ok())
                .collect();
            [0, 1].map(|axis| {
                let places = || numbers.iter().copied().skip(axis).step_by(2);
                places().fold(f64::MIN, f64::max) - places().fold(f64::MAX, f64::min)
            })
        };
        let [width, height] = sides(&chart);
        assert!(width > 1.3 * height, "{width} x {height}");
        let [width, height] = sides(&chart.even());
        assert!((width / height - 1.0).abs() < 0.01, "{width} x {height}");
    }

    #[test]
    fn an_empty_chart_is_a_chart() {
        let chart = Chart::new("nothing", Axis::new("x"), Axis::new("y"));
        assert!(chart.svg().unwrap().contains("nothing"));
        assert!(chart.line("none", Vec::new()).svg().is_ok());
    }

    #[test]
    fn a_long_key_takes_more_lines() {
        let mut chart = chart();
        for number in 0..9 {
            chart = chart.line(format!("a rather long name {number}"), vec![(0.0, 1.0)]);
        }
        let named: Vec<&Series> = chart
            .series
            .iter()
            .filter(|one| !one.name.is_empty())
            .collect();
        let rows = rows(&named, SHAPE.width);
        assert!(rows.len() > 2);
        assert_eq!(rows.iter().map(Vec::len).sum::<usize>(), 11);
    }

    #[test]
    fn another_series_in_the_same_colour_uses_up_none() {
        let colours: Vec<usize> = chart().series.iter().map(|series| series.colour).collect();
        assert_eq!(colours, [0, 0, 1]);
    }
}
