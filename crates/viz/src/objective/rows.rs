//! Some rows of an image.

use std::ops::Range;

use burn::tensor::Tensor;

/// Some rows of an image, with the row above and the row below where there are such.
#[derive(Clone, Debug)]
pub struct Rows {
    /// `[B, 3, h, W]`.
    pub image: Tensor<4>,
    /// Whether the first row is the one above.
    pub has_above: bool,
    /// Whether the last row is the one below.
    pub has_below: bool,
    /// Columns and rows of the whole image.
    pub of: [usize; 2],
}

impl Rows {
    /// An image `[B, 3, H, W]` in bands of at most `band` rows, each with the rows of the image that
    /// it shows, which may be several pieces where the last row `meets` the first.
    pub fn bands(
        image: &Tensor<4>,
        band: usize,
        meets: bool,
    ) -> impl Iterator<Item = (Vec<Range<usize>>, Self)> + use<> {
        let image = image.clone();
        let [.., height, width] = image.dims();
        (0..height).step_by(band.max(1)).map(move |top| {
            let bottom = (top + band.max(1)).min(height);
            let (has_above, has_below) = (meets || top > 0, meets || bottom < height);
            let mut shown = Vec::new();
            if meets && top == 0 {
                shown.push(height - 1..height);
            }
            shown.push(top.saturating_sub(1)..(bottom + 1).min(height));
            if meets && bottom == height {
                shown.push(0..1);
            }
            let piece = |rows: &Range<usize>| image.clone().narrow(2, rows.start, rows.len());
            let image = match &shown[..] {
                [one] => piece(one),
                several => Tensor::cat(several.iter().map(piece).collect(), 2),
            };
            let rows = Self {
                image,
                has_above,
                has_below,
                of: [width, height],
            };
            (shown, rows)
        })
    }
}
