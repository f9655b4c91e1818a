//! Dreams that move: a picture that is entered ever deeper, or the frames of a video.
//!
//! Each frame depends on the files before it alone, read back as they were written, and on the seed;
//! so a film that was broken off goes on with the very bytes it would have had.

mod outputs;
mod source;

use std::ops::ControlFlow;
use std::process::ExitCode;
use std::time::Instant;

use reverie_model::rng::seeded;
use reverie_viz::dream::{DreamEvent, Steady, Subject};
use reverie_viz::picture::animation::AnimationOptions;
use reverie_viz::picture::{Limits, Picture, SaveOptions, load, save};
use reverie_viz::render::Tiles;
use serde_json::{Value, json};

use self::outputs::Outputs;
use self::source::Frames;
use super::{Dreamer, Job, mask};
use crate::command::frame_folder::FrameFolder;
use crate::command::shared::{self, Stop, Stopper};
use crate::recipe::Source;
use crate::{exit, memory};

/// Makes the film.
///
/// # Errors
/// Wrong settings, unusable files, a full disk.
pub fn run(job: &mut Job<'_>) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let (args, film) = (job.args, &job.args.film);
    let frames = Frames::open(job.path, film, job.config.size, &job.output)?;
    let (width, height) = frames.size();
    let outputs = Outputs::of(job.out, args.run.force || film.resume, &job.output)?;
    let mask = args.mask.as_deref();
    let mask = mask
        .map(|path| mask::open(path, (width, height), frames.full(), &job.output))
        .transpose()?;
    let dreamer = job.dreamer()?;
    let (job, output) = (&*job, &job.output);
    let sizes = dreamer.sizes(&job.config, width, height)?.len();
    let (bytes, tiles) = dreamer.room(width, height, args.memory.memory)?;
    let count = frames.count();
    output.note(&format!(
        "plan: {count} frames of {width}x{height} pixels, {} steps at each of {sizes} sizes, about {} of memory",
        job.config.steps,
        memory::readable(bytes)
    ));
    let mut recipe = job.recipe(&dreamer, sources(job, &frames)?);
    recipe.settings["film"] = json!({
        "zoom": film.zoom, "turn": film.turn, "shift": film.shift, "blend": film.blend,
        "steady": film.steady,
    });
    let known = serde_json::to_value(&recipe)?;
    let folder = FrameFolder {
        path: &outputs.frames,
        recipe: &known,
        count,
        is_resumed: film.resume,
        is_forced: args.run.force,
    };
    if args.run.dry_run {
        folder.check()?;
        return Ok(ExitCode::SUCCESS);
    }
    let next = folder.prepare()?;
    if next > 1 {
        output.note(&format!("{} frames are there already", next - 1));
    }
    let options = shared::save_options(
        &args.run,
        &args.picture,
        Some((recipe.to_json()?, recipe.summary())),
    );

    let shoot = Shoot {
        job,
        dreamer: &dreamer,
        frames: &frames,
        outputs: &outputs,
        mask: mask.as_deref(),
        tiles,
        options: SaveOptions {
            overwrite: true,
            ..options.clone()
        },
        stopper: Stopper::start(&args.run),
    };
    let Shot { done, stop, score } = shoot.all(next, count, (sizes * job.config.steps) as u64)?;
    let is_interrupted = stop.is_some();
    if is_interrupted {
        output.note(&format!(
            "stopped after {done} of {count} frames, which lie in {}; --resume goes on",
            outputs.frames.display()
        ));
    }
    // Who waits for the end has no use for a part of it; who set a time wants what there is.
    if done > 0 && stop != Some(Stop::Interrupted) {
        outputs.write(
            done,
            &AnimationOptions {
                frames_per_second: film.fps,
                overwrite: args.run.force || film.resume,
                recipe: options.recipe.clone(),
                parameters: options.parameters.clone(),
            },
        )?;
    }
    let brightness = shoot.brightness(done)?;
    let mut event = shared::result_event(job.out, started, &dreamer.opened);
    event.insert("frames".into(), json!(done));
    event.insert("frames_made".into(), json!(done + 1 - next.min(done + 1)));
    event.insert("brightness".into(), json!(brightness));
    event.insert("score".into(), json!(score));
    event.insert("interrupted".into(), json!(is_interrupted));
    if !is_interrupted {
        let films: Vec<String> = outputs
            .films
            .iter()
            .map(|film| film.display().to_string())
            .collect();
        let light = match brightness {
            Some([first, last]) => {
                format!(", brightness {first:.3} at first and {last:.3} at last")
            }
            None => String::new(),
        };
        output.note(&format!("{}: {done} frames{light}", films.join(", ")));
        shared::say_done(output, job.out, started, "");
    }
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

/// What there is when the work ends.
struct Shot {
    /// Frames.
    done: u32,
    /// Why it ended early.
    stop: Option<Stop>,
    /// The score at the last step; none where no frame had to be made.
    score: Option<f64>,
}

/// Everything that frames are made with.
struct Shoot<'a> {
    job: &'a Job<'a>,
    dreamer: &'a Dreamer,
    frames: &'a Frames,
    outputs: &'a Outputs,
    mask: Option<&'a [f32]>,
    tiles: Option<Tiles>,
    options: SaveOptions,
    stopper: Stopper,
}

impl Shoot<'_> {
    /// Makes the frames from `next` on.
    fn all(&self, next: u32, count: u32, steps: u64) -> anyhow::Result<Shot> {
        let output = &self.job.output;
        let mut bar = output.bar(u64::from(count + 1 - next.min(count + 1)) * steps);
        let mut before = match next {
            1 => None,
            _ => Some(self.read(next - 1)?),
        };
        let is_moved = matches!(self.frames, Frames::Moved { .. });
        let mut steady = None;
        if next > 1 && is_moved && self.job.args.film.steady {
            steady = Some(Steady::of(&self.read(1)?));
        }
        let mut taken = 0;
        let mut score = None;
        for number in next..=count {
            let begun = Instant::now();
            let base = self.frames.base(number, before.as_ref())?;
            let seed = self
                .job
                .args
                .run
                .seed()
                .wrapping_add(self.frames.salt(number));
            let subject = Subject {
                base: &base,
                mask: self.mask,
                tiles: self.tiles,
            };
            let mut stop = None;
            let watch = |event: &DreamEvent| {
                if let DreamEvent::Step(progress) = event {
                    taken += 1;
                    let losses = progress.losses.as_ref();
                    score = losses.map(|losses| -losses.total).or(score);
                    bar.show(taken, &format!("frame {number} of {count}"));
                }
                stop = self.stopper.asks();
                match stop {
                    Some(_) => ControlFlow::Break(()),
                    None => ControlFlow::Continue(()),
                }
            };
            let (picture, is_broken) =
                self.dreamer
                    .dream(subject, &self.job.config, seeded(seed), watch)?;
            if is_broken {
                bar.finish();
                return Ok(Shot {
                    done: number - 1,
                    stop,
                    score,
                });
            }
            let picture = match &steady {
                Some(steady) => steady.apply(&picture),
                None => picture,
            };
            save(&picture, None, &self.outputs.frame(number), &self.options)?;
            let written = self.read(number)?;
            if number == 1 && is_moved && self.job.args.film.steady {
                steady = Some(Steady::of(&written));
            }
            output.event(&json!({
                "event": "frame", "frame": number, "seconds": begun.elapsed().as_secs_f64(),
                "brightness": mean(&written),
            }));
            before = Some(written);
        }
        bar.finish();
        Ok(Shot {
            done: count,
            stop: None,
            score,
        })
    }

    /// A frame as it was written.
    fn read(&self, number: u32) -> anyhow::Result<Picture> {
        Ok(load(&self.outputs.frame(number), &Limits::default())?.picture)
    }

    /// Mean of all colours of the first frame and of the last.
    fn brightness(&self, done: u32) -> anyhow::Result<Option<[f64; 2]>> {
        if done == 0 {
            return Ok(None);
        }
        Ok(Some([mean(&self.read(1)?), mean(&self.read(done)?)]))
    }
}

/// The pictures that go in.
fn sources(job: &Job<'_>, frames: &Frames) -> anyhow::Result<Vec<Source>> {
    let mut sources = frames.sources(job.path)?;
    for path in [&job.args.guide, &job.args.mask].into_iter().flatten() {
        sources.push(Source::of(path, None)?);
    }
    Ok(sources)
}

fn mean(picture: &Picture) -> f64 {
    let pixels = picture.pixels();
    pixels.iter().map(|&value| f64::from(value)).sum::<f64>() / pixels.len() as f64
}
