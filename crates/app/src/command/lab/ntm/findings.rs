//! The table and the pictures of the neural Turing machine.

use reverie_lab::ntm::{
    BaselineReport, LEARNT, Length, Look as Measured, NtmReport, Picture, Task,
};
use serde_json::{Value, json};

use super::Found;
use crate::command::lab::findings::{Findings, Part, Row, Section};
use crate::report::chart::{Axis, Chart, HeatMap, Palette};

/// Share of the seeds that must learn the copy.
const MOST_SEEDS: f64 = 0.75;
/// Sequences within which it must be learnt.
const WITHIN: u64 = 30_000;
/// A row of the memory counts as used where a head looks at it this strongly at some step.
const USED: f32 = 0.05;
/// Rows that are shown above and below those that are used.
const MARGIN: usize = 2;

/// A line for programs about one look.
pub fn event(seed: u64, look: &Measured) -> Value {
    json!({
        "event": "look", "seed": seed, "sequences": look.sequences, "train_nats": look.train_nats,
        "nats": look.nats, "wrong_bits": look.wrong_bits,
    })
}

/// All of it.
pub fn findings(found: &Found) -> Findings {
    let mut sections = vec![learning(found), lengths(found)];
    sections.extend(found.machines.first().map(machine));
    Findings {
        title: "Neural Turing machine".to_owned(),
        idea: "A small LSTM moves a read head and a write head along a memory. It is shown random \
               vectors and asked to say them again; where the heads look has gradients, so that \
               writing them down one after the other and reading them back is learnt."
            .to_owned(),
        rows: rows(found),
        sections,
        figures: json!({ "machines": found.machines, "lstm": found.lstm }),
    }
}

fn rows(found: &Found) -> Vec<Row> {
    let machines = &found.machines;
    let mut rows = Vec::new();
    let Some(first) = machines.first() else {
        return rows;
    };
    let count = machines.len();
    let reached: Vec<u64> = machines.iter().filter_map(|one| one.reached).collect();
    let learnt = reached.iter().filter(|at| **at <= WITHIN).count();
    let each: Vec<String> = machines
        .iter()
        .map(|one| {
            one.reached
                .map_or("not yet".to_owned(), |at| at.to_string())
        })
        .collect();
    let row = Row::new(
        format!("sequences to at most {LEARNT} wrong bits a sequence"),
        match first.config.task {
            Task::Copy => format!("within {WITHIN}, 3 of 4 seeds"),
            Task::RepeatCopy => "as found".to_owned(),
        },
        format!("{} ({learnt} of {count} seeds)", each.join(", ")),
    );
    let is_barred =
        first.config.task == Task::Copy && !found.is_stopped && first.sequences >= WITHIN;
    rows.push(match is_barred {
        true => row.holds(learnt as f64 >= MOST_SEEDS * count as f64),
        false => row,
    });
    let each: Vec<String> = machines
        .iter()
        .map(|one| format!("{:.3}", one.wrong_bits))
        .collect();
    rows.push(Row::new(
        format!(
            "wrong bits a sequence at the end, {} fresh ones",
            first.tests
        ),
        format!("at most {LEARNT}"),
        each.join(", "),
    ));
    // A number that is none ends the training with an error.
    rows.push(Row::new("costs and gradients that are no numbers", "none", "none").holds(true));
    if let Some(lstm) = &found.lstm {
        rows.push(Row::new(
            format!(
                "wrong bits a sequence, LSTM {} x {}",
                lstm.config.layers, lstm.config.hidden
            ),
            "as found, as many sequences",
            format!("{:.3}", lstm.wrong_bits),
        ));
    }
    for (place, length) in first.lengths.iter().enumerate() {
        let of = |lengths: &[Length]| lengths.get(place).map(share);
        let each: Vec<String> = machines.iter().filter_map(|one| of(&one.lengths)).collect();
        let lstm = found.lstm.as_ref().and_then(|lstm| of(&lstm.lengths));
        let beside = lstm
            .map(|lstm| format!("; LSTM {lstm}"))
            .unwrap_or_default();
        rows.push(Row::new(
            format!("wrong bits, {}", name(length)),
            "50 % by chance",
            format!("{}{beside}", each.join(", ")),
        ));
    }
    rows
}

fn share(length: &Length) -> String {
    format!("{:.2} %", 100.0 * length.wrong_bits / length.bits as f64)
}

fn name(length: &Length) -> String {
    match length.extent.repeats {
        1 => format!("{} vectors", length.extent.length),
        repeats => format!("{} vectors, {repeats} times", length.extent.length),
    }
}

fn learning(found: &Found) -> Section {
    let mut nats = Chart::new(
        "Cost of a bit on fresh sequences",
        Axis::new("sequences"),
        Axis::log("nats"),
    );
    let mut wrong = Chart::new(
        "Wrong bits of a fresh sequence",
        Axis::new("sequences"),
        Axis::new("bits"),
    );
    let points = |looks: &[Measured], part: &dyn Fn(&Measured) -> f64| -> Vec<(f64, f64)> {
        looks
            .iter()
            .map(|look| (look.sequences as f64, part(look)))
            .collect()
    };
    let lines = |part: fn(&Measured) -> f64| {
        let machines = found.machines.iter();
        machines.map(move |one| points(&one.looks, &part))
    };
    nats = nats.lines("neural Turing machine", lines(|look| look.nats));
    wrong = wrong.lines("neural Turing machine", lines(|look| look.wrong_bits));
    if let Some(BaselineReport { looks, .. }) = &found.lstm {
        nats = nats.line("LSTM", points(looks, &|look| look.nats));
        wrong = wrong.line("LSTM", points(looks, &|look| look.wrong_bits));
    }
    let words = found.machines.first().map_or(String::new(), |one| {
        let config = &one.config;
        format!(
            "Sequences of 1 to {} random vectors of eight bits; memory {} x {}, controller LSTM {}, {} \
             parameters; Adam at {}, {} sequences an update, norm of the gradient limited to {}.",
            config.longest, config.rows, config.width, config.hidden, one.parameters, config.rate,
            config.batch, config.clip
        )
    });
    Section::new("Learning")
        .words(words)
        .chart(nats)
        .chart(wrong)
}

fn lengths(found: &Found) -> Section {
    let mut head = vec!["sequence".to_owned(), "bits".to_owned()];
    let mut columns: Vec<&[Length]> = Vec::new();
    for one in &found.machines {
        head.push(format!("machine, seed {}", one.config.seed));
        columns.push(&one.lengths);
    }
    if let Some(lstm) = &found.lstm {
        head.push("LSTM".to_owned());
        columns.push(&lstm.lengths);
    }
    let first = columns.first().copied().unwrap_or_default();
    let rows = first.iter().enumerate().map(|(place, length)| {
        let each = columns.iter().map(|lengths| {
            lengths
                .get(place)
                .map_or(String::new(), |length| format!("{:.2}", length.wrong_bits))
        });
        [name(length), length.bits.to_string()]
            .into_iter()
            .chain(each)
            .collect()
    });
    let longest = found.machines.first().map_or(0, |one| one.config.longest);
    Section::new("Longer than it learnt from")
        .words(format!(
            "Mean number of wrong bits of a sequence, over 50 fresh ones. Learnt from: up to {longest} \
             vectors. What the machine learnt is a procedure, and goes on working as long as it does \
             not lose its place; the LSTM keeps all in its units, which are then full."
        ))
        .with(Part::Table(head, rows.collect()))
}

fn machine(one: &NtmReport) -> Section {
    let picture = &one.picture;
    let wide = |rows: &[Vec<f32>]| -> Vec<Vec<f64>> { turned(rows) };
    let heat = |title: &str, y: &str, rows: Vec<Vec<f64>>, range, palette| HeatMap {
        title: title.to_owned(),
        x: "step".to_owned(),
        y: y.to_owned(),
        rows,
        range,
        palette,
    };
    let rows = used(picture);
    let crop = |weights: &[Vec<f32>]| -> Vec<Vec<f64>> {
        let all = turned(weights);
        rows.iter().map(|row| all[*row].clone()).collect()
    };
    let blank = picture.outputs.first().map_or(0, Vec::len);
    let targets: Vec<Vec<f32>> = picture
        .targets
        .iter()
        .map(|target| target.clone().unwrap_or_else(|| vec![f32::NAN; blank]))
        .collect();
    let outputs: Vec<Vec<f32>> = picture
        .outputs
        .iter()
        .zip(&picture.targets)
        .map(|(output, target)| match target {
            Some(_) => output.clone(),
            None => vec![f32::NAN; blank],
        })
        .collect();
    let (first, last) = (rows.first().unwrap_or(&0), rows.last().unwrap_or(&0));
    let place = format!("rows {first} to {last}");
    let contents: Vec<Vec<f32>> = rows
        .iter()
        .map(|row| picture.memory[*row].clone())
        .collect();
    let shares = (0.0, 1.0);
    let memory = HeatMap {
        title: "Memory after the last vector was shown".to_owned(),
        x: format!("row of the memory, {first} to {last}"),
        y: "number".to_owned(),
        rows: turned(&contents),
        range: (-1.0, 1.0),
        palette: Palette::Signed,
    };
    Section::new("Memory and heads")
        .words(format!(
            "One sequence of {} vectors, seed {}: time goes to the right. A machine that has learnt \
             the task moves its write head on by one row a step while vectors are shown; after the flag \
             the read head goes back to where writing began and follows the same way. The memory is a \
             ring; only the rows are shown that a head looked at.",
            one.config.longest, one.config.seed
        ))
        .heat(heat("Shown", "bit", wide(&picture.inputs), shares, Palette::Rising))
        .heat(heat("Said, where asked", "bit", wide(&outputs), shares, Palette::Rising))
        .heat(heat("Where the write head looks", &place, crop(&picture.written), shares, Palette::Rising))
        .heat(heat("Where the read head looks", &place, crop(&picture.read), shares, Palette::Rising))
        .heat(heat("Added to the memory", "number", wide(&picture.added), (-1.0, 1.0), Palette::Signed))
        .heat(heat("Read from the memory", "number", wide(&picture.found), (-1.0, 1.0), Palette::Signed))
        .heat(memory)
        .heat(heat("Wanted", "bit", wide(&targets), shares, Palette::Rising))
}

/// The rows of the memory that a head looked at, with a margin, from the end of the longest stretch
/// that no head looked at: the memory is a ring, and heads may go round it either way.
fn used(picture: &Picture) -> Vec<usize> {
    let count = picture.memory.len();
    let is_used: Vec<bool> = (0..count)
        .map(|row| {
            let looks = picture.written.iter().chain(&picture.read);
            looks.into_iter().any(|weights| weights[row] >= USED)
        })
        .collect();
    let stretch = |start: usize| {
        let rows = (0..count).take_while(|step| !is_used[(start + step) % count]);
        rows.count()
    };
    let longest = (0..count).max_by_key(|start| stretch(*start)).unwrap_or(0);
    let gap = stretch(longest);
    if gap <= 2 * MARGIN || gap == count {
        return (0..count).collect();
    }
    let first = longest + gap - MARGIN;
    (0..count - gap + 2 * MARGIN)
        .map(|step| (first + step) % count)
        .collect()
}

/// Steps as columns.
fn turned(rows: &[Vec<f32>]) -> Vec<Vec<f64>> {
    let width = rows.first().map_or(0, Vec::len);
    (0..width)
        .map(|column| rows.iter().map(|row| f64::from(row[column])).collect())
        .collect()
}
