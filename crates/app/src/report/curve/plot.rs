//! Axes, lines and marks.

use plotters::coord::types::RangedCoordf64;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};

use super::super::point::to_bits;
use super::Shape;
use super::axis::{Across, loss_label, span};
use super::ink;
use super::legend::{captions, legend};
use super::lines::{Lines, Mark};
use super::pen::{Area, UNIT, stroke, type_style};

/// Room at the top for the legend, in pixels.
pub const TOP: i32 = 40;
/// Room at the bottom for the iterations, in pixels.
const BOTTOM: i32 = 46;
/// Room at both sides for the losses, in pixels.
pub const SIDE: i32 = 42;
/// Between the picture's edge and what is in it, in pixels.
pub const MARGIN: i32 = 8;
/// Length of the lines that lead from an axis to its labels, in pixels.
const TICK: i32 = 3;
/// Radius of a sample's mark, in pixels.
pub const MARK: i32 = 5;
/// Radius of a measured loss's dot, in pixels.
const DOT: i32 = 2;
/// Up to so many validation losses have dots; more would hide their line.
const DOTS: usize = 40;
/// Pixels that a mark's label takes.
const LABEL: i32 = 34;

/// The part between the axes.
type Chart<'c, 'a> = ChartContext<'c, SVGBackend<'a>, Cartesian2d<Across, RangedCoordf64>>;

/// Draws axes, lines, marks and legend.
///
/// # Errors
/// If the backend fails.
pub fn plot(area: &Area<'_>, shape: Shape, lines: &Lines) -> anyhow::Result<()> {
    let across = Across::new(lines.all().map(|(iteration, _)| iteration), shape.width);
    let nats = span(lines.all().map(|(_, loss)| loss));
    let bits = to_bits(nats.start)..to_bits(nats.end);
    let mut chart = ChartBuilder::on(area)
        .margin_top(TOP * UNIT)
        .margin_left(MARGIN * UNIT)
        .margin_right(MARGIN * UNIT)
        .x_label_area_size(BOTTOM * UNIT)
        .y_label_area_size(SIDE * UNIT)
        .right_y_label_area_size(SIDE * UNIT)
        .build_cartesian_2d(across.clone(), nats.clone())?
        .set_secondary_coord(across.clone(), bits.clone());
    let label = type_style(&ink::FAINT);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .light_line_style(TRANSPARENT)
        .bold_line_style(stroke(&ink::GRID, 1))
        .axis_style(stroke(&ink::GRID, 1))
        .set_all_tick_mark_size(TICK * UNIT)
        .label_style(label.clone())
        .y_label_formatter(&|loss| loss_label(*loss, &nats))
        .draw()?;
    chart
        .configure_secondary_axes()
        .axis_style(stroke(&ink::GRID, 1))
        .set_all_tick_mark_size(TICK * UNIT)
        .label_style(label)
        .y_label_formatter(&|loss| loss_label(*loss, &bits))
        .draw()?;
    series(&mut chart, lines)?;
    marks(&mut chart, &lines.marks, nats.start)?;
    captions(area, shape, &across)?;
    legend(area, shape, lines)
}

fn series(chart: &mut Chart<'_, '_>, lines: &Lines) -> anyhow::Result<()> {
    for (line, colour, dots) in [
        (&lines.train, &ink::TRAIN, 1),
        (&lines.validation, &ink::VALIDATION, DOTS),
    ] {
        if line.len() <= dots {
            let dot = |at: &(u64, f64)| Circle::new(*at, DOT * UNIT, colour.filled());
            chart.draw_series(line.iter().map(dot))?;
        }
        chart.draw_series([PathElement::new(line.clone(), stroke(colour, 2))])?;
    }
    Ok(())
}

fn marks(chart: &mut Chart<'_, '_>, marks: &[Mark], floor: f64) -> anyhow::Result<()> {
    chart.draw_series(
        marks
            .iter()
            .map(|mark| PathElement::new([(mark.at.0, floor), mark.at], stroke(&ink::GRID, 1))),
    )?;
    for (colour, radius) in [(&ink::CARD, MARK + 2), (&ink::MARK, MARK)] {
        let circle = |mark: &Mark| Circle::new(mark.at, radius * UNIT, colour.filled());
        chart.draw_series(marks.iter().map(circle))?;
    }
    labels(chart, marks)
}

/// Below and left of a mark, where a falling curve does not go; one that would run into another
/// label is left out.
fn labels(chart: &mut Chart<'_, '_>, marks: &[Mark]) -> anyhow::Result<()> {
    let (mut taken, _) = chart.plotting_area().get_base_pixel();
    for mark in marks.iter().filter(|mark| !mark.label.is_empty()) {
        let (x, _) = chart.backend_coord(&mark.at);
        let start = x - (LABEL + MARK) * UNIT;
        if start < taken {
            continue;
        }
        taken = x;
        let style = type_style(&ink::MARK).pos(Pos::new(HPos::Right, VPos::Top));
        let offset = (-MARK * UNIT, MARK * UNIT);
        let label = EmptyElement::at(mark.at) + Text::new(mark.label.clone(), offset, style);
        chart.draw_series([label])?;
    }
    Ok(())
}
