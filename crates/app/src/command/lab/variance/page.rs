//! The page of the variance analysis.

use reverie_lab::variance::{Affine, Depth, Drift, Function, Over, Variance, Widths};

use super::{factor, percent};
use crate::command::lab::findings::Section;
use crate::command::lab::points::from;
use crate::report::chart::{Axis, Chart, Look};

/// What there is of it.
pub fn sections(found: &Variance) -> Vec<Section> {
    let sections = [
        Some(formula_section(found)),
        (!found.widths.is_empty()).then(|| conditions_section(&found.widths)),
        (!found.depths.is_empty()).then(|| depth_section(&found.depths)),
        (!found.far.is_empty()).then(|| far_section(found)),
        (!found.times.is_empty()).then(|| time_section(&found.times)),
        (!found.scales.is_empty()).then(|| scale_section(found)),
    ];
    sections.into_iter().flatten().collect()
}

/// Points of a curve between two places.
fn curve(low: f64, high: f64, f: impl Fn(f64) -> f64) -> Vec<(f64, f64)> {
    const PLACES: usize = 121;
    let at = |place: usize| low + (high - low) * place as f64 / (PLACES - 1) as f64;
    (0..PLACES).map(|place| (at(place), f(at(place)))).collect()
}

fn formula_section(found: &Variance) -> Section {
    let mut section = Section::new("The Taylor argument and the formulas").words(
        "Near zero an activation is its line f(x) ≈ αx + β: sigmoid(x) = 1/2 + x/4 − x³/48 + O(x⁵), \
         tanh(x) = x − x³/3 + O(x⁵), relu(x) = x for x ≥ 0. Small signals see the line only; that is \
         why α and β decide.",
    );
    for (function, high) in [(Function::Sigmoid, 1.0), (Function::Tanh, 1.5)] {
        let (alpha, beta) = function.line();
        let low = if function == Function::Sigmoid {
            0.0
        } else {
            -1.5
        };
        let mut chart = Chart::new(
            function.name(),
            Axis::new("x"),
            Axis::new("f(x)").only(low, high),
        )
        .line(function.name(), curve(-5.0, 5.0, |x| function.value(x)))
        .dashed("line", curve(-5.0, 5.0, |x| alpha * x + beta));
        if let Some((series, _)) = function.series() {
            chart = chart.dashed("with x³", curve(-5.0, 5.0, series));
        }
        section = section.chart(chart);
    }
    if !found.lines.is_empty() {
        let row = |line: &Affine| {
            [
                format!("{}", line.alpha),
                format!("{}", line.beta),
                percent(line.lecture),
                percent(line.exact),
                percent(line.down),
            ]
        };
        let head = [
            "α",
            "β",
            "signals from α²nσ²(V + β²)",
            "signals from nσ²(α²V + β²)",
            "gradients from α²nσ²",
        ];
        section = section
            .words(
                "Largest distance of a layer's variance from the formula of the layer before, mean of \
                 the draws. The lecture's form is exact for f(x) = α(x + β); for αx + β the mean square \
                 of f is α²V + β². Both are the same where the lecture needs them: α = 1 or β = 0.",
            )
            .table(head, found.lines.iter().map(row));
    }
    section
}

fn conditions_section(widths: &[Widths]) -> Section {
    let cell = |(theory, measured): &(f64, f64)| format!("{theory:.2} / {measured:.2}");
    let row = |one: &Widths| {
        let [up, again] = one.up.each_ref().map(cell);
        let [down, back] = one.down.each_ref().map(cell);
        [one.scheme.name(), up, again, down, back]
    };
    let head = [
        "weights",
        "signals, n → 2n",
        "signals, 2n → n",
        "gradients, n → 2n",
        "gradients, 2n → n",
    ];
    Section::new("Both conditions at once")
        .words(
            "Signals stay where n_in σ² = 1, gradients where n_out σ² = 1. Between layers of different \
             width no σ² does both; Xavier's 2 / (n_in + n_out) is half way. Each cell: the formula's \
             factor / the measured one, of linear layers.",
        )
        .table(head, widths.iter().map(row))
}

fn depth_section(depths: &[Depth]) -> Section {
    let mut section = Section::new("Depth: Xavier, He, orthogonal").words(
        "Lines: mean of the draws. Dashes: the mean-field recursion V' = nσ² E f(√V z)², integrated \
         over the normal distribution. After each: the gradient, from the last layer back.",
    );
    for function in Function::USED {
        let here: Vec<&Depth> = depths
            .iter()
            .filter(|depth| depth.function == function)
            .collect();
        if here.is_empty() {
            continue;
        }
        let name = function.name();
        let mut up = Chart::new(
            format!("{name}: signals"),
            Axis::new("layer"),
            Axis::log("variance").with(0.5, 2.0),
        );
        let mut down = Chart::new(
            format!("{name}: gradients"),
            Axis::new("layer"),
            Axis::log("variance").with(0.5, 2.0),
        );
        for depth in here {
            up = up.line(depth.scheme.name(), from(0, &depth.up.measured));
            up = up.same(Look::Dashed, from(0, &depth.up.theory));
            down = down.line(depth.scheme.name(), from(0, &depth.down));
        }
        section = section.chart(up).chart(down);
    }
    let row = |depth: &Depth| {
        let ratio = |values: &[f64]| values[values.len() - 1] / values[0];
        [
            depth.function.name().to_owned(),
            depth.scheme.name(),
            format!("{:.2e}", ratio(&depth.up.measured)),
            format!("{:.2e}", ratio(&depth.up.theory)),
            percent(depth.up.step_mean),
            percent(depth.up.step_apart),
            percent(depth.up.apart),
            format!("{:.2e}", 1.0 / ratio(&depth.down)),
        ]
    };
    let head = [
        "f",
        "weights",
        "signals, last / first",
        "by the recursion",
        "off, each layer from the last",
        "off, worst layer",
        "off, from the first",
        "gradients, first / last",
    ];
    section.table(head, depths.iter().map(row))
}

fn far_section(found: &Variance) -> Section {
    let mut chart = Chart::new(
        "One input through 100 linear layers",
        Axis::new("layer"),
        Axis::log("variance / first").with(0.5, 2.0),
    );
    let relative =
        |draw: &Vec<f64>| from(0, &draw.iter().map(|one| one / draw[0]).collect::<Vec<_>>());
    for (name, draws) in [
        ("normal, σ² = 1/n", &found.far_normal),
        ("rotations", &found.far),
    ] {
        chart = chart.lines(name, draws.iter().map(relative));
    }
    Section::new("Rotations")
        .words(
            "The formulas are means. A single network of normal draws wanders away from its mean, the \
             further the deeper it is; a rotation keeps every length, in every draw.",
        )
        .chart(chart)
}

fn time_section(times: &[Over]) -> Section {
    let mut chart = Chart::new(
        "Recurrent networks",
        Axis::new("step"),
        Axis::log("variance"),
    );
    for over in times {
        let name = format!("{}, nσ² = {}", over.function.name(), over.gain);
        chart = chart
            .line(name, from(0, &over.up.measured))
            .same(Look::Dashed, from(0, &over.up.theory));
    }
    let row = |over: &Over| {
        [
            over.function.name().to_owned(),
            format!("{}", over.gain),
            format!("{}", over.input),
            percent(over.up.step_apart),
            percent(over.up.apart),
        ]
    };
    let head = [
        "f",
        "nσ²",
        "variance of inputs",
        "off, each step from the last",
        "off, from the first",
    ];
    Section::new("Time")
        .words(
            "A recurrent network multiplies f of its state by the same W at every step and adds an input. The formula for layers takes a new W \
             for each; with wide layers it is nearly right for time too. Lines are measured, dashes the \
             recursion with the variance of the inputs added at every step.",
        )
        .chart(chart)
        .table(head, times.iter().map(row))
}

fn scale_section(found: &Variance) -> Section {
    let mut worst = Chart::new(
        format!("Drift over {} layers, by the recursion", found.config.depth),
        Axis::log("nσ²"),
        Axis::log("largest factor").only(1.0, 1e6),
    );
    for series in &found.scales {
        let points = series
            .drifts
            .iter()
            .map(|drift| (drift.gain, drift.worst()));
        worst = worst.line(series.function.name(), points.collect());
    }
    let mut section = Section::new("Is there a constant scale?")
        .words(
            "For every scale: by which factor the variance of signals or gradients strays at worst, \
             starting from one. Linear layers and relu have a scale where nothing strays; tanh has one \
             where it does slowly.",
        )
        .chart(worst);
    if let Some(sigmoid) = found
        .scales
        .iter()
        .find(|series| series.function == Function::Sigmoid)
    {
        let points = |of: fn(&Drift) -> f64| {
            sigmoid
                .drifts
                .iter()
                .map(|drift| (drift.gain, of(drift)))
                .collect::<Vec<_>>()
        };
        let chart = Chart::new(
            "sigmoid",
            Axis::log("nσ²"),
            Axis::log("largest factor").only(1.0, 1e6),
        )
        .line("signals", points(|drift| drift.up))
        .line("gradients", points(|drift| drift.down));
        section = section.chart(chart).words(format!(
            "With the sigmoid, α = 1/4 asks for nσ² = 16 and β = 1/2 forbids it: the scale that keeps \
             signals of variance one, nσ² = {:.2}, makes gradients {} times smaller, and the best \
             compromise, nσ² = {:.2}, still lets one of them stray by a factor of {}.",
            sigmoid.kept_signals.gain,
            factor(sigmoid.kept_signals.down),
            sigmoid.best.gain,
            factor(sigmoid.best.worst())
        ));
    }
    section
}
