//! The two series that echo state networks are measured on.

use std::collections::VecDeque;

use rand::RngExt;
use reverie_model::rng::Rng;

/// Step of the integration of [`mackey_glass`], in units of time.
pub const MACKEY_GLASS_STEP: f64 = 0.1;
/// Steps of integration for one value of the series.
const PER_VALUE: usize = 10;
/// Time that passes before the series begins, for the memory of the start to fade.
const FADE: usize = 1000;

/// `count` values of the Mackey-Glass equation at distance 1:
/// x'(t) = 0.2 x(t - tau) / (1 + x(t - tau)^10) - 0.1 x(t).
///
/// Runge-Kutta of fourth order with step 0.1; between two steps the delayed value is that of the cubic
/// with the same values and slopes at both ends. Before time 0 the series is constant, at a random
/// value between 1.1 and 1.3; the first 1000 units of time are dropped.
///
/// # Panics
/// If `tau` is shorter than a step.
///
/// # Source
/// Mackey and Glass 1977; tau 17 as Jaeger and Haas 2004, where the series is mildly chaotic.
pub fn mackey_glass(tau: f64, count: usize, rng: &mut Rng) -> Vec<f64> {
    let start = rng.random_range(1.1..1.3);
    let path = integrate(tau, start, MACKEY_GLASS_STEP, (FADE + count) * PER_VALUE);
    let values = path.iter().skip(FADE * PER_VALUE).step_by(PER_VALUE);
    values.copied().take(count).collect()
}

/// The path from the constant history `start`, one value a step.
fn integrate(tau: f64, start: f64, step: f64, steps: usize) -> Vec<f64> {
    assert!(
        tau >= step,
        "a delay of {tau} is shorter than a step of {step}"
    );
    let growth = |delayed: f64| 0.2 * delayed / (1.0 + delayed.powi(10));
    let mut values = vec![start];
    let mut slopes = vec![growth(start) - 0.1 * start];
    // Time in steps; the history before 0 is constant.
    let past = |values: &[f64], slopes: &[f64], time: f64| {
        if time <= 0.0 {
            return start;
        }
        let left = (time.floor() as usize).min(values.len() - 1);
        let part = time - left as f64;
        if part < 1e-9 || left + 1 >= values.len() {
            return values[left];
        }
        hermite(
            part,
            step,
            [values[left], values[left + 1]],
            [slopes[left], slopes[left + 1]],
        )
    };
    let delay = tau / step;
    for now in 0..steps {
        let at = now as f64;
        let begin = growth(past(&values, &slopes, at - delay));
        let middle = growth(past(&values, &slopes, at + 0.5 - delay));
        let end = growth(past(&values, &slopes, at + 1.0 - delay));
        let x = values[now];
        let k1 = begin - 0.1 * x;
        let k2 = middle - 0.1 * (x + step / 2.0 * k1);
        let k3 = middle - 0.1 * (x + step / 2.0 * k2);
        let k4 = end - 0.1 * (x + step * k3);
        let next = x + step / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4);
        values.push(next);
        slopes.push(end - 0.1 * next);
    }
    values
}

/// The cubic through two values with two slopes, at `part` of the way.
fn hermite(part: f64, step: f64, values: [f64; 2], slopes: [f64; 2]) -> f64 {
    let (one, two, three) = (part, part * part, part * part * part);
    (2.0 * three - 3.0 * two + 1.0) * values[0]
        + (three - 2.0 * two + one) * step * slopes[0]
        + (3.0 * two - 2.0 * three) * values[1]
        + (three - two) * step * slopes[1]
}

/// Inputs and targets of NARMA-10, of equal length: inputs uniform in [0, 0.5],
/// y(t+1) = 0.3 y(t) + 0.05 y(t) sum y(t-i) (i 0 to 9) + 1.5 u(t-9) u(t) + 0.1.
///
/// `targets[t]` is y(t+1), which the network must say after it has read `inputs[t]`. For rare inputs
/// the equation runs away; then all is drawn again.
///
/// # Source
/// Atiya and Parlos 2000, eq. 86, in the form of Jaeger 2003.
pub fn narma10(count: usize, rng: &mut Rng) -> (Vec<f64>, Vec<f64>) {
    loop {
        let inputs: Vec<f64> = (0..count).map(|_| rng.random_range(0.0..0.5)).collect();
        let targets = narma10_of(&inputs);
        if targets.iter().all(|value| value.abs() < 1.0) {
            return (inputs, targets);
        }
    }
}

/// NARMA-10 of these inputs; all is zero before the first.
fn narma10_of(inputs: &[f64]) -> Vec<f64> {
    let mut last: VecDeque<f64> = VecDeque::from(vec![0.0; 10]);
    let mut targets = Vec::with_capacity(inputs.len());
    for (t, input) in inputs.iter().enumerate() {
        let now = last[9];
        let old = if t >= 9 { inputs[t - 9] } else { 0.0 };
        let sum: f64 = last.iter().sum();
        let next = 0.3 * now + 0.05 * now * sum + 1.5 * old * input + 0.1;
        last.pop_front();
        last.push_back(next);
        targets.push(next);
    }
    targets
}

#[cfg(test)]
mod tests {
    use reverie_model::rng;

    use super::*;

    #[test]
    fn half_the_step_gives_the_same_path() {
        let coarse = integrate(17.0, 1.2, 0.1, 2000);
        let fine = integrate(17.0, 1.2, 0.05, 4000);
        let worst = coarse.iter().zip(fine.iter().step_by(2));
        let worst = worst.map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(worst < 1e-6, "{worst}");
    }

    #[test]
    fn a_start_at_the_fixed_point_stays_there() {
        // 0.2 / (1 + x^10) = 0.1 at x = 1.
        let path = integrate(17.0, 1.0, 0.1, 100);
        assert!(path.iter().all(|value| (value - 1.0).abs() < 1e-12));
    }

    #[test]
    fn the_series_has_its_known_range() {
        let series = mackey_glass(17.0, 5000, &mut rng::seeded(0));
        let mean = crate::numbers::mean(&series);
        let low = series.iter().copied().fold(f64::MAX, f64::min);
        let high = series.iter().copied().fold(f64::MIN, f64::max);
        assert!((0.90..0.95).contains(&mean), "{mean}");
        assert!(
            low > 0.2 && low < 0.5 && high > 1.25 && high < 1.4,
            "{low} {high}"
        );
    }

    #[test]
    fn narma_of_constant_inputs_settles_at_its_fixed_point() {
        let targets = narma10_of(&[0.2; 300]);
        // y = 0.3 y + 0.5 y^2 + 1.5 * 0.04 + 0.1
        let (a, b, c) = (0.5f64, -0.7f64, 0.16f64);
        let fixed = (-b - (b * b - 4.0 * a * c).sqrt()) / (2.0 * a);
        assert!(
            (targets[299] - fixed).abs() < 1e-9,
            "{} {fixed}",
            targets[299]
        );
        assert!((targets[0] - 0.1).abs() < 1e-12);
    }
}
