//! Burn's L-BFGS, one iteration at a time.
//!
//! Burn's optimiser takes many iterations a call and cannot be stopped between them. Called for one
//! iteration it looks twice: once where the last call ended, once at the end of the step. The first
//! of these repeats a look already taken, so it is answered from memory, and a step costs one look.

use burn::module::{Module, Param, ParamId};
use burn::optim::{GradientsParams, LBFGS, LBFGSConfig, LineSearchFn};
use burn::tensor::{Bytes, Tensor};

use super::{Evaluation, LineSearch};
use crate::VizError;

/// Looks that a line search may take in one step: PyTorch's limit.
const LINE_SEARCH_LOOKS: usize = 25;

/// The numbers as Burn's optimisers want them.
#[derive(Module, Debug)]
struct Numbers {
    values: Param<Tensor<1>>,
}

/// L-BFGS with the last look it took.
pub struct Lbfgs {
    inner: LBFGS,
    rate: f64,
    history: usize,
    line_search: LineSearch,
    /// Where the last step ended and what was seen there.
    remembered: Option<(Tensor<1>, Evaluation)>,
}

fn config(history: usize, line_search: LineSearch) -> LBFGSConfig {
    let line_search_fn = match line_search {
        LineSearch::None => LineSearchFn::None,
        LineSearch::StrongWolfe => LineSearchFn::StrongWolfe,
    };
    LBFGSConfig::new()
        .with_max_iter(1)
        .with_max_eval(Some(1 + LINE_SEARCH_LOOKS))
        .with_history_size(history)
        .with_tolerance_grad(0.0)
        .with_tolerance_change(0.0)
        .with_line_search_fn(line_search_fn)
}

impl Lbfgs {
    pub(super) fn new(rate: f64, history: usize, line_search: LineSearch) -> Self {
        let inner = config(history, line_search).init();
        Self {
            inner,
            rate,
            history,
            line_search,
            remembered: None,
        }
    }

    pub(super) fn rate(&self) -> f64 {
        self.rate
    }

    /// The history as bytes.
    pub(super) fn to_bytes(&self) -> Result<Vec<u8>, String> {
        self.inner
            .into_bytes()
            .map(|bytes| bytes.to_vec())
            .map_err(|error| error.to_string())
    }

    /// Restores a history.
    ///
    /// Burn puts the tensors on its default device first and moves them with the next step; a
    /// program that must not open a GPU sets `BURN_DEVICE` before.
    pub(super) fn restore(&mut self, bytes: Vec<u8>) -> Result<(), String> {
        let empty = config(self.history, self.line_search).init();
        self.inner = empty
            .from_bytes(Bytes::from_bytes_vec(bytes))
            .map_err(|error| error.to_string())?;
        Ok(())
    }

    pub(super) fn step(
        &mut self,
        values: Tensor<1>,
        look: &mut dyn FnMut(&Tensor<1>) -> Result<Evaluation, VizError>,
    ) -> Result<(Tensor<1>, Evaluation), VizError> {
        let id = ParamId::from(0);
        // Burn's optimiser wants parameters that could have gradients, though it gets ours from us.
        let tracked = values.clone().autodiff().require_grad();
        let numbers = Numbers {
            values: Param::initialized(id, tracked),
        };
        let mut known = self
            .remembered
            .take()
            .filter(|(at, _)| is_same(at, &values));
        let mut looks: Vec<(Tensor<1>, Evaluation)> = Vec::new();
        let mut failed = None;
        let (moved, _) = self.inner.step(self.rate, numbers, |numbers: Numbers| {
            let at = numbers.values.val().inner();
            let mut gradients = GradientsParams::new();
            let seen = match known
                .take()
                .map(|(_, seen)| Ok(seen))
                .unwrap_or_else(|| look(&at))
            {
                Ok(seen) => seen,
                Err(error) => {
                    // The optimiser cannot be told to stop: a gradient of zero ends its step.
                    gradients.register(id, at.clone().zeros_like());
                    failed.get_or_insert(error);
                    return (0.0, gradients);
                }
            };
            gradients.register(id, seen.gradient.clone());
            let loss = seen.losses().total;
            looks.push((at, seen));
            (loss, gradients)
        });
        if let Some(error) = failed {
            return Err(error);
        }
        let moved = moved.values.val().inner();
        // Without a line search the last look was taken where the step ended; a line search may
        // have come back to an earlier one.
        let index = looks.iter().rposition(|(at, _)| is_same(at, &moved));
        let seen = match index {
            Some(index) => looks.swap_remove(index).1,
            None => look(&moved)?,
        };
        let kept = Evaluation {
            loss: seen.loss.clone(),
            gradient: seen.gradient.clone(),
            image_gradient: seen.image_gradient.clone(),
            parts: seen.parts.clone(),
        };
        self.remembered = Some((moved.clone(), kept));
        Ok((moved, seen))
    }
}

/// Whether two lists of numbers are equal in every bit that counts.
fn is_same(a: &Tensor<1>, b: &Tensor<1>) -> bool {
    a.dims() == b.dims() && a.clone().equal(b.clone()).all().into_scalar::<bool>()
}
