//! The pass over all pictures.

use rayon::prelude::*;
use reverie_model::data::pictures::{PictureFile, Skipped};
use reverie_model::vision::LayerInfo;
use reverie_viz::deconv::DeconvConfig;
use reverie_viz::picture::Picture;
use serde_json::json;

use super::files::square;
use super::state::{Dir, Progress, Skip};
use crate::command::shared::{Stop, Stopper};
use crate::network::Loaded;
use crate::output::Output;

/// Skipped pictures that are named one by one.
const NAMED: usize = 5;

/// What the pass works with.
pub struct Pass<'a> {
    /// The network.
    pub loaded: &'a Loaded,
    /// Its layers that are looked at.
    pub layers: &'a [LayerInfo],
    /// All pictures.
    pub files: &'a [PictureFile],
    /// Settings.
    pub config: &'a DeconvConfig,
    /// Where it is written down.
    pub dir: &'a Dir,
}

impl Pass<'_> {
    /// Looks at the pictures that are left, until all are done or it is time to stop; how far it came is
    /// written down now and then, and at the end.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn run(
        &self,
        progress: &mut Progress,
        stopper: &Stopper,
        output: &Output,
    ) -> anyhow::Result<Option<Stop>> {
        let mut bar = output.bar(self.files.len() as u64);
        let mut saved = progress.next;
        let mut stop = None;
        while !progress.is_done() && stop.is_none() {
            let end = (progress.next + self.config.batch).min(progress.of);
            self.batch(progress, end)?;
            if end - saved >= self.config.save_every {
                self.dir.save(progress)?;
                saved = end;
            }
            let event = json!({ "event": "pictures", "done": end, "of": progress.of });
            output.event(&event);
            bar.show(end as u64, "pictures");
            stop = stopper.asks();
        }
        bar.finish();
        if progress.next > saved {
            self.dir.save(progress)?;
        }
        Ok(stop.filter(|_| !progress.is_done()))
    }

    /// Looks at the next pictures up to `end`.
    fn batch(&self, progress: &mut Progress, end: usize) -> anyhow::Result<()> {
        let side = progress.basis.size;
        let files = &self.files[progress.next..end];
        let read: Vec<Result<Picture, Skipped>> =
            files.par_iter().map(|file| square(file, side)).collect();
        let mut pictures = Vec::with_capacity(read.len());
        for (number, read) in (progress.next..).zip(read) {
            match read {
                Ok(picture) => pictures.push((number, picture)),
                Err(Skipped { name, reason }) => progress.skipped.push(Skip { name, reason }),
            }
        }
        let network = self.loaded.network.as_ref();
        progress.search.look(network, self.layers, &pictures)?;
        progress.next = end;
        Ok(())
    }
}

/// Names the pictures that were passed over.
pub fn say_skipped(skipped: &[Skip], output: &Output) {
    for skip in skipped.iter().take(NAMED) {
        output.warn(&format!("skipped: {}", skip.reason));
    }
    if skipped.len() > NAMED {
        let more = skipped.len() - NAMED;
        output.warn(&format!("{more} more pictures were skipped"));
    }
}
