//! The results of a study: of every cell on every set, the runs of the rate that was chosen.

use reverie_model::sequence::music::MusicCell;
use serde_json::{Value, json};

use super::record::Record;
use crate::report::music::Spread;

/// One cell on one set.
#[derive(Clone, Debug)]
pub struct Cell {
    /// The set.
    pub set: String,
    /// The cell.
    pub cell: MusicCell,
    /// All its runs that have ended, by rate and seed.
    pub runs: Vec<Record>,
    /// Number of the rate that was chosen, once it is.
    pub chosen: Option<usize>,
}

impl Cell {
    /// The runs of the rate that was chosen, by seed.
    pub fn chosen_runs(&self) -> impl Iterator<Item = &Record> {
        let is_chosen = |run: &&Record| Some(run.rate_number) == self.chosen && run.end.is_some();
        self.runs.iter().filter(is_chosen)
    }

    /// Loss on the training pieces, in nats per step.
    pub fn train(&self) -> Option<Spread> {
        self.spread(|run| run.end.map(|end| end.train_nll))
    }

    /// Loss on the test pieces, in nats per step.
    pub fn test(&self) -> Option<Spread> {
        self.spread(|run| run.end.map(|end| end.test_nll))
    }

    fn spread(&self, number: impl Fn(&Record) -> Option<f64>) -> Option<Spread> {
        let numbers: Vec<f64> = self.chosen_runs().filter_map(number).collect();
        Spread::of(&numbers)
    }
}

/// The runs of the rates that were chosen, as `results.json` lists them.
pub fn results_json(cells: &[Cell]) -> Value {
    cells
        .iter()
        .flat_map(Cell::chosen_runs)
        .map(result)
        .collect()
}

/// All runs, those of rates that were not chosen too, as `search.json` lists them.
pub fn search_json(cells: &[Cell]) -> Value {
    let all = cells
        .iter()
        .flat_map(|cell| cell.runs.iter().map(move |run| (cell, run)));
    let entry = |(cell, run): (&Cell, &Record)| {
        let mut entry = result(run);
        entry["epochs"] = json!(run.epochs);
        entry["best_epoch"] = json!(run.best_epoch);
        entry["is_chosen"] = json!(Some(run.rate_number) == cell.chosen);
        entry["is_finished"] = json!(run.end.is_some());
        entry["has_diverged"] = json!(run.end.is_some_and(|end| end.has_diverged));
        entry
    };
    all.map(entry).collect()
}

fn result(run: &Record) -> Value {
    json!({
        "set": run.set, "cell": run.cell, "preset": run.preset, "seed": run.seed,
        "learning_rate": run.learning_rate, "updates": run.updates,
        "train_nll": run.end.map(|end| end.train_nll), "valid_nll": run.valid_nll,
        "test_nll": run.end.map(|end| end.test_nll),
        "frame_accuracy": run.end.map(|end| end.frame_accuracy),
        "params_recurrent": run.params_recurrent, "params_total": run.params_total,
        "seconds": run.seconds,
    })
}

/// The same as [`results_json`] as a table for other programs.
pub fn results_csv(cells: &[Cell]) -> String {
    let mut text = String::from(
        "set,cell,preset,seed,learning_rate,updates,train_nll,valid_nll,test_nll,frame_accuracy,\
         params_recurrent,params_total,seconds\n",
    );
    let number = |number: Option<f64>| number.map(|n| n.to_string()).unwrap_or_default();
    for run in cells.iter().flat_map(Cell::chosen_runs) {
        let fields = [
            run.set.clone(),
            run.cell.to_string(),
            run.preset.clone(),
            run.seed.to_string(),
            run.learning_rate.to_string(),
            run.updates.to_string(),
            number(run.end.map(|end| end.train_nll)),
            number(run.valid_nll),
            number(run.end.map(|end| end.test_nll)),
            number(run.end.map(|end| end.frame_accuracy)),
            run.params_recurrent.to_string(),
            run.params_total.to_string(),
            run.seconds.to_string(),
        ];
        text.push_str(&fields.join(","));
        text.push('\n');
    }
    text
}
