//! The nine strongest answers of every feature map: one pass against all answers sorted.

use std::path::Path;

use burn::tensor::Device;
use reverie_model::data::pictures::picture_files;
use reverie_model::vision::{LayerInfo, Network, Vgg, VggConfig};
use reverie_model::weights::TensorFile;
use reverie_viz::deconv::{Search, top_of};
use reverie_viz::picture::{Filter, Limits, Picture, draw, load_bytes, middle_square};
use reverie_viz::tensor_of;

use super::random;
use crate::common::data_dir;

/// Photographs that the suite looks at; `REVERIE_TOP9` names another number, up to 25,000.
const PHOTOGRAPHS: usize = 150;
/// A place among the best: activation, picture, column, row.
type Place = (f32, usize, usize, usize);

fn infos(network: &dyn Network, names: &[&str]) -> Vec<LayerInfo> {
    let info = |name: &&str| network.info(name).unwrap().clone();
    names.iter().map(info).collect()
}

/// For every layer and channel the nine best: every answer of every picture is held and sorted.
fn brute_force(
    network: &dyn Network,
    layers: &[LayerInfo],
    pictures: &[Picture],
) -> Vec<Vec<Vec<Place>>> {
    let mut all: Vec<Vec<Vec<Place>>> = layers
        .iter()
        .map(|info| vec![Vec::new(); info.channels])
        .collect();
    let wanted: Vec<_> = layers.iter().map(|info| info.layer.clone()).collect();
    for (number, picture) in pictures.iter().enumerate() {
        let image = tensor_of(picture, &network.device());
        let seen = network.activations(image, &wanted).unwrap();
        for (info, all) in layers.iter().zip(&mut all) {
            let [_, _, height, width] = seen.of(&info.layer).dims();
            let maps = seen.of(&info.layer).try_into_vec_as::<f32>().unwrap();
            for (map, all) in maps.chunks(height * width).zip(all) {
                let mut answers: Vec<Place> = (0..height * width)
                    .map(|place| (map[place], number, place % width, place / width))
                    .collect();
                answers.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap());
                // Of one picture only the best counts; sorting is stable, so it is the first of equals.
                all.push(answers[0]);
            }
        }
    }
    for places in all.iter_mut().flatten() {
        places.sort_by(|a, b| b.0.partial_cmp(&a.0).unwrap().then(a.1.cmp(&b.1)));
        places.truncate(9);
    }
    all
}

fn places(search: &Search) -> Vec<Vec<Vec<Place>>> {
    let lists = search.lists().iter();
    let of_map = |hits: &Vec<reverie_viz::deconv::Hit>| {
        let place =
            |hit: &reverie_viz::deconv::Hit| (hit.activation, hit.picture, hit.column, hit.row);
        hits.iter().map(place).collect()
    };
    lists
        .map(|maps| maps.iter().map(of_map).collect())
        .collect()
}

/// Sixty drawings, some of them twice, so that there are ties.
fn drawings() -> Vec<Picture> {
    let kinds = [
        draw::landscape,
        draw::portrait,
        draw::mosaic,
        draw::woodcut_waves,
    ];
    (0..60)
        .map(|number| {
            let seed = if number % 7 == 6 { number - 5 } else { number };
            kinds[seed as usize % 4](32, 32, seed)
        })
        .collect()
}

#[test]
fn the_top_nine_of_drawings_are_those_of_brute_force_whatever_the_batch() {
    let network = random(&VggConfig::tiny());
    let layers = infos(&network, &["conv1_1", "relu1_2", "pool1", "relu2_2"]);
    let pictures = drawings();
    let expected = brute_force(&network, &layers, &pictures);
    let tied = expected
        .iter()
        .flatten()
        .flat_map(|places| places.windows(2))
        .filter(|pair| pair[0].0 == pair[1].0);
    assert!(tied.count() > 5, "the pictures should make ties");
    let all_at_once = top_of(&network, &layers, 9, pictures.iter().cloned()).unwrap();
    assert_eq!(places(&all_at_once), expected);
    for batch in [1, 7, 60] {
        let mut search = Search::new(&layers, 9);
        let numbered: Vec<_> = pictures.iter().cloned().enumerate().collect();
        for some in numbered.chunks(batch) {
            search.look(&network, &layers, some).unwrap();
        }
        assert_eq!(search, all_at_once, "by {batch}");
    }
}

#[test]
fn what_a_network_says_of_a_picture_does_not_depend_on_the_batch() {
    use reverie_model::vision::graph::{Blueprint, GraphNet};
    let device = Device::flex();
    let networks: [Box<dyn Network>; 3] = [
        Box::new(Vgg::random(&VggConfig::mini(), 1, &device)),
        Box::new(GraphNet::random(&Blueprint::squeezenet(), 1, &device)),
        Box::new(GraphNet::random(&Blueprint::googlenet(), 1, &device)),
    ];
    for network in networks {
        let network = network.as_ref();
        // The deepest layers are where few positions meet many channels.
        let deep = network.layers().iter().rev();
        let deep = deep.filter(|info| info.receptive < usize::MAX && info.smallest <= 40);
        let layers: Vec<LayerInfo> = deep.take(12).cloned().collect();
        let pictures: Vec<Picture> = (0..6).map(|seed| draw::mosaic(40, 40, seed)).collect();
        let look = |batch: usize| {
            let mut search = Search::new(&layers, 6);
            let numbered: Vec<_> = pictures.iter().cloned().enumerate().collect();
            for some in numbered.chunks(batch) {
                search.look(network, &layers, some).unwrap();
            }
            search
        };
        assert!(look(1) == look(6), "{}", network.name());
    }
}

/// Pictures of the real set, evenly spread over it.
fn photographs(dir: &Path, count: usize) -> Vec<Picture> {
    let files = picture_files(&dir.join("imagesets/tiny_imagenet50_train.tar.gz")).unwrap();
    let number = |place: usize| place * files.len() / count;
    (0..count)
        .map(|place| {
            let file = &files[number(place)];
            let name = Path::new(&file.name);
            let loaded = load_bytes(&file.bytes().unwrap(), name, &Limits::default()).unwrap();
            middle_square(&loaded.picture, 64, Filter::Lanczos3)
        })
        .collect()
}

#[test]
fn the_top_nine_of_photographs_are_those_of_brute_force() {
    let Some(dir) = data_dir("the_top_nine_of_photographs_are_those_of_brute_force") else {
        return;
    };
    let asked = std::env::var("REVERIE_TOP9").ok();
    let count = asked.map_or(PHOTOGRAPHS, |count| count.parse().unwrap());
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let file = TensorFile::open(&root.join("../assets/vgg-mini.safetensors")).unwrap();
    let read = Vgg::classifier(&file, |config| config, &Device::flex());
    let (network, _) = read.unwrap().unwrap();
    let layers = infos(&network, &["relu1_2", "relu2_2", "relu3_3", "relu4_3"]);
    let pictures = photographs(&dir, count);
    let found = top_of(&network, &layers, 9, pictures.iter().cloned()).unwrap();
    let expected = brute_force(&network, &layers, &pictures);
    let maps: usize = expected.iter().map(Vec::len).sum();
    println!("{count} photographs, {maps} feature maps, nine of each compared");
    assert!(places(&found) == expected, "the lists differ");
}
