//! One transfer from beginning to end, with progress, interruption and resumption.

use std::ops::ControlFlow;
use std::path::Path;

use reverie_viz::render::State;
use reverie_viz::style::{Event, Outcome, Snapshot, Transfer, transfer};
use serde_json::json;

use super::resume;
use super::saver::Saver;
use crate::command::shared::{Stop, Stopper};
use crate::output::{Bar, Output};

/// A transfer under way.
pub struct Work<'a> {
    /// What is made.
    pub job: &'a Transfer<'a>,
    /// How it is written.
    pub saver: &'a Saver<'a>,
    /// Where its state is kept when it is broken off; nowhere for a frame of a film.
    pub checkpoint: Option<&'a Path>,
    /// Says when to stop.
    pub stopper: &'a Stopper,
    /// Steps done before this transfer, which the bar counts too.
    pub before: usize,
    /// Steps of this transfer.
    pub total: usize,
}

/// What came of it.
pub struct Done {
    /// The picture and its losses.
    pub outcome: Outcome,
    /// Why it ended early, if it did.
    pub stop: Option<Stop>,
    /// What went wrong on the side, to be said once the picture is safe.
    pub failed: Option<anyhow::Error>,
}

impl Work<'_> {
    /// Does it.
    ///
    /// # Errors
    /// A diverged optimisation.
    pub fn run(
        &self,
        saved: Option<(usize, State)>,
        bar: &mut Bar,
        output: &Output,
    ) -> anyhow::Result<Done> {
        if self.job.tile.is_some() {
            reverie_allocator::spare();
        }
        let mut stop = None;
        let mut failed: Option<anyhow::Error> = None;
        let last = self.job.plan()?.len() - 1;
        let mut is_enough = false;
        let mut outcome = transfer(self.job, saved, |event, snapshot| {
            let Some(snapshot) = snapshot else {
                tell_start(output, event);
                return ControlFlow::Continue(());
            };
            self.tell_step(output, bar, event, snapshot);
            if let Err(error) = self.saver.save_now_and_then(snapshot) {
                failed = Some(error);
                return ControlFlow::Break(());
            }
            stop = self.stopper.asks();
            let limit = self.saver.args.stop_after;
            if limit.is_some_and(|limit| snapshot.steps() >= limit) {
                stop = Some(Stop::Interrupted);
            }
            if stop.is_none() || snapshot.steps() == self.total {
                stop = None;
                return ControlFlow::Continue(());
            }
            // At the last size, time that was shared out is up a little early if steps have become
            // slower: the picture is finished with a few less.
            is_enough = stop == Some(Stop::OutOfTime)
                && self.job.budget.is_some()
                && snapshot.scale == last;
            if is_enough {
                stop = None;
                return ControlFlow::Break(());
            }
            if let Some(checkpoint) = self.checkpoint
                && let Err(error) = resume::save(checkpoint, self.saver.recipe, snapshot)
            {
                failed = Some(error);
            }
            ControlFlow::Break(())
        })?;
        outcome.is_interrupted &= !is_enough;
        Ok(Done {
            outcome,
            stop,
            failed,
        })
    }

    /// A step was done.
    fn tell_step(&self, output: &Output, bar: &mut Bar, event: &Event, snapshot: &Snapshot<'_>) {
        let Event::Step(progress) = event else {
            return;
        };
        let Some(losses) = &progress.losses else {
            return;
        };
        let (content, style) = (losses.part("content"), losses.part("style"));
        let remark = match self.job.pictures.content {
            Some(_) => format!("content {content:.4} style {style:.4}"),
            None => format!("style {style:.5}"),
        };
        bar.show((self.before + snapshot.steps()) as u64, &remark);
        output.event(&json!({
            "event": "step", "step": snapshot.steps(), "size_index": snapshot.scale,
            "evaluations": progress.evaluations,
            "loss": losses.total, "content_loss": content, "style_loss": style,
        }));
    }
}

/// A new size begins.
fn tell_start(output: &Output, event: &Event) {
    if let Event::Started {
        index,
        of,
        steps,
        width,
        height,
    } = event
    {
        output.detail(&format!(
            "size {} of {of}: {width}x{height}, {steps} steps",
            index + 1
        ));
        output.event(&json!({
            "event": "size", "index": index, "of": of, "steps": steps,
            "width": width, "height": height,
        }));
    }
}
