//! `reverie devices`: what can compute here, and whether it computes rightly.

mod check;

use std::process::ExitCode;

use serde_json::{Value, json};

use super::shared;
use crate::backend::{self, Backend, Opened};
use crate::cli::DevicesArgs;
use crate::output::Output;

/// Largest relative difference to the CPU that `--check` lets pass.
const TOLERANCE: f64 = 1e-3;

/// Lists devices, or checks one.
///
/// # Errors
/// A backend that cannot be opened, or an operation that computes something else.
pub fn run(args: &DevicesArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(&args.talk);
    if args.check {
        check(args, &output)
    } else {
        list(args, &output)
    }
}

fn list(args: &DevicesArgs, output: &Output) -> anyhow::Result<ExitCode> {
    let found = backend::all();
    let auto = Backend::Auto.open()?;
    let physical = found.iter().find(|device| device.is_physical);
    let reason = match physical {
        Some(card) => format!("{} is a graphics card", card.name),
        None => "no graphics card was found".to_owned(),
    };
    let chosen = args.device.backend.open()?;
    if output.is_json() {
        let devices: Vec<Value> = found.iter().map(describe).collect();
        output.event(&json!({
            "event": "result",
            "compiled": backend::compiled(),
            "devices": devices,
            "auto": {"backend": auto.backend, "name": auto.name, "reason": reason},
            "chosen": {"backend": chosen.backend, "name": chosen.name},
        }));
        return Ok(ExitCode::SUCCESS);
    }
    for device in &found {
        let kind = if device.is_cpu() {
            "processor"
        } else if device.is_physical {
            "graphics card"
        } else {
            "software adapter: correct but slow, never taken by auto"
        };
        output.result(&format!("{:8} {} ({kind})", device.backend, device.name))?;
    }
    for (name, looked_for) in [("wgpu", "Vulkan, Metal or DirectX 12"), ("cuda", "CUDA")] {
        let is_compiled = backend::compiled().contains(&name);
        if !is_compiled {
            output.result(&format!("{name:8} not compiled in"))?;
        } else if !found.iter().any(|device| device.backend == name) {
            output.result(&format!("{name:8} no {looked_for} adapter found"))?;
        }
    }
    output.result(&format!("auto takes {}: {reason}", auto.backend))?;
    if args.device.backend != Backend::Auto {
        output.result(&format!("chosen: {} on {}", chosen.backend, chosen.name))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn describe(device: &Opened) -> Value {
    json!({
        "backend": device.backend,
        "name": device.name,
        "physical": device.is_physical,
        "software": device.is_software(),
    })
}

fn check(args: &DevicesArgs, output: &Output) -> anyhow::Result<ExitCode> {
    let opened = shared::open_device(&args.device, output)?;
    // A backend compared with itself would always be right.
    let (first, second) = match opened.backend {
        "flex" => (Backend::Ndarray, Backend::Flex),
        _ => (Backend::Flex, Backend::Ndarray),
    };
    let reference = first.open().or_else(|_| second.open())?;
    let findings = check::compare(&opened.device, &reference.device);
    let mut wrong = Vec::new();
    for (operation, error) in &findings {
        let is_right = error.is_some_and(|error| error <= TOLERANCE);
        if !is_right {
            wrong.push(*operation);
        }
        let verdict = if is_right { "right" } else { "WRONG" };
        let error = error.map_or("failed".to_owned(), |error| format!("{error:.1e}"));
        if !output.is_json() {
            output.result(&format!(
                "{verdict}  {operation:36} relative difference {error}"
            ))?;
        }
    }
    output.event(&json!({
        "event": "result",
        "backend": opened.backend,
        "name": opened.name,
        "reference": reference.backend,
        "tolerance": TOLERANCE,
        "operations": findings.iter().map(|(operation, error)| {
            json!({"operation": operation, "relative_difference": error})
        }).collect::<Vec<_>>(),
        "right": wrong.is_empty(),
    }));
    anyhow::ensure!(
        wrong.is_empty(),
        "{} on {} computes something else than {}: {}; use --backend flex, and report the adapter's name",
        opened.backend,
        opened.name,
        reference.backend,
        wrong.join(", ")
    );
    Ok(ExitCode::SUCCESS)
}
