#![recursion_limit = "256"]
#![allow(clippy::all, clippy::print_stdout)]
use burn::module::Module;
use burn::tensor::*;
use reverie_model::data::text::*;
use reverie_model::recurrent::*;
use reverie_model::rng::seeded;
use reverie_model::sequence::*;
use reverie_model::train::*;
use std::time::Instant;
#[global_allocator]
static A: mimalloc::MiMalloc = mimalloc::MiMalloc;
fn main() {
    let hidden: usize = std::env::args().nth(1).map_or(128, |s| s.parse().unwrap());
    rayon::ThreadPoolBuilder::new()
        .num_threads(std::env::args().nth(2).map_or(2, |s| s.parse().unwrap()))
        .build_global()
        .unwrap();
    let mut config: TextConfig =
        toml::from_str(include_str!("../../configs/text/char-rnn.toml")).unwrap();
    config.hidden = hidden;
    let device = Device::flex();
    let ad = device.clone().autodiff();
    let mut rng = seeded(1);
    let mut model = CharModel::init(&config, 87, &mut rng, &device)
        .unwrap()
        .train();
    let mut opt = config.optimizer_config().init();
    let text: Vec<char> = (0..20_000u32)
        .filter_map(|i| char::from_u32(0x21 + i.wrapping_mul(2_654_435_761) % 87))
        .collect();
    let voc = Vocabulary::new(&text, false);
    let sym = voc.encode(&text).unwrap();
    let batches = TrainBatches::new(sym, 50, 50).unwrap();
    let mut best = [f64::MAX; 6];
    let mut sum = [0f64; 6];
    for i in 0..60 {
        let chunk = batches.chunk(i % batches.n_chunks());
        let st = model.initial(50, &ad);
        let t = Instant::now();
        let (losses, _) = model.losses(&chunk, st, &mut Mode::Train(&mut rng), &ad);
        let loss = losses.mean();
        let t1 = t.elapsed().as_secs_f64();
        let t = Instant::now();
        let g = loss.backward();
        let t2 = t.elapsed().as_secs_f64();
        let t = Instant::now();
        let mut pg = ParamGradients::of(&model, &g);
        let n = pg.global_norm();
        let t3 = t.elapsed().as_secs_f64();
        let t = Instant::now();
        pg.clip_value(5.0);
        let t4 = t.elapsed().as_secs_f64();
        let t = Instant::now();
        model = opt.step(2e-3, model.clone(), pg);
        let t5 = t.elapsed().as_secs_f64();
        let _ = n;
        let t4 = t4;
        for (b, t) in best
            .iter_mut()
            .zip([t1, t2, t3, t4, t5, t1 + t2 + t3 + t4 + t5])
        {
            *b = b.min(t * 1e3);
        }
        if i >= 10 {
            for (b, t) in sum
                .iter_mut()
                .zip([t1, t2, t3, t4, t5, t1 + t2 + t3 + t4 + t5])
            {
                *b += t * 20.;
            }
        }
    }
    println!("mean {:.2?}", sum);
    println!(
        "forward {:.2} backward {:.2} collect+norm {:.2} clip {:.2} optimizer {:.2} total {:.2}",
        best[0], best[1], best[2], best[3], best[4], best[5]
    );
}
