//! What files call the layers of a VGG.
//!
//! The literature's names (`conv3_1`) are the only ones used elsewhere; a [`VggNames`] says under
//! which keys a certain file keeps each of them.

use super::{TensorFile, WeightsError};

/// Fully connected layers by their names in the literature, deepest last.
const DENSE_LAYERS: [&str; 3] = ["fc6", "fc7", "fc8"];
/// Keys of the classifier in torchvision's files, and in those converted from Caffe.
const CLASSIFIERS: [[&str; 3]; 3] = [
    ["classifier.0", "classifier.3", "classifier.6"],
    ["classifier.1", "classifier.4", "classifier.6"],
    DENSE_LAYERS,
];

/// A way to name the convolutions of a VGG.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scheme {
    /// `features.N.weight`, where N counts convolutions, batch norms, ReLUs and poolings.
    Torchvision,
    /// `conv1_1.weight`, as in Gatys' file; batch norm would be `bn1_1.weight`.
    Literature,
}

/// Keys of one convolution and its batch norm, to be followed by `.weight`, `.bias` and so on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConvNames {
    /// The layer by its name in the literature, such as `conv3_1`.
    pub layer: String,
    /// Key of the convolution, such as `features.10`.
    pub conv: String,
    /// Key of its batch norm, in networks that have it.
    pub norm: Option<String>,
}

/// The keys under which one file keeps the layers of a VGG.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VggNames {
    /// How the convolutions are named.
    pub scheme: Scheme,
    /// One for each convolution, in their order.
    pub convs: Vec<ConvNames>,
    /// Keys of `fc6`, `fc7` and `fc8`, where the file has a classifier.
    pub dense: Option<[&'static str; 3]>,
}

impl VggNames {
    /// The keys that a scheme gives to convolutions with these names, in the network's order.
    ///
    /// A pooling is taken to follow each block: between `conv1_2` and `conv2_1`, for instance.
    /// `dense` is left empty.
    pub fn of_scheme(scheme: Scheme, convs: &[&str], batch_norm: bool) -> Self {
        let mut index = 0;
        let mut last_block = convs.first().map(|conv| block(conv));
        let mut names = Vec::with_capacity(convs.len());
        for conv in convs {
            if last_block != Some(block(conv)) {
                last_block = Some(block(conv));
                index += 1;
            }
            let (key, norm) = match scheme {
                Scheme::Torchvision => (
                    format!("features.{index}"),
                    format!("features.{}", index + 1),
                ),
                Scheme::Literature => ((*conv).to_owned(), conv.replacen("conv", "bn", 1)),
            };
            let norm = batch_norm.then_some(norm);
            names.push(ConvNames {
                layer: (*conv).to_owned(),
                conv: key,
                norm,
            });
            index += if batch_norm { 3 } else { 2 };
        }
        Self {
            scheme,
            convs: names,
            dense: None,
        }
    }

    /// The scheme that this file follows: the one under which it has the most convolutions.
    ///
    /// Some may still be missing; a [`Loader`](super::Loader) names them.
    ///
    /// # Errors
    /// [`WeightsError::UnknownScheme`] where the file has not one of them under any scheme.
    pub fn detect(
        file: &TensorFile,
        convs: &[&str],
        batch_norm: bool,
    ) -> Result<Self, WeightsError> {
        let has = |key: &str| file.contains(&format!("{key}.weight"));
        let present = |names: &Self| names.convs.iter().filter(|conv| has(&conv.conv)).count();
        let torchvision = Self::of_scheme(Scheme::Torchvision, convs, batch_norm);
        let literature = Self::of_scheme(Scheme::Literature, convs, batch_norm);
        let count = present(&torchvision).max(present(&literature));
        if count == 0 {
            let first = |names: &Self| Some(format!("{}.weight", names.convs.first()?.conv));
            return Err(WeightsError::UnknownScheme {
                path: file.path().to_owned(),
                found: file.names().map(str::to_owned).collect(),
                wanted: [&torchvision, &literature]
                    .into_iter()
                    .filter_map(first)
                    .collect(),
            });
        }
        let best = if present(&torchvision) == count {
            torchvision
        } else {
            literature
        };
        let dense = CLASSIFIERS
            .into_iter()
            .find(|keys| keys.iter().all(|key| has(key)));
        Ok(Self { dense, ..best })
    }
}

/// The block of a convolution: what stands before the underscore.
fn block(conv: &str) -> &str {
    conv.split('_').next().unwrap_or(conv)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weights::{Loader, RawTensor, write_safetensors_f32};
    use std::collections::BTreeMap;

    const VGG11: [&str; 8] = [
        "conv1_1", "conv2_1", "conv3_1", "conv3_2", "conv4_1", "conv4_2", "conv5_1", "conv5_2",
    ];
    const VGG16: [&str; 13] = [
        "conv1_1", "conv1_2", "conv2_1", "conv2_2", "conv3_1", "conv3_2", "conv3_3", "conv4_1",
        "conv4_2", "conv4_3", "conv5_1", "conv5_2", "conv5_3",
    ];

    fn indices(convs: &[&str], batch_norm: bool) -> Vec<usize> {
        let names = VggNames::of_scheme(Scheme::Torchvision, convs, batch_norm);
        let index = |conv: &ConvNames| conv.conv["features.".len()..].parse().unwrap();
        names.convs.iter().map(index).collect()
    }

    /// A file with these tensors, one number each.
    fn file(keys: &[&str]) -> TensorFile {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("t");
        let one = RawTensor {
            shape: vec![1],
            values: vec![0.0],
        };
        let tensors: Vec<_> = keys
            .iter()
            .map(|key| ((*key).to_owned(), one.clone()))
            .collect();
        write_safetensors_f32(&path, &tensors, &BTreeMap::new()).unwrap();
        TensorFile::open(&path).unwrap()
    }

    #[test]
    fn torchvision_indices_are_those_of_torchvision() {
        assert_eq!(indices(&VGG11, false), [0, 3, 6, 8, 11, 13, 16, 18]);
        assert_eq!(
            indices(&VGG16, false),
            [0, 2, 5, 7, 10, 12, 14, 17, 19, 21, 24, 26, 28]
        );
        assert_eq!(indices(&VGG11, true), [0, 4, 8, 11, 15, 18, 22, 25]);
        assert_eq!(
            indices(&VGG16, true),
            [0, 3, 7, 10, 14, 17, 20, 24, 27, 30, 34, 37, 40]
        );
    }

    #[test]
    fn a_batch_norm_follows_its_convolution() {
        let names = VggNames::of_scheme(Scheme::Torchvision, &VGG11, true);
        assert_eq!(names.convs[1].norm.as_deref(), Some("features.5"));
        let names = VggNames::of_scheme(Scheme::Literature, &VGG11, true);
        assert_eq!(names.convs[1].norm.as_deref(), Some("bn2_1"));
    }

    #[test]
    fn the_scheme_is_found_in_the_file() {
        let torchvision = file(&["features.0.weight", "features.0.bias", "features.3.weight"]);
        let names = VggNames::detect(&torchvision, &VGG11, false).unwrap();
        assert_eq!((names.scheme, names.dense), (Scheme::Torchvision, None));
        let gatys = file(&["conv1_1.weight", "conv2_1.weight"]);
        let names = VggNames::detect(&gatys, &VGG11, false).unwrap();
        assert_eq!(names.scheme, Scheme::Literature);
    }

    #[test]
    fn both_kinds_of_classifier_are_found() {
        for [a, b, c] in [["0", "3", "6"], ["1", "4", "6"]] {
            let keys = [a, b, c].map(|n| format!("classifier.{n}.weight"));
            let file = file(&["features.0.weight", &keys[0], &keys[1], &keys[2]]);
            let names = VggNames::detect(&file, &VGG11, false).unwrap();
            assert_eq!(
                names.dense.unwrap().map(|key| format!("{key}.weight")),
                keys
            );
        }
    }

    #[test]
    fn unknown_names_are_shown_beside_known_ones() {
        let error = VggNames::detect(&file(&["block1.w"]), &VGG11, false)
            .unwrap_err()
            .to_string();
        assert!(error.contains("block1.w"), "{error}");
        assert!(
            error.contains("features.0.weight or conv1_1.weight"),
            "{error}"
        );
    }

    #[test]
    fn the_real_file_loads_completely() {
        let Some(data) = std::env::var_os("REVERIE_DATA") else {
            println!("skipped: REVERIE_DATA is not set");
            return;
        };
        let registry = crate::weights::Registry::builtin();
        let entry = registry.get("vgg16-hed").unwrap();
        let path = crate::weights::locate(entry, &[data.into()]).unwrap();
        let verified = crate::weights::verify_file(entry, &path).unwrap();
        assert!(matches!(verified, crate::weights::Verified::Hash { .. }));

        let file = TensorFile::open(&path).unwrap();
        let names = VggNames::detect(&file, &VGG16, false).unwrap();
        assert_eq!((names.scheme, names.dense), (Scheme::Torchvision, None));
        let mut loader = Loader::new(&file);
        entry
            .ignore
            .iter()
            .for_each(|pattern| loader.ignore(pattern));
        let widths = [
            64, 64, 128, 128, 256, 256, 256, 512, 512, 512, 512, 512, 512,
        ];
        let mut d_input = 3;
        for (conv, width) in names.convs.iter().zip(widths) {
            let weight = loader.take(&format!("{}.weight", conv.conv), &[width, d_input, 3, 3]);
            assert!(
                weight.unwrap().iter().any(|value| *value != 0.0),
                "{}",
                conv.layer
            );
            loader
                .take(&format!("{}.bias", conv.conv), &[width])
                .unwrap();
            d_input = width;
        }
        loader.finish().unwrap();
    }
}
