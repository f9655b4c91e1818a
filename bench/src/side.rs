//! Who does the work: a process for each side, so that none sees another's memory or threads.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

use anyhow::{Context, Result, bail};

use crate::outcome::SideOutcome;

/// A way to do the work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Side {
    /// Burn's own operations on flex.
    Stock,
    /// Our kernels on flex.
    Ours,
    /// Our kernels on flex, on one thread whatever the others have.
    Single,
    /// Our kernels on ndarray.
    Ndarray,
    /// PyTorch.
    Torch,
}

impl Side {
    /// Its name on the command line and in results.
    pub fn name(self) -> &'static str {
        match self {
            Self::Stock => "stock",
            Self::Ours => "ours",
            Self::Single => "single",
            Self::Ndarray => "ndarray",
            Self::Torch => "torch",
        }
    }
}

/// A side at work.
pub struct Place {
    side: Side,
    child: Child,
    ask: ChildStdin,
    answers: BufReader<ChildStdout>,
    seconds: Vec<f64>,
}

/// Threads that wait for more work spin for a while; the next side must not feel them.
const REST: Duration = Duration::from_millis(40);

impl Place {
    /// Starts a side and waits until it is ready.
    ///
    /// # Errors
    /// A process that cannot be started, or ends before it is ready.
    pub fn open(work: &str, side: Side, threads: usize, python: Option<&Path>) -> Result<Self> {
        let mut command = match (side, python) {
            (Side::Torch, Some(python)) => {
                let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("torch_work.py");
                let mut command = Command::new(python);
                command.arg(script).arg(work).arg(threads.to_string());
                command
            }
            (Side::Torch, None) => bail!("the side torch needs --python"),
            _ => {
                let mut command = Command::new(std::env::current_exe()?);
                let threads = match side {
                    Side::Single => "1".to_owned(),
                    _ => threads.to_string(),
                };
                command.args(["--threads", &threads, "--work", work, side.name()]);
                command
            }
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| format!("starting {command:?}"))?;
        let (ask, answers) = (child.stdin.take(), child.stdout.take());
        let mut place = Self {
            side,
            child,
            ask: ask.context("a pipe was asked for")?,
            answers: BufReader::new(answers.context("a pipe was asked for")?),
            seconds: Vec::new(),
        };
        let word = place.read()?;
        if word != "ready" {
            bail!("it said {word:?} before it was ready");
        }
        Ok(place)
    }

    fn read(&mut self) -> Result<String> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim().to_owned())
    }

    /// Does the work once.
    ///
    /// # Errors
    /// A process that has ended.
    pub fn once(&mut self, counts: bool) -> Result<()> {
        std::thread::sleep(REST);
        writeln!(self.ask, "go")?;
        self.ask.flush()?;
        let line = self.read()?;
        let seconds: f64 = line
            .parse()
            .with_context(|| format!("{:?} said {line:?} instead of a time", self.side))?;
        if counts {
            self.seconds.push(seconds);
        }
        Ok(())
    }

    /// Ends the process; answers with what it took.
    ///
    /// # Errors
    /// A process that does not end well.
    pub fn close(mut self) -> Result<SideOutcome> {
        drop(self.ask);
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        self.child.wait()?;
        Ok(SideOutcome::new(
            self.side.name(),
            &self.seconds,
            line.trim().parse().unwrap_or(0.0),
        ))
    }
}
