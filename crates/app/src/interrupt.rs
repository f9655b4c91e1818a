//! Ctrl-C: the first finishes the step and saves, the second stops at once.

use std::sync::atomic::{AtomicUsize, Ordering};

static ASKED: AtomicUsize = AtomicUsize::new(0);

/// Starts listening. Called once, by commands that have something to save.
pub fn listen() {
    // A second listener is refused; the first goes on doing its work.
    let _ = ctrlc::set_handler(|| {
        if ASKED.fetch_add(1, Ordering::SeqCst) > 0 {
            std::process::exit(130);
        }
    });
}

/// Whether the user asked to stop.
pub fn is_asked() -> bool {
    ASKED.load(Ordering::SeqCst) > 0
}
