//! `reverie lab variance`: how large signals and gradients are, layer by layer and step by step.

use reverie_lab::variance::{
    Affine, Depth, Function, Over, Scheme, Series, Variance, VarianceConfig, Widths, variance,
};
use serde_json::json;

use super::Experiment;
use super::bench::Bench;
use super::findings::{Findings, Part, Row, Section};
use crate::cli::{LabRunArgs, VarianceArgs};
use crate::report::chart::{Axis, Chart, Look};

/// How far measurement may be from the formulas.
const BAR: f64 = 0.03;
/// And rotations from keeping the variance.
const ROTATION_BAR: f64 = 0.01;
/// A scale keeps signals and gradients where neither strays by this factor.
const KEPT: f64 = 1.05;
/// And keeps none of both where one strays by this.
const LOST: f64 = 10.0;

impl VarianceArgs {
    fn config(&self) -> anyhow::Result<VarianceConfig> {
        let mut config = match self.lab.quick {
            true => VarianceConfig::quick(),
            false => VarianceConfig::default(),
        };
        config.seed = self.lab.seed();
        config.width = self.width.unwrap_or(config.width);
        config.depth = self.depth.unwrap_or(config.depth);
        config.steps = self.steps.unwrap_or(config.steps);
        config.draws = self.draws.unwrap_or(config.draws);
        config.check()?;
        Ok(config)
    }
}

impl Experiment for VarianceArgs {
    const NAME: &'static str = "variance";

    fn common(&self) -> &LabRunArgs {
        &self.lab
    }

    fn plan(&self) -> anyhow::Result<String> {
        let config = self.config()?;
        Ok(format!(
            "layers of {} units, {} deep and {} steps long, the mean of {} draws",
            config.width, config.depth, config.steps, config.draws
        ))
    }

    fn run(&self, bench: &mut Bench<'_>) -> anyhow::Result<Findings> {
        let found = variance(&self.config()?, |progress| {
            bench.progress(progress.done, progress.total, &progress.remark)
        })?;
        Ok(findings(&found))
    }
}

fn percent(share: f64) -> String {
    match share {
        share if share < 1e-6 => format!("{:.0e}\u{a0}%", 100.0 * share),
        share if share < 0.001 => format!("{:.3}\u{a0}%", 100.0 * share),
        share => format!("{:.2}\u{a0}%", 100.0 * share),
    }
}

/// A factor in few characters.
fn factor(value: f64) -> String {
    match value {
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 1e4 => format!("{value:.0}"),
        value => format!("{value:.0e}"),
    }
}

/// What was found, as a table and a page.
pub fn findings(found: &Variance) -> Findings {
    let sections = [
        Some(formula_section(found)),
        (!found.widths.is_empty()).then(|| conditions_section(&found.widths)),
        (!found.depths.is_empty()).then(|| depth_section(&found.depths)),
        (!found.far.is_empty()).then(|| far_section(found)),
        (!found.times.is_empty()).then(|| time_section(&found.times)),
        (!found.scales.is_empty()).then(|| scale_section(found)),
    ];
    Findings {
        title: "Variance analysis".to_owned(),
        idea: "Every layer multiplies the variance of its signals by α² n σ², and that of the \
               gradients on the way back by the same with the other width, where f(x) ≈ αx + β. Many \
               layers raise that factor to a power, so weights must be drawn such that it is one."
            .to_owned(),
        rows: rows(found),
        sections: sections.into_iter().flatten().collect(),
        figures: json!(found),
    }
}

fn rows(found: &Variance) -> Vec<Row> {
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
            vec![
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
            .with(Part::Table(head.map(str::to_owned).to_vec(), found.lines.iter().map(row).collect()));
    }
    section
}

fn conditions_section(widths: &[Widths]) -> Section {
    let cell = |(theory, measured): &(f64, f64)| format!("{theory:.2} / {measured:.2}");
    let row = |one: &Widths| {
        let cells = one.up.iter().chain(&one.down).map(cell);
        std::iter::once(one.scheme.name()).chain(cells).collect()
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
        .with(Part::Table(head.map(str::to_owned).to_vec(), widths.iter().map(row).collect()))
}

fn numbered(values: &[f64]) -> Vec<(f64, f64)> {
    values
        .iter()
        .enumerate()
        .map(|(at, value)| (at as f64, *value))
        .collect()
}

fn depth_section(depths: &[Depth]) -> Section {
    let mut section = Section::new("Depth: Xavier, He, orthogonal").words(
        "Lines: mean of the draws. Dashes: the mean-field recursion V' = nσ² E f(√V z)², integrated \
         over the normal distribution. Right of each: the gradient, from the last layer back.",
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
            up = up.line(depth.scheme.name(), numbered(&depth.up.measured));
            up = up.same(Look::Dashed, numbered(&depth.up.theory));
            down = down.line(depth.scheme.name(), numbered(&depth.down));
        }
        section = section.chart(up).chart(down);
    }
    let row = |depth: &Depth| {
        let ratio = |values: &[f64]| values[values.len() - 1] / values[0];
        vec![
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
    section.with(Part::Table(
        head.map(str::to_owned).to_vec(),
        depths.iter().map(row).collect(),
    ))
}

fn far_section(found: &Variance) -> Section {
    let mut chart = Chart::new(
        "One input through 100 linear layers",
        Axis::new("layer"),
        Axis::log("variance / first").with(0.5, 2.0),
    );
    let relative =
        |draw: &Vec<f64>| numbered(&draw.iter().map(|one| one / draw[0]).collect::<Vec<_>>());
    for (name, draws) in [
        ("normal, σ² = 1/n", &found.far_normal),
        ("rotations", &found.far),
    ] {
        for (number, draw) in draws.iter().enumerate() {
            chart = match number {
                0 => chart.line(name, relative(draw)),
                _ => chart.same(Look::Line, relative(draw)),
            };
        }
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
            .line(name, numbered(&over.up.measured))
            .same(Look::Dashed, numbered(&over.up.theory));
    }
    let row = |over: &Over| {
        vec![
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
        .with(Part::Table(head.map(str::to_owned).to_vec(), times.iter().map(row).collect()))
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
        let points = |of: fn(&reverie_lab::variance::Drift) -> f64| {
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
