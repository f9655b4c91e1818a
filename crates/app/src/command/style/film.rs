//! Frames of a film, each made from the one before.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use reverie_viz::picture::frames::{frame_name, frames_in};
use reverie_viz::picture::{Filter, Flow, Format, Picture, load_flow, resize};
use reverie_viz::style::{Mask, Pictures, Previous, StyleConfig, Transfer};
use serde_json::{Value, json};

use super::inputs::Inputs;
use super::plan::Plan;
use super::saver::Saver;
use super::work::{Done, Work};
use crate::backend::Opened;
use crate::cli::{MakingArgs, StyleArgs};
use crate::command::frame_folder::FrameFolder;
use crate::command::shared::{self, Stop, Stopper};
use crate::exit::{self, UsageError};
use crate::network::Loaded;
use crate::output::{Bar, Output};
use crate::recipe::Source;
use crate::settings;

/// Change of a colour between two frames, from black to white 1, at which a place counts as moved
/// where nothing says how things move.
const MOVED: f32 = 0.03;

/// Makes all frames.
///
/// # Errors
/// Frames of different size, a movement that is missing or of another size, and whatever one picture
/// may fail with.
pub fn run(args: &StyleArgs, folder: &Path, inputs: &Inputs) -> anyhow::Result<ExitCode> {
    let started = Instant::now();
    let making = &args.making;
    let output = shared::output(&making.talk);
    let mut config = inputs.config.clone();
    if making.run.print_config {
        output.result(settings::to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    refuse_flags(making)?;
    let out = inputs.out()?;
    let paths = frames_in(folder)?;
    let is_same = |a: &Path, b: &Path| {
        let real = |path: &Path| path.canonicalize().ok();
        real(a).is_some() && real(a) == real(b)
    };
    if is_same(out, folder) {
        let out = out.display();
        return Err(UsageError(format!(
            "{out} holds the frames themselves; name another folder for the result"
        ))
        .into());
    }
    if Format::of_input(out).is_some() {
        let out = out.display();
        return Err(UsageError(format!(
            "{out} is the name of a picture, and the frames of a film go into a folder; name one"
        ))
        .into());
    }
    anyhow::ensure!(
        !out.is_file(),
        "{} is a file; a film goes into a folder",
        out.display()
    );
    let flows = paths.iter().skip(1).map(|frame| {
        let flow = args.flow.as_deref();
        flow.map(|flow| Moves::of(frame, flow)).transpose()
    });
    let flows: Vec<Option<Moves>> = std::iter::once(Ok(None))
        .chain(flows)
        .collect::<anyhow::Result<_>>()?;
    let first = shared::load_picture(&paths[0], &output)?.picture;
    let form = (first.width(), first.height());
    // Found out now, and not after an hour.
    for (path, moves) in paths.iter().zip(&flows) {
        open_frame(path, form, &output)?;
        if let Some(moves) = moves {
            open_flow(&moves.back, form)?;
            moves
                .forward
                .iter()
                .try_for_each(|path| open_flow(path, form).map(drop))?;
        }
    }
    let common = inputs.with_styles(form, &output)?;
    let (opened, loaded) = super::open(making, &mut config, inputs, &output)?;
    let pictures = Pictures {
        content: Some(first),
        ..common
    };
    let job = Transfer::new(loaded.network.as_ref(), &config, &pictures);
    let plan = Plan::new(&job, &loaded, &opened, making.memory.memory)?;
    let (tile, first_steps) = (plan.tile, plan.steps());
    plan.announce(&loaded, &opened, &output);
    let count = u32::try_from(paths.len()).context("counting frames")?;
    let movement = match &args.flow {
        Some(_) => "with the movement that the flow files say",
        None => "without knowing how things move: only places that stay alike are held",
    };
    output.note(&format!(
        "film: {count} frames, {} steps for each after the first, {movement}",
        config.frame_steps
    ));
    let recipe = inputs.recipe(&config, &loaded, &opened)?;
    let moves: Vec<PathBuf> = flows
        .iter()
        .flatten()
        .flat_map(|moves| std::iter::once(&moves.back).chain(&moves.forward))
        .cloned()
        .collect();
    let known = json!({
        "recipe": recipe,
        "frames": sources(&paths)?,
        "flow": sources(&moves)?,
    });
    let run = &making.run;
    let folder = FrameFolder {
        path: out,
        recipe: &known,
        count,
        is_resumed: making.resume,
        is_forced: run.force,
    };
    if run.dry_run {
        folder.check()?;
        return Ok(ExitCode::SUCCESS);
    }
    let next = folder.prepare()?;
    if next > 1 {
        output.note(&format!("{} frames are there already", next - 1));
    }
    let total = first_steps + config.frame_steps * (paths.len() - 1);
    let shoot = Shoot {
        making,
        config: &config,
        inputs,
        loaded: &loaded,
        opened: &opened,
        common: &pictures,
        tile,
        first_steps,
        stopper: Stopper::start(&making.run),
        output: &output,
        out,
        form,
    };
    let mut bar = output.bar(total as u64);
    let shot = shoot.all(&paths, &flows, next, &mut bar);
    bar.finish();
    let (done, stop) = shot?;
    let is_interrupted = done < count;
    if is_interrupted {
        output.note(&format!(
            "stopped after {done} of {count} frames, which lie in {}; --resume goes on",
            out.display()
        ));
    } else {
        shared::say_done(&output, out, started, &format!(", {count} frames"));
    }
    let mut event = shared::result_event(out, started, &opened);
    event.insert("frames".into(), json!(done));
    event.insert("frames_made".into(), json!(done + 1 - next.min(done + 1)));
    event.insert("interrupted".into(), json!(is_interrupted));
    output.event(&Value::Object(event));
    Ok(match stop {
        Some(Stop::Interrupted) if is_interrupted => exit::interrupted(),
        _ => ExitCode::SUCCESS,
    })
}

/// What makes no sense for many pictures.
fn refuse_flags(args: &MakingArgs) -> Result<(), UsageError> {
    let given = [
        ("--sheet", args.sheet),
        ("--save-every", args.save_every.is_some()),
        ("--stop-after", args.stop_after.is_some()),
        ("--measure", args.measure),
    ];
    match given.iter().find(|(_, is_given)| *is_given) {
        Some((flag, _)) => Err(UsageError(format!(
            "{flag} is for one picture, not for --frames; leave it out"
        ))),
        None => Ok(()),
    }
}

/// The files that say how things moved between a frame and the one before.
struct Moves {
    /// From this frame to the one before.
    back: PathBuf,
    /// The other way, where it is known.
    forward: Option<PathBuf>,
}

impl Moves {
    fn of(frame: &Path, folder: &Path) -> anyhow::Result<Self> {
        let stem = frame.file_stem().unwrap_or_default().to_string_lossy();
        let back = folder.join(format!("{stem}.flo"));
        anyhow::ensure!(
            back.is_file(),
            "the frame {} has no movement: {} does not exist; make it with a program for optical flow, or leave --flow out",
            frame.display(),
            back.display()
        );
        let forward = folder.join(format!("{stem}-forward.flo"));
        let forward = forward.is_file().then_some(forward);
        Ok(Self { back, forward })
    }
}

/// A frame, which must have the size of the first.
fn open_frame(path: &Path, form: (u32, u32), output: &Output) -> anyhow::Result<Picture> {
    let content = shared::load_picture(path, output)?.picture;
    let size = (content.width(), content.height());
    anyhow::ensure!(
        size == form,
        "the frame {} has {}x{} pixels and the first one {}x{}; all frames of a film must have one size",
        path.display(),
        size.0,
        size.1,
        form.0,
        form.1
    );
    Ok(content)
}

/// The movement of a frame, which must have the size of all.
fn open_flow(path: &Path, form: (u32, u32)) -> anyhow::Result<Flow> {
    let flow = load_flow(path)?;
    let size = (flow.width(), flow.height());
    anyhow::ensure!(
        size == form,
        "{} is for frames of {}x{} pixels, and these have {}x{}",
        path.display(),
        size.0,
        size.1,
        form.0,
        form.1
    );
    Ok(flow)
}

/// Names and hashes of files.
fn sources(paths: &[PathBuf]) -> anyhow::Result<Vec<Source>> {
    paths.iter().map(|path| Source::of(path, None)).collect()
}

/// Everything that frames have in common.
struct Shoot<'a> {
    making: &'a MakingArgs,
    config: &'a StyleConfig,
    inputs: &'a Inputs,
    loaded: &'a Loaded,
    opened: &'a Opened,
    common: &'a Pictures,
    tile: Option<usize>,
    first_steps: usize,
    stopper: Stopper,
    output: &'a Output,
    out: &'a Path,
    form: (u32, u32),
}

impl Shoot<'_> {
    /// Frames that are there at the end, and why it ended early, if it did.
    fn all(
        &self,
        paths: &[PathBuf],
        flows: &[Option<Moves>],
        next: u32,
        bar: &mut Bar,
    ) -> anyhow::Result<(u32, Option<Stop>)> {
        let mut before: Option<(Picture, Picture)> = None;
        let mut steps = 0;
        let numbered = (1..).zip(paths.iter().zip(flows));
        for (number, (path, moves)) in numbered {
            let file = self.out.join(frame_name(number));
            let planned = match number {
                1 => self.first_steps,
                _ => self.config.frame_steps,
            };
            // The frame before the next is read again, and so is where the next one begins.
            if number + 1 < next {
                steps += planned;
                continue;
            }
            let content = open_frame(path, self.form, self.output)?;
            if number >= next {
                let previous = before
                    .as_ref()
                    .map(|(before, made)| self.previous(before, made, &content, moves.as_ref()))
                    .transpose()?;
                let done = self.one(path, &content, previous, [steps, planned], &file, bar)?;
                if let Some(stop) = done {
                    return Ok((number - 1, Some(stop)));
                }
            }
            steps += planned;
            // What was written, not what was computed: a film that goes on has nothing else.
            let made = shared::load_picture(&file, self.output)?.picture;
            before = Some((content, made));
            self.output
                .event(&json!({"event": "frame", "frame": number}));
        }
        Ok((paths.len() as u32, None))
    }

    /// What the frame before has become, where things are now.
    fn previous(
        &self,
        before: &Picture,
        made: &Picture,
        content: &Picture,
        moves: Option<&Moves>,
    ) -> anyhow::Result<Previous> {
        let (width, height) = (made.width(), made.height());
        let Some(moves) = moves else {
            let at = |picture: &Picture| resize(picture, width, height, Filter::Lanczos3);
            let trust = alike(&at(before), &at(content));
            return Ok(Previous {
                picture: made.clone(),
                trust: Mask::new(width, height, trust),
            });
        };
        let read = |path: &Path| open_flow(path, self.form);
        let back = read(&moves.back)?;
        let forward = moves.forward.as_deref().map(read).transpose()?;
        // Trust is a matter of the frames' own pixels, the way back one of the result's.
        let trust = Mask::new(self.form.0, self.form.1, back.trust(forward.as_ref()));
        let (picture, inside) = back.resized(width, height).warp(made);
        let trust = trust.at(width, height);
        let trust = trust.iter().zip(inside).map(|(a, b)| a * b).collect();
        Ok(Previous {
            picture,
            trust: Mask::new(width, height, trust),
        })
    }

    /// Makes one frame; answers why it was broken off, if it was.
    fn one(
        &self,
        path: &Path,
        content: &Picture,
        previous: Option<Previous>,
        [before, total]: [usize; 2],
        file: &Path,
        bar: &mut Bar,
    ) -> anyhow::Result<Option<Stop>> {
        let pictures = Pictures {
            content: Some(content.clone()),
            previous,
            ..self.common.clone()
        };
        let job = Transfer {
            seed: self.inputs.seed,
            report_every: shared::report_every(self.opened),
            tile: self.tile,
            ..Transfer::new(self.loaded.network.as_ref(), self.config, &pictures)
        };
        let mut recipe = self.inputs.recipe(self.config, self.loaded, self.opened)?;
        recipe.sources.insert(0, Source::of(path, None)?);
        // A frame is made from the one before, which a recipe of its own cannot name.
        "style --frames".clone_into(&mut recipe.command);
        let saver = Saver {
            args: self.making,
            out: file,
            recipe: &recipe,
            alpha: None,
        };
        let work = Work {
            job: &job,
            saver: &saver,
            checkpoint: None,
            stopper: &self.stopper,
            before,
            total,
        };
        let Done { outcome, stop, .. } = work.run(None, bar, self.output)?;
        if outcome.is_interrupted {
            return Ok(stop.or(Some(Stop::Interrupted)));
        }
        saver.save(&outcome.picture, file, true)?;
        // Time may be up exactly now; the frame is whole.
        Ok(None)
    }
}

/// Where two frames are alike: 1 for the same colour, 0 from [`MOVED`] on.
fn alike(before: &Picture, now: &Picture) -> Vec<f32> {
    let pairs = before
        .pixels()
        .chunks_exact(3)
        .zip(now.pixels().chunks_exact(3));
    let change = |(before, now): (&[f32], &[f32])| {
        let most = before.iter().zip(now).map(|(a, b)| (a - b).abs());
        1.0 - (most.fold(0.0, f32::max) / MOVED).min(1.0)
    };
    pairs.map(change).collect()
}
