//! One chart.

use std::ops::Range;

use plotters::coord::ranged1d::Ranged;
use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::HPos;

use super::super::words::nats;
use super::super::{MusicCell, SetReport};
use super::lines::{Line, MILLISECONDS, Place};
use super::view::{below, thinned, view};
use super::{Measure, colours, key};
use crate::report::curve::axis::{Across, loss_label, short};
use crate::report::curve::pen::{Area, TYPE, UNIT, stroke, text, type_style};
use crate::report::curve::{Shape, ink};

/// Room at the top for the key, in pixels.
const TOP: i32 = 36;
/// Room at the bottom for the axis, in pixels.
const BOTTOM: i32 = 44;
/// Room at the left for the losses, in pixels.
const SIDE: i32 = 40;
/// Between the picture's edge and what is in it, in pixels.
const MARGIN: i32 = 10;
/// Length of the lines that lead from an axis to its labels, in pixels.
const TICK: i32 = 3;
/// Between a dashed line and the middle of its label, in pixels.
const LIFT: i32 = 10;

/// The part between the axes.
type Chart<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Cartesian2d<Across, RangedCoordf64>>;

/// A dashed line.
struct Baseline {
    name: &'static str,
    loss: f64,
    /// From the top of the chart, in units of the drawing.
    y: i32,
}

/// Draws axes, lines and key; says so where there is no line.
///
/// # Errors
/// If the backend fails.
pub fn panel(
    area: &Area<'_>,
    shape: Shape,
    measure: Measure,
    set: &SetReport,
    lines: &[Line],
) -> anyhow::Result<()> {
    if lines.is_empty() {
        let middle = (shape.width / 2, shape.height / 2);
        return text(area, "no losses yet", middle, HPos::Center, &ink::FAINT);
    }
    let losses = view(lines, set.markov);
    let cut = cut(lines, losses.end);
    let places = || cut.iter().flat_map(|(_, part)| part.iter());
    let across = Across::new(places().map(|place| place.0), shape.width);
    let mut chart = axes(area, measure, across.clone(), &losses)?;
    let base = [("key frequency", set.unigram), ("Markov chain", set.markov)]
        .into_iter()
        .filter(|(_, loss)| losses.contains(loss));
    let start = across.range().start;
    let base: Vec<Baseline> = base
        .map(|(name, loss)| Baseline {
            name,
            loss,
            y: within(area, chart.backend_coord(&(start, loss))).1,
        })
        .collect();
    let (columns, _) = chart.plotting_area().get_pixel_range();
    for Baseline { y, .. } in &base {
        let left = within(area, (columns.start, 0)).0;
        let path = [(left, *y), (left + columns.end - columns.start, *y)];
        area.draw(&PathElement::new(path, stroke(&colours::BASELINE, 1)))?;
    }
    for (cell, part) in &cut {
        let part = thinned(part, |at| across.map(&at, (0, shape.width)));
        let style = colours::of(*cell).stroke_width(key::THIN);
        chart.draw_series([PathElement::new(part, style)])?;
    }
    for line in lines {
        key::mark(
            area,
            line.cell,
            within(area, chart.backend_coord(&line.lowest)),
        )?;
    }
    labels(area, shape, &base)?;
    captions(area, shape, &across.caption(measure.noun()))?;
    key::key(area, &cells(lines), (MARGIN + SIDE, TOP / 2))
}

/// The parts of all lines that are in view.
fn cut(lines: &[Line], limit: f64) -> Vec<(MusicCell, Vec<Place>)> {
    let mut cut = Vec::new();
    for line in lines {
        for part in &line.parts {
            let parts = below(part, limit);
            cut.extend(parts.into_iter().map(|part| (line.cell, part)));
        }
    }
    cut
}

fn cells(lines: &[Line]) -> Vec<MusicCell> {
    let mut cells: Vec<MusicCell> = lines.iter().map(|line| line.cell).collect();
    cells.dedup();
    cells
}

fn axes<'c, 'a>(
    area: &'c Area<'a>,
    measure: Measure,
    across: Across,
    losses: &Range<f64>,
) -> anyhow::Result<Chart<'c, 'a>> {
    let mut chart = ChartBuilder::on(area)
        .margin_top(TOP * UNIT)
        .margin_left(MARGIN * UNIT)
        .margin_right(MARGIN * UNIT)
        .x_label_area_size(BOTTOM * UNIT)
        .y_label_area_size(SIDE * UNIT)
        .build_cartesian_2d(across, losses.clone())?;
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(stroke(&ink::GRID, 1))
        .axis_style(stroke(&ink::GRID, 1))
        .set_all_tick_mark_size(TICK * UNIT)
        .label_style(type_style(&ink::FAINT))
        .x_label_formatter(&|at| across_label(*at, measure))
        .y_label_formatter(&|loss| loss_label(*loss, losses))
        .draw()?;
    Ok(chart)
}

/// What stands below the axis: seconds are counted in thousandths.
fn across_label(at: u64, measure: Measure) -> String {
    match measure {
        Measure::Updates => short(at as f64),
        Measure::Seconds => short(at as f64 / MILLISECONDS),
    }
}

/// A place of the whole drawing within this part of it.
fn within(area: &Area<'_>, (x, y): (i32, i32)) -> (i32, i32) {
    let (left, top) = area.get_base_pixel();
    (x - left, y - top)
}

/// Names the dashed lines: above them, but the lower one below where two are close.
fn labels(area: &Area<'_>, shape: Shape, base: &[Baseline]) -> anyhow::Result<()> {
    let highest = base.iter().map(|line| line.y / UNIT).min();
    for Baseline { name, loss, y } in base {
        let y = y / UNIT;
        let is_close = highest.is_some_and(|highest| highest < y && y - highest < 2 * LIFT);
        let lift = if is_close { -LIFT } else { LIFT };
        let place = (shape.width - MARGIN - 2, y - lift);
        let words = format!("{name} {}", nats(*loss));
        text(area, &words, place, HPos::Right, &ink::FAINT)?;
    }
    Ok(())
}

/// Names the axes.
fn captions(area: &Area<'_>, shape: Shape, across: &str) -> anyhow::Result<()> {
    let below = shape.height - MARGIN - TYPE / 2;
    text(area, "nats", (MARGIN, TOP / 2), HPos::Left, &ink::FAINT)?;
    text(
        area,
        across,
        (shape.width / 2, below),
        HPos::Center,
        &ink::FAINT,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_below_one_have_a_point() {
        let label = |at| across_label(at, Measure::Seconds);
        assert_eq!(
            [label(50), label(2000), label(20_000_000)],
            ["0.05", "2", "20k"]
        );
        assert_eq!(across_label(2000, Measure::Updates), "2k");
    }
}
