//! What a machine did along one episode, for a picture.

use serde::Serialize;

use super::machine::Trace;
use super::real::Real;
use super::task::{BITS, Episode};

/// Memory and heads over time.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Picture {
    /// T inputs of D numbers.
    pub inputs: Vec<Vec<f32>>,
    /// T targets, none where nothing was asked.
    pub targets: Vec<Option<Vec<f32>>>,
    /// T outputs, between 0 and 1.
    pub outputs: Vec<Vec<f32>>,
    /// Where the write head looked: T times N, each adds up to one.
    pub written: Vec<Vec<f32>>,
    /// Where the read head looked.
    pub read: Vec<Vec<f32>>,
    /// What was added to the memory: T times M.
    pub added: Vec<Vec<f32>>,
    /// What was read from it: T times M.
    pub found: Vec<Vec<f32>>,
    /// The memory when the last vector was shown: N rows of M.
    pub memory: Vec<Vec<f32>>,
    /// g of the read head at every step: 1 looks for content, 0 goes on from its place.
    pub gate: Vec<f32>,
}

impl Picture {
    /// Puts together what pictures show of a run.
    pub fn new(trace: &Trace<f32>, episode: &Episode) -> Self {
        let each = |part: &dyn Fn(usize) -> Vec<f32>| -> Vec<Vec<f32>> {
            (0..trace.steps.len()).map(part).collect()
        };
        let flag = episode.inputs.iter().position(|input| input[BITS] > 0.5);
        let shown = flag.map_or(0, |flag| flag + 1).min(trace.steps.len() - 1);
        let memory = trace.steps[shown].before.rows();
        Self {
            inputs: episode.inputs.clone(),
            targets: episode.targets.clone(),
            outputs: each(&|t| trace.steps[t].logits.iter().map(|v| v.sigmoid()).collect()),
            written: each(&|t| trace.steps[t].writer.weights.clone()),
            read: each(&|t| trace.steps[t].reader.weights.clone()),
            added: each(&|t| trace.steps[t].add.clone()),
            found: each(&|t| trace.steps[t].read.clone()),
            memory: memory.map(<[f32]>::to_vec).collect(),
            gate: trace.steps.iter().map(|step| step.reader.gate).collect(),
        }
    }
}
