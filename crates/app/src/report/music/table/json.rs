//! The table for other programs.

use serde_json::{Value, json};

use super::super::input::StudyReport;
use super::super::{SetReport, Spread};
use super::rows::{Entry, Row, rows};

/// The table as a list of sets; what there is not is `null`, and numbers have all their digits.
pub fn table_json(report: &StudyReport<'_>) -> Value {
    report.sets.iter().map(set).collect()
}

fn set(set: &SetReport) -> Value {
    json!({
        "name": set.name,
        "title": set.title,
        "generated": set.is_generated,
        "unit": "nats per step",
        "cells": rows(set).iter().map(row).collect::<Value>(),
        "baselines": {
            "markov_test": set.markov,
            "unigram_test": set.unigram,
            "repeat_accuracy": set.repeat_accuracy,
        },
    })
}

fn row(row: &Row) -> Value {
    json!({
        "cell": row.cell.name(),
        "train": entry(&row.train),
        "test": entry(&row.test),
        "is_best_published": row.test.is_best_published,
        "is_best_ours": row.test.is_best_ours,
    })
}

fn entry(entry: &Entry) -> Value {
    json!({
        "published": entry.published,
        "ours": entry.ours.map(spread),
        "difference": entry.difference(),
    })
}

fn spread(spread: Spread) -> Value {
    json!({ "mean": spread.mean, "deviation": spread.deviation, "seeds": spread.count })
}

#[cfg(test)]
mod tests {
    use super::super::super::fake;
    use super::*;

    #[test]
    fn numbers_are_whole_and_what_is_missing_is_null() {
        let mut empty = fake::set("own", "Own");
        empty.unigram = f64::NAN;
        let value = table_json(&fake::report(vec![fake::jsb(), empty]));
        assert_eq!(value[0]["cells"][1]["test"]["published"], json!(8.54));
        assert_eq!(value[0]["cells"][1]["test"]["ours"]["seeds"], json!(3));
        assert_eq!(value[0]["cells"][1]["is_best_ours"], json!(true));
        assert_eq!(value[1]["cells"][0]["test"]["difference"], Value::Null);
        assert_eq!(value[1]["baselines"]["unigram_test"], Value::Null);
    }
}
