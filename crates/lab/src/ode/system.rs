//! The four systems, with the slopes of their slopes.

use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::LabError;

/// Most quantities of a system; what a smaller one does not have stays 0.
pub const STATES: usize = 3;
/// Most parameters of a system; what another does not have stays 0.
pub const PARAMETERS: usize = 4;

/// The quantities of a system at one time.
pub type State = [f64; STATES];
/// The parameters of a system.
pub type Parameters = [f64; PARAMETERS];

/// How the slopes change with the quantities and with the parameters; a row a slope.
#[derive(Clone, Copy, Debug, Default)]
pub struct Slopes {
    /// d slope / d quantity.
    pub by_state: [[f64; STATES]; STATES],
    /// d slope / d parameter.
    pub by_parameter: [[f64; PARAMETERS]; STATES],
}

/// A system of ordinary differential equations whose parameters are looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum OdeSystem {
    /// Prey and predators: x' = a x - b x y, y' = c x y - d y (Lotka 1925, Volterra 1926).
    LotkaVolterra,
    /// An epidemic, in parts of the population: S' = -beta S I, I' = beta S I - gamma I (Kermack and
    /// McKendrick 1927); the recovered are the rest.
    Sir,
    /// Convection, chaotic: x' = sigma (y - x), y' = x (rho - z) - y, z' = x y - beta z (Lorenz 1963).
    Lorenz,
    /// A nerve cell: v' = c (v - v^3 / 3 + w), w' = -(v - a + b w) / c (FitzHugh 1961, Nagumo 1962; in
    /// the form of Ramsay et al. 2007, whose benchmark it is).
    #[serde(rename = "fitzhugh-nagumo")]
    FitzHughNagumo,
}

impl OdeSystem {
    /// All of them.
    pub const ALL: [Self; 4] = [
        Self::LotkaVolterra,
        Self::Sir,
        Self::Lorenz,
        Self::FitzHughNagumo,
    ];

    /// What it is called on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::LotkaVolterra => "lotka-volterra",
            Self::Sir => "sir",
            Self::Lorenz => "lorenz",
            Self::FitzHughNagumo => "fitzhugh-nagumo",
        }
    }

    /// What it is called in a heading.
    pub fn title(self) -> &'static str {
        match self {
            Self::LotkaVolterra => "Lotka-Volterra",
            Self::Sir => "SIR",
            Self::Lorenz => "Lorenz",
            Self::FitzHughNagumo => "FitzHugh-Nagumo",
        }
    }

    /// Names of the quantities.
    pub fn state_names(self) -> &'static [&'static str] {
        match self {
            Self::LotkaVolterra => &["prey", "predators"],
            Self::Sir => &["susceptible", "infected"],
            Self::Lorenz => &["x", "y", "z"],
            Self::FitzHughNagumo => &["v", "w"],
        }
    }

    /// Names of the parameters.
    pub fn parameter_names(self) -> &'static [&'static str] {
        match self {
            Self::LotkaVolterra => &["a", "b", "c", "d"],
            Self::Sir => &["beta", "gamma"],
            Self::Lorenz => &["sigma", "rho", "beta"],
            Self::FitzHughNagumo => &["a", "b", "c"],
        }
    }

    /// The parameters that the observations are made with.
    pub fn truth(self) -> Parameters {
        match self {
            Self::LotkaVolterra => [1.1, 0.4, 0.1, 0.4],
            Self::Sir => [0.5, 0.1, 0.0, 0.0],
            Self::Lorenz => [10.0, 28.0, 8.0 / 3.0, 0.0],
            Self::FitzHughNagumo => [0.2, 0.2, 3.0, 0.0],
        }
    }

    /// The quantities at time 0.
    pub fn start(self) -> State {
        match self {
            Self::LotkaVolterra => [10.0, 5.0, 0.0],
            Self::Sir => [0.99, 0.01, 0.0],
            Self::Lorenz => [-8.0, 8.0, 27.0],
            Self::FitzHughNagumo => [-1.0, 1.0, 0.0],
        }
    }

    /// Time between two observations, in the system's unit (years, days, -, -).
    pub fn interval(self) -> f64 {
        match self {
            Self::LotkaVolterra | Self::FitzHughNagumo => 0.2,
            Self::Sir => 1.0,
            Self::Lorenz => 0.05,
        }
    }

    /// The slopes of all quantities.
    pub fn field(self, x: &State, p: &Parameters) -> State {
        match self {
            Self::LotkaVolterra => {
                let meetings = x[0] * x[1];
                [
                    p[0] * x[0] - p[1] * meetings,
                    p[2] * meetings - p[3] * x[1],
                    0.0,
                ]
            }
            Self::Sir => {
                let infections = p[0] * x[0] * x[1];
                [-infections, infections - p[1] * x[1], 0.0]
            }
            Self::Lorenz => [
                p[0] * (x[1] - x[0]),
                x[0] * (p[1] - x[2]) - x[1],
                x[0] * x[1] - p[2] * x[2],
            ],
            Self::FitzHughNagumo => {
                let cubic = x[0] - x[0].powi(3) / 3.0 + x[1];
                [p[2] * cubic, -(x[0] - p[0] + p[1] * x[1]) / p[2], 0.0]
            }
        }
    }

    /// The derivatives of [`field`](Self::field).
    pub fn slopes(self, x: &State, p: &Parameters) -> Slopes {
        let mut slopes = Slopes::default();
        let (by_state, by_parameter) = (&mut slopes.by_state, &mut slopes.by_parameter);
        match self {
            Self::LotkaVolterra => {
                let meetings = x[0] * x[1];
                by_state[0] = [p[0] - p[1] * x[1], -p[1] * x[0], 0.0];
                by_state[1] = [p[2] * x[1], p[2] * x[0] - p[3], 0.0];
                by_parameter[0] = [x[0], -meetings, 0.0, 0.0];
                by_parameter[1] = [0.0, 0.0, meetings, -x[1]];
            }
            Self::Sir => {
                let meetings = x[0] * x[1];
                by_state[0] = [-p[0] * x[1], -p[0] * x[0], 0.0];
                by_state[1] = [p[0] * x[1], p[0] * x[0] - p[1], 0.0];
                by_parameter[0] = [-meetings, 0.0, 0.0, 0.0];
                by_parameter[1] = [meetings, -x[1], 0.0, 0.0];
            }
            Self::Lorenz => {
                by_state[0] = [-p[0], p[0], 0.0];
                by_state[1] = [p[1] - x[2], -1.0, -x[0]];
                by_state[2] = [x[1], x[0], -p[2]];
                by_parameter[0] = [x[1] - x[0], 0.0, 0.0, 0.0];
                by_parameter[1] = [0.0, x[0], 0.0, 0.0];
                by_parameter[2] = [0.0, 0.0, -x[2], 0.0];
            }
            Self::FitzHughNagumo => {
                let cubic = x[0] - x[0].powi(3) / 3.0 + x[1];
                let pull = x[0] - p[0] + p[1] * x[1];
                by_state[0] = [p[2] * (1.0 - x[0] * x[0]), p[2], 0.0];
                by_state[1] = [-1.0 / p[2], -p[1] / p[2], 0.0];
                by_parameter[0] = [0.0, 0.0, cubic, 0.0];
                by_parameter[1] = [1.0 / p[2], -x[1] / p[2], pull / (p[2] * p[2]), 0.0];
            }
        }
        slopes
    }
}

impl FromStr for OdeSystem {
    type Err = LabError;

    fn from_str(name: &str) -> Result<Self, LabError> {
        let found = Self::ALL.into_iter().find(|system| system.name() == name);
        let must = "lotka-volterra, sir, lorenz or fitzhugh-nagumo";
        found.ok_or_else(|| LabError::setting("system", name, must))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slopes_are_those_of_small_differences() {
        let (x, p) = ([0.7, -0.4, 1.3], [1.2, 0.5, 2.1, 0.3]);
        let h = 1e-6;
        for system in OdeSystem::ALL {
            let slopes = system.slopes(&x, &p);
            let differ =
                |ahead: State, behind: State, row: usize| (ahead[row] - behind[row]) / (2.0 * h);
            for row in 0..system.state_names().len() {
                for column in 0..system.state_names().len() {
                    let (mut ahead, mut behind) = (x, x);
                    ahead[column] += h;
                    behind[column] -= h;
                    let found = differ(system.field(&ahead, &p), system.field(&behind, &p), row);
                    let expected = slopes.by_state[row][column];
                    assert!((found - expected).abs() < 1e-8, "{system:?} {row} {column}");
                }
                for column in 0..system.parameter_names().len() {
                    let (mut ahead, mut behind) = (p, p);
                    ahead[column] += h;
                    behind[column] -= h;
                    let found = differ(system.field(&x, &ahead), system.field(&x, &behind), row);
                    let expected = slopes.by_parameter[row][column];
                    assert!((found - expected).abs() < 1e-8, "{system:?} {row} {column}");
                }
            }
        }
    }
}
