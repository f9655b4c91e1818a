//! Studies for tests.

use super::{
    CellReport, Curve, CurvePoint, MusicCell, SetReport, Spread, Status, StudyReport, Tried,
    published,
};

/// A cell of a set that nothing has been measured of.
pub fn cell(set: &str, cell: MusicCell) -> CellReport {
    CellReport {
        cell,
        published: published(set, cell),
        train: None,
        test: None,
        valid: None,
        accuracy: None,
        learning_rate: None,
        tried: Vec::new(),
        params_recurrent: 18_900,
        params_total: 27_788,
        seconds: 0.0,
        curves: Vec::new(),
        listen: None,
    }
}

/// A set that nothing has been measured of.
pub fn set(name: &str, title: &str) -> SetReport {
    SetReport {
        name: name.to_owned(),
        title: title.to_owned(),
        is_generated: false,
        splits: [(229, 14_000), (76, 4_600), (77, 4_700)],
        unigram: 11.06,
        markov: 10.49,
        repeat_accuracy: 0.222,
        cells: MusicCell::ALL.map(|name_of| cell(name, name_of)).to_vec(),
    }
}

/// A set with these test losses of tanh, GRU and LSTM by seed.
pub fn measured(name: &str, title: &str, tests: [&[f64]; 3]) -> SetReport {
    let mut set = set(name, title);
    for (cell, values) in set.cells.iter_mut().zip(tests) {
        cell.test = Spread::of(values);
        cell.train = Spread::of(&values.iter().map(|v| v - 0.5).collect::<Vec<_>>());
        cell.valid = cell.test;
        cell.learning_rate = Some(1e-3);
        cell.tried = vec![
            tried(2e-3, None, true),
            tried(1e-3, Some(values[0]), false),
            tried(1e-4, Some(values[0] + 1.0), false),
        ];
        cell.curves = (0..values.len() as u64)
            .map(|seed| curve(seed, values[0]))
            .collect();
        cell.seconds = 123.4;
    }
    set
}

/// The chorales with three seeds.
pub fn jsb() -> SetReport {
    let tests: [&[f64]; 3] = [
        &[8.80, 8.82, 8.84],
        &[8.55, 8.56, 8.57],
        &[8.57, 8.59, 8.61],
    ];
    measured("jsb", "JSB Chorales", tests)
}

/// A learning rate.
pub fn tried(rate: f64, valid_nll: Option<f64>, has_diverged: bool) -> Tried {
    Tried {
        rate,
        valid_nll,
        has_diverged,
        epochs: 12,
    }
}

/// A run that falls from 61 nats to `end`.
pub fn curve(seed: u64, end: f64) -> Curve {
    let point = |index: u32| {
        let updates = 10 * u64::from(2_u32.pow(index));
        let loss = end + (61.0 - end) * (-f64::from(index)).exp();
        CurvePoint {
            updates,
            seconds: updates as f64 / 40.0,
            train_nll: Some(loss),
            valid_nll: Some(loss),
        }
    };
    Curve {
        seed,
        points: (0..10).map(point).collect(),
    }
}

/// A study of these sets.
pub fn report(sets: Vec<SetReport>) -> StudyReport<'static> {
    StudyReport {
        title: "A <study>",
        status: Status::Running { done: 3, of: 1200 },
        preset: "matched",
        seeds: 3,
        rates: 10,
        sets,
        facts: vec![("machine & time".to_owned(), "<b>2</b>".to_owned())],
        command: "reverie music compare 'a<b'".to_owned(),
    }
}
