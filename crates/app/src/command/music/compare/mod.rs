//! `reverie music compare`: tanh units, GRU and LSTM on the same pieces, by one protocol.
//!
//! | file | what |
//! |---|---|
//! | `mod.rs` | what is done before the first run, and after the last |
//! | `study` | what is compared, and the folder it lives in |
//! | `contest` | which runs are to be made, and which rate is chosen |
//! | `worker` | runs at work, side by side |
//! | `record` | what is kept of every run |
//! | `results` | the runs that count |
//! | `report` | from the runs to the page |
//! | `settings` | preset, file, flags |

mod contest;
mod record;
mod report;
mod results;
mod settings;
mod study;
mod worker;

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Context;
use reverie_model::data::music::MusicSet;
use reverie_viz::picture::write_atomic;
use serde_json::{Value, json};

use self::record::Record;
pub use self::record::tidy;
use self::report::{About, Known, study_report};
use self::results::{Cell, results_csv, results_json, search_json};
pub use self::settings::cells;
use self::settings::config_of;
use self::study::Study;
use self::worker::{Floor, News};
use super::sets;
use crate::cli::{MusicCompareArgs, TalkArgs};
use crate::command::shared::{self, Stop, Stopper};
use crate::command::workers::GLANCE;
use crate::exit::{self, UsageError};
use crate::output::Output;
use crate::report::music as page;
use crate::settings::to_toml;

/// Compares.
///
/// # Errors
/// Wrong settings, a set that is missing or unfit, a folder that is in use, a full disk.
pub fn run(args: &MusicCompareArgs, talk: &TalkArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(talk);
    let config = config_of(args)?;
    if args.run.print_config {
        output.result(to_toml(&config)?.trim_end())?;
        return Ok(ExitCode::SUCCESS);
    }
    config.check()?;
    if args.device.threads.is_some() {
        let sentence = "every run has one thread; --workers N says how many run at once";
        return Err(UsageError(sentence.to_owned()).into());
    }
    let cells = cells(&args.cells)?;
    let out = args.out.as_deref();
    let out = out.ok_or_else(|| UsageError("say where the study goes: --out DIR".to_owned()))?;
    let study = Study::new(out, args.preset(), config, cells, args.run.seed());
    study.check_folder(args.resume, args.run.force)?;
    let sets = sets::load(
        &args.sets,
        args.data_dir.as_deref(),
        args.clip_notes,
        &output,
    )?;
    let workers = args.workers();
    say_plan(&study, &sets, workers, &output);
    if args.run.dry_run {
        return Ok(ExitCode::SUCCESS);
    }
    let opened = shared::open_device(&args.device, &output)?;
    let _held = study.hold()?;
    study.settle(&sets, args.resume)?;
    let text = to_toml(&study.config)?;
    write_atomic(&study.file("settings.toml"), text.as_bytes(), true)?;

    let started = Instant::now();
    let about = About::of(&study, &sets, workers, &opened)?;
    let known: Vec<Known> = sets.iter().map(Known::of).collect();
    let floor = Floor {
        study: &study,
        sets: &sets,
        device: &opened.device,
        contests: Mutex::new(study.contests(sets.len())),
        changed: Condvar::new(),
        stop: AtomicBool::new(false),
    };
    let stopper = Stopper::start(&args.run);
    let (tell, news) = channel();
    let stop = std::thread::scope(|scope| {
        for _ in 0..workers {
            let (floor, tell) = (&floor, tell.clone());
            scope.spawn(move || floor.work(&tell));
        }
        drop(tell);
        let paper = Paper {
            floor: &floor,
            known: &known,
            about: &about,
        };
        listen(&paper, &news, &stopper, &output)
    })?;
    let cells = cells_of(&floor)?;
    let paper = Paper {
        floor: &floor,
        known: &known,
        about: &about,
    };
    paper.write(&cells, stop.map(|_| true), true)?;
    finish(&study, &cells, stop, started, &opened, &output)
}

/// Shows what the workers tell until the last of them is gone.
fn listen(
    paper: &Paper<'_>,
    news: &Receiver<News>,
    stopper: &Stopper,
    output: &Output,
) -> anyhow::Result<Option<Stop>> {
    let floor = paper.floor;
    let total = floor.study.n_runs(floor.sets.len()) as u64;
    let mut bar = output.bar(total);
    let (mut ended, mut stop, mut trouble) = (0, None, None);
    loop {
        if stop.is_none()
            && let Some(asked) = stopper.asks()
        {
            stop = Some(asked);
            floor.stop.store(true, Ordering::Relaxed);
        }
        match news.recv_timeout(GLANCE) {
            Ok(News::Pass(told)) => bar.show(ended, &told),
            Ok(News::Run(record)) => {
                ended += u64::from(record.end.is_some());
                bar.note(output, &sentence(&record, ended, total));
                output.event(&event_of(&record));
                let cells = cells_of(floor)?;
                paper.write(&cells, Some(false), false)?;
            }
            Ok(News::Gone(Err(error))) => trouble = trouble.or(Some(error)),
            Ok(News::Gone(Ok(()))) | Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    bar.finish();
    match trouble {
        Some(error) => Err(error),
        None => Ok(stop),
    }
}

fn sentence(record: &Record, ended: u64, total: u64) -> String {
    let name = format!(
        "{} {}, rate {:.2e}, seed {}",
        record.set, record.cell, record.learning_rate, record.seed
    );
    let valid = match record.valid_nll {
        Some(nll) => format!("validation {nll:.3}"),
        None => "no validation loss".to_owned(),
    };
    match record.end {
        Some(end) if end.has_diverged => {
            format!("{name}: diverged after {} passes, {valid}", record.epochs)
        }
        Some(end) => format!(
            "{name}: {valid}, test {:.3} nats per step; best of {} passes was {}, {:.0} s ({ended} of {total} runs)",
            end.test_nll, record.epochs, record.best_epoch, record.seconds
        ),
        None => format!("{name}: {valid} after {} passes, paused", record.epochs),
    }
}

fn event_of(record: &Record) -> Value {
    json!({
        "event": "run", "set": record.set, "cell": record.cell, "seed": record.seed,
        "learning_rate": record.learning_rate, "epochs": record.epochs,
        "valid_nll": record.valid_nll, "test_nll": record.end.map(|end| end.test_nll),
        "is_finished": record.end.is_some(),
    })
}

/// All runs as they lie in the folder, cell by cell.
fn cells_of(floor: &Floor<'_>) -> anyhow::Result<Vec<Cell>> {
    let chosen: Vec<_> = {
        let contests = floor
            .contests
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        contests
            .iter()
            .map(|contest| (contest.set, contest.cell, contest.chosen()))
            .collect()
    };
    let study = floor.study;
    let mut cells = Vec::with_capacity(chosen.len());
    for (set, cell, chosen) in chosen {
        let set = floor.sets[set].name.clone();
        let mut runs = Vec::new();
        for rate in 0..study.rates.len() {
            for seed in 0..study.config.seeds {
                let stem = Record::stem(&set, cell, rate, study.seeds(seed));
                let files = record::RunFiles::of(&study.root, &stem);
                runs.extend(Record::read(&files.record)?);
            }
        }
        cells.push(Cell {
            set,
            cell,
            runs,
            chosen,
        });
    }
    Ok(cells)
}

/// What is written about a study.
struct Paper<'a> {
    floor: &'a Floor<'a>,
    known: &'a [Known],
    about: &'a About,
}

impl Paper<'_> {
    /// Writes tables, curves and page as they stand; `is_stopped` is none where all is done.
    fn write(
        &self,
        cells: &[Cell],
        is_stopped: Option<bool>,
        has_sound: bool,
    ) -> anyhow::Result<()> {
        let study = self.floor.study;
        let write = |name: &str, text: String| {
            write_atomic(&study.file(name), text.as_bytes(), true).map_err(anyhow::Error::from)
        };
        let pretty = |value: &Value| -> anyhow::Result<String> {
            let text = serde_json::to_string_pretty(value).context("writing the results")?;
            Ok(text + "\n")
        };
        write("results.json", pretty(&results_json(cells))?)?;
        write("search.json", pretty(&search_json(cells))?)?;
        write("results.csv", results_csv(cells))?;
        let all = cells.iter().flat_map(|cell| &cell.runs);
        let done = all.filter(|run| run.end.is_some()).count();
        let of = study.n_runs(self.floor.sets.len());
        let status = match is_stopped {
            None => page::Status::Finished,
            Some(true) => page::Status::Stopped { done, of },
            Some(false) => page::Status::Running { done, of },
        };
        let report = study_report(self.floor, cells, self.known, status, self.about, has_sound)?;
        write("table.md", page::table_markdown(&report))?;
        write("table.json", pretty(&page::table_json(&report))?)?;
        write("curves.svg", page::curves_svg(&report)?)?;
        write("report.html", page::html(&report)?)
    }
}

fn say_plan(study: &Study, sets: &[MusicSet], workers: usize, output: &Output) {
    let names: Vec<&str> = sets.iter().map(|set| set.name.as_str()).collect();
    let cells: Vec<&str> = study.cells.iter().map(|cell| cell.title()).collect();
    let rates = study.rates.len();
    output.note(&format!(
        "plan: {} on {}; {} with {rates} learning rate{}, {} seed{}; at most {} runs, {workers} at once",
        cells.join(", "),
        names.join(", "),
        study.preset,
        if rates == 1 { "" } else { "s" },
        study.config.seeds,
        if study.config.seeds == 1 { "" } else { "s" },
        study.n_runs(sets.len()),
    ));
}

fn finish(
    study: &Study,
    cells: &[Cell],
    stop: Option<Stop>,
    started: Instant,
    opened: &crate::backend::Opened,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    for cell in cells {
        if let Some((train, test)) = cell.train().zip(cell.test()) {
            output.note(&format!(
                "{} {}: train {}, test {} nats per step",
                cell.set,
                cell.cell,
                train.text(),
                test.text()
            ));
        }
    }
    let ended = cells
        .iter()
        .flat_map(|cell| &cell.runs)
        .filter(|run| run.end.is_some());
    let mut event = shared::result_event(&study.root, started, opened);
    event.insert("runs".to_owned(), json!(ended.count()));
    event.insert("is_complete".to_owned(), json!(stop.is_none()));
    event.insert("results".to_owned(), results_json(cells));
    output.event(&Value::Object(event));
    shared::say_done(output, &study.root, started, "");
    match stop {
        None => Ok(ExitCode::SUCCESS),
        Some(Stop::OutOfTime) => {
            output.note("the time is up; --resume goes on");
            Ok(ExitCode::SUCCESS)
        }
        Some(Stop::Interrupted) => {
            output.note("stopped; --resume goes on");
            Ok(exit::interrupted())
        }
    }
}
