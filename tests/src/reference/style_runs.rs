//! Whole optimisations against PyTorch with the same weights, start, settings and look count.
//!
//! Trajectories part ways in 32 bits, so losses are compared one-sidedly. How far PyTorch strays
//! from itself is in the reference: the same run from four starts that differ by a millionth.

use std::ops::ControlFlow;
use std::path::Path;

use burn::tensor::Device;
use reverie_model::rng::seeded;
use reverie_model::vision::{Pooling, Vgg, VggConfig};
use reverie_model::weights::{Registry, TensorFile, locate};
use reverie_viz::objective::Goal;
use reverie_viz::param::{ImageParam, Pixels};
use reverie_viz::picture::{Limits, Picture, crop, load};
use reverie_viz::render::{
    LineSearch, Losses, OptimizerConfig, RenderConfig, Scene, State, evaluate, render,
};
use reverie_viz::style::{ContentNorm, GramNorm, LayerWeighting, Manner, StyleConfig, style_goal};
use reverie_viz::tensor_of;
use serde_json::Value;

use crate::common::{data_dir, fixture_json, floats, relative_error};

const SIDE: u32 = 128;
/// Bar: our loss over PyTorch's.
const BAR: f64 = 1.02;
/// Steps of L-BFGS.
const LBFGS_STEPS: usize = 50;
/// A line search may bracket a step once or twice more often than PyTorch's happened to.
const LOOKS_MORE: f64 = 3.0;

struct Bench {
    json: Value,
    content: Picture,
    style: Picture,
    max: Vgg,
    average: Vgg,
}

fn cut(dir: &Path, json: &Value) -> Picture {
    let file = dir.join(json["file"].as_str().unwrap());
    let number = |name: &str| json[name][0].as_u64().unwrap() as u32;
    let whole = load(&file, &Limits::default()).unwrap().picture;
    crop(&whole, number("x"), number("y"), SIDE, SIDE)
}

fn bench(test: &str) -> Option<Bench> {
    let dir = data_dir(test)?;
    let json = fixture_json("style_runs.json");
    let registry = Registry::builtin();
    let entry = registry.get("vgg16-hed").unwrap();
    let file = TensorFile::open(&locate(entry, std::slice::from_ref(&dir)).unwrap()).unwrap();
    let network = |pooling| {
        let config = VggConfig::vgg16().with_pooling(pooling);
        let device = Device::flex();
        Vgg::from_file(&config, entry.preprocessing, &file, &entry.ignore, &device).unwrap()
    };
    Some(Bench {
        content: cut(&dir, &json["content"]),
        style: cut(&dir, &json["style"]),
        max: network(Pooling::Max),
        average: network(Pooling::Average),
        json,
    })
}

fn settings(loss: &str) -> StyleConfig {
    let text = match loss {
        "lecture" => include_str!("../../../configs/style/lecture-style.toml"),
        "gatys" => include_str!("../../../configs/style/gatys.toml"),
        _ => include_str!("../../../configs/style/reverie.toml"),
    };
    let mut config: StyleConfig = toml::from_str(text).unwrap();
    config.style_layers.pop();
    config.layer_weights.pop();
    // The reference has no total variation.
    config.tv_weight = 0.0;
    assert_eq!(config.style_layers.len(), 4);
    match loss {
        "lecture" => assert_eq!(config.content_norm, ContentNorm::Lecture),
        "gatys" => assert_eq!(config.layer_weighting, LayerWeighting::PerChannelSquared),
        _ => assert_eq!(config.gram_norm, GramNorm::Energy),
    }
    config
}

impl Bench {
    fn network(&self, loss: &str) -> &Vgg {
        if loss == "lecture" {
            &self.average
        } else {
            &self.max
        }
    }

    fn goal(&self, loss: &str) -> Goal {
        let device = Device::flex();
        let styles = vec![Manner::everywhere(1.0, tensor_of(&self.style, &device))];
        let content = tensor_of(&self.content, &device);
        style_goal(self.network(loss), &settings(loss), content, styles, None).unwrap()
    }

    /// Renders so many steps; answers with the losses of the image that came of it, and the looks
    /// it took.
    fn run(&self, loss: &str, optimizer: OptimizerConfig, steps: usize) -> (Losses, usize) {
        let param = Pixels::new(SIDE as usize, SIDE as usize);
        let goal = self.goal(loss);
        let mut scene = Scene::new(self.network(loss), &goal, &param);
        let state = State {
            values: param.encode(tensor_of(&self.content, &Device::flex())),
            optimizer: optimizer.init(),
            average: None,
            rng: seeded(0),
            step: 0,
            evaluations: 0,
        };
        let config = RenderConfig {
            steps,
            report_every: 1,
        };
        let state = render(&mut scene, state, &config, |_, _| ControlFlow::Continue(())).unwrap();
        let last = evaluate(&mut scene, &state.values, &mut seeded(0)).unwrap();
        (last.losses(), state.evaluations)
    }
}

fn last(trace: &Value) -> &Value {
    trace.as_array().unwrap().last().unwrap()
}

/// The row of a trace after so many iterations.
fn row(trace: &Value, iteration: u64) -> &Value {
    let rows = trace.as_array().unwrap();
    rows.iter()
        .find(|row| row["iteration"] == iteration)
        .unwrap()
}

/// The totals after so many iterations of PyTorch's run and of its runs from moved starts, sorted.
fn spread(run: &Value, iteration: u64) -> Vec<f64> {
    let moved = run["moved_starts"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|run| &run["trace"]);
    let traces = std::iter::once(&run["trace"]).chain(moved);
    let total = |trace| row(trace, iteration)["total"].as_f64().unwrap();
    let mut totals: Vec<f64> = traces.map(total).collect();
    totals.sort_by(f64::total_cmp);
    totals
}

#[test]
fn the_first_look_is_that_of_pytorch() {
    let Some(bench) = bench("the_first_look_is_that_of_pytorch") else {
        return;
    };
    for loss in ["gatys", "energy", "lecture"] {
        let param = Pixels::new(SIDE as usize, SIDE as usize);
        let goal = bench.goal(loss);
        let mut scene = Scene::new(bench.network(loss), &goal, &param);
        let start = param.encode(tensor_of(&bench.content, &Device::flex()));
        let seen = evaluate(&mut scene, &start, &mut seeded(0)).unwrap();
        let expected = &bench.json["losses"][loss]["start_f64"];
        let want = expected["total"].as_f64().unwrap();
        let total = seen.losses().total;
        assert!(
            (total - want).abs() <= 1e-4 * want,
            "{loss}: {total}, not {want}"
        );
        let gradient = seen.gradient.try_into_vec_as::<f32>().unwrap();
        let picked: Vec<f64> = (0..16)
            .map(|i| f64::from(gradient[i * gradient.len() / 16]))
            .collect();
        let norm = gradient
            .iter()
            .map(|v| f64::from(*v).powi(2))
            .sum::<f64>()
            .sqrt();
        let want = expected["grad_l2"].as_f64().unwrap();
        println!("{loss}: gradient norm {norm}, in PyTorch {want}");
        assert!(
            (norm - want).abs() <= 1e-4 * want,
            "{loss}: gradient norm {norm}, not {want}"
        );
        // Single values against the largest gradient of all, which is what a step is made of.
        let scale = gradient.iter().fold(0f32, |max, v| max.max(v.abs()));
        let mut mine = picked;
        let mut theirs = floats(&expected["grad_values"]);
        mine.push(f64::from(scale));
        theirs.push(f64::from(scale));
        let error = relative_error(&mine, &theirs);
        assert!(error <= 1e-4, "{loss}: gradient differs by {error:.1e}");
    }
}

#[test]
fn adam_gets_as_far_as_pytorch_in_200_steps() {
    let Some(bench) = bench("adam_gets_as_far_as_pytorch_in_200_steps") else {
        return;
    };
    for loss in ["gatys", "energy", "lecture"] {
        let adam = OptimizerConfig::Adam {
            rate: 0.02,
            beta_1: 0.9,
            beta_2: 0.999,
            epsilon: 1e-8,
        };
        let (losses, looks) = bench.run(loss, adam, 200);
        assert_eq!(looks, 200, "one look a step");
        let reference = last(&bench.json["losses"][loss]["adam"]["trace"]);
        let number = |name: &str| reference[name].as_f64().unwrap();
        let (total, style) = (losses.total, losses.part("style"));
        println!(
            "adam {loss}: total {total:.5} ({:.4} of PyTorch's), style {style:.5} ({:.4})",
            total / number("total"),
            style / number("style")
        );
        assert!(
            total <= BAR * number("total"),
            "{loss}: {total}, PyTorch {}",
            number("total")
        );
        assert!(
            style <= BAR * number("style"),
            "{loss}: {style}, PyTorch {}",
            number("style")
        );
    }
}

#[test]
fn lbfgs_gets_as_far_as_pytorch_in_as_many_looks() {
    let Some(bench) = bench("lbfgs_gets_as_far_as_pytorch_in_as_many_looks") else {
        return;
    };
    for (loss, line_search, name) in [
        ("energy", LineSearch::None, "lbfgs"),
        ("energy", LineSearch::StrongWolfe, "lbfgs_wolfe"),
        ("gatys", LineSearch::StrongWolfe, "lbfgs_wolfe"),
        ("lecture", LineSearch::StrongWolfe, "lbfgs_wolfe"),
    ] {
        let lbfgs = OptimizerConfig::Lbfgs {
            rate: 1.0,
            history: 100,
            line_search,
        };
        let reference = &bench.json["losses"][loss][name];
        let then = row(&reference["trace"], LBFGS_STEPS as u64);
        let number = |name: &str| then[name].as_f64().unwrap();
        let (losses, looks) = bench.run(loss, lbfgs, LBFGS_STEPS);
        let spread = spread(reference, LBFGS_STEPS as u64);
        let worst = spread[spread.len() - 1];
        println!(
            "{name} {loss}: total {:.5} ({:.4} of PyTorch's), style {:.5} ({:.4}), {looks} looks \
             (PyTorch {}); PyTorch from moved starts {spread:.4?}",
            losses.total,
            losses.total / number("total"),
            losses.part("style"),
            losses.part("style") / number("style"),
            number("evaluations"),
        );
        assert!(
            looks as f64 <= number("evaluations") + LOOKS_MORE,
            "{loss}: {looks} looks"
        );
        assert!(
            losses.total <= BAR * worst,
            "{loss}: {}, PyTorch's worst {worst}",
            losses.total
        );
    }
}
