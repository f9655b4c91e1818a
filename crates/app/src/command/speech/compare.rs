//! `reverie speech compare`: tanh units, GRU and LSTM go on with raw sound.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Instant;

use anyhow::Context;
use burn::module::Module;
use burn::tensor::Device;
use reverie_model::data::speech::{DEFAULT_VALIDATION_SHARE, WaveTask, Waves};
use reverie_model::recurrent::CellKind;
use reverie_model::rng::seeded;
use reverie_model::sequence::music::MusicCell;
use reverie_model::sequence::speech::{WavesConfig, WavesTrainer, evaluate_waves};
use reverie_viz::picture::write_atomic;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::recordings::{self, Heard};
use crate::cli::{SpeechCompareArgs, TalkArgs};
use crate::command::music::{cells, tidy};
use crate::command::shared::{self, Stop, Stopper};
use crate::command::study_dir;
use crate::command::workers::{Desk, side_by_side};
use crate::exit::{self, UsageError};
use crate::lock::Lock;
use crate::report::music::{Spread, published};

/// Seed by which sequences are cut: the same ones for every run.
const CUT_SEED: u64 = 101;
/// Folder of the records.
const RUNS: &str = "runs";

/// Compares.
///
/// # Errors
/// Wrong flags, recordings that are no good, a folder that holds something else, a full disk.
pub fn run(args: &SpeechCompareArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    if args.device.threads.is_some() {
        let sentence = "every run has one thread; --workers N says how many run at once";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let (tasks, cells) = (tasks(&args.tasks)?, cells(&args.cells)?);
    let study = Study { root: &args.out };
    study.check(args.resume, args.force)?;
    let heard = recordings::load(&args.recordings, DEFAULT_VALIDATION_SHARE, &output)?;
    let opened = shared::open_device(&args.device, &output)?;
    let mut parts = Vec::new();
    let mut jobs = Vec::new();
    for task in tasks {
        for cell in &cells {
            for number in 0..args.seeds {
                let mut config = WavesConfig::matched(kind(*cell), task);
                config.updates = args.updates.unwrap_or(config.updates);
                jobs.push(Job {
                    task: parts.len(),
                    cell: *cell,
                    seed: args.seed.wrapping_add(u64::from(number)),
                    config,
                });
            }
        }
        parts.push(Parts::cut(&heard, task)?);
    }
    let workers = args.workers();
    output.note(&format!(
        "plan: {} runs, {workers} at once; {} seed{}",
        jobs.len(),
        args.seeds,
        if args.seeds == 1 { "" } else { "s" }
    ));
    let _held = study.hold()?;
    if !args.resume {
        study.clear()?;
    }
    let started = Instant::now();
    let stopper = Stopper::within(args.time_budget);
    let mut bar = output.bar(jobs.len() as u64);
    let mut ended = 0;
    let stop = side_by_side(
        &jobs,
        workers,
        &stopper,
        |job, desk| job.work(&study, &parts[job.task], &opened.device, desk),
        |news| {
            match news {
                News::Look(told) => bar.show(ended, &told),
                News::Run(record) => {
                    ended += 1;
                    bar.note(&output, &record.sentence(ended, jobs.len() as u64));
                    output.event(&json!({ "event": "run", "run": &*record }));
                }
            }
            Ok(())
        },
    )?;
    bar.finish();
    let records = study.records(&jobs, &parts)?;
    study.write(&records)?;
    let mut event = shared::result_event(&args.out, started, &opened);
    event.insert("runs".to_owned(), json!(records.len()));
    event.insert("is_complete".to_owned(), json!(records.len() == jobs.len()));
    event.insert("results".to_owned(), json!(records));
    output.event(&Value::Object(event));
    for line in table(&records).lines() {
        output.note(line);
    }
    shared::say_done(&output, &args.out, started, "");
    Ok(match stop {
        Some(Stop::Interrupted) => {
            output.note("stopped; --resume goes on");
            exit::interrupted()
        }
        _ => ExitCode::SUCCESS,
    })
}

fn tasks(names: &[String]) -> Result<Vec<WaveTask>, UsageError> {
    let mut found = Vec::new();
    for name in names {
        let task = match name.as_str() {
            "a" => WaveTask::A,
            "b" => WaveTask::B,
            _ => {
                let sentence = format!("--tasks: there is no task {name}; there are a b");
                return Err(UsageError(sentence));
            }
        };
        if !found.contains(&task) {
            found.push(task);
        }
    }
    match found.is_empty() {
        true => Err(UsageError(
            "--tasks names no task; there are a b".to_owned(),
        )),
        false => Ok(found),
    }
}

fn kind(cell: MusicCell) -> CellKind {
    match cell {
        MusicCell::Tanh => CellKind::Rnn,
        MusicCell::Gru => CellKind::Gru,
        MusicCell::Lstm => CellKind::Lstm,
    }
}

/// The sequences of a task.
struct Parts {
    task: WaveTask,
    train: Waves,
    validation: Waves,
    test: Waves,
}

impl Parts {
    fn cut(heard: &Heard, task: WaveTask) -> anyhow::Result<Self> {
        // The sizes are the same for every cell.
        let config = WavesConfig::matched(CellKind::Lstm, task);
        let mut rng = seeded(CUT_SEED);
        let (all, split) = (&heard.recordings, &heard.split);
        let mut cut =
            |places: &[usize], most, part| Waves::cut(all, places, task, most, part, &mut rng);
        Ok(Self {
            task,
            train: cut(&split.train, config.train, "training")?,
            validation: cut(&split.validation, config.validation, "validation")?,
            test: cut(&split.test, config.test, "the test")?,
        })
    }
}

/// One run.
struct Job {
    task: usize,
    cell: MusicCell,
    seed: u64,
    config: WavesConfig,
}

/// What a run tells.
enum News {
    Look(String),
    Run(Box<Record>),
}

/// What is kept of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Record {
    task: String,
    cell: MusicCell,
    seed: u64,
    updates: u64,
    train_nll: f64,
    valid_nll: f64,
    test_nll: f64,
    params_recurrent: usize,
    params_total: usize,
    seconds: f64,
}

impl Record {
    fn sentence(&self, ended: u64, total: u64) -> String {
        format!(
            "task {} {}, seed {}: validation {:.2}, test {:.2} nats per step after {} updates, {:.0} s ({ended} of {total} runs)",
            self.task,
            self.cell,
            self.seed,
            self.valid_nll,
            self.test_nll,
            self.updates,
            self.seconds
        )
    }
}

impl Job {
    fn stem(&self, parts: &Parts) -> String {
        let task = parts.task.name().to_lowercase();
        format!(
            "{task}-{}-seed{}-updates{}",
            self.cell, self.seed, self.config.updates
        )
    }

    fn work(
        &self,
        study: &Study<'_>,
        parts: &Parts,
        device: &Device,
        desk: &Desk<'_, News>,
    ) -> anyhow::Result<()> {
        let stem = self.stem(parts);
        if let Some(record) = study.record(&stem)? {
            desk.tell(News::Run(Box::new(record)));
            return Ok(());
        }
        let started = Instant::now();
        let mut trainer = WavesTrainer::new(self.config.clone(), self.seed, device)?;
        let go_on = || desk.goes_on();
        while !trainer.is_done() {
            if !go_on() {
                return Ok(());
            }
            let step = trainer.step(&parts.train)?;
            if step.is_look_due {
                let model = trainer.model();
                let looked = evaluate_waves(&model, &parts.validation, &self.config, device, go_on);
                let Some(nats) = looked else {
                    return Ok(());
                };
                trainer.note(nats);
                let told = format!("{stem}: update {}, validation {nats:.2}", trainer.update());
                desk.tell(News::Look(told));
            }
        }
        let best = trainer.best();
        // As many training sequences as there are in the test: enough for a mean.
        let some = parts.test.len().min(parts.train.len());
        let train = Waves {
            samples: parts.train.samples,
            values: parts.train.values[..parts.train.samples * some].to_vec(),
        };
        let measure = |waves: &Waves| evaluate_waves(&best, waves, &self.config, device, go_on);
        let (Some(train), Some(test)) = (measure(&train), measure(&parts.test)) else {
            return Ok(());
        };
        let record = Record {
            task: parts.task.name().to_owned(),
            cell: self.cell,
            seed: self.seed,
            updates: trainer.update(),
            train_nll: tidy(train),
            valid_nll: tidy(trainer.early().best.unwrap_or(f64::NAN)),
            test_nll: tidy(test),
            params_recurrent: best.n_recurrent(),
            params_total: best.num_params(),
            seconds: tidy(started.elapsed().as_secs_f64()),
        };
        study.keep(&stem, &record)?;
        desk.tell(News::Run(Box::new(record)));
        Ok(())
    }
}

/// The folder.
struct Study<'a> {
    root: &'a Path,
}

impl Study<'_> {
    fn runs(&self) -> PathBuf {
        self.root.join(RUNS)
    }

    fn check(&self, resume: bool, force: bool) -> anyhow::Result<()> {
        study_dir::check(self.root, self.runs().exists(), resume, force)
    }

    fn hold(&self) -> anyhow::Result<Lock> {
        study_dir::hold(self.root, &[RUNS])
    }

    fn clear(&self) -> anyhow::Result<()> {
        let entries = std::fs::read_dir(self.runs());
        for entry in entries.into_iter().flatten().flatten() {
            let path = entry.path();
            if path.extension().is_some_and(|ending| ending == "json") {
                std::fs::remove_file(&path)
                    .with_context(|| format!("removing {}", path.display()))?;
            }
        }
        Ok(())
    }

    fn record(&self, stem: &str) -> anyhow::Result<Option<Record>> {
        let path = self.runs().join(format!("{stem}.json"));
        let text = match std::fs::read_to_string(&path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            text => text.with_context(|| format!("reading {}", path.display()))?,
        };
        let record = serde_json::from_str(&text);
        let record = record.with_context(|| {
            format!(
                "{} is no record of a run; remove it, and the run is made again",
                path.display()
            )
        })?;
        Ok(Some(record))
    }

    fn keep(&self, stem: &str, record: &Record) -> anyhow::Result<()> {
        let text = serde_json::to_string(record).context("writing a record")?;
        let path = self.runs().join(format!("{stem}.json"));
        Ok(write_atomic(&path, text.as_bytes(), true)?)
    }

    fn records(&self, jobs: &[Job], parts: &[Parts]) -> anyhow::Result<Vec<Record>> {
        let mut records = Vec::new();
        for job in jobs {
            records.extend(self.record(&job.stem(&parts[job.task]))?);
        }
        Ok(records)
    }

    fn write(&self, records: &[Record]) -> anyhow::Result<()> {
        let text = serde_json::to_string_pretty(records).context("writing the results")?;
        let write = |name: &str, text: String| {
            write_atomic(&self.root.join(name), text.as_bytes(), true).map_err(anyhow::Error::from)
        };
        write("results.json", text + "\n")?;
        write("table.md", table(records))
    }
}

/// Ours as means over seeds, beside what was published on other recordings.
fn table(records: &[Record]) -> String {
    let mut text = String::from(
        "| task | cell | train | test | published, private sets: train | test |\n\
         |---|---|---|---|---|---|\n",
    );
    for (task, private) in [("A", "ubisoft-a"), ("B", "ubisoft-b")] {
        for cell in MusicCell::ALL {
            let runs = records
                .iter()
                .filter(|run| run.task == task && run.cell == cell);
            let numbers: Vec<(f64, f64)> = runs.map(|run| (run.train_nll, run.test_nll)).collect();
            let (train, test): (Vec<f64>, Vec<f64>) = numbers.into_iter().unzip();
            let (Some(train), Some(test)) = (Spread::of(&train), Spread::of(&test)) else {
                continue;
            };
            let theirs = published(private, cell);
            let theirs = theirs.map(|theirs| format!("{:.2} | {:.2}", theirs.train, theirs.test));
            text.push_str(&format!(
                "| {task} | {} | {} | {} | {} |\n",
                cell.title(),
                train.text(),
                test.text(),
                theirs.unwrap_or_else(|| "– | –".to_owned())
            ));
        }
    }
    text
}
