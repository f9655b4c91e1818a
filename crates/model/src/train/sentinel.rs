//! Noticing that learning has gone wrong.

use super::ParamGradients;

/// A step that must not be taken.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Trouble {
    /// The loss is no number.
    #[error("the loss became {loss} in step {step}{}", where_first(.parameter))]
    Loss {
        /// The step.
        step: u64,
        /// The loss.
        loss: f64,
        /// The first parameter that is not finite itself or has such a gradient, the lowest layer
        /// first, where there is one.
        parameter: Option<String>,
    },
    /// The loss is far above that of a guess.
    #[error(
        "the loss rose to {loss:.3e} in step {step}, more than {factor} times the {guess:.3} of a blind guess"
    )]
    Exploded {
        /// The step.
        step: u64,
        /// The loss.
        loss: f64,
        /// The loss of a network that knows nothing.
        guess: f64,
        /// How many times the guess is too much.
        factor: f64,
    },
    /// A gradient is no number.
    #[error("the gradient of {parameter} is not finite in step {step}")]
    Gradient {
        /// The step.
        step: u64,
        /// Name of the parameter.
        parameter: String,
    },
}

/// `", first seen in X"`, or nothing.
fn where_first(parameter: &Option<String>) -> String {
    let parameter = parameter.as_ref();
    parameter.map_or_else(String::new, |name| format!(", first seen in {name}"))
}

/// A loss this many times that of a blind guess does not come back by itself; char-rnn gives up
/// there, too.
const EXPLODED: f64 = 3.0;

/// Looks at a step before it is taken: its loss, and the global norm of its gradients.
///
/// `guess` is the loss of a network that knows nothing. The norm is read from the device only where
/// the loss is sound.
///
/// # Errors
/// [`Trouble`] with the step, and the parameter where it can be named.
pub fn check_step(
    step: u64,
    loss: f64,
    guess: f64,
    norm: Option<f64>,
    gradients: &ParamGradients,
) -> Result<(), Trouble> {
    if !loss.is_finite() {
        let parameter = gradients.first_not_finite().map(str::to_owned);
        return Err(Trouble::Loss {
            step,
            loss,
            parameter,
        });
    }
    if loss > EXPLODED * guess {
        return Err(Trouble::Exploded {
            step,
            loss,
            guess,
            factor: EXPLODED,
        });
    }
    if norm.is_none_or(f64::is_finite) {
        return Ok(());
    }
    let parameter = gradients
        .first_not_finite()
        .unwrap_or("all parameters together");
    Err(Trouble::Gradient {
        step,
        parameter: parameter.to_owned(),
    })
}
