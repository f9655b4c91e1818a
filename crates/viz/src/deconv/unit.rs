//! One unit of each picture, and the way back from it.

use burn::tensor::{Int, Tensor, TensorData};
use reverie_model::vision::{LayerInfo, Network, Rule};
use serde::{Deserialize, Serialize};

use crate::VizError;
use crate::objective::check_channel;
use crate::signal::{Signal, send_back};

/// One channel of a layer at one position.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Unit {
    /// The channel, counted from 0.
    pub channel: usize,
    /// The position across, counted from 0 at the left.
    pub column: usize,
    /// The position down, counted from 0 at the top.
    pub row: usize,
}

impl Unit {
    /// Refuses a unit that a layer does not have for pictures of this size, in pixels.
    ///
    /// # Errors
    /// [`VizError::NoSuchChannel`] or [`VizError::NoSuchPosition`], with what there is.
    pub fn check(&self, info: &LayerInfo, width: usize, height: usize) -> Result<(), VizError> {
        check_channel(info, self.channel)?;
        let (columns, rows) = (info.positions(width), info.positions(height));
        if self.column >= columns || self.row >= rows {
            return Err(VizError::NoSuchPosition {
                layer: info.layer.clone(),
                x: self.column,
                y: self.row,
                columns,
                rows,
            });
        }
        Ok(())
    }
}

/// Goes back from one unit of each picture: the signal is what the unit itself answers, and all others
/// are silent.
///
/// # Shapes
/// - `units`: one for each picture, in their order
/// - `images`: `[B, 3, H, W]` in `[0, 1]`
/// - returns: the answers of the units, `[B]`, and what arrives at the pictures, `[B, 3, H, W]`
///
/// # Errors
/// Units that the layer does not have, pictures that are too small for it; [`VizError::NoRule`] if
/// the network leaves no choice of rule.
///
/// # Panics
/// If there are more or fewer units than pictures.
///
/// # Source
/// Zeiler and Fergus 2014 (arXiv 1311.2901), section 2.1.
pub fn project(
    network: &dyn Network,
    rule: Rule,
    info: &LayerInfo,
    units: &[Unit],
    images: Tensor<4>,
) -> Result<Signal, VizError> {
    let [batch, _, height, width] = images.dims();
    assert_eq!(units.len(), batch, "one unit for each picture");
    info.check_side(width, height)?;
    for unit in units {
        unit.check(info, width, height)?;
    }
    let layers = std::slice::from_ref(&info.layer);
    let mut answers = None;
    let signal = send_back(network, rule, images, layers, |seen| {
        let answer = pick(seen.of(&info.layer), units);
        // The product's gradient with respect to the unit is the answer itself.
        let score = answer.clone() * answer.clone().detach();
        answers = Some(answer.inner());
        score
    })?;
    Ok(Signal {
        scores: answers.unwrap_or(signal.scores),
        images: signal.images,
    })
}

/// What one unit of each picture says: `[B, C, H, W]` to `[B]`.
fn pick(features: Tensor<4>, units: &[Unit]) -> Tensor<1> {
    let [batch, channels, height, width] = features.dims();
    let places: Vec<i64> = units
        .iter()
        .map(|unit| ((unit.channel * height + unit.row) * width + unit.column) as i64)
        .collect();
    let places = TensorData::new(places, [batch, 1]);
    let device = features.device();
    let places = Tensor::<2, Int>::from_data(places, &device);
    let rows = features.reshape([batch, channels * height * width]);
    rows.gather(1, places).reshape([batch])
}

#[cfg(test)]
mod tests {
    use burn::tensor::Device;
    use reverie_model::vision::{Vgg, VggConfig, synthetic_picture};

    use super::*;
    use crate::deconv::strongest;
    use crate::tensor::values_of;

    const RULES: [Rule; 3] = [Rule::Gradient, Rule::Deconvnet, Rule::Guided];

    fn tiny() -> Vgg {
        Vgg::random(&VggConfig::tiny(), 3, &Device::flex())
    }

    #[test]
    fn nothing_arrives_beyond_the_unit_s_field() {
        let (network, side) = (tiny(), 24);
        let info = network.info("relu2_1").unwrap();
        let image = synthetic_picture(side, side, &Device::flex());
        let unit = Unit {
            channel: 1,
            column: 6,
            row: 5,
        };
        let field = info.field(unit.column, unit.row, side, side);
        for rule in RULES {
            let signal = project(&network, rule, info, &[unit], image.clone()).unwrap();
            let values = values_of(signal.images);
            let most = values
                .iter()
                .fold(0.0_f32, |most, value| most.max(value.abs()));
            for (place, value) in values.iter().enumerate() {
                let (x, y) = ((place % side) as isize, (place / side % side) as isize);
                let is_inside = (field.left..field.left + field.width as isize).contains(&x)
                    && (field.top..field.top + field.height as isize).contains(&y);
                assert!(
                    is_inside || value.abs() <= most * 1e-5,
                    "{rule:?} at {x},{y}"
                );
            }
        }
    }

    #[test]
    fn pictures_of_a_batch_do_not_disturb_each_other() {
        let network = tiny();
        let info = network.info("relu2_2").unwrap();
        let one = synthetic_picture(16, 16, &Device::flex());
        let other = one.clone().flip([3]);
        let units = [
            Unit {
                channel: 0,
                column: 3,
                row: 3,
            },
            Unit {
                channel: 2,
                column: 1,
                row: 5,
            },
        ];
        let both = Tensor::cat(vec![one.clone(), other.clone()], 0);
        for rule in RULES {
            let both = project(&network, rule, info, &units, both.clone()).unwrap();
            for (place, (unit, image)) in units.iter().zip([&one, &other]).enumerate() {
                let alone = project(&network, rule, info, &[*unit], image.clone()).unwrap();
                let within = both.images.clone().narrow(0, place, 1);
                assert_eq!(values_of(within), values_of(alone.images), "{rule:?}");
                let answer = values_of(both.scores.clone())[place];
                assert_eq!(answer, values_of(alone.scores)[0]);
            }
        }
    }

    #[test]
    fn the_answer_is_that_of_the_strongest_position() {
        let network = tiny();
        let info = network.info("relu2_2").unwrap();
        let image = synthetic_picture(16, 16, &Device::flex());
        let seen = network.activations(image.clone(), std::slice::from_ref(&info.layer));
        let peaks = strongest(seen.unwrap().of(&info.layer));
        for (channel, peak) in peaks[0].iter().enumerate() {
            let unit = peak.unit(channel);
            let signal = project(&network, Rule::Deconvnet, info, &[unit], image.clone());
            assert_eq!(values_of(signal.unwrap().scores), [peak.activation]);
        }
    }

    #[test]
    fn units_that_are_not_there_are_refused() {
        let network = tiny();
        let info = network.info("relu2_2").unwrap();
        let image = || synthetic_picture(16, 16, &Device::flex());
        let of = |channel, column, row| {
            let unit = Unit {
                channel,
                column,
                row,
            };
            let done = project(&network, Rule::Deconvnet, info, &[unit], image());
            done.unwrap_err().to_string()
        };
        assert!(of(4, 0, 0).contains("no channel 4"));
        assert!(of(0, 8, 0).contains("no position at column 8, row 0"));
    }
}
