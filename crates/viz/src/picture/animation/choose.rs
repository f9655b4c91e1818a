//! Which 256 colours show a picture best.

use super::super::{CHANNELS, Picture, to_byte};

/// Colours that a frame of a GIF can have.
pub(super) const MOST_COLOURS: usize = 256;

/// Bits of a channel by which colours are told apart when they are counted.
const COUNTED_BITS: usize = 6;

/// How often the colours are moved into the middle of what they stand for. More change little.
const ROUNDS: usize = 2;

/// Colours that are nearly one.
#[derive(Clone, Copy)]
struct Counted {
    /// Pixels that have them.
    weight: f64,
    /// Their mean, in bytes.
    mean: [f64; CHANNELS],
}

/// Counted colours that will have one colour of the palette.
struct Group {
    members: Vec<Counted>,
    /// Their mean.
    mean: [f64; CHANNELS],
    /// The channel in which they differ most.
    widest: usize,
    /// Their summed squared distance from the mean in that channel.
    spread: f64,
}

/// At most [`MOST_COLOURS`] colours for a picture.
///
/// # Source
/// All colours are one group at first; the group that is most spread out along a channel is cut at its
/// mean again and again: Heckbert 1982, Color image quantization for frame buffer display, with the
/// cut of Wan, Wong, Prusinkiewicz 1988, An algorithm for multidimensional data clustering. Then rounds
/// of Lloyd 1982, Least squares quantization in PCM.
pub(super) fn choose_colours(picture: &Picture) -> Vec<[u8; CHANNELS]> {
    let counted = count_colours(picture);
    let mut groups = vec![Group::of(counted.clone())];
    while groups.len() < MOST_COLOURS {
        let Some(widest) = widest_of(&groups) else {
            break;
        };
        let (low, high) = groups.swap_remove(widest).cut();
        groups.push(low);
        groups.extend(high);
    }
    let mut means: Vec<_> = groups.iter().map(|group| group.mean).collect();
    for _ in 0..ROUNDS {
        means = moved_to_the_middle(&means, &counted);
    }
    means
        .iter()
        .map(|mean| mean.map(|value| value.round() as u8))
        .collect()
}

fn count_colours(picture: &Picture) -> Vec<Counted> {
    let mut sums = vec![(0_u32, [0_u64; CHANNELS]); 1 << (COUNTED_BITS * CHANNELS)];
    for colour in picture.colours() {
        let colour = colour.map(to_byte);
        let place = colour.iter().fold(0, |place, &value| {
            (place << COUNTED_BITS) | (usize::from(value) >> (8 - COUNTED_BITS))
        });
        let (count, sum) = &mut sums[place];
        *count += 1;
        for (sum, value) in sum.iter_mut().zip(colour) {
            *sum += u64::from(value);
        }
    }
    let found = sums.into_iter().filter(|(count, _)| *count > 0);
    found
        .map(|(count, sum)| Counted {
            weight: count.into(),
            mean: sum.map(|sum| sum as f64 / f64::from(count)),
        })
        .collect()
}

impl Group {
    fn of(members: Vec<Counted>) -> Self {
        let weight: f64 = members.iter().map(|member| member.weight).sum();
        let sum = |value: &dyn Fn(&Counted) -> f64| -> f64 {
            members
                .iter()
                .map(|member| member.weight * value(member))
                .sum()
        };
        let mean: [f64; CHANNELS] = std::array::from_fn(|c| sum(&|member| member.mean[c]) / weight);
        let (mut widest, mut spread) = (0, 0.0);
        for (c, mean) in mean.into_iter().enumerate() {
            let found = sum(&|member| (member.mean[c] - mean).powi(2));
            if found > spread {
                (widest, spread) = (c, found);
            }
        }
        Self {
            members,
            mean,
            widest,
            spread,
        }
    }

    /// Those up to the mean and those above it. Rounding may leave nobody above.
    fn cut(self) -> (Self, Option<Self>) {
        let (c, mean) = (self.widest, self.mean);
        let (low, high): (Vec<_>, Vec<_>) = self
            .members
            .into_iter()
            .partition(|member| member.mean[c] <= mean[c]);
        if low.is_empty() || high.is_empty() {
            let members = [low, high].concat();
            let whole = Self {
                spread: 0.0,
                ..Self::of(members)
            };
            return (whole, None);
        }
        (Self::of(low), Some(Self::of(high)))
    }
}

/// The group that should be cut next; none if all of them are one colour each.
fn widest_of(groups: &[Group]) -> Option<usize> {
    let spreads = groups.iter().map(|group| group.spread).enumerate();
    let widest = spreads.max_by(|(_, a), (_, b)| a.total_cmp(b));
    widest.filter(|(_, spread)| *spread > 0.0).map(|(i, _)| i)
}

/// The means of the colours that are nearest to each of `means`; one that has none stays.
fn moved_to_the_middle(means: &[[f64; CHANNELS]], counted: &[Counted]) -> Vec<[f64; CHANNELS]> {
    let mut sums = vec![(0.0, [0.0; CHANNELS]); means.len()];
    for colour in counted {
        let distance = |mean: &[f64; CHANNELS]| -> f64 {
            let pairs = mean.iter().zip(colour.mean);
            pairs.map(|(a, b)| (a - b) * (a - b)).sum()
        };
        let (mut nearest, mut smallest) = (0, f64::INFINITY);
        for (i, mean) in means.iter().enumerate() {
            let found = distance(mean);
            if found < smallest {
                (nearest, smallest) = (i, found);
            }
        }
        let (weight, sum) = &mut sums[nearest];
        *weight += colour.weight;
        for (sum, value) in sum.iter_mut().zip(colour.mean) {
            *sum += colour.weight * value;
        }
    }
    let pairs = sums.into_iter().zip(means);
    let moved = pairs.map(|((weight, sum), &mean)| {
        if weight > 0.0 {
            sum.map(|sum| sum / weight)
        } else {
            mean
        }
    });
    moved.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_of_one_colour_needs_one() {
        let picture = Picture::filled(7, 5, [0.2, 0.4, 0.6]);
        assert_eq!(choose_colours(&picture), [[51, 102, 153]]);
    }

    #[test]
    fn a_grey_ramp_gets_evenly_spaced_greys() {
        let picture = Picture::from_fn(256, 8, |x, _| [x as f32 / 255.0; 3]);
        let mut colours = choose_colours(&picture);
        colours.sort_unstable();
        // Six bits tell 64 greys apart.
        assert_eq!(colours.len(), 64);
        for (i, colour) in colours.iter().enumerate() {
            let expected = 4.0 * i as f32 + 1.5;
            assert!(
                colour
                    .iter()
                    .all(|&value| (f32::from(value) - expected).abs() <= 0.5)
            );
        }
    }

    #[test]
    fn a_picture_of_many_colours_gets_all_there_are() {
        let picture = Picture::from_fn(64, 64, |x, y| {
            [x as f32 / 63.0, y as f32 / 63.0, (x * y % 64) as f32 / 63.0]
        });
        assert_eq!(choose_colours(&picture).len(), MOST_COLOURS);
        assert_eq!(choose_colours(&picture), choose_colours(&picture));
    }
}
