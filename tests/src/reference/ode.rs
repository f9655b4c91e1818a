//! Parameters of differential equations against scipy's: the true paths, non-linear least squares, and
//! that the network comes as near on the same observations.

use std::ops::ControlFlow;

use reverie_lab::ode::{
    FitConfig, NOISY_BAR, OBSERVATIONS, Observations, OdeSystem, Parameters, STATES, State, fit,
    least_squares, truth,
};
use serde_json::Value;

use crate::common::{fixture_json, floats};

/// Bar for paths, in units of the largest value: both integrators are this exact or better.
const PATHS: f64 = 1e-5;
/// Bar for least squares, in the deviations that the linear theory gives them.
const LEAST_SQUARES: f64 = 0.02;
/// How far off the guess is: three quarters below and a third above, by turns.
const GUESS: [f64; 2] = [0.75, 1.33];

fn states(system: OdeSystem, array: &Value) -> Vec<State> {
    let width = system.state_names().len();
    let rows = floats(array);
    let rows = rows.chunks(width).map(|row| {
        let mut state = [0.0; STATES];
        state[..width].copy_from_slice(row);
        state
    });
    rows.collect()
}

fn each_system(check: impl Fn(OdeSystem, &Value)) {
    let json = fixture_json("ode.json");
    for system in OdeSystem::ALL {
        check(system, &json["systems"][system.name()]);
    }
}

#[test]
fn true_paths_are_those_of_a_finer_integrator() {
    each_system(|system, json| {
        let expected = states(system, &json["exact"]);
        let found = truth(system, OBSERVATIONS);
        assert_eq!(found.len(), expected.len());
        let largest = expected
            .iter()
            .flatten()
            .fold(0.0f64, |most, value| most.max(value.abs()));
        for (found, expected) in found.iter().zip(&expected) {
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < PATHS * largest, "{system:?}");
            }
        }
    });
}

#[test]
fn least_squares_and_the_network_find_what_scipy_finds() {
    each_system(|system, json| {
        let truth = system.truth();
        let count = system.parameter_names().len();
        let (mut network_error, mut scipy_error) = (0.0, 0.0);
        for set in json["sets"].as_array().unwrap() {
            let observations = Observations {
                system,
                seen: states(system, &set["seen"]),
            };
            let expected = floats(&set["parameters"]);
            let deviations = floats(&set["deviations"]);
            let found = least_squares(&observations, &system.start(), &truth);
            for i in 0..count {
                let off = (found[i] - expected[i]).abs() / deviations[i];
                assert!(off < LEAST_SQUARES, "{system:?} {i}: {off} deviations");
            }
            let mut guess: Parameters = truth;
            for (i, value) in guess[..count].iter_mut().enumerate() {
                *value *= GUESS[i % 2];
            }
            let go_on = || ControlFlow::Continue(());
            let fitted = fit(&observations, &guess, &FitConfig::default(), go_on).unwrap();
            for i in 0..count {
                network_error += (fitted.parameters[i] / truth[i] - 1.0).abs();
                scipy_error += (expected[i] / truth[i] - 1.0).abs();
            }
        }
        let ratio = network_error / scipy_error;
        assert!(
            ratio < NOISY_BAR,
            "{system:?}: {ratio} times the error of scipy"
        );
    });
}
