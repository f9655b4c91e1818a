//! One position of one feature map.

use burn::tensor::Tensor;
use reverie_model::vision::{Activations, Layer, LayerInfo};

use super::{Objective, check_channel};
use crate::VizError;

/// One channel at one position: what does a single unit look for?
///
/// # Units
/// Positions are those of the layer, counted from 0 at the upper left. A random view may be smaller
/// than the picture; where it has no such position, the nearest one is read.
///
/// # Source
/// Olah, Mordvintsev, Schubert 2017 (Feature Visualization), "neuron" objective; several images are
/// averaged.
#[derive(Clone, Debug)]
pub struct Neuron {
    info: LayerInfo,
    channel: usize,
    position: Option<(usize, usize)>,
}

impl Neuron {
    /// Channel number `channel` of a layer, counted from 0, at the centre of its map: the position
    /// `(width / 2, height / 2)`, rounded down, of whatever is looked at.
    ///
    /// # Errors
    /// [`VizError::NoSuchChannel`], with the last channel there is.
    pub fn new(info: &LayerInfo, channel: usize) -> Result<Self, VizError> {
        check_channel(info, channel)?;
        Ok(Self {
            info: info.clone(),
            channel,
            position: None,
        })
    }

    /// The same channel at column `x` and row `y`.
    pub fn at(self, x: usize, y: usize) -> Self {
        let position = Some((x, y));
        Self { position, ..self }
    }

    /// Checks that a picture of this size, in pixels, has the position.
    ///
    /// # Errors
    /// [`VizError::NoSuchPosition`], with the number of columns and rows there are.
    pub fn check(&self, width: usize, height: usize) -> Result<(), VizError> {
        let columns = self.info.positions(width);
        let rows = self.info.positions(height);
        match self.position {
            Some((x, y)) if x >= columns || y >= rows => Err(VizError::NoSuchPosition {
                layer: self.info.layer.clone(),
                x,
                y,
                columns,
                rows,
            }),
            _ => Ok(()),
        }
    }
}

impl Objective for Neuron {
    fn score(&self, seen: &Activations) -> Tensor<1> {
        let features = seen.of(&self.info.layer);
        let [_, _, height, width] = features.dims();
        let (x, y) = self.position.unwrap_or((width / 2, height / 2));
        features
            .narrow(1, self.channel, 1)
            .narrow(2, y.min(height - 1), 1)
            .narrow(3, x.min(width - 1), 1)
            .mean()
    }

    fn layers(&self) -> Vec<Layer> {
        vec![self.info.layer.clone()]
    }

    fn part(&self) -> &'static str {
        "activity"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::objective::mirror::Mirror;

    #[test]
    fn a_neuron_is_read_at_its_place() {
        let mirror = Mirror::new(2);
        // Channel 1 holds 100, 101, … row by row on a map of 4 columns and 3 rows.
        let values: Vec<f32> = (0..24).map(|i| (i + 88) as f32).collect();
        let seen = mirror.seen(values, [1, 2, 3, 4]);
        let score = |neuron: &Neuron| neuron.score(&seen).into_scalar::<f32>();
        let neuron = Neuron::new(mirror.info(), 1).unwrap();
        assert_eq!(score(&neuron), 106.0, "row 1, column 2 is the centre");
        assert_eq!(score(&neuron.clone().at(3, 0)), 103.0);
        assert_eq!(score(&neuron.at(0, 2)), 108.0);
    }

    #[test]
    fn what_does_not_exist_is_refused_in_one_sentence() {
        let mirror = Mirror::new(2);
        let error = Neuron::new(mirror.info(), 2).unwrap_err().to_string();
        assert_eq!(
            error,
            "mirror has channels 0 to 1, so there is no channel 2"
        );
        let neuron = Neuron::new(mirror.info(), 0).unwrap().at(4, 1);
        neuron.check(5, 2).unwrap();
        assert_eq!(
            neuron.check(4, 2).unwrap_err().to_string(),
            "mirror has 4 columns and 2 rows for this picture, counted from 0, so there is no \
             position at column 4, row 1"
        );
    }
}
