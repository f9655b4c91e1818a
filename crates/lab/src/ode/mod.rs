//! Parameters of differential equations, learnt by a recurrent network whose step is the integrator.
//!
//! A Runge-Kutta step takes a state and gives the next one: it is a recurrent cell, and the unknown
//! parameters of the equations are its weights. So they are learnt as weights are, from the distance
//! between what the network says and what was observed, by back-propagation through time.
//!
//! Learning has two parts, both on gradients through time: Adam over windows that grow from three
//! intervals to the whole time, and BFGS over the whole time at the end. The first finds the right valley,
//! which for a chaotic system over a long time is narrow; the second goes to its bottom.
//!
//! | to | use |
//! |---|---|
//! | measure it | [`OdeStudy`], [`study`], [`OdeCase`] |
//! | fit once | [`Observations`], [`fit`], [`FitConfig`] |
//! | look inside | [`OdeSystem`], [`IntegratorCell`], [`IntegratorNetwork`] |
//! | compare | [`least_squares`] |

mod bfgs;
mod cell;
mod fit;
mod least_squares;
mod network;
mod observations;
mod study;
mod system;

pub use cell::{CellGradient, IntegratorCell, STEPS_PER_OBSERVATION, Sensitivity};
pub use fit::{Fit, FitConfig, FitPoint, fit};
pub use least_squares::least_squares;
pub use network::IntegratorNetwork;
pub use observations::{OBSERVATIONS, Observations, truth};
pub use study::{CLEAN_BAR, GUESS_FACTOR, NOISY_BAR, OdeCase, OdeFit, OdePicture, OdeStudy, study};
pub use system::{OdeSystem, PARAMETERS, Parameters, STATES, Slopes, State};
