//! `reverie music sample`: a network plays, and what it plays is written as MIDI, sound and picture.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use reverie_model::data::music::midi::{MidiConfig, WriteConfig, read_midi_file, write_midi};
use reverie_model::data::music::{Frame, NoteCounts, Outside, Roll};
use reverie_model::rng::seeded;
use reverie_model::sequence::music::{MusicModel, MusicNotes, PlayConfig, play};
use reverie_viz::pianoroll::{RollConfig, roll_png};
use reverie_viz::picture::write_atomic;
use reverie_viz::sound::{SoundConfig, SoundFont, steps_per_second, synthesize, write_wav};
use serde_json::{Value, json};

use super::sets;
use crate::cli::{MusicSampleArgs, TalkArgs};
use crate::command::shared;
use crate::exit::UsageError;
use crate::output::Output;

/// The set whose steps are quarter notes.
const OF_QUARTERS: &str = "jsb";
/// Steps of a quarter note in the other sets.
const STEPS_PER_QUARTER: u32 = 2;
/// Quarter notes of a bar of the picture.
const BAR: u32 = 4;
/// A grand piano in General MIDI.
const PIANO: u8 = 0;

/// Plays.
///
/// # Errors
/// No such network, a beginning that is no good, files that are there already, a full disk.
pub fn run(args: &MusicSampleArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    check(args)?;
    let files = Files::of(&args.out, args.force)?;
    let soundfont = args.soundfont.as_deref().map(|path| {
        let read = SoundFont::read(path);
        read.with_context(|| format!("reading {}", path.display()))
    });
    let soundfont = soundfont.transpose()?;
    let opened = shared::open_device(&args.device, &output)?;
    let (model, notes) = MusicModel::load(&network(&args.model)?, &opened.device)?;
    let per_quarter = steps_per_quarter(args, &notes);
    let beginning = beginning(args, per_quarter, &output)?;
    let started = Instant::now();
    let config = PlayConfig {
        steps: args.steps as usize,
        temperature: args.temperature,
        most: args.most,
        counts: counts(args, &notes, &output),
    };
    let played = play(
        &model,
        &beginning,
        &config,
        &mut seeded(args.seed),
        &opened.device,
    );
    let whole: Roll = beginning.iter().chain(&played).copied().collect();
    let write = WriteConfig {
        steps_per_quarter: per_quarter,
        tempo: args.tempo,
        ..WriteConfig::default()
    };
    let midi = write_midi(&whole, &write)?;
    let sound = SoundConfig {
        steps_per_second: steps_per_second(per_quarter, args.tempo),
        ..SoundConfig::default()
    };
    let sound = match &soundfont {
        Some(soundfont) => soundfont.play(&whole, PIANO, &sound)?,
        None => synthesize(&whole, &sound)?,
    };
    let picture = RollConfig {
        steps_per_bar: (BAR * per_quarter) as usize,
        steps_per_beat: per_quarter as usize,
        given: (!beginning.is_empty()).then_some(beginning.len()),
        ..RollConfig::default()
    };
    let picture = roll_png(&whole, &picture)?;
    write_atomic(&files.midi, &midi, args.force)?;
    write_atomic(&files.sound, &write_wav(&sound)?, args.force)?;
    write_atomic(&files.picture, &picture, args.force)?;

    let density = notes_per_step(&played);
    let mut event = shared::result_event(&files.midi, started, &opened);
    event.insert("sound".to_owned(), json!(files.sound.display().to_string()));
    event.insert(
        "picture".to_owned(),
        json!(files.picture.display().to_string()),
    );
    event.insert("steps".to_owned(), json!(played.len()));
    event.insert("beginning_steps".to_owned(), json!(beginning.len()));
    event.insert("notes_per_step".to_owned(), json!(density));
    event.insert("song_seconds".to_owned(), json!(sound.seconds()));
    output.event(&Value::Object(event));
    let more = format!(
        ", with {} and {}; {density:.2} notes a step, {:.0} s of music",
        files.sound.display(),
        files.picture.display(),
        sound.seconds()
    );
    shared::say_done(&output, &files.midi, started, &more);
    Ok(ExitCode::SUCCESS)
}

fn check(args: &MusicSampleArgs) -> Result<(), UsageError> {
    let temperature = args.temperature;
    if !temperature.is_finite() || temperature < 0.0 {
        let sentence =
            format!("--temperature is {temperature}, but must be a number of at least 0");
        return Err(UsageError(sentence));
    }
    if args.most > reverie_model::data::music::KEYS {
        let sentence = format!("--most is {}, but a piano has 88 keys", args.most);
        return Err(UsageError(sentence));
    }
    Ok(())
}

/// The file of the network: the file itself, or the only one of a study.
fn network(path: &Path) -> anyhow::Result<PathBuf> {
    if !path.is_dir() {
        return Ok(path.to_owned());
    }
    let models = path.join("models");
    let dir = if models.is_dir() {
        models
    } else {
        path.to_owned()
    };
    let entries = std::fs::read_dir(&dir).with_context(|| format!("reading {}", dir.display()))?;
    let paths = entries.flatten().map(|entry| entry.path());
    let is_network = |path: &PathBuf| {
        path.extension()
            .is_some_and(|ending| ending == "safetensors")
    };
    let mut found: Vec<PathBuf> = paths.filter(is_network).collect();
    found.sort();
    match found.as_slice() {
        [] => anyhow::bail!(
            "{} holds no network; name a file of music train",
            dir.display()
        ),
        [one] => Ok(one.clone()),
        [first, ..] => anyhow::bail!(
            "{} holds {} networks; name one of them, such as {}",
            dir.display(),
            found.len(),
            first.display()
        ),
    }
}

/// Where everything goes.
struct Files {
    midi: PathBuf,
    sound: PathBuf,
    picture: PathBuf,
}

impl Files {
    fn of(out: &Path, force: bool) -> anyhow::Result<Self> {
        let ending = out.extension().and_then(|ending| ending.to_str());
        if !matches!(ending, Some("mid" | "midi")) {
            let sentence = format!("{} should end in .mid", out.display());
            return Err(UsageError(sentence).into());
        }
        let files = Self {
            midi: out.to_owned(),
            sound: out.with_extension("wav"),
            picture: out.with_extension("png"),
        };
        for file in [&files.midi, &files.sound, &files.picture] {
            anyhow::ensure!(
                force || !file.exists(),
                "{} exists already; choose another name, or replace it with --force",
                file.display()
            );
        }
        Ok(files)
    }
}

/// How many notes sound at once in what the network learnt from, unless each key is drawn by itself.
fn counts(args: &MusicSampleArgs, notes: &MusicNotes, output: &Output) -> Option<NoteCounts> {
    if args.free {
        return None;
    }
    if notes.counts.is_none() {
        output.warn("the file does not say how many notes sounded at once in what it learnt from; each key is drawn by itself");
    }
    notes.counts.clone()
}

fn steps_per_quarter(args: &MusicSampleArgs, notes: &MusicNotes) -> u32 {
    let of_set = match notes.set == OF_QUARTERS {
        true => 1,
        false => STEPS_PER_QUARTER,
    };
    args.steps_per_quarter.unwrap_or(of_set)
}

fn beginning(args: &MusicSampleArgs, per_quarter: u32, output: &Output) -> anyhow::Result<Roll> {
    let whole: Roll = match (&args.beginning, &args.beginning_of) {
        (Some(path), _) => read_midi_file(
            path,
            &MidiConfig {
                steps_per_quarter: per_quarter,
                outside: Outside::Refuse,
                ..MidiConfig::default()
            },
        )
        .with_context(|| format!("reading {}", path.display()))?,
        (None, Some(set)) => {
            let set = sets::load_one(set, args.data_dir.as_deref(), false, output)?;
            let last = set.test.len() - 1;
            set.test.into_iter().nth(args.piece).ok_or_else(|| {
                UsageError(format!("--piece is {}, but the last is {last}", args.piece))
            })?
        }
        (None, None) => Roll::new(),
    };
    let steps = args.beginning_steps.min(whole.len());
    Ok(whole[..steps].to_vec())
}

fn notes_per_step(roll: &[Frame]) -> f64 {
    let notes: usize = roll.iter().map(|frame| frame.count()).sum();
    notes as f64 / roll.len().max(1) as f64
}
