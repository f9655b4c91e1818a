//! The only way to the terminal: results to stdout, everything else to stderr. Beside it, films.

pub mod video;

use std::cell::Cell;
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
    /// Whether stdout stopped taking lines.
    is_deaf: Cell<bool>,
}

/// Prints an error; errors are said whatever the settings.
pub fn say_error(sentence: &str) {
    say(&format!("error: {sentence}"));
}

/// A line to stderr. A terminal that has gone away must not cost anybody's picture.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

impl Output {
    /// An output with these settings.
    pub fn new(is_json: bool, is_quiet: bool, is_verbose: bool) -> Self {
        Self {
            is_json,
            is_quiet,
            is_verbose,
            is_deaf: Cell::new(false),
        }
    }

    /// Whether results are objects.
    pub fn is_json(&self) -> bool {
        self.is_json
    }

    /// Says something to the person at the terminal.
    pub fn note(&self, sentence: &str) {
        if !self.is_quiet {
            say(sentence);
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

    /// Writes a piece of the result to stdout, as it comes.
    ///
    /// # Errors
    /// When stdout is closed.
    pub fn piece(&self, text: &str) -> std::io::Result<()> {
        let mut stdout = std::io::stdout().lock();
        stdout.write_all(text.as_bytes())?;
        stdout.flush()
    }

    /// Writes an object to stdout, if objects were asked for. A reader that has gone away, or a full
    /// disk behind it, is told once on stderr and costs nothing else.
    pub fn event(&self, event: &Value) {
        if self.is_json && !self.is_deaf.get() && self.result(&event.to_string()).is_err() {
            self.is_deaf.set(true);
            self.warn("nobody reads stdout any more; the work goes on");
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
            first: None,
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
    /// Steps that were done before it began to count, in a run that goes on.
    first: Option<u64>,
    started: Instant,
    said: Instant,
}

impl Bar {
    /// Shows that `done` steps are done, with a short remark.
    pub fn show(&mut self, done: u64, remark: &str) {
        let first = *self.first.get_or_insert_with(|| {
            let first = done.saturating_sub(1);
            self.bar.set_position(first);
            self.bar.reset_eta();
            first
        });
        self.bar.set_position(done);
        self.bar.set_message(remark.to_owned());
        if self.is_plain && self.said.elapsed() >= PLAIN_INTERVAL {
            self.said = Instant::now();
            let total = self.bar.length().unwrap_or(done);
            let elapsed = self.started.elapsed().as_secs_f64();
            let made = done.saturating_sub(first).max(1);
            let left = elapsed / made as f64 * total.saturating_sub(done) as f64;
            say(&format!("{done}/{total} {remark}, about {left:.0} s left"));
        }
    }

    /// Says something above the bar.
    pub fn note(&self, output: &Output, sentence: &str) {
        self.bar.suspend(|| output.note(sentence));
    }

    /// Takes the bar away.
    pub fn finish(self) {
        self.bar.finish_and_clear();
    }
}
