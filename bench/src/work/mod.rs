//! The pieces of work, as the program does them.

mod graph;
mod mini;
mod music;
mod text;
mod vision;

use std::io::{BufRead, Write, stdin, stdout};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use burn::tensor::{Device, Tensor, TensorData};

use crate::side::Side;

/// All pieces of work by name; `torch_work.py` has the same.
pub const NAMES: [&str; 17] = [
    "vgg19-256",
    "vgg19-512",
    "squeezenet-128",
    "squeezenet-224",
    "inception-256x144",
    "inception-512x288",
    "gatys-256",
    "gatys-1024",
    "text-lstm-128",
    "text-lstm-512",
    "text-gru-128",
    "text-rnn-128",
    "music-lstm-36",
    "music-gru-46",
    "music-rnn-100",
    "vgg-mini-train",
    "product-2048",
];

/// Those that are done only when they are asked for, because they take minutes.
pub const ON_REQUEST: [&str; 1] = ["gatys-1024"];

/// Seconds that a turn lasts at least; `torch_work.py` and `docs/performance.md` have the same.
const TURN: f64 = 0.6;

/// Work that is ready to be done, any number of times.
pub type Work = Box<dyn FnMut()>;

/// One of [`NAMES`], ready to be done on a device; none where there is no such work.
pub fn ready(name: &str, device: &Device) -> Option<Work> {
    Some(match name {
        "vgg19-256" => vision::trunk(256, device),
        "vgg19-512" => vision::trunk(512, device),
        "squeezenet-128" => graph::squeezenet(128, device),
        "squeezenet-224" => graph::squeezenet(224, device),
        "inception-256x144" => graph::inception([256, 144], device),
        "inception-512x288" => graph::inception([512, 288], device),
        "gatys-256" => vision::gatys(256, device),
        "gatys-1024" => vision::gatys(1024, device),
        "vgg-mini-train" => mini::training(device),
        "product-2048" => product(2048, device),
        _ => {
            let (kind, rest) = name.split_once('-')?;
            let (cell, hidden) = rest.split_once('-')?;
            let hidden = hidden.parse().ok()?;
            match kind {
                "text" => text::update(cell, hidden, device),
                "music" => music::update(cell, hidden, device),
                _ => return None,
            }
        }
    })
}

/// A large matrix product: what more threads gain at best.
fn product(side: usize, device: &Device) -> Work {
    let numbers = |seed: f32| {
        let values: Vec<f32> = (0..side * side).map(|i| (i as f32 * seed).sin()).collect();
        Tensor::<2>::from_data(TensorData::new(values, [side, side]), device)
    };
    let (a, b) = (numbers(0.37), numbers(0.73));
    Box::new(move || {
        let _ = a.clone().matmul(b.clone()).into_data();
    })
}

/// Does one piece of work for every line of the input, again and again for at least 0.6 s as a
/// training loop would, and answers with the seconds that one time took; at the end with the peak
/// memory in MB.
///
/// # Errors
/// Work that does not exist, a pipe that is broken.
#[allow(clippy::print_stdout)]
pub fn answer(name: &str, side: Side, threads: usize) -> Result<()> {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build_global()
        .context("starting the threads")?;
    #[allow(deprecated)] // ndarray is kept because it is asked for by name.
    let device = match side {
        Side::Stock | Side::Ours | Side::Single => Device::flex(),
        Side::Ndarray => Device::ndarray(),
        Side::Torch => bail!("PyTorch does its own work"),
    };
    reverie_kernels::set_enabled(side != Side::Stock);
    let mut work = ready(name, &device).with_context(|| format!("there is no work {name}"))?;
    println!("ready");
    stdout().flush()?;
    for line in stdin().lock().lines() {
        line?;
        let began = Instant::now();
        let mut times = 0;
        while times == 0 || began.elapsed().as_secs_f64() < TURN {
            work();
            times += 1;
        }
        println!("{}", began.elapsed().as_secs_f64() / f64::from(times));
        stdout().flush()?;
    }
    println!("{}", peak_mb());
    Ok(())
}

/// The largest resident memory of this process so far, in MB; zero where the system does not say.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().nth(1));
    number.and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
