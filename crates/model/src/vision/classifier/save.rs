//! The finished network as a file that says what it is.

use std::collections::BTreeMap;
use std::path::Path;

use burn::tensor::Device;
use serde::{Deserialize, Serialize};

use super::{ClassifierConfig, ClassifierError, ClassifierLook};
use crate::train::host;
use crate::vision::{Vgg, VggConfig};
use crate::weights::{
    Preprocessing, RawTensor, TensorFile, write_safetensors_f16, write_safetensors_f32,
};

/// Where the card stands in the notes of the file.
const CARD: &str = "reverie.classifier";

/// What a file of weights says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassifierCard {
    /// How it learnt.
    pub config: ClassifierConfig,
    /// Channels of the convolutions, one list a stage.
    pub stages: Vec<Vec<usize>>,
    /// Names of the classes, in the order of the scores.
    pub classes: Vec<String>,
    /// How pictures are prepared.
    pub preprocessing: Preprocessing,
    /// Seed of all random numbers.
    pub seed: u64,
    /// All looks at the part that was measured on.
    pub history: Vec<ClassifierLook>,
}

impl ClassifierCard {
    /// The card of a file; none where it has none.
    ///
    /// # Errors
    /// A card that cannot be read.
    fn of(file: &TensorFile) -> Result<Option<Self>, serde_json::Error> {
        let card = file.metadata().get(CARD);
        card.map(|card| serde_json::from_str(card)).transpose()
    }

    /// The shape of the network.
    ///
    /// # Errors
    /// A name that no network has.
    pub fn shape(&self) -> Result<VggConfig, crate::ModelError> {
        Ok(VggConfig {
            stages: self.stages.clone(),
            ..self.config.shape()?
        })
    }
}

/// Writes a finished network, normalisation folded in, with its card; in half precision unless
/// `is_single`.
///
/// # Errors
/// The folder or the disk refuses.
pub fn save_classifier(
    network: &Vgg,
    card: &ClassifierCard,
    is_single: bool,
    path: &Path,
) -> Result<(), ClassifierError> {
    let mut tensors = Vec::new();
    let shape = network.config();
    for (index, (stage, place, c_in, c_out)) in shape.convolutions().into_iter().enumerate() {
        let mut put = |leaf: &str, shape: Vec<usize>, values: Vec<f32>| {
            let name = format!("conv{stage}_{place}.{leaf}");
            tensors.push((name, RawTensor { shape, values }));
        };
        put(
            "weight",
            vec![c_out, c_in, 3, 3],
            host(network.filters(index)),
        );
        put("bias", vec![c_out], host(network.biases(index)));
    }
    tensors.extend(network.head_tensors());
    let card = serde_json::to_string(card).unwrap_or_default();
    let notes = BTreeMap::from([(CARD.to_owned(), card)]);
    let write = match is_single {
        true => write_safetensors_f32,
        false => write_safetensors_f16,
    };
    write(path, &tensors, &notes).map_err(|error| ClassifierError::Model(error.into()))
}

impl Vgg {
    /// The network of a file that [`save_classifier`] wrote, and its card; none where the file has no
    /// card. `shaped` may change what the weights leave open: pooling and edges.
    ///
    /// # Errors
    /// A file that is damaged or at odds with its card.
    pub fn classifier(
        file: &TensorFile,
        shaped: impl FnOnce(VggConfig) -> VggConfig,
        device: &Device,
    ) -> Result<Option<(Self, ClassifierCard)>, ClassifierError> {
        let card = ClassifierCard::of(file).map_err(|source| ClassifierError::BadCard {
            path: file.path().to_owned(),
            source,
        })?;
        let Some(card) = card else {
            return Ok(None);
        };
        let shape = shaped(card.shape()?);
        let network = Self::from_file(&shape, card.preprocessing, file, &[], device)?;
        let network = network.with_classes(card.classes.clone());
        Ok(Some((network, card)))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ClassifierTrainer;
    use super::*;
    use crate::vision::{Network as _, probe};

    #[test]
    fn what_was_written_is_read_back() {
        let device = Device::flex();
        let config = ClassifierConfig {
            stages: vec![vec![4], vec![6]],
            side: 8,
            ..ClassifierConfig::default()
        };
        let classes = vec!["cat".to_owned(), "dog".to_owned(), "fish".to_owned()];
        let trainer =
            ClassifierTrainer::new(config.clone(), classes.clone(), 64, 3, &device).unwrap();
        let card = ClassifierCard {
            stages: config.stages.clone(),
            config,
            classes,
            preprocessing: Preprocessing::torchvision(),
            seed: 3,
            history: Vec::new(),
        };
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("net.safetensors");
        save_classifier(&trainer.network(), &card, true, &path).unwrap();
        let file = TensorFile::open(&path).unwrap();
        let (network, read) = Vgg::classifier(&file, |shape| shape, &device)
            .unwrap()
            .unwrap();
        assert_eq!(read, card);
        assert_eq!(network.classes(), ["cat", "dog", "fish"]);
        let answers =
            [&trainer.network(), &network].map(|network| probe(network, "scores").unwrap());
        assert_eq!(answers[0], answers[1]);
    }
}
