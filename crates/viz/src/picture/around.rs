//! Enlarging pictures whose borders meet.

/// Enlarges one channel of a picture that goes on beyond each border on the other side.
///
/// Catmull-Rom interpolation (the cubic with a = −1/2, Keys 1981, eq. 15), so numbers may leave the
/// range of those that went in.
///
/// # Panics
/// If there are not `width * height` numbers.
pub fn enlarge_around(
    plane: &[f32],
    (width, height): (u32, u32),
    (new_width, new_height): (u32, u32),
) -> Vec<f32> {
    let (width, height) = (width as usize, height as usize);
    assert_eq!(plane.len(), width * height);
    let across = taps(width, new_width as usize);
    let rows: Vec<f32> = plane
        .chunks_exact(width)
        .flat_map(|row| across.iter().map(|taps| taps.of(|place| row[place])))
        .collect();
    let width = new_width as usize;
    let down = taps(height, new_height as usize);
    let row = |taps: &Taps| {
        let taps = *taps;
        let rows = &rows;
        (0..width).map(move |x| taps.of(|place| rows[place * width + x]))
    };
    down.iter().flat_map(row).collect()
}

/// Where a number comes from: four neighbours and their weights.
#[derive(Clone, Copy)]
struct Taps {
    places: [usize; 4],
    weights: [f32; 4],
}

impl Taps {
    fn of(&self, value: impl Fn(usize) -> f32) -> f32 {
        let pairs = self.places.iter().zip(self.weights);
        pairs.map(|(place, weight)| value(*place) * weight).sum()
    }
}

fn taps(length: usize, new_length: usize) -> Vec<Taps> {
    let tap = |index: usize| {
        let place = (index as f64 + 0.5) * length as f64 / new_length as f64 - 0.5;
        let t = (place - place.floor()) as f32;
        let first = place.floor() as isize - 1;
        let places = [0, 1, 2, 3].map(|step| {
            let place = first + step;
            place.rem_euclid(length.cast_signed()).cast_unsigned()
        });
        let (t2, t3) = (t * t, t * t * t);
        let weights = [
            -0.5 * t3 + t2 - 0.5 * t,
            1.5 * t3 - 2.5 * t2 + 1.0,
            -1.5 * t3 + 2.0 * t2 + 0.5 * t,
            0.5 * t3 - 0.5 * t2,
        ];
        Taps { places, weights }
    };
    (0..new_length).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_moved_around_is_enlarged_alike() {
        let plane: Vec<f32> = (0..24).map(|v| (v as f32 * 1.7).sin()).collect();
        let moved: Vec<f32> = (0..24)
            .map(|v| plane[(v / 6 + 1) % 4 * 6 + (v % 6 + 2) % 6])
            .collect();
        let whole = enlarge_around(&plane, (6, 4), (12, 8));
        let other = enlarge_around(&moved, (6, 4), (12, 8));
        for y in 0..8 {
            for x in 0..12 {
                let here = whole[(y + 2) % 8 * 12 + (x + 4) % 12];
                assert!((here - other[y * 12 + x]).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn the_same_size_and_a_flat_picture_stay() {
        let plane: Vec<f32> = (0..12).map(|v| v as f32).collect();
        assert_eq!(enlarge_around(&plane, (4, 3), (4, 3)), plane);
        let flat = enlarge_around(&[0.25; 6], (3, 2), (7, 5));
        assert!(flat.iter().all(|v| (v - 0.25).abs() < 1e-6));
    }
}
