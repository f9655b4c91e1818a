//! The tour's parameters of differential equations.

use reverie_lab::ode::{OBSERVATIONS, OdeStudy, OdeSystem, study};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::ode::findings;

/// A network whose step is the integrator finds the numbers in equations.
///
/// # Errors
/// If the experiment lacks a figure.
pub fn make(_: &Workshop) -> anyhow::Result<Section> {
    let settings = OdeStudy {
        systems: vec![OdeSystem::LotkaVolterra, OdeSystem::Lorenz],
        fits: 2,
        seed: SEED,
        ..OdeStudy::default()
    };
    let cases = study(&settings, go_on);
    Extract {
        title: "Parameters of differential equations",
        text: format!(
            "One step of an integrator is a recurrent cell whose weights are the parameters of the \
             equations, so they are learnt like weights: here those of hunters and their prey, from \
             {OBSERVATIONS} noisy observations (dots) and guesses up to twice off. The lines are what the \
             network then says; the second chart has its estimates on the way to the truth."
        ),
        command: "reverie lab ode -o ode.html",
        rows: &["Lotka-Volterra", "Lorenz"],
        drawings: &["100 observations", "Estimates while"],
    }
    .of(findings(&settings, &cases))
}
