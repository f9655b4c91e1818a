//! Reads the header of a safetensors file, and single tensors when they are asked for.

use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

use safetensors::tensor::{Dtype, Metadata, TensorInfo};

use super::floats::FloatKind;
use super::tensor_file::{Contents, ReadValues, Slot};
use super::{TensorFormat, WeightsError};

/// Bytes before the header, which hold its length.
const LENGTH_BYTES: u64 = 8;

/// Opens a file that begins like safetensors, and checks its length against its header.
pub(super) fn open(path: &Path) -> Result<Contents, WeightsError> {
    let io = |source| WeightsError::io(path, source);
    let file = File::open(path).map_err(io)?;
    let found = file.metadata().map_err(io)?.len();
    read(path, file, found)
}

/// Reads a file that is part of the program; `name` is used in messages.
pub(super) fn embedded(name: &Path, bytes: &'static [u8]) -> Result<Contents, WeightsError> {
    read(name, Cursor::new(bytes), bytes.len() as u64)
}

/// Reads what begins like safetensors and has so many bytes.
fn read<R: Read + Seek + Send + 'static>(
    path: &Path,
    mut file: R,
    found: u64,
) -> Result<Contents, WeightsError> {
    let io = |source| WeightsError::io(path, source);
    let wrong_length = |need| WeightsError::WrongLength {
        path: path.to_owned(),
        need,
        found,
    };

    let mut length = [0; LENGTH_BYTES as usize];
    file.read_exact(&mut length).map_err(io)?;
    let data_at = LENGTH_BYTES.saturating_add(u64::from_le_bytes(length));
    if data_at > found {
        return Err(wrong_length(data_at));
    }
    let mut header = Vec::new();
    (&mut file)
        .take(data_at - LENGTH_BYTES)
        .read_to_end(&mut header)
        .map_err(io)?;
    let bad = |source| WeightsError::BadHeader {
        path: path.to_owned(),
        source,
    };
    let metadata: Metadata = serde_json::from_slice(&header).map_err(bad)?;

    let need = data_at.saturating_add(metadata.data_len() as u64);
    if need != found {
        return Err(wrong_length(need));
    }
    let file = Arc::new(Mutex::new(file));
    let slot = |info: &TensorInfo| Slot {
        shape: info.shape.clone(),
        dtype: info.dtype.to_string(),
        read: float_kind(info.dtype).map(|kind| reader(file.clone(), data_at, info, kind)),
    };
    Ok(Contents {
        format: TensorFormat::Safetensors,
        tensors: metadata
            .tensors()
            .into_iter()
            .map(|(name, info)| (name, slot(info)))
            .collect(),
        metadata: metadata.metadata().iter().flatten().map(own).collect(),
    })
}

fn own((key, value): (&String, &String)) -> (String, String) {
    (key.clone(), value.clone())
}

/// Reads the values of one tensor, whose place the header's check against the length covers.
fn reader<R: Read + Seek + Send + 'static>(
    file: Arc<Mutex<R>>,
    data_at: u64,
    info: &TensorInfo,
    kind: FloatKind,
) -> ReadValues {
    let (start, end) = info.data_offsets;
    Box::new(move || {
        let mut bytes = vec![0; end - start];
        let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
        file.seek(SeekFrom::Start(data_at + start as u64))?;
        file.read_exact(&mut bytes)?;
        drop(file);
        Ok(kind.little_endian_to_f32(bytes))
    })
}

fn float_kind(dtype: Dtype) -> Option<FloatKind> {
    match dtype {
        Dtype::F16 => Some(FloatKind::F16),
        Dtype::BF16 => Some(FloatKind::Bf16),
        Dtype::F32 => Some(FloatKind::F32),
        Dtype::F64 => Some(FloatKind::F64),
        _ => None,
    }
}
