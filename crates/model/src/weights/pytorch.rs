//! Reads PyTorch files of every age. Nothing in them is executed.

use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use pytorch_reader::{DType, PytorchReader, Tensor};

use super::floats::FloatKind;
use super::tensor_file::{Contents, ReadValues, Slot};
use super::{TensorFormat, WeightsError};

/// Keys under which training scripts save weights beside other things, in the order of trust.
const NESTED_UNDER: [&str; 5] = [
    "state_dict.",
    "model_state_dict.",
    "model.",
    "net.",
    "params.",
];
/// What saving a model wrapped for several GPUs puts before every name.
const PARALLEL_PREFIX: &str = "module.";

/// How the directory at the end of a zip archive begins, and how far from the end it can be.
const ZIP_END: &[u8] = b"PK\x05\x06";
const ZIP_END_WITHIN: u64 = 22 + 65_535;

/// Opens a zip archive, the format since PyTorch 1.6.
pub(super) fn open_zip(path: &Path) -> Result<Contents, WeightsError> {
    let io = |source| WeightsError::io(path, source);
    let mut file = File::open(path).map_err(io)?;
    let found = file.metadata().map_err(io)?.len();
    let mut tail = Vec::new();
    file.seek(SeekFrom::Start(found.saturating_sub(ZIP_END_WITHIN)))
        .map_err(io)?;
    file.read_to_end(&mut tail).map_err(io)?;
    if !tail.windows(ZIP_END.len()).any(|bytes| bytes == ZIP_END) {
        return Err(WeightsError::TruncatedZip {
            path: path.to_owned(),
            found,
        });
    }
    open(path)
}

/// Opens a PyTorch file of any format.
pub(super) fn open(path: &Path) -> Result<Contents, WeightsError> {
    let reader = PytorchReader::new(path).map_err(|source| WeightsError::Pytorch {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    let tensors = without_prefix(unnested(reader.into_tensors()));
    Ok(Contents {
        format: TensorFormat::Pytorch,
        tensors: tensors
            .into_iter()
            .map(|(name, tensor)| (name, slot(tensor)))
            .collect(),
        metadata: Default::default(),
    })
}

type Tensors = HashMap<String, Tensor>;

/// The weights alone, where a checkpoint has an optimiser's memory and more beside them.
fn unnested(tensors: Tensors) -> Tensors {
    let has = |key: &&&str| tensors.keys().any(|name| name.starts_with(**key));
    match NESTED_UNDER.iter().find(has) {
        None => tensors,
        Some(key) => tensors
            .into_iter()
            .filter_map(|(name, tensor)| Some((name.strip_prefix(key)?.to_owned(), tensor)))
            .collect(),
    }
}

fn without_prefix(tensors: Tensors) -> Tensors {
    if !tensors.keys().all(|name| name.starts_with(PARALLEL_PREFIX)) {
        return tensors;
    }
    let cut = |(name, tensor): (String, Tensor)| (name[PARALLEL_PREFIX.len()..].to_owned(), tensor);
    tensors.into_iter().map(cut).collect()
}

fn slot(tensor: Tensor) -> Slot {
    let kind = match tensor.dtype() {
        DType::F16 => Some(FloatKind::F16),
        DType::BF16 => Some(FloatKind::Bf16),
        DType::F32 => Some(FloatKind::F32),
        DType::F64 => Some(FloatKind::F64),
        _ => None,
    };
    Slot {
        shape: tensor.shape().to_vec(),
        dtype: format!("{:?}", tensor.dtype()),
        read: kind.map(|kind| -> ReadValues { Box::new(move || Ok(kind.to_f32(&tensor.read()?))) }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{Loader, RawTensor, Scheme, TensorFile, VggNames};
    use std::path::PathBuf;

    const VGG11: [&str; 8] = [
        "conv1_1", "conv2_1", "conv3_1", "conv3_2", "conv4_1", "conv4_2", "conv5_1", "conv5_2",
    ];
    const WIDTHS: [usize; 8] = [4, 5, 6, 6, 7, 7, 7, 7];

    /// Small networks that PyTorch itself saved, see `tests/reference/vgg_fixtures.py`.
    fn fixture(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../../tests/fixtures")
            .join(name)
    }

    /// The whole network, as a network would load it.
    fn load(name: &str) -> Vec<Vec<f32>> {
        let file = TensorFile::open(&fixture(name)).unwrap();
        let names = VggNames::detect(&file, &VGG11, false).unwrap();
        assert_eq!(names.scheme, Scheme::Torchvision);
        let mut loader = Loader::new(&file);
        let mut values = Vec::new();
        let mut d_input = 3;
        for (conv, width) in names.convs.iter().zip(WIDTHS) {
            let shape = [width, d_input, 3, 3];
            values.push(
                loader
                    .take(&format!("{}.weight", conv.conv), &shape)
                    .unwrap(),
            );
            values.push(
                loader
                    .take(&format!("{}.bias", conv.conv), &[width])
                    .unwrap(),
            );
            d_input = width;
        }
        loader.finish().unwrap();
        values
    }

    #[test]
    fn files_of_both_ages_and_safetensors_hold_the_same_network() {
        let zip = load("vgg11_narrow.pth");
        assert!((zip[0][0] + 0.1390).abs() < 1e-4, "{}", zip[0][0]);
        assert_eq!(zip, load("vgg11_narrow_legacy.pth"));
        for (single, half) in zip
            .concat()
            .iter()
            .zip(load("vgg11_narrow_f16.safetensors").concat())
        {
            assert!(
                (single - half).abs() <= single.abs() * 1e-3 + 1e-6,
                "{single} and {half}"
            );
        }
    }

    #[test]
    fn counters_of_batch_norm_can_be_ignored() {
        let file = TensorFile::open(&fixture("vgg16bn_narrow.pth")).unwrap();
        assert!(!file.is_float("features.1.num_batches_tracked"));
        assert_eq!(file.shape("features.1.running_var"), Some([4].as_slice()));
        let mut loader = Loader::new(&file);
        loader.ignore("*num_batches_tracked");
        let surplus = loader.problems().surplus;
        assert!(
            surplus
                .iter()
                .all(|name| !name.ends_with("num_batches_tracked"))
        );
        assert_eq!(surplus.len(), 13 * 6);
        let _ = loader.take("features.1.num_batches_tracked", &[]).unwrap();
        let text = loader.finish().unwrap_err().to_string();
        assert!(
            text.contains("features.1.num_batches_tracked (I64)"),
            "{text}"
        );
    }

    /// Opens the first bytes of a fixture.
    fn open_cut(name: &str, keep: impl Fn(usize) -> usize) -> Result<TensorFile, WeightsError> {
        let bytes = std::fs::read(fixture(name)).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("cut.pth");
        std::fs::write(&path, &bytes[..keep(bytes.len())]).unwrap();
        TensorFile::open(&path)
    }

    #[test]
    fn a_cut_zip_is_called_incomplete() {
        let error = open_cut("vgg11_narrow.pth", |n| n / 2).unwrap_err();
        assert!(
            matches!(error, WeightsError::TruncatedZip { .. }),
            "{error}"
        );
        assert!(error.to_string().contains("fetch it again"), "{error}");
    }

    #[test]
    fn a_cut_legacy_file_is_refused_when_opened() {
        for parts in [2, 3, 8] {
            let error = open_cut("vgg11_narrow_legacy.pth", |n| n - n / parts).unwrap_err();
            assert!(matches!(error, WeightsError::Pytorch { .. }), "{error}");
        }
    }

    #[test]
    fn damaged_bytes_never_panic() {
        for name in [
            "vgg11_narrow.pth",
            "vgg11_narrow_legacy.pth",
            "vgg11_narrow_f16.safetensors",
        ] {
            let whole = std::fs::read(fixture(name)).unwrap();
            let dir = tempfile::tempdir().unwrap();
            let path = dir.path().join("damaged");
            for at in (0..whole.len()).step_by(whole.len() / 60) {
                let mut bytes = whole.clone();
                bytes[at] ^= 0x55;
                std::fs::write(&path, &bytes).unwrap();
                if let Ok(file) = TensorFile::open(&path) {
                    let _: Vec<Option<RawTensor>> =
                        file.names().map(|tensor| file.read(tensor).ok()).collect();
                }
            }
        }
    }

    /// What a checkpoint with these names comes down to.
    fn names_in(names: &[&str]) -> Vec<String> {
        let file = PytorchReader::new(fixture("vgg11_narrow.pth")).unwrap();
        let any = file.into_tensors().into_values().next().unwrap();
        let tensors = names
            .iter()
            .map(|name| ((*name).to_owned(), any.clone()))
            .collect();
        let mut names: Vec<_> = without_prefix(unnested(tensors)).into_keys().collect();
        names.sort();
        names
    }

    #[test]
    fn nested_weights_are_found_without_being_told() {
        let plain = ["features.0.bias", "features.0.weight"];
        assert_eq!(names_in(&plain), plain);
        for key in ["state_dict", "model_state_dict", "model"] {
            let nested = plain.map(|name| format!("{key}.{name}"));
            let names = [nested[0].as_str(), &nested[1], "optimizer.state.0.momentum"];
            assert_eq!(names_in(&names), plain);
        }
        let parallel = plain.map(|name| format!("state_dict.module.{name}"));
        assert_eq!(names_in(&[&parallel[0], &parallel[1], "epoch"]), plain);
    }
}
