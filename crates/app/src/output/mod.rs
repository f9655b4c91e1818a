//! The only way to the terminal: results to stdout, everything else to stderr.

use std::io::{IsTerminal, Write};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::Value;

/// How much is said, and in which form.
pub struct Output {
    /// One JSON object a line on stdout.
    is_json: bool,
    /// Errors only.
    is_quiet: bool,
    /// `-v`: reasons and details.
    is_verbose: bool,
}

/// Prints an error; errors are said whatever the settings.
#[allow(clippy::print_stderr)]
pub fn say_error(sentence: &str) {
    eprintln!("error: {sentence}");
}

impl Output {
    /// An output with these settings.
    pub fn new(is_json: bool, is_quiet: bool, is_verbose: bool) -> Self {
        Self {
            is_json,
            is_quiet,
            is_verbose,
        }
    }

    /// Whether results are objects.
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// Says something to the person at the terminal.
    #[allow(clippy::print_stderr)]
    pub fn note(&self, sentence: &str) {
        if !self.is_quiet {
            eprintln!("{sentence}");
        }
    }

    /// Says something only with `-v`.
    pub fn detail(&self, sentence: &str) {
        if self.is_verbose {
            self.note(sentence);
        }
    }

    /// Warns.
    pub fn warn(&self, sentence: &str) {
        self.note(&format!("warning: {sentence}"));
    }

    /// Writes a line of the result to stdout.
    ///
    /// # Errors
    /// When stdout is closed.
    pub fn result(&self, line: &str) -> std::io::Result<()> {
        writeln!(std::io::stdout().lock(), "{line}")
    }

    /// Writes an object to stdout, if objects were asked for.
    ///
    /// # Errors
    /// When stdout is closed.
    pub fn event(&self, event: &Value) -> std::io::Result<()> {
        if self.is_json {
            self.result(&event.to_string())
        } else {
            Ok(())
        }
    }

    /// A progress bar of so many steps: a bar on a terminal, a line now and then elsewhere.
    pub fn bar(&self, steps: u64) -> Bar {
        let is_terminal = std::io::stderr().is_terminal();
        let is_shown = !self.is_quiet && is_terminal;
        let target = if is_shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(Some(steps), target);
        let style = "{elapsed_precise} [{bar:30}] {pos}/{len} {msg} (left: {eta})";
        if let Ok(style) = ProgressStyle::with_template(style) {
            bar.set_style(style.progress_chars("=> "));
        }
        Bar {
            bar,
            is_plain: !self.is_quiet && !is_terminal,
            started: Instant::now(),
            said: Instant::now(),
        }
    }
}

/// Time between two lines where no bar can be drawn.
const PLAIN_INTERVAL: Duration = Duration::from_secs(10);

/// A running display of progress.
pub struct Bar {
    bar: ProgressBar,
    is_plain: bool,
    started: Instant,
    said: Instant,
}

impl Bar {
    /// Shows that `done` steps are done, with a short remark.
    #[allow(clippy::print_stderr)]
    pub fn show(&mut self, done: u64, remark: &str) {
        self.bar.set_position(done);
        self.bar.set_message(remark.to_owned());
        if self.is_plain && self.said.elapsed() >= PLAIN_INTERVAL {
            self.said = Instant::now();
            let total = self.bar.length().unwrap_or(done);
            let elapsed = self.started.elapsed().as_secs_f64();
            let left = elapsed / done.max(1) as f64 * total.saturating_sub(done) as f64;
            eprintln!("{done}/{total} {remark}, about {left:.0} s left");
        }
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
