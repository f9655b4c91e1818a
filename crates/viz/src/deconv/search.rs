//! The strongest answers of every feature map among many pictures, in one pass.

use burn::tensor::{Device, Tensor, TensorData};
use reverie_model::vision::{LayerInfo, Network};
use serde::{Deserialize, Serialize};

use super::{Peak, Unit, strongest};
use crate::VizError;
use crate::picture::Picture;

/// Pictures that [`top_of`] looks at together.
const AT_ONCE: usize = 16;

/// A picture in which a feature map answers strongly, and where.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hit {
    /// Number of the picture, in the order in which they were looked at.
    pub picture: usize,
    /// What the feature map says there.
    pub activation: f32,
    /// Position across, from 0.
    pub column: usize,
    /// Position down, from 0.
    pub row: usize,
}

impl Hit {
    fn new(picture: usize, peak: &Peak) -> Self {
        Self {
            picture,
            activation: peak.activation,
            column: peak.column,
            row: peak.row,
        }
    }

    /// The unit that says it.
    pub fn unit(&self, channel: usize) -> Unit {
        Unit {
            channel,
            column: self.column,
            row: self.row,
        }
    }
}

/// The strongest answers so far, of every channel of some layers.
///
/// Every picture counts once for a channel, by its strongest position. The larger answer comes first;
/// of equals the picture that was looked at earlier; within a picture the first position in reading
/// order. How many pictures are looked at together changes nothing, nor how many threads work on
/// them, as long as the network says the same of a picture whatever else is in the batch; on this
/// project's kernels it does.
///
/// What is held does not grow with the number of pictures: `top` for every channel.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Search {
    top: usize,
    /// For every layer and channel the best, the strongest first.
    lists: Vec<Vec<Vec<Hit>>>,
}

impl Search {
    /// One that has seen nothing.
    pub fn new(layers: &[LayerInfo], top: usize) -> Self {
        let empty = |info: &LayerInfo| vec![Vec::new(); info.channels];
        Self {
            top,
            lists: layers.iter().map(empty).collect(),
        }
    }

    /// For every layer, in the order in which they were named, and for every channel its best, the
    /// strongest first.
    pub fn lists(&self) -> &[Vec<Vec<Hit>>] {
        &self.lists
    }

    /// Whether this is a search in so many channels of each layer, for so many pictures.
    pub fn fits(&self, layers: &[LayerInfo], top: usize) -> bool {
        let is_one = |(list, info): (&Vec<Vec<Hit>>, &LayerInfo)| {
            list.len() == info.channels && list.iter().all(|hits| hits.len() <= top)
        };
        self.top == top
            && self.lists.len() == layers.len()
            && self.lists.iter().zip(layers).all(is_one)
    }

    /// Looks at some pictures, all of one size, each with its number; numbers must grow from call to
    /// call. `layers` are those of [`new`](Self::new).
    ///
    /// # Errors
    /// Pictures that are too small for one of the layers.
    ///
    /// # Panics
    /// If the pictures have different sizes.
    pub fn look(
        &mut self,
        network: &dyn Network,
        layers: &[LayerInfo],
        pictures: &[(usize, Picture)],
    ) -> Result<(), VizError> {
        if pictures.is_empty() {
            return Ok(());
        }
        let images: Vec<&Picture> = pictures.iter().map(|(_, picture)| picture).collect();
        let images = batch_of(&images, &network.device());
        let wanted: Vec<_> = layers.iter().map(|info| info.layer.clone()).collect();
        let seen = network.activations(images, &wanted)?;
        for (info, list) in layers.iter().zip(&mut self.lists) {
            let peaks = strongest(seen.of(&info.layer));
            for ((number, _), peaks) in pictures.iter().zip(&peaks) {
                for (hits, peak) in list.iter_mut().zip(peaks) {
                    keep(hits, self.top, Hit::new(*number, peak));
                }
            }
        }
        Ok(())
    }
}

/// Puts a hit of a later picture among the best, behind its equals.
fn keep(hits: &mut Vec<Hit>, top: usize, hit: Hit) {
    let place = hits.partition_point(|other| other.activation >= hit.activation);
    if place < top {
        hits.truncate(top - 1);
        hits.insert(place, hit);
    }
}

/// Pictures of one size as `[B, 3, H, W]`.
///
/// # Panics
/// If there are none, or they have different sizes.
pub(super) fn batch_of(pictures: &[&Picture], device: &Device) -> Tensor<4> {
    let (width, height) = (pictures[0].width(), pictures[0].height());
    let mut values = Vec::with_capacity(pictures.len() * pictures[0].pixels().len());
    for picture in pictures {
        assert_eq!(
            (picture.width(), picture.height()),
            (width, height),
            "pictures of one size"
        );
        values.extend(picture.to_planar());
    }
    let shape = [pictures.len(), 3, height as usize, width as usize];
    Tensor::from_data(TensorData::new(values, shape), device)
}

/// The strongest answers of all channels of some layers among pictures of one size, which need not be
/// files.
///
/// # Errors
/// Pictures that are too small for one of the layers.
///
/// # Panics
/// If the pictures have different sizes.
///
/// # Example
/// ```
/// use burn::tensor::Device;
/// use reverie_model::vision::{Network, Vgg, VggConfig};
/// use reverie_viz::deconv::top_of;
/// use reverie_viz::picture::draw;
///
/// let network = Vgg::random(&VggConfig::tiny(), 1, &Device::flex());
/// let layers = [network.info("relu2_1")?.clone()];
/// let drawings = (0..20).map(|seed| draw::landscape(32, 32, seed));
/// let found = top_of(&network, &layers, 9, drawings)?;
/// assert_eq!(found.lists()[0].len(), 4);
/// assert!(found.lists()[0][0].is_sorted_by(|a, b| a.activation >= b.activation));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn top_of(
    network: &dyn Network,
    layers: &[LayerInfo],
    top: usize,
    pictures: impl IntoIterator<Item = Picture>,
) -> Result<Search, VizError> {
    let mut search = Search::new(layers, top);
    let mut waiting = Vec::with_capacity(AT_ONCE);
    for numbered in pictures.into_iter().enumerate() {
        waiting.push(numbered);
        if waiting.len() == AT_ONCE {
            search.look(network, layers, &waiting)?;
            waiting.clear();
        }
    }
    search.look(network, layers, &waiting)?;
    Ok(search)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_larger_comes_first_and_the_earlier_of_equals() {
        let mut hits = Vec::new();
        for (picture, activation) in [1.0, 3.0, 1.0, 2.0, 3.0, 1.0].into_iter().enumerate() {
            let peak = Peak {
                activation,
                column: 0,
                row: 0,
            };
            keep(&mut hits, 4, Hit::new(picture, &peak));
        }
        let order: Vec<usize> = hits.iter().map(|hit| hit.picture).collect();
        assert_eq!(order, [1, 4, 3, 0]);
    }

    #[test]
    fn numbers_survive_a_file() {
        // Every bit counts where a broken-off search goes on.
        for step in 0..4000_u32 {
            let hit = Hit {
                picture: 7,
                activation: f32::from_bits(0x3a00_0000 + step * 34_567),
                column: 1,
                row: 2,
            };
            let text = serde_json::to_string(&hit).unwrap();
            assert_eq!(serde_json::from_str::<Hit>(&text).unwrap(), hit);
        }
    }
}
