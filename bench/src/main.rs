//! Measures the same work done by Burn as it is, by our kernels and by PyTorch, in turns.
#![recursion_limit = "256"]
#![allow(clippy::print_stdout, clippy::print_stderr)]

use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use bench::outcome::{Outcome, Report};
use bench::side::{Place, Side};
use bench::work;
use clap::Parser;

/// Times the same work on several sides, a process each, in turns.
#[derive(Parser)]
#[command(after_help = "Examples:
  bench --python .venv/bin/python
  bench --only text-lstm-128,gatys-256 --rounds 15
  bench --sides ours,single --only vgg19-256,text-lstm-512,product-2048")]
struct Args {
    /// The Python that has PyTorch; without it there is no PyTorch side
    #[arg(long)]
    python: Option<PathBuf>,
    /// Rounds that count, after two that do not
    #[arg(long, default_value_t = 9, value_parser = clap::value_parser!(u16).range(1..))]
    rounds: u16,
    /// Processor threads of every side
    #[arg(long, default_value_t = 2, value_parser = clap::value_parser!(u16).range(1..))]
    threads: u16,
    /// Only these pieces of work
    #[arg(long, value_delimiter = ',')]
    only: Vec<String>,
    /// Sides besides PyTorch: stock (Burn's own operations on flex), ours (flex), single (ours on one thread), ndarray (ours)
    #[arg(long, value_delimiter = ',', default_value = "stock,ours,ndarray")]
    sides: Vec<Side>,
    /// Where the figures go, as JSON
    #[arg(short, long)]
    out: Option<PathBuf>,
    /// Does one piece of work, once for every line it reads (for the program itself)
    #[arg(long, hide = true, num_args = 2)]
    work: Vec<String>,
}

fn main() -> Result<()> {
    // The program's allocator, so that what is measured is what users have.
    reverie_allocator::settle();
    let args = Args::parse();
    if let [name, side] = &args.work[..] {
        let side: Side = clap::ValueEnum::from_str(side, false).map_err(anyhow::Error::msg)?;
        return work::answer(name, side, args.threads.into());
    }
    for name in &args.only {
        if !work::NAMES.contains(&name.as_str()) {
            bail!(
                "there is no work {name}; there is {}",
                work::NAMES.join(", ")
            );
        }
    }
    let mut sides = args.sides.clone();
    if args.python.is_some() && !sides.contains(&Side::Torch) {
        sides.push(Side::Torch);
    }
    let mut report = Report::new(args.threads.into(), args.rounds.into());
    for name in work::NAMES {
        let is_asked = match args.only.is_empty() {
            true => !work::ON_REQUEST.contains(&name),
            false => args.only.iter().any(|only| only == name),
        };
        if !is_asked {
            continue;
        }
        eprintln!("{name}");
        let mut places = Vec::new();
        for &side in &sides {
            let place = Place::open(name, side, args.threads.into(), args.python.as_deref());
            places.push(place.with_context(|| format!("{name} on the side {side:?}"))?);
        }
        for round in 0..u32::from(args.rounds) + WARM_UP {
            for place in &mut places {
                place.once(round >= WARM_UP)?;
            }
        }
        let sides = places.into_iter().map(Place::close);
        report.add(Outcome {
            work: name.to_owned(),
            sides: sides.collect::<Result<_>>()?,
        });
        eprint!("{}", report.last_line());
    }
    println!("{}", report.table());
    if let Some(path) = &args.out {
        std::fs::write(path, report.json()?)
            .with_context(|| format!("writing {}", path.display()))?;
    }
    Ok(())
}

/// Rounds before the ones that count: caches, pages and code are cold.
const WARM_UP: u32 = 2;
