//! Side-by-side measurements; the work is in `benches/` and in the scripts beside them.
