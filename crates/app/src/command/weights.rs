//! `reverie weights`: what is known, what is here, and whether it is right.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use reverie_model::vision::{Architecture, ClassNames, Network, VggConfig, probe, probe_error};
use reverie_model::weights::{
    ClassList, Entry, Preprocessing, Probe, RawTensor, Registry, TensorFile, Verified, VggNames,
    WeightsError, locate, sha256_file, verify_file, write_safetensors_f16, write_safetensors_f32,
};
use serde_json::{Value, json};

use super::download::download;
use super::shared;
use crate::backend::Backend;
use crate::cli::{Convention, WeightsAction, WeightsArgs};
use crate::exit::{self, UsageError};
use crate::fetch::Expect;
use crate::output::Output;
use crate::{memory, network, paths};

/// Largest relative difference of a probe that is still the same network (f16 files, any backend).
const PROBE_TOLERANCE: f32 = 1e-3;

/// Does what the action says.
///
/// # Errors
/// Names that do not exist, files that are missing, damaged or wrong.
pub fn run(args: &WeightsArgs) -> anyhow::Result<ExitCode> {
    let output = shared::output(&args.talk);
    let data_dir = args.data_dir.as_deref();
    let registry = network::registry(data_dir)?;
    match &args.action {
        WeightsAction::List => list(&registry, data_dir, &output),
        WeightsAction::Fetch { name } => fetch(registry.get(name)?, data_dir, &output),
        WeightsAction::Verify { name } => verify(registry.get(name)?, data_dir, &output),
        WeightsAction::Path { name } => {
            let path = locate(registry.get(name)?, &paths::data_dirs(data_dir))?;
            say(
                &output,
                &path.display().to_string(),
                json!({"path": path.display().to_string()}),
            )
        }
        WeightsAction::Import {
            file,
            name,
            architecture,
            convention,
            full_precision,
            force,
        } => {
            let wish = Wish {
                file,
                name,
                architecture,
                convention: *convention,
            };
            import(&wish, *full_precision, *force, data_dir, &registry, &output)
        }
    }
}

fn list(registry: &Registry, data_dir: Option<&Path>, output: &Output) -> anyhow::Result<ExitCode> {
    let dirs = paths::data_dirs(data_dir);
    for entry in registry.entries() {
        let path = locate(entry, &dirs).ok();
        if output.is_json() {
            output.event(&json!({
                "event": "entry", "name": entry.name, "title": entry.title,
                "architecture": entry.architecture, "file": entry.file, "bytes": entry.bytes,
                "licence": entry.licence, "checked": entry.checked, "notes": entry.notes,
                "path": path.map(|path| path.display().to_string()),
            }));
        } else {
            let size = entry.bytes.map(memory::readable).unwrap_or_default();
            let here = if path.is_some() { "here" } else { "    " };
            output.result(&format!(
                "{:15} {here} {size:>7}  {}",
                entry.name, entry.title
            ))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn fetch(entry: &Entry, data_dir: Option<&Path>, output: &Output) -> anyhow::Result<ExitCode> {
    let fetched = fetch_weights(entry, data_dir, output)?;
    let list = entry.classes.as_deref().and_then(ClassList::by_name);
    match list.filter(|list| list.locate(&paths::data_dirs(data_dir)).is_none()) {
        Some(list) if fetched => {
            let expect = Expect {
                bytes: Some(list.bytes),
                sha256: Some(list.sha256.to_owned()),
                sha256_prefix: None,
            };
            let dest = weights_dir(data_dir)?.join(list.file);
            done(download(&[list.url.to_owned()], &dest, &expect, output)?)
        }
        _ => done(fetched),
    }
}

/// Whether all of it came, as an exit code.
fn done(fetched: bool) -> anyhow::Result<ExitCode> {
    Ok(match fetched {
        true => ExitCode::SUCCESS,
        false => exit::interrupted(),
    })
}

/// Where downloads of weights go.
fn weights_dir(data_dir: Option<&Path>) -> anyhow::Result<PathBuf> {
    let dir = paths::download_dir(data_dir)
        .context("there is no folder for downloads; name one with --data-dir")?;
    Ok(dir.join("weights"))
}

fn fetch_weights(entry: &Entry, data_dir: Option<&Path>, output: &Output) -> anyhow::Result<bool> {
    if let Ok(path) = locate(entry, &paths::data_dirs(data_dir)) {
        verify_file(entry, &path)?;
        output.note(&format!("{} is here already and right", path.display()));
        return Ok(true);
    }
    if !entry.can_be_fetched() {
        // Says where it looked and what can be done.
        locate(entry, &paths::data_dirs(data_dir))?;
    }
    let dest = weights_dir(data_dir)?.join(&entry.file);
    output.note(&format!("{}: {}", entry.name, entry.licence));
    let expect = Expect {
        bytes: entry.bytes,
        sha256: entry.sha256.clone(),
        sha256_prefix: entry.sha256_prefix.clone(),
    };
    download(&entry.urls, &dest, &expect, output)
}

fn verify(entry: &Entry, data_dir: Option<&Path>, output: &Output) -> anyhow::Result<ExitCode> {
    let path = locate(entry, &paths::data_dirs(data_dir))?;
    let hash = match verify_file(entry, &path)? {
        Verified::Hash { .. } => "the whole hash agrees".to_owned(),
        Verified::HashPrefix { digits, .. } => {
            format!("the first {digits} digits of the hash agree")
        }
        Verified::NoHash { sha256 } => format!("no hash is known to compare with; it is {sha256}"),
        _ => "the file is right".to_owned(),
    };
    let network = built(entry, &path)?;
    let probe = match probe_error(network.as_ref(), entry)? {
        Some(error) if error > PROBE_TOLERANCE => {
            return Err(WeightsError::ProbeDiffers {
                name: entry.name.clone(),
                difference: error,
                limit: PROBE_TOLERANCE,
            }
            .into());
        }
        Some(error) => format!("activations agree to {error:.0e}"),
        None => "no activations are known to compare with".to_owned(),
    };
    let sentence = format!("{}: {hash}; every tensor fits; {probe}", path.display());
    say(
        output,
        &sentence,
        json!({"path": path.display().to_string(), "right": true}),
    )
}

fn built(entry: &Entry, path: &Path) -> anyhow::Result<Box<dyn Network>> {
    let device = Backend::Flex
        .open()
        .or_else(|_| Backend::Ndarray.open())?
        .device;
    let file = TensorFile::open(path)?;
    Ok(network::architecture(entry)?.build(
        entry.preprocessing,
        &file,
        &entry.ignore,
        ClassNames::default(),
        &device,
    )?)
}

/// The result, as a sentence or as an object.
fn say(output: &Output, sentence: &str, mut result: Value) -> anyhow::Result<ExitCode> {
    result["event"] = json!("result");
    if output.is_json() {
        output.event(&result);
    } else {
        output.result(sentence)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What is to be imported.
struct Wish<'a> {
    file: &'a Path,
    name: &'a str,
    architecture: &'a str,
    convention: Convention,
}

fn import(
    wish: &Wish<'_>,
    full_precision: bool,
    force: bool,
    data_dir: Option<&Path>,
    registry: &Registry,
    output: &Output,
) -> anyhow::Result<ExitCode> {
    let is_architecture = Architecture::names().any(|name| name == wish.name);
    if is_architecture || Registry::builtin().get(wish.name).is_ok() {
        let name = wish.name;
        return Err(
            UsageError(format!("{name} is a name of reverie's own; choose another")).into(),
        );
    }
    if registry.get(wish.name).is_ok() && !force {
        let name = wish.name;
        return Err(UsageError(format!("{name} exists already; --force replaces it")).into());
    }
    let config = VggConfig::by_name(wish.architecture)?;
    let dir = paths::download_dir(data_dir)
        .context("there is no folder for weights; name one with --data-dir")?;
    let mut entry = Entry {
        name: wish.name.to_owned(),
        title: format!(
            "{}, imported from {}",
            wish.architecture,
            paths::file_name(wish.file)
        ),
        architecture: wish.architecture.to_owned(),
        file: format!("{}.safetensors", wish.name),
        urls: Vec::new(),
        bytes: None,
        sha256: None,
        sha256_prefix: None,
        licence: "the user's own".to_owned(),
        source: paths::file_name(wish.file),
        notes: String::new(),
        checked: true,
        ignore: Vec::new(),
        deepest_useful: None,
        dream_layer: None,
        classes: None,
        preprocessing: match wish.convention {
            Convention::Torchvision => Preprocessing::torchvision(),
            Convention::Caffe => Preprocessing::caffe(),
            Convention::Symmetric => Preprocessing::symmetric(),
        },
        probe: Vec::new(),
    };
    entry
        .validate()
        .map_err(|error| UsageError(error.to_string()))?;
    // Building the network from the original finds every fault before anything is written.
    built(&entry, wish.file)?;
    let dest = dir.join("weights").join(&entry.file);
    std::fs::create_dir_all(dir.join("weights"))
        .with_context(|| format!("making the folder {}", dir.join("weights").display()))?;
    let tensors = kept(wish.file, &config)?;
    let notes = BTreeMap::from([("source".to_owned(), entry.source.clone())]);
    if full_precision {
        write_safetensors_f32(&dest, &tensors, &notes)?;
    } else {
        write_safetensors_f16(&dest, &tensors, &notes)?;
    }
    entry.bytes = std::fs::metadata(&dest).ok().map(|meta| meta.len());
    entry.sha256 = Some(sha256_file(&dest, |_| ()).context("reading back what was written")?);
    let network = built(&entry, &dest)?;
    let deepest = config
        .convolutions()
        .last()
        .map(|(s, p, ..)| format!("relu{s}_{p}"));
    for layer in ["relu1_1".to_owned()].into_iter().chain(deepest) {
        let values = probe(network.as_ref(), &layer)?;
        entry.probe.push(Probe { layer, values });
    }
    let file = network::user_registry(&dir);
    let mut own = Registry::default();
    own.load_user(&file)?;
    own.insert(entry)?;
    own.save(&file)?;
    let sentence = format!(
        "{} is here: use it with --net {}",
        dest.display(),
        wish.name
    );
    say(
        output,
        &sentence,
        json!({"path": dest.display().to_string(), "net": wish.name}),
    )
}

/// The trunk's tensors, under the names they have; the classifier stays behind.
fn kept(file: &Path, config: &VggConfig) -> anyhow::Result<Vec<(String, RawTensor)>> {
    let file = TensorFile::open(file)?;
    let layers: Vec<String> = config
        .convolutions()
        .iter()
        .map(|(s, p, ..)| format!("conv{s}_{p}"))
        .collect();
    let layers: Vec<&str> = layers.iter().map(String::as_str).collect();
    let names = VggNames::detect(&file, &layers, config.batch_norm)?;
    let mut tensors = Vec::new();
    for conv in &names.convs {
        let mut wanted = vec![
            format!("{}.weight", conv.conv),
            format!("{}.bias", conv.conv),
        ];
        for field in ["weight", "bias", "running_mean", "running_var"] {
            wanted.extend(conv.norm.as_ref().map(|norm| format!("{norm}.{field}")));
        }
        for name in wanted {
            let tensor = file.read(&name)?;
            tensors.push((name, tensor));
        }
    }
    Ok(tensors)
}
