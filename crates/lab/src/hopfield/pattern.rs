//! Black and white pictures.

use rand::RngExt;
use reverie_model::rng::Rng;
use serde::Serialize;

use crate::LabError;

/// Columns and rows of the drawings.
const SIDE: usize = 32;

/// A picture of black and white pixels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Pattern {
    /// What it is called.
    pub name: String,
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `[H, W]`: +1 for bright, -1 for dark; 0 where a recall does not know yet.
    pub units: Vec<i8>,
}

impl Pattern {
    /// A picture of brightnesses, `[H, W]`, made black and white at its median, so that half of the
    /// units are +1: rules of storing count on that.
    ///
    /// # Panics
    /// If there are not `width * height` numbers.
    pub fn from_brightness(
        name: impl Into<String>,
        width: usize,
        height: usize,
        values: &[f32],
    ) -> Self {
        assert_eq!(values.len(), width * height, "a number for every pixel");
        let mut order: Vec<usize> = (0..values.len()).collect();
        // Equal numbers are taken in their order, so that a flat half does not all fall to one side.
        order.sort_by(|a, b| values[*a].total_cmp(&values[*b]));
        let mut units = vec![-1; values.len()];
        for &place in &order[values.len() / 2..] {
            units[place] = 1;
        }
        Self {
            name: name.into(),
            width,
            height,
            units,
        }
    }

    /// Units that are +1 or -1 with the same chance.
    pub fn random(name: impl Into<String>, units: usize, rng: &mut Rng) -> Self {
        let draw = |_| if rng.random::<bool>() { 1 } else { -1 };
        Self {
            name: name.into(),
            width: units,
            height: 1,
            units: (0..units).map(draw).collect(),
        }
    }

    /// How alike it is to others units, from -1 (the negative) through 0 (nothing) to 1 (the same).
    pub fn overlap(&self, units: &[i8]) -> f64 {
        overlap(&self.units, units)
    }
}

/// The mean of the products.
pub(super) fn overlap(one: &[i8], other: &[i8]) -> f64 {
    let products = one.iter().zip(other).map(|(a, b)| i64::from(a * b));
    products.sum::<i64>() as f64 / one.len() as f64
}

/// Refuses what one network cannot store.
pub(super) fn check(patterns: &[Pattern]) -> Result<(), LabError> {
    let Some(first) = patterns.first() else {
        return Err(LabError::NoPatterns);
    };
    let differs = |one: &&Pattern| (one.width, one.height) != (first.width, first.height);
    if let Some(other) = patterns.iter().find(differs) {
        return Err(LabError::PatternSize {
            first: first.name.clone(),
            first_width: first.width,
            first_height: first.height,
            other: other.name.clone(),
            width: other.width,
            height: other.height,
        });
    }
    if patterns.len() > first.units.len() {
        return Err(LabError::TooManyPatterns {
            patterns: patterns.len(),
            units: first.units.len(),
        });
    }
    Ok(())
}

/// How bright a drawing is at a place, both from -1 to 1.
type Drawing = fn(f32, f32) -> f32;

/// Six drawings of 32x32 pixels, half dark and half bright, that have little in common.
pub fn drawings() -> Vec<Pattern> {
    let drawings: [(&str, Drawing); 6] = [
        ("heart", heart),
        ("arrow", arrow),
        ("face", face),
        ("rings", |x, y| (12.0 * x.hypot(y)).cos()),
        ("stripes", |x, y| (4.4 * (x + y) + 0.4).sin()),
        ("checks", |x, y| (6.3 * x).sin() * (6.3 * y).sin()),
    ];
    let place = |at: usize| (at as f32 + 0.5) / SIDE as f32 * 2.0 - 1.0;
    let draw = |(name, brightness): &(&str, Drawing)| {
        let values: Vec<f32> = (0..SIDE * SIDE)
            .map(|at| brightness(place(at % SIDE), place(at / SIDE)))
            .collect();
        Pattern::from_brightness(*name, SIDE, SIDE, &values)
    };
    drawings.iter().map(draw).collect()
}

/// The curve (x² + y² - 1)³ = x² y³, filled.
fn heart(x: f32, y: f32) -> f32 {
    let (x, y) = (1.25 * x, 0.25 - 1.25 * y);
    let round = x * x + y * y - 1.0;
    -(round.powi(3) - x * x * y.powi(3))
}

/// To the right and up.
fn arrow(x: f32, y: f32) -> f32 {
    let (along, across) = ((x - y) * 0.5, (x + y) * 0.5);
    let shaft = (0.2 - across.abs()).min(along + 0.9).min(0.35 - along);
    let head = (0.95 - along - across.abs() * 1.0).min(along - 0.1);
    shaft.max(head)
}

/// Two eyes, a mouth and hair.
fn face(x: f32, y: f32) -> f32 {
    let eye = 0.24 - (x.abs() - 0.4).hypot(y + 0.15);
    let mouth = 0.15 - (x.hypot(y - 0.15) - 0.5).abs() - (0.3 - y).max(0.0);
    let hair = -0.5 - y + 0.15 * (9.0 * x).cos();
    let outside = x.hypot(0.9 * y) - 1.0;
    (1.5 * eye).max(1.5 * mouth).max(hair).max(outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_drawings_are_half_bright_and_have_little_in_common() {
        let drawings = drawings();
        for (index, one) in drawings.iter().enumerate() {
            let sum: i64 = one.units.iter().map(|unit| i64::from(*unit)).sum();
            assert_eq!(sum, 0, "{}", one.name);
            for other in &drawings[..index] {
                let overlap = one.overlap(&other.units);
                assert!(
                    overlap.abs() < 0.25,
                    "{} {}: {overlap}",
                    one.name,
                    other.name
                );
            }
        }
    }

    #[test]
    fn what_one_network_cannot_store_is_refused() {
        assert!(matches!(check(&[]), Err(LabError::NoPatterns)));
        let small = Pattern::from_brightness("a", 2, 1, &[0.0, 1.0]);
        let tall = Pattern::from_brightness("b", 1, 2, &[0.0, 1.0]);
        let error = check(&[small.clone(), tall]).unwrap_err().to_string();
        assert!(error.contains("a has 2x1 pixels and b has 1x2"), "{error}");
        let many = vec![small; 3];
        let error = check(&many).unwrap_err().to_string();
        assert!(
            error.contains("3 patterns are more than 2 units"),
            "{error}"
        );
    }
}
