//! The tour's echo state network.

use reverie_lab::esn::{EsnStudy, EsnTask, study};

use super::{Extract, SEED, Section, Workshop, go_on};
use crate::command::lab::esn::findings;

/// Units, fewer than the 1000 of the whole experiment.
const UNITS: usize = 700;

/// A random network goes on with a chaotic series.
///
/// # Errors
/// If the experiment lacks a figure.
pub fn make(_: &Workshop) -> anyhow::Result<Section> {
    let mut settings = EsnStudy {
        networks: 1,
        seed: SEED,
        ..EsnStudy::new(EsnTask::MackeyGlass)
    };
    settings.network.units = UNITS;
    let found = study(&settings, &[], true, go_on);
    Extract {
        title: "A random network goes on with chaos",
        text: format!(
            "{UNITS} units with random weights hear the series of Mackey and Glass; only the line \
             from them to the output is fitted, by one system of equations. From step 0 on the \
             network hears nothing but itself. The second chart has the eigenvalues of its weights, scaled \
             to a radius of {}.",
            settings.network.spectral_radius
        ),
        command: "reverie lab esn -o esn.html",
        rows: &[
            "Mackey-Glass: log10 NRMSE84",
            "Mackey-Glass: seconds",
            "Mackey-Glass: spectral",
        ],
        drawings: &["Mackey-Glass, network", "Eigenvalues"],
    }
    .of(findings(&[(found, None)]))
}
