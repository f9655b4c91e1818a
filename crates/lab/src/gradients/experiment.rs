//! Powers, flows, clipping, the cliff, and a training in one run.

use std::ops::ControlFlow;

use burn::tensor::Device;
use serde::Serialize;

use super::cells::{CELLS, CellFlow, LinearPowers, cell_flow, powers};
use super::cliff::{Cliff, Descent, descend, surface};
use super::config::GradientsConfig;
use crate::memory::{LearnConfig, Update, learn};
use crate::{LabError, Progress};

/// Where the descents begin, their rate, their limit and their steps.
const DESCENT: ((f64, f64), f64, f64, usize) = ((6.0, -2.4), 0.05, 0.05, 2000);
/// Places along a side of the surface.
const PLACES: usize = 91;

/// A training.
#[derive(Clone, Debug, Serialize)]
pub struct TrainingNorms {
    /// The limit of the gradients' norm; none without.
    pub clip: Option<f64>,
    /// Every update, with the norm before clipping.
    pub updates: Vec<Update>,
}

/// All that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Gradients {
    /// What was done.
    pub config: GradientsConfig,
    /// Of every radius.
    pub powers: Vec<LinearPowers>,
    /// Of every cell and radius.
    pub flows: Vec<CellFlow>,
    /// The surface of Pascanu's unit.
    pub cliff: Cliff,
    /// Downhill on it, without clipping and with it.
    pub descents: Vec<Descent>,
    /// The same training without clipping and with it.
    pub trainings: Vec<TrainingNorms>,
}

/// Measures all of it.
///
/// # Errors
/// Settings that mean nothing.
pub fn gradients(
    config: &GradientsConfig,
    device: &Device,
    mut observe: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Gradients, LabError> {
    config.check()?;
    let (start, rate, limit, steps) = DESCENT;
    let mut found = Gradients {
        config: config.clone(),
        powers: Vec::new(),
        flows: Vec::new(),
        cliff: surface(PLACES),
        descents: [None, Some(limit)]
            .map(|clip| descend(start, rate, clip, steps))
            .to_vec(),
        trainings: Vec::new(),
    };
    let n_flows = CELLS.len() * config.radii.len();
    // A flow takes about as long as so many updates.
    const AS_UPDATES: usize = 20;
    let total = (config.radii.len() + n_flows * AS_UPDATES + 2 * config.learn.updates) as u64;
    let mut done = 0;
    let mut tell = |step: usize, remark: String| {
        done += step as u64;
        observe(Progress {
            done,
            total,
            remark,
        })
    };
    for &radius in &config.radii {
        found.powers.push(powers(config, radius));
        if tell(1, format!("powers at radius {radius}")).is_break() {
            return Ok(found);
        }
    }
    for cell in CELLS {
        for &radius in &config.radii {
            found.flows.push(cell_flow(config, cell, radius, device));
            if tell(AS_UPDATES, format!("{} at radius {radius}", cell.0)).is_break() {
                return Ok(found);
            }
        }
    }
    for clip in [None, Some(config.clip)] {
        let learn_config = LearnConfig {
            clip,
            seed: config.seed,
            ..config.learn
        };
        let mut is_broken = false;
        let learnt = learn(config.cell, &learn_config, device, |_, update| {
            let flow = tell(1, format!("training, norm {:.3}", update.norm));
            is_broken = flow.is_break();
            flow
        })?;
        found.trainings.push(TrainingNorms {
            clip,
            updates: learnt.updates,
        });
        if is_broken {
            break;
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_run_has_all_parts() {
        let config = GradientsConfig {
            hidden: 6,
            steps: 10,
            radii: vec![0.9, 1.2],
            seeds: 2,
            learn: LearnConfig {
                hidden: 4,
                updates: 3,
                steps: 5,
                ..LearnConfig::default()
            },
            ..GradientsConfig::default()
        };
        let mut last = (0, 1);
        let found = gradients(&config, &Device::flex(), |progress| {
            last = (progress.done, progress.total);
            ControlFlow::Continue(())
        });
        let found = found.unwrap();
        assert_eq!(last.0, last.1);
        assert_eq!(
            (found.powers.len(), found.flows.len(), found.trainings.len()),
            (2, 8, 2)
        );
        for flow in &found.flows {
            assert_eq!(flow.flow.hidden.len(), 10);
            assert_eq!(flow.flow.memory.is_some(), flow.name == "LSTM");
            assert!(flow.weights.iter().all(|one| one.clipped < 1.0 + 1e-5));
        }
    }
}
