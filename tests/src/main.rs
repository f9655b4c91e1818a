//! The program under test; see this package's Cargo.toml.
#![recursion_limit = "256"]

fn main() -> std::process::ExitCode {
    reverie::main()
}
