//! The program; everything is in the library beside it, so that tests can run the same code.
#![recursion_limit = "256"]

fn main() -> std::process::ExitCode {
    reverie::main()
}
