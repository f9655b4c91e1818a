//! The table of the variance analysis.

use reverie_lab::variance::{Affine, Function, Scheme, Series, Variance};

use super::{factor, percent};
use crate::command::lab::findings::Row;

/// How far measurement may be from the formulas.
const BAR: f64 = 0.03;
/// And rotations from keeping the variance.
const ROTATION_BAR: f64 = 0.01;
/// A scale keeps signals and gradients where neither strays by this factor.
const KEPT: f64 = 1.05;
/// And keeps none of both where one strays by this.
const LOST: f64 = 10.0;

/// What the formulas and the recursion say, beside what was measured.
pub fn rows(found: &Variance) -> Vec<Row> {
    let mut rows = Vec::new();
    for term in &found.taylor {
        let off = (term.measured / term.fifth - 1.0).abs();
        let row = Row::new(
            format!("{}: what the series leaves, over x⁵", term.function.name()),
            format!("{:.6}", term.fifth),
            format!("{:.6}", term.measured),
        );
        rows.push(row.holds(off < 0.01));
    }
    if !found.lines.is_empty() {
        rows.extend(line_rows(&found.lines));
    }
    for depth in &found.depths {
        let is_own = match depth.function {
            Function::Relu => depth.scheme == Scheme::He,
            Function::Tanh | Function::Sigmoid => depth.scheme == Scheme::Xavier,
            _ => false,
        };
        if is_own {
            let row = Row::new(
                format!(
                    "{} ({}): recursion, each layer from the last",
                    depth.function.name(),
                    depth.scheme.name()
                ),
                format!("within {}", percent(BAR)),
                format!(
                    "{} off, one layer {}",
                    percent(depth.up.step_mean),
                    percent(depth.up.step_apart)
                ),
            );
            rows.push(row.holds(depth.up.step_mean < BAR));
        }
    }
    if !found.far.is_empty() {
        let off = far_apart(&found.far);
        let row = Row::new(
            "linear rotations: variance over 100 layers",
            format!("kept within {}", percent(ROTATION_BAR)),
            format!("{} off", percent(off)),
        );
        rows.push(row.holds(off < ROTATION_BAR));
    }
    let off = found.times.iter().map(|over| over.up.step_apart);
    if let Some(off) = off.reduce(f64::max) {
        let row = Row::new(
            "over time: recursion, each step from the last",
            format!("within {}", percent(BAR)),
            format!("{} off", percent(off)),
        );
        rows.push(row.holds(off < BAR));
    }
    rows.extend(found.scales.iter().map(scale_row));
    rows
}

fn line_rows(lines: &[Affine]) -> Vec<Row> {
    let most = |of: fn(&Affine) -> f64, which: fn(&&Affine) -> bool| {
        lines.iter().filter(which).map(of).fold(0.0, f64::max)
    };
    let agree: fn(&&Affine) -> bool = |line| line.alpha == 1.0 || line.beta == 0.0;
    let within = format!("within {}", percent(BAR));
    let row = |figure: &str, off: f64| {
        Row::new(figure, within.clone(), format!("{} off", percent(off))).holds(off < BAR)
    };
    let mut rows = vec![
        row(
            "signals: ratio of layers to α²nσ²(V + β²), α = 1 or β = 0",
            most(|line| line.lecture, agree),
        ),
        row(
            "signals: ratio to nσ²(α²V + β²), any α and β",
            most(|line| line.exact, |_| true),
        ),
        row(
            "gradients: ratio of layers to α²nσ²",
            most(|line| line.down, |_| true),
        ),
    ];
    let other = lines
        .iter()
        .filter(|line| !agree(line))
        .map(|line| line.lecture);
    if let Some(off) = other.reduce(f64::max) {
        rows.push(Row::new(
            "signals: the lecture's form where α ≠ 1 and β ≠ 0",
            "exact for α(x + β) only",
            format!("{} off", percent(off)),
        ));
    }
    rows
}

fn far_apart(draws: &[Vec<f64>]) -> f64 {
    let all = draws
        .iter()
        .flat_map(|draw| draw.iter().map(|one| (one / draw[0] - 1.0).abs()));
    all.fold(0.0, f64::max)
}

fn scale_row(series: &Series) -> Row {
    let best = &series.best;
    let name = series.function.name();
    let figure = format!("{name}: least drift of signals and gradients at any scale");
    let measured = format!("factor {} at nσ² = {:.2}", factor(best.worst()), best.gain);
    match series.function {
        Function::Sigmoid => {
            Row::new(figure, "no scale keeps both", measured).holds(best.worst() > LOST)
        }
        Function::Tanh => Row::new(figure, "nσ² near 1, slowly", measured),
        Function::Relu => Row::new(figure, "kept at nσ² = 2", measured).holds(best.worst() < KEPT),
        _ => Row::new(figure, "kept at nσ² = 1", measured).holds(best.worst() < KEPT),
    }
}
