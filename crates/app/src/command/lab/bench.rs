//! What an experiment is handed: progress, Ctrl-C, events.

use std::ops::ControlFlow;

use serde_json::Value;

use crate::cli::RunArgs;
use crate::command::shared::{Stop, Stopper};
use crate::output::{Bar, Output};

/// Where an experiment is done.
pub struct Bench<'o> {
    output: &'o Output,
    stopper: Stopper,
    bar: Option<(u64, Bar)>,
    stop: Option<Stop>,
}

impl<'o> Bench<'o> {
    /// Starts the clock and listens for Ctrl-C.
    pub fn new(output: &'o Output, run: &RunArgs) -> Self {
        Self {
            output,
            stopper: Stopper::start(run),
            bar: None,
            stop: None,
        }
    }

    /// The terminal.
    pub fn output(&self) -> &'o Output {
        self.output
    }

    /// Shows that `done` of `total` steps are done; says stop at Ctrl-C and when the time is up.
    pub fn progress(&mut self, done: u64, total: u64, remark: &str) -> ControlFlow<()> {
        if self.bar.as_ref().is_none_or(|(shown, _)| *shown != total)
            && let Some((_, old)) = self.bar.replace((total, self.output.bar(total)))
        {
            old.finish();
        }
        if let Some((_, bar)) = &mut self.bar {
            bar.show(done, remark);
        }
        self.stop = self.stop.or_else(|| self.stopper.asks());
        match self.stop {
            Some(_) => ControlFlow::Break(()),
            None => ControlFlow::Continue(()),
        }
    }

    /// Whether it was told to stop.
    pub fn is_stopped(&self) -> bool {
        self.stop.is_some()
    }

    /// A line for programs, with `--json`.
    pub fn event(&self, event: &Value) {
        self.output.event(event);
    }

    /// Takes the bar away; answers with why it was stopped, if it was.
    pub(super) fn finish(self) -> Option<Stop> {
        if let Some((_, bar)) = self.bar {
            bar.finish();
        }
        self.stop
    }
}
