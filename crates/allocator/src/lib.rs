//! The allocator of every program that links this crate, and how long it keeps what was given back.

use std::ffi::c_long;

use libmimalloc_sys::{mi_option_get, mi_option_set, mi_option_t};

/// Recurrent steps and small tensors allocate a great deal; this allocator takes a fifth less time
/// over them than the system's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// `mi_option_purge_delay` of `mimalloc.h`, which the bindings do not name: after so many
/// milliseconds, and ten times as many for large pieces, free memory goes back to the system.
const PURGE_DELAY: mi_option_t = 15;

/// What the allocator has if nobody says anything.
const USUAL: c_long = 10;

/// Longer than a step takes, so that the next one finds its memory where the last one left it.
const LONGER: c_long = 100;

/// Keeps free memory for a second instead of a tenth of one.
///
/// A step of a transfer or of training frees most of what it took. Where that goes back to the
/// system in between, every page must be fetched and cleared again, which cost a sixth to a third of
/// all time; keeping it costs about a tenth more memory. `MIMALLOC_PURGE_DELAY` in the environment
/// still decides.
pub fn settle() {
    change(USUAL, LONGER);
}

/// Gives free memory back soon again, because memory is short. What the environment said stays.
pub fn spare() {
    change(LONGER, USUAL);
}

#[allow(unsafe_code)]
fn change(from: c_long, to: c_long) {
    // SAFETY: the option exists in both versions of the library. It is one aligned number that
    // others may read meanwhile, before or after; only the main thread changes it.
    unsafe {
        if mi_option_get(PURGE_DELAY) == from {
            mi_option_set(PURGE_DELAY, to);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[allow(unsafe_code)]
    fn the_delay_is_found_and_set() {
        // SAFETY: only this test asks for options.
        let delay = || unsafe { mi_option_get(PURGE_DELAY) };
        // Another option under this number would have another default.
        if std::env::var_os("MIMALLOC_PURGE_DELAY").is_none() {
            assert_eq!(delay(), USUAL);
            settle();
            assert_eq!(delay(), LONGER);
            spare();
            assert_eq!(delay(), USUAL);
        }
    }
}
