//! Gradients by parameter, and what limits them.

use burn::module::{Module, ModuleVisitor, Param};
use burn::tensor::{Gradients, Tensor};
use reverie_kernels::length::square_sum;

use super::params::Path;

/// The gradient of one parameter.
#[derive(Clone, Debug)]
pub struct ParamGradient {
    /// Name of the parameter.
    pub name: String,
    /// Its gradient, flat, `[N]`; none where the loss does not depend on it.
    pub values: Option<Tensor<1>>,
}

/// The gradients of a module, in the order in which it lists its parameters.
#[derive(Clone, Debug)]
pub struct ParamGradients(pub Vec<ParamGradient>);

impl ParamGradients {
    /// Takes the gradients of a module's parameters out of a backward pass.
    pub fn of<M: Module>(module: &M, gradients: &Gradients) -> Self {
        struct Collector<'a> {
            path: Path,
            gradients: &'a Gradients,
            found: Vec<ParamGradient>,
        }
        impl ModuleVisitor for Collector<'_> {
            fn enter_module(&mut self, name: &str, _container_type: &str) {
                self.path.enter(name);
            }
            fn exit_module(&mut self, _name: &str, _container_type: &str) {
                self.path.leave();
            }
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                let gradient = param.val().grad(self.gradients);
                self.found.push(ParamGradient {
                    name: self.path.name(),
                    values: gradient.map(|gradient| gradient.reshape([-1])),
                });
            }
        }
        let mut collector = Collector {
            path: Path::default(),
            gradients,
            found: Vec::new(),
        };
        module.visit(&mut collector);
        Self(collector.found)
    }

    fn tensors(&self) -> impl Iterator<Item = &Tensor<1>> {
        self.0
            .iter()
            .filter_map(|gradient| gradient.values.as_ref())
    }

    /// Length of all gradients as one vector, `[1]`; zero where there are none.
    ///
    /// # Source
    /// Pascanu, Mikolov, Bengio 2013 (arXiv 1211.5063), algorithm 1: the norm is that of *all*
    /// parameters together.
    pub fn global_norm(&self) -> Option<Tensor<1>> {
        let squares: Vec<Tensor<1>> = self
            .tensors()
            .map(|values| square_sum(values.clone()))
            .collect();
        (!squares.is_empty()).then(|| Tensor::cat(squares, 0).sum().sqrt())
    }

    /// Scales all gradients alike so that their global norm is at most `limit`; answers with the
    /// norm before.
    pub fn clip_norm(&mut self, limit: f64) -> Option<Tensor<1>> {
        let norm = self.global_norm()?;
        // A norm of zero divides to infinity, which the upper bound of one takes care of.
        let scale = (norm.clone().recip() * limit).clamp_max(1.0);
        self.change(|values| values * scale.clone());
        Some(norm)
    }

    /// Adds `rate` times the numbers themselves to the gradients of everything with more than one
    /// dimension, the gradient of rate/2 · ‖w‖²: biases and gains are left alone.
    ///
    /// # Source
    /// Krogh and Hertz 1992; that biases and gains need none: He et al. 2019 (arXiv 1812.01187),
    /// section 3.1.
    ///
    /// # Panics
    /// If the gradients are of another module.
    pub fn decay<M: Module>(&mut self, module: &M, rate: f64) {
        struct Adder<'a> {
            rate: f64,
            gradients: std::slice::IterMut<'a, ParamGradient>,
        }
        impl ModuleVisitor for Adder<'_> {
            fn visit_float<const D: usize>(&mut self, param: &Param<Tensor<D>>) {
                let gradient = self.gradients.next();
                let gradient = gradient.expect("a gradient for every parameter");
                if D < 2 {
                    return;
                }
                let numbers = param.val().inner().reshape([-1]);
                let add = |values: Tensor<1>| values + numbers * self.rate;
                gradient.values = gradient.values.take().map(add);
            }
        }
        module.visit(&mut Adder {
            rate,
            gradients: self.0.iter_mut(),
        });
    }

    /// Limits every number to ±`limit`.
    pub fn clip_value(&mut self, limit: f64) {
        self.change(|values| values.clamp(-limit, limit));
    }

    /// Name of the first parameter whose gradient is not a number or infinite.
    pub fn first_not_finite(&self) -> Option<&str> {
        let is_bad = |gradient: &&ParamGradient| {
            gradient.values.as_ref().is_some_and(|values| {
                let sum: f32 = values.clone().abs().sum().into_scalar();
                !sum.is_finite()
            })
        };
        self.0
            .iter()
            .find(is_bad)
            .map(|gradient| gradient.name.as_str())
    }

    fn change(&mut self, change: impl Fn(Tensor<1>) -> Tensor<1>) {
        for gradient in &mut self.0 {
            gradient.values = gradient.values.take().map(&change);
        }
    }
}
