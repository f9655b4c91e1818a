//! What was measured, for a person and as JSON.

use reverie_model::vision::classifier::ClassesMeasured;
use serde_json::{Value, json};

/// Mistakes that are told.
const TOLD: usize = 8;

/// What was measured as one JSON object.
pub fn to_json(measured: &ClassesMeasured, titles: &[String]) -> Value {
    let recalls = measured.confusion.recalls();
    let classes = titles.iter().zip(&recalls).enumerate();
    let classes: Vec<Value> = classes
        .map(|(class, (title, recall))| {
            let pictures: usize = measured.confusion.counts[class].iter().sum();
            json!({"class": title, "pictures": pictures, "recall": recall})
        })
        .collect();
    json!({
        "pictures": measured.confusion.total(),
        "top_1": measured.confusion.accuracy(),
        "top_5": measured.top_5,
        "nats": measured.nats,
        "classes": classes,
        "confusion": measured.confusion.counts,
    })
}

/// A table of the classes, the best first, and the most frequent mistakes, in Markdown.
pub fn to_markdown(measured: &ClassesMeasured, titles: &[String]) -> String {
    let recalls = measured.confusion.recalls();
    let width = titles.iter().map(|title| title.chars().count()).max();
    let width = width.unwrap_or(0).max("class".len());
    let mut order: Vec<usize> = (0..titles.len()).collect();
    order.sort_by(|&a, &b| recalls[b].total_cmp(&recalls[a]));
    let mut text = format!("| {:width$} | pictures | right |\n", "class");
    text.push_str(&format!("|-{}-|---------:|------:|\n", "-".repeat(width)));
    for class in order {
        let pictures: usize = measured.confusion.counts[class].iter().sum();
        text.push_str(&format!(
            "| {:width$} | {pictures:8} | {:3.0} % |\n",
            titles[class],
            100.0 * recalls[class]
        ));
    }
    text.push_str("\nMost frequent mistakes:\n\n");
    for line in mistakes(measured, titles) {
        text.push_str(&format!("- {line}\n"));
    }
    text
}

/// The most frequent mistakes, a sentence each.
pub fn mistakes(measured: &ClassesMeasured, titles: &[String]) -> Vec<String> {
    let mistakes = measured.confusion.mistakes().into_iter().take(TOLD);
    mistakes
        .map(|(is, other, count)| {
            let times = match count {
                1 => "once".to_owned(),
                _ => format!("{count} times"),
            };
            format!("{} was taken for {} {times}", titles[is], titles[other])
        })
        .collect()
}

/// The line that says how often it was right.
pub fn summary(measured: &ClassesMeasured) -> String {
    format!(
        "{:.1} % of {} pictures are right, {:.1} % among the first five, {:.3} nats",
        100.0 * measured.confusion.accuracy(),
        measured.confusion.total(),
        100.0 * measured.top_5,
        measured.nats
    )
}
