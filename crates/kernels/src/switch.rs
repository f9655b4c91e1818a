//! Whether the kernels run, and on which instructions.

use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

use crate::cpu::simd::Level;

static IS_ENABLED: AtomicBool = AtomicBool::new(true);
/// 0 is the best there is.
static LEVEL: AtomicU8 = AtomicU8::new(0);

/// Whether operations of this crate take the place of Burn's.
pub fn is_enabled() -> bool {
    IS_ENABLED.load(Ordering::Relaxed)
}

/// Switches the operations of this crate on or off, for the whole process.
pub fn set_enabled(is_on: bool) {
    IS_ENABLED.store(is_on, Ordering::Relaxed);
}

/// The instruction set in use.
pub fn level() -> Level {
    let held = match LEVEL.load(Ordering::Relaxed) {
        1 => Level::Portable,
        2 => Level::Avx2,
        _ => Level::Avx512,
    };
    held.min(Level::detect())
}

/// Uses no better instruction set than this one; none is the best there is. For the whole process.
pub fn set_level(level: Option<Level>) {
    let number = match level {
        None => 0,
        Some(Level::Portable) => 1,
        Some(Level::Avx2) => 2,
        Some(Level::Avx512) => 3,
    };
    LEVEL.store(number, Ordering::Relaxed);
}
