//! Many channels, and the picture of each.

use crate::picture::{CHANNELS, Picture};

/// Colours of the numbers of a map that may be negative: at the least, at zero, at the largest. Blue
/// against orange is told apart with every common kind of colour blindness.
const LOW: [f32; CHANNELS] = [0.05, 0.30, 0.66];
const ZERO: [f32; CHANNELS] = [0.97, 0.965, 0.95];
const HIGH: [f32; CHANNELS] = [0.83, 0.34, 0.02];

/// What the ends of the colours stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Range {
    /// The largest number of the channel itself: the shape of weak ones is seen, too.
    #[default]
    Own,
    /// The largest number of all channels: they can be compared.
    Common,
}

/// Numbers of many channels, all of one size.
///
/// # Shapes
/// The values are `[C, P, H, W]`: P is 1 for maps and 3 (red, green, blue) for filters.
#[derive(Clone, Debug, PartialEq)]
pub struct Bank {
    dims: [usize; 4],
    values: Vec<f32>,
}

impl Bank {
    /// A bank of these numbers.
    ///
    /// # Panics
    /// If there are not as many as `dims` says, or P is neither 1 nor 3.
    pub fn new(dims: [usize; 4], values: Vec<f32>) -> Self {
        let count: usize = dims.iter().product();
        assert_eq!(count, values.len(), "numbers for {dims:?}");
        assert!([1, CHANNELS].contains(&dims[1]), "{} planes", dims[1]);
        Self { dims, values }
    }

    /// Channels.
    pub fn channels(&self) -> usize {
        self.dims[0]
    }

    /// Columns.
    pub fn width(&self) -> usize {
        self.dims[3]
    }

    /// Rows.
    pub fn height(&self) -> usize {
        self.dims[2]
    }

    /// The numbers of a channel, `[P, H, W]`.
    ///
    /// # Panics
    /// If there is no such channel.
    pub fn channel(&self, channel: usize) -> &[f32] {
        let length = self.dims[1..].iter().product::<usize>();
        &self.values[channel * length..(channel + 1) * length]
    }

    /// How strong each channel is: the root of the mean of its squares.
    pub fn strengths(&self) -> Vec<f64> {
        let strength = |channel| {
            let values = self.channel(channel);
            let squares = values.iter().map(|value| f64::from(*value).powi(2));
            (squares.sum::<f64>() / values.len() as f64).sqrt()
        };
        (0..self.channels()).map(strength).collect()
    }

    /// Some channels, the strongest first; of equals the one with the smaller number.
    pub fn strongest_first(&self, mut channels: Vec<usize>) -> Vec<usize> {
        let strengths = self.strengths();
        channels.sort_by(|&a, &b| strengths[b].total_cmp(&strengths[a]).then(a.cmp(&b)));
        channels
    }

    /// Whether some number is below zero.
    pub fn is_signed(&self) -> bool {
        self.values.iter().any(|value| *value < 0.0)
    }

    /// The picture of a channel, one pixel a number.
    ///
    /// Filters lie about mid grey, which is zero. Maps go from black, which is zero, to white; where
    /// some number of the bank is below zero, from blue through paper to orange.
    ///
    /// # Panics
    /// If there is no such channel.
    pub fn picture(&self, channel: usize, range: Range) -> Picture {
        let values = self.channel(channel);
        let largest = match range {
            Range::Own => largest(values),
            Range::Common => largest(&self.values),
        };
        // A channel of zeros alone shows zero.
        let scale = if largest > 0.0 { 1.0 / largest } else { 0.0 };
        let (width, height) = (self.width() as u32, self.height() as u32);
        let plane = self.width() * self.height();
        let is_signed = self.is_signed();
        Picture::from_fn(width, height, |x, y| {
            let place = y as usize * self.width() + x as usize;
            let value = |p: usize| values[p * plane + place] * scale;
            match self.dims[1] {
                CHANNELS => std::array::from_fn(|c| 0.5 + 0.5 * value(c)),
                _ if is_signed => two_coloured(value(0)),
                _ => [value(0); CHANNELS],
            }
        })
    }
}

fn largest(values: &[f32]) -> f32 {
    values.iter().fold(0.0, |max, value| max.max(value.abs()))
}

/// The colour of a number from −1 to 1.
fn two_coloured(value: f32) -> [f32; CHANNELS] {
    let end = if value < 0.0 { LOW } else { HIGH };
    let share = value.abs();
    std::array::from_fn(|c| ZERO[c] * (1.0 - share) + end[c] * share)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_largest_number_is_the_end_of_the_colours() {
        let maps = Bank::new([2, 1, 1, 2], vec![0.0, 2.0, 1.0, 4.0]);
        assert_eq!(maps.picture(0, Range::Own).pixels()[3..], [1.0; 3]);
        assert_eq!(maps.picture(0, Range::Common).pixels()[3..], [0.5; 3]);
        assert_eq!(maps.picture(0, Range::Common).get(0, 0), [0.0; 3]);
        assert_eq!(maps.strongest_first(vec![0, 1]), [1, 0]);
    }

    #[test]
    fn signed_maps_have_two_colours_and_filters_lie_about_grey() {
        let maps = Bank::new([1, 1, 1, 3], vec![-2.0, 0.0, 2.0]);
        let picture = maps.picture(0, Range::Own);
        assert_eq!(picture.get(0, 0), LOW);
        assert_eq!(picture.get(1, 0), ZERO);
        assert_eq!(picture.get(2, 0), HIGH);
        let filter = Bank::new([1, 3, 1, 1], vec![0.5, 0.0, -1.0]);
        assert_eq!(filter.picture(0, Range::Own).get(0, 0), [0.75, 0.5, 0.0]);
        let silent = Bank::new([1, 3, 1, 1], vec![0.0; 3]);
        assert_eq!(silent.picture(0, Range::Own).get(0, 0), [0.5; 3]);
    }
}
