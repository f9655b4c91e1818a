//! Another frame's picture, brought to this frame.

use super::{Flow, between, each_pixel, known};
use crate::picture::{CHANNELS, Picture};

impl Flow {
    /// The other frame's picture with everything where it is in this frame: out(p) = picture(p + v(p)),
    /// bilinear on the encoded values, and where that is so.
    ///
    /// The second answer is 1 where the vector is known and leads to a place on the picture, and 0
    /// elsewhere: there the pixel is the nearest one of the border, or, without a vector, the picture's
    /// own at that place. A picture goes on half a pixel beyond the centres of its outermost pixels.
    ///
    /// The numbers do not depend on the count of threads.
    ///
    /// # Shapes
    /// - returns: `[H, W, C]` and `[H, W]`
    ///
    /// # Panics
    /// If the picture has another size than the flow.
    pub fn warp(&self, picture: &Picture) -> (Picture, Vec<f32>) {
        let (width, height) = (self.width, self.height);
        self.check_same_size("a picture", picture.width(), picture.height());
        let found: Vec<([f32; CHANNELS], f32)> = each_pixel(width, height, |x, y| {
            let colour = |x, y| between(picture.colours(), width, height, x, y);
            match self.target(x, y) {
                Some([x, y]) => (colour(x, y), f32::from(self.covers(x, y))),
                None => (colour(x, y), 0.0),
            }
        });
        let (colours, inside): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        (
            Picture::new(width, height, colours.into_flattened()),
            inside,
        )
    }

    /// The place in the other frame that the vector of a pixel leads to, if it is known.
    pub(super) fn target(&self, x: f64, y: f64) -> Option<[f64; 2]> {
        let vector = self.vectors[y as usize * self.width as usize + x as usize];
        known(vector).map(|[u, v]| [x + f64::from(u), y + f64::from(v)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every pixel has a colour of its own, and neighbours differ much.
    fn picture(width: u32, height: u32) -> Picture {
        Picture::from_fn(width, height, |x, y| {
            let at = |step: u32| ((x * step + y * 7) % 16) as f32 / 16.0;
            [at(5), at(3), at(11)]
        })
    }

    #[test]
    fn a_shift_by_whole_pixels_is_exact_and_leaves_out_what_comes_from_outside() {
        let before = picture(9, 7);
        let flow = Flow::from_fn(9, 7, |_, _| [-2.0, 1.0]);
        let (now, inside) = flow.warp(&before);
        for y in 0..7 {
            for x in 0..9_u32 {
                let seen = x >= 2 && y + 1 < 7;
                assert_eq!(inside[(y * 9 + x) as usize], f32::from(seen));
                let from = (x.saturating_sub(2), (y + 1).min(6));
                assert_eq!(now.get(x, y), before.get(from.0, from.1));
            }
        }
    }

    #[test]
    fn half_a_pixel_is_the_average_of_two() {
        let before = picture(6, 4);
        let (now, inside) = Flow::from_fn(6, 4, |_, _| [0.5, 0.0]).warp(&before);
        let (left, right) = (before.get(2, 3), before.get(3, 3));
        for c in 0..CHANNELS {
            assert_eq!(now.get(2, 3)[c], (left[c] + right[c]) / 2.0);
        }
        // The last column comes from the very edge; a little less than that is inside.
        assert_eq!(inside[..6], [1.0, 1.0, 1.0, 1.0, 1.0, 0.0]);
        assert_eq!(now.get(5, 0), before.get(5, 0));
        let (_, inside) = Flow::from_fn(6, 4, |_, _| [0.4, -0.4]).warp(&before);
        assert!(inside.iter().all(|&inside| inside == 1.0));
    }

    #[test]
    fn without_a_vector_the_pixel_is_the_pictures_own() {
        let before = picture(5, 5);
        let flow = Flow::from_fn(5, 5, |x, _| [if x == 3 { f32::NAN } else { 1.0 }, 0.0]);
        let (now, inside) = flow.warp(&before);
        assert_eq!((now.get(3, 2), inside[13]), (before.get(3, 2), 0.0));
        assert_eq!((now.get(2, 2), inside[12]), (before.get(3, 2), 1.0));
    }

    #[test]
    fn a_vector_of_any_length_ends_at_the_border() {
        let before = picture(4, 4);
        let (now, inside) = Flow::from_fn(4, 4, |_, _| [1e9, -1e9]).warp(&before);
        assert_eq!(now, Picture::filled(4, 4, before.get(3, 0)));
        assert_eq!(inside, [0.0; 16]);
    }

    #[test]
    #[should_panic(expected = "a picture of 4x3 does not belong to a flow of 3x4")]
    fn another_size_panics_with_the_numbers() {
        Flow::from_fn(3, 4, |_, _| [0.0; 2]).warp(&picture(4, 3));
    }
}
