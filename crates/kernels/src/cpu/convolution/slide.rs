//! How filters and windows move over pictures.

use super::Pictures;

/// Filters of any height and width that move by any step over pictures with zeros around them.
/// Pairs are of rows and of columns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slide {
    /// Height and width of the filters.
    pub kernel: [usize; 2],
    /// Pixels from one place of a filter to the next.
    pub stride: [usize; 2],
    /// Zeros on either side: above and below, left and right.
    pub padding: [usize; 2],
}

impl Slide {
    /// The outputs of pictures of this size; none where a filter is larger than what there is.
    #[must_use]
    pub fn outputs(self, pictures: Pictures) -> Pictures {
        let along = |axis: usize, size: usize| {
            let padded = size + 2 * self.padding[axis];
            let room = padded.checked_sub(self.kernel[axis]);
            room.map_or(0, |room| room / self.stride[axis] + 1)
        };
        Pictures {
            height: along(0, pictures.height),
            width: along(1, pictures.width),
            ..pictures
        }
    }

    /// Pixels under a filter.
    pub fn taps(self) -> usize {
        self.kernel[0] * self.kernel[1]
    }
}
