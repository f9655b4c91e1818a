//! How much memory an experiment takes, so that one that is too large is refused before it begins.

use crate::memory;

/// Numbers of the size of a layer's state that a step keeps for the way back.
const KEPT_A_STEP: f64 = 40.0;
/// Copies of all parameters: themselves, gradients and two moments.
const COPIES: f64 = 4.0;
/// Gates of the cell that has most.
const GATES: f64 = 4.0;
/// Bytes of a number in single precision.
pub const SINGLE: f64 = 4.0;
/// Bytes of a number in double precision.
pub const DOUBLE: f64 = 8.0;

/// What an experiment takes.
///
/// Numbers with a fraction, because products of what people ask for are larger than whole ones may be.
pub struct Room {
    /// Bytes, about.
    pub bytes: f64,
    /// The flags that make it less.
    pub by: &'static str,
}

impl Room {
    /// So little that every machine has it.
    pub const SMALL: Self = Self { bytes: 0.0, by: "" };

    /// Refuses what the free memory does not hold.
    ///
    /// # Errors
    /// One sentence with both amounts and the remedy.
    pub fn check(&self) -> anyhow::Result<()> {
        let need = memory::BASE.saturating_add(self.bytes as u64);
        match memory::available() {
            Some(free) if need > free => anyhow::bail!(
                "this needs about {} of memory, and {} are free; use a smaller {}",
                memory::readable(need),
                memory::readable(free),
                self.by
            ),
            _ => Ok(()),
        }
    }
}

/// Bytes of a recurrent network that learns from `batch` sequences of `steps` steps at once.
pub fn learning(layers: usize, hidden: usize, batch: usize, steps: usize) -> f64 {
    let units = layers as f64 * hidden as f64;
    let parameters = 2.0 * GATES * units * hidden as f64;
    let kept = batch as f64 * steps as f64 * units * KEPT_A_STEP;
    SINGLE * (parameters * COPIES + kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_machine_has_is_refused_with_the_remedy() {
        let room = |bytes| Room {
            bytes,
            by: "--units",
        };
        assert!(room(1e3).check().is_ok());
        if memory::available().is_some() {
            let said = room(1e30).check().unwrap_err().to_string();
            assert!(said.ends_with("use a smaller --units"), "{said}");
        }
        assert!(learning(1, usize::MAX, usize::MAX, usize::MAX).is_finite());
    }
}
