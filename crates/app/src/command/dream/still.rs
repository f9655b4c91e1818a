//! One picture.

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use reverie_model::rng::seeded;
use reverie_viz::dream::{DreamEvent, Subject};
use reverie_viz::picture::{
    Filter, SheetOptions, before_after, check_output, fit_size, resize, resize_plane, save,
};
use serde_json::{Value, json};

use super::{Job, mask};
use crate::command::shared::{self, Stop, Stopper};
use crate::exit;
use crate::recipe::Source;
use crate::{memory, paths};

/// Dreams on one picture.
///
/// # Errors
/// Wrong settings, unusable files, a full disk.
pub fn run(job: &mut Job<'_>) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let (args, out) = (job.args, job.out);
    check_output(out, args.run.force)?;
    if args.sheet {
        check_output(&paths::beside(out, "-sheet"), args.run.force)?;
    }
    let source = shared::load_picture(job.path, &job.output)?;
    let full = (source.picture.width(), source.picture.height());
    let (width, height) = fit_size(full.0, full.1, job.config.size);
    let base = resize(&source.picture, width, height, Filter::Lanczos3);
    let mask = args.mask.as_deref();
    let mask = mask
        .map(|path| mask::open(path, (width, height), full, &job.output))
        .transpose()?;
    let dreamer = job.dreamer()?;
    let Job { config, output, .. } = &*job;
    let sizes = dreamer.sizes(config, width, height)?;
    let (bytes, tiles) = dreamer.room(width, height, args.memory.memory)?;
    let cut = tiles.filter(|tiles| tiles.side < width.max(height) as usize);
    let cut = cut.map(|tiles| format!(" in tiles of up to {} pixels", tiles.side));
    output.note(&format!(
        "plan: {} steps at each of {} sizes, {width}x{height} pixels{}, about {} of memory",
        config.steps,
        sizes.len(),
        cut.unwrap_or_default(),
        memory::readable(bytes)
    ));
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let recipe = job.recipe(&dreamer, sources(job)?);

    let stopper = Stopper::start(&args.run);
    let total = sizes.len() * config.steps;
    let mut bar = output.bar(total as u64);
    let mut done = 0;
    let mut stop = None;
    let mut activity = 0.0;
    let subject = Subject {
        base: &base,
        mask: mask.as_deref(),
        tiles,
    };
    let rng = seeded(args.run.seed());
    let made = dreamer.dream(subject, config, rng, |event| {
        match event {
            DreamEvent::Octave {
                index,
                of,
                width,
                height,
            } => output.event(&json!({
                "event": "size", "index": index, "of": of, "width": width, "height": height,
            })),
            DreamEvent::Step(progress) => {
                done += 1;
                if let Some(losses) = &progress.losses {
                    activity = -losses.total;
                }
                bar.show(done, &format!("activity {activity:.4}"));
                output.event(&json!({"event": "step", "step": done, "score": activity}));
            }
        }
        stop = stopper.asks().filter(|_| (done as usize) < total);
        if stop.is_some() {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    bar.finish();
    let (picture, is_interrupted) = made?;
    let alpha = source.alpha.map(|alpha| {
        let (w, h) = (picture.width(), picture.height());
        let mut alpha = resize_plane(&alpha, full.0, full.1, w, h, Filter::Bilinear);
        alpha
            .iter_mut()
            .for_each(|value| *value = value.clamp(0.0, 1.0));
        alpha
    });
    let mut options = shared::save_options(
        &args.run,
        &args.picture,
        Some((recipe.to_json()?, recipe.summary())),
    );
    save(&picture, alpha.as_deref(), out, &options)?;
    if args.sheet {
        let sheet = before_after(
            &[(&base, "before"), (&picture, "after")],
            &SheetOptions::default(),
        );
        options.overwrite = true;
        options.recipe = None;
        save(&sheet, None, &paths::beside(out, "-sheet"), &options)?;
    }
    if is_interrupted {
        output.note(&format!(
            "stopped early; {} is the dream so far",
            out.display()
        ));
    } else {
        shared::say_done(output, out, started, &format!(", activity {activity:.4}"));
    }
    let mut event = shared::result_event(out, started, &dreamer.opened);
    event.insert("steps".into(), json!(done));
    event.insert("loss".into(), json!(-activity));
    event.insert("score".into(), json!(activity));
    event.insert("interrupted".into(), json!(is_interrupted));
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) if is_interrupted => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

/// The pictures that go in.
fn sources(job: &Job<'_>) -> anyhow::Result<Vec<Source>> {
    let others = [&job.args.guide, &job.args.mask];
    let others = others.into_iter().filter_map(|path| path.as_deref());
    std::iter::once(job.path)
        .chain(others)
        .map(|path| Source::of(path, None))
        .collect()
}
