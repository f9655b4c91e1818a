#![recursion_limit = "256"]
#![allow(clippy::all, clippy::print_stdout)]
use burn::tensor::*;
use reverie_model::rng::seeded;
use reverie_model::vision::*;
use reverie_viz::{objective::*, param::*, render::*, style::*};
use std::time::Instant;
#[global_allocator]
static A: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn mem(what: &str) {
    let s = std::fs::read_to_string("/proc/self/status").unwrap();
    let g = |k: &str| {
        s.lines()
            .find(|l| l.starts_with(k))
            .unwrap()
            .split_whitespace()
            .nth(1)
            .unwrap()
            .parse::<f64>()
            .unwrap()
            / 1024.
    };
    println!("{what}: rss {:.0} peak {:.0}", g("VmRSS"), g("VmHWM"));
}
fn main() {
    rayon::ThreadPoolBuilder::new()
        .num_threads(2)
        .build_global()
        .unwrap();
    mem("start");
    let device = Device::flex();
    let mut c = VggConfig::vgg19();
    c.stages[4].truncate(1);
    c.final_pool = false;
    let network = Vgg::random(&c, 1, &device);
    mem("network");
    let side = 256;
    let layer = network.layer("conv5_1").unwrap();
    let param = Pixels::new(side, side);
    let image = param.encode(synthetic_picture(side, side, &device));
    let acts = network
        .activations(synthetic_picture(side, side, &device), &[layer.clone()])
        .unwrap();
    mem("forward only");
    drop(acts);
    mem("dropped");
    let goal = Goal::from(LayerNorm { layer });
    for _ in 0..3 {
        let t = Instant::now();
        let mut scene = Scene::new(&network, &goal, &param);
        let s = evaluate(&mut scene, &image, &mut seeded(1)).unwrap();
        println!("{:.1}", t.elapsed().as_secs_f64() * 1e3);
        drop(s);
        mem("look");
    }
    let config: StyleConfig =
        toml::from_str(include_str!("../../configs/style/gatys.toml")).unwrap();
    let content = synthetic_picture(side, side, &device);
    let goal = style_goal(
        &network,
        &config,
        content.clone(),
        vec![(1.0, content.clone().flip([3]))],
    )
    .unwrap();
    mem("goal");
    for _ in 0..3 {
        let t = Instant::now();
        let mut scene = Scene::new(&network, &goal, &param);
        let s = evaluate(&mut scene, &image, &mut seeded(1)).unwrap();
        println!("{:.1}", t.elapsed().as_secs_f64() * 1e3);
        drop(s);
        mem("gatys look");
    }
}
