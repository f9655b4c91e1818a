//! A render at rest: everything needed to go on as if it had never stopped.
//!
//! One safetensors file. Tensors: `values`, and where they exist `average`, `moment_1`, `moment_2`
//! and `lbfgs` (Burn's own record, as bytes). The metadata key `reverie` holds counters, the
//! generator and whatever the caller wants to find again.

use std::collections::HashMap;
use std::path::Path;

use burn::optim::{AdamState, AdaptiveMomentumState};
use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::rng::{from_text, to_text};
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};

use super::{Average, Optimizer, OptimizerConfig, State};
use crate::VizError;
use crate::picture::write_atomic;
use crate::tensor::values_of;

/// Layout of the file; raised when an older reader would misread it.
const VERSION: u32 = 1;
/// Metadata key of the header.
const KEY: &str = "reverie";

#[derive(Serialize, Deserialize)]
struct Header {
    version: u32,
    step: usize,
    evaluations: usize,
    /// State of the generator, in decimal.
    rng: String,
    adam_time: Option<usize>,
    average: Option<(f64, f64)>,
    caller: serde_json::Value,
}

/// Writes `state` and the caller's own notes; the old file stays until the new one is complete.
///
/// # Errors
/// [`VizError::Picture`] when the file cannot be written, [`VizError::Checkpoint`] when the state
/// cannot be put into one.
pub fn save_checkpoint(
    path: &Path,
    state: &State,
    caller: &serde_json::Value,
) -> Result<(), VizError> {
    let refuse = |reason: String| checkpoint_error(path, reason);
    let mut tensors: Vec<(&str, Dtype, Vec<u8>)> = Vec::new();
    let floats = |tensor: &Tensor<1>| -> Vec<u8> {
        values_of(tensor.clone())
            .iter()
            .flat_map(|value| value.to_le_bytes())
            .collect()
    };
    tensors.push(("values", Dtype::F32, floats(&state.values)));
    let mut adam_time = None;
    match &state.optimizer {
        Optimizer::Adam {
            state: Some(adam), ..
        } => {
            adam_time = Some(adam.momentum.time);
            tensors.push(("moment_1", Dtype::F32, floats(&adam.momentum.moment_1)));
            tensors.push(("moment_2", Dtype::F32, floats(&adam.momentum.moment_2)));
        }
        Optimizer::Lbfgs(lbfgs) => {
            tensors.push(("lbfgs", Dtype::U8, lbfgs.to_bytes().map_err(refuse)?));
        }
        Optimizer::Adam { .. } | Optimizer::Ascent { .. } => {}
    }
    if let Some(average) = &state.average {
        tensors.push(("average", Dtype::F32, floats(&average.sum)));
    }
    let header = Header {
        version: VERSION,
        step: state.step,
        evaluations: state.evaluations,
        rng: to_text(&state.rng),
        adam_time,
        average: state
            .average
            .as_ref()
            .map(|average| (average.decay, average.missing)),
        caller: caller.clone(),
    };
    let header = serde_json::to_string(&header).map_err(|error| refuse(error.to_string()))?;
    let mut views = Vec::new();
    for (name, dtype, bytes) in &tensors {
        let size = if *dtype == Dtype::F32 { 4 } else { 1 };
        let view = TensorView::new(*dtype, vec![bytes.len() / size], bytes)
            .map_err(|error| refuse(error.to_string()))?;
        views.push((*name, view));
    }
    let metadata = Some(HashMap::from([(KEY.to_owned(), header)]));
    let bytes =
        safetensors::serialize(views, metadata).map_err(|error| refuse(error.to_string()))?;
    Ok(write_atomic(path, &bytes, true)?)
}

/// Reads what [`save_checkpoint`] wrote: the state on `device`, and the caller's notes.
///
/// `optimizer` must have the settings of the run that was saved.
///
/// # Errors
/// [`VizError::Checkpoint`] when the file is missing, damaged, of another version, or of another
/// optimiser.
pub fn load_checkpoint(
    path: &Path,
    optimizer: &OptimizerConfig,
    device: &Device,
) -> Result<(State, serde_json::Value), VizError> {
    let refuse = |reason: String| checkpoint_error(path, reason);
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    let file = SafeTensors::deserialize(&bytes).map_err(|error| refuse(error.to_string()))?;
    let header = header_of(path, &bytes)?;
    let floats = |name: &str| -> Result<Tensor<1>, VizError> {
        let view = file
            .tensor(name)
            .map_err(|error| refuse(format!("{name}: {error}")))?;
        let values: Vec<f32> = view
            .data()
            .chunks_exact(4)
            .map(|four| f32::from_le_bytes([four[0], four[1], four[2], four[3]]))
            .collect();
        let count = values.len();
        Ok(Tensor::from_data(TensorData::new(values, [count]), device))
    };
    let mut optimizer = optimizer.init();
    match &mut optimizer {
        Optimizer::Adam { state, .. } => {
            if let Some(time) = header.adam_time {
                let (first, second) = (floats("moment_1")?, floats("moment_2")?);
                let momentum = AdaptiveMomentumState::new(time, first, second);
                *state = Some(AdamState::new(momentum));
            }
        }
        Optimizer::Lbfgs(lbfgs) => {
            let view = file
                .tensor("lbfgs")
                .map_err(|_| refuse("it was made with another optimiser".to_owned()))?;
            lbfgs.restore(view.data().to_vec()).map_err(refuse)?;
        }
        Optimizer::Ascent { .. } => {}
    }
    let average = match header.average {
        Some((decay, missing)) => Some(Average {
            decay,
            sum: floats("average")?,
            missing,
        }),
        None => None,
    };
    let state = State {
        values: floats("values")?,
        optimizer,
        average,
        rng: from_text(&header.rng)
            .ok_or_else(|| refuse("its generator state is not a number".to_owned()))?,
        step: header.step,
        evaluations: header.evaluations,
    };
    Ok((state, header.caller))
}

/// The caller's notes in a checkpoint, whatever optimiser it was made with.
///
/// # Errors
/// [`VizError::Checkpoint`] when the file is missing, damaged or of another version.
pub fn checkpoint_notes(path: &Path) -> Result<serde_json::Value, VizError> {
    let bytes = std::fs::read(path).map_err(|error| checkpoint_error(path, error.to_string()))?;
    Ok(header_of(path, &bytes)?.caller)
}

fn header_of(path: &Path, bytes: &[u8]) -> Result<Header, VizError> {
    let refuse = |reason: String| checkpoint_error(path, reason);
    let (_, metadata) =
        SafeTensors::read_metadata(bytes).map_err(|error| refuse(error.to_string()))?;
    let header = metadata
        .metadata()
        .as_ref()
        .and_then(|notes| notes.get(KEY))
        .ok_or_else(|| refuse("it was not written by reverie".to_owned()))?;
    let header: Header = serde_json::from_str(header).map_err(|error| refuse(error.to_string()))?;
    if header.version != VERSION {
        let version = header.version;
        return Err(refuse(format!(
            "its version is {version}, this program reads {VERSION}"
        )));
    }
    Ok(header)
}

fn checkpoint_error(path: &Path, reason: String) -> VizError {
    let file = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    VizError::Checkpoint { file, reason }
}
