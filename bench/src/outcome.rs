//! Medians and ratios.

use std::fmt::Write as _;

use anyhow::Result;
use serde::Serialize;

/// What one side took for one piece of work.
#[derive(Debug, Serialize)]
pub struct SideOutcome {
    /// Name of the side.
    pub side: String,
    /// Median of the rounds, in milliseconds.
    pub median_ms: f64,
    /// Fastest round.
    pub least_ms: f64,
    /// Slowest round.
    pub most_ms: f64,
    /// Largest resident memory of the process, in MB of 2^20 bytes.
    pub peak_mb: f64,
}

impl SideOutcome {
    /// From the seconds of every round.
    pub fn new(side: &str, seconds: &[f64], peak_mb: f64) -> Self {
        let mut sorted: Vec<f64> = seconds.iter().map(|s| s * 1e3).collect();
        sorted.sort_by(f64::total_cmp);
        let at = |place: usize| sorted.get(place).copied().unwrap_or(f64::NAN);
        let (low, high) = (at(sorted.len().saturating_sub(1) / 2), at(sorted.len() / 2));
        Self {
            side: side.to_owned(),
            median_ms: (low + high) / 2.0,
            least_ms: at(0),
            most_ms: at(sorted.len().saturating_sub(1)),
            peak_mb,
        }
    }
}

/// One piece of work on all sides.
#[derive(Debug, Serialize)]
pub struct Outcome {
    /// Its name.
    pub work: String,
    /// The sides, in the order in which they took turns.
    pub sides: Vec<SideOutcome>,
}

impl Outcome {
    fn median(&self, side: &str) -> Option<f64> {
        let side = self.sides.iter().find(|found| found.side == side)?;
        Some(side.median_ms)
    }

    /// The median of one side in parts of another's.
    pub fn ratio(&self, side: &str, to: &str) -> Option<f64> {
        Some(self.median(side)? / self.median(to)?)
    }
}

/// All that was measured in one run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The processor.
    pub processor: String,
    /// Its cores.
    pub cores: usize,
    /// Threads of every side.
    pub threads: usize,
    /// Rounds that count.
    pub rounds: usize,
    /// The best instructions our kernels found.
    pub instructions: String,
    /// Every piece of work.
    pub outcomes: Vec<Outcome>,
}

impl Report {
    /// Nothing measured yet.
    pub fn new(threads: usize, rounds: usize) -> Self {
        Self {
            processor: processor(),
            cores: std::thread::available_parallelism().map_or(0, usize::from),
            threads,
            rounds,
            instructions: format!("{:?}", reverie_kernels::cpu::simd::Level::detect()),
            outcomes: Vec::new(),
        }
    }

    /// Takes one more.
    pub fn add(&mut self, outcome: Outcome) {
        self.outcomes.push(outcome);
    }

    /// The newest piece of work, for the terminal.
    pub fn last_line(&self) -> String {
        let mut line = String::new();
        for side in self
            .outcomes
            .last()
            .into_iter()
            .flat_map(|last| &last.sides)
        {
            let SideOutcome {
                side,
                median_ms,
                least_ms,
                most_ms,
                peak_mb,
            } = side;
            let _ = writeln!(
                line,
                "  {side:8} {median_ms:9.2} ms  ({least_ms:.2} to {most_ms:.2})  {peak_mb:6.0} MB"
            );
        }
        line
    }

    /// A table in Markdown.
    pub fn table(&self) -> String {
        let mut table = format!(
            "{}, {} cores, {} threads, {}, median of {} rounds\n\n",
            self.processor, self.cores, self.threads, self.instructions, self.rounds
        );
        table += "| work | stock ms | ours ms | ndarray ms | PyTorch ms | ours / PyTorch | ndarray / ours | stock / ours | one thread / ours | MB ours | MB PyTorch |\n";
        table += "|---|---|---|---|---|---|---|---|---|---|---|\n";
        for outcome in &self.outcomes {
            let cell = |value: Option<f64>, digits: usize| match value {
                Some(value) => format!("{value:.digits$}"),
                None => "–".to_owned(),
            };
            let memory = |name: &str| {
                let side = outcome.sides.iter().find(|side| side.side == name);
                side.map(|side| side.peak_mb)
            };
            let cells = [
                outcome.work.clone(),
                cell(outcome.median("stock"), 1),
                cell(outcome.median("ours"), 1),
                cell(outcome.median("ndarray"), 1),
                cell(outcome.median("torch"), 1),
                cell(outcome.ratio("ours", "torch"), 2),
                cell(outcome.ratio("ndarray", "ours"), 2),
                cell(outcome.ratio("stock", "ours"), 2),
                cell(outcome.ratio("single", "ours"), 2),
                cell(memory("ours"), 0),
                cell(memory("torch"), 0),
            ];
            let _ = writeln!(table, "| {} |", cells.join(" | "));
        }
        table
    }

    /// All figures.
    ///
    /// # Errors
    /// None that is known.
    pub fn json(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// The processor's name, where the system says it.
fn processor() -> String {
    let facts = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = facts.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split_once(':'));
    name.map_or_else(
        || "unknown processor".to_owned(),
        |(_, name)| name.trim().to_owned(),
    )
}
