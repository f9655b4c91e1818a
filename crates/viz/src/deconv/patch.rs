//! What a unit sees.

use reverie_model::vision::Field;

use crate::picture::Picture;

/// What lies beyond the border.
const MID_GREY: [f32; 3] = [0.5; 3];

/// The part of a picture that a unit depends on, so that the patches of all units of a layer have one
/// size; mid grey where it reaches beyond the border. The picture itself if all of it lies in the
/// field.
pub fn patch(picture: &Picture, field: Field) -> Picture {
    let (width, height) = (picture.width(), picture.height());
    if field.holds(width as usize, height as usize) {
        return picture.clone();
    }
    let inside = |start: isize, place: u32, side: u32| {
        let place = start + place as isize;
        u32::try_from(place).ok().filter(|place| *place < side)
    };
    Picture::from_fn(field.width as u32, field.height as u32, |x, y| {
        match (inside(field.left, x, width), inside(field.top, y, height)) {
            (Some(x), Some(y)) => picture.get(x, y),
            _ => MID_GREY,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ramp() -> Picture {
        Picture::from_fn(6, 5, |x, y| [x as f32 / 10.0, y as f32 / 10.0, 0.2])
    }

    fn field(left: isize, top: isize, side: usize) -> Field {
        Field {
            left,
            top,
            width: side,
            height: side,
        }
    }

    #[test]
    fn a_patch_is_cut_out_and_grey_beyond_the_border() {
        let found = patch(&ramp(), field(-1, 3, 4));
        assert_eq!((found.width(), found.height()), (4, 4));
        assert_eq!(found.get(1, 0), ramp().get(0, 3));
        assert_eq!(found.get(3, 1), ramp().get(2, 4));
        for (x, y) in [(0, 0), (0, 3), (3, 2)] {
            assert_eq!(found.get(x, y), MID_GREY);
        }
    }

    #[test]
    fn a_field_as_large_as_the_picture_shows_all_of_it() {
        assert_eq!(patch(&ramp(), field(-3, -2, 9)), ramp());
        assert_eq!(patch(&ramp(), field(0, 0, usize::MAX / 4)), ramp());
        // Large enough, and yet not all of it.
        let beside = patch(&ramp(), field(-3, -2, 8));
        assert_eq!((beside.width(), beside.get(7, 2)), (8, ramp().get(4, 0)));
        let wide = patch(&ramp(), field(0, 0, 5));
        assert_eq!((wide.width(), wide.height()), (5, 5));
    }
}
