//! RISE, the curves of deletion and insertion, and the rank correlation.

use reverie_viz::attribution::curve::between;
use reverie_viz::attribution::{Baseline, Draw, Rise, spearman};
use serde_json::Value;

use super::{everywhere, go_on, whole};
use crate::common::{fixture_json, floats};

/// Agreement of rank correlations with SciPy's; the reference keeps 7 digits.
const RANKS: f64 = 1e-6;

/// Numbers of a nested list, in reading order, in 32 bits.
fn singles(value: &Value) -> Vec<f32> {
    match value.as_array() {
        Some(items) => items.iter().flat_map(singles).collect(),
        None => vec![value.as_f64().unwrap() as f32],
    }
}

#[test]
fn rise_is_that_of_the_paper_with_the_same_masks() {
    let test = "rise_is_that_of_the_paper_with_the_same_masks";
    everywhere(test, |case| {
        let asked = &case.asked["rise"];
        let grids = asked["grids"].as_array().unwrap();
        let method = Rise {
            masks: grids.len(),
            grid: grids[0].as_array().unwrap().len(),
            seen: asked["kept"].as_f64().unwrap() as f32,
            ..Rise::default()
        };
        let draw = |number: usize| Draw {
            cells: singles(&grids[number]),
            shift: [0, 1].map(|axis| whole(&asked["shifts"][number][axis])),
        };
        let map = method.with_draws(&case.question(), case.image.clone(), &mut go_on, draw);
        let map = map.unwrap().unwrap();
        case.check("RISE", &map.values, case.answer("rise"));
    });
}

#[test]
fn curves_of_deletion_and_insertion_are_those_of_pytorch() {
    let test = "curves_of_deletion_and_insertion_are_those_of_pytorch";
    everywhere(test, |case| {
        let question = case.question();
        let importance = singles(&case.asked["curves"]["map"]);
        let steps = whole(&case.asked["curves"]["steps"]);
        let mean = Baseline::Mean.beside(&question, &case.image);
        let blurred = case
            .drawn(|c, y, x| 0.5 + 0.2 * (0.19 * (x + 1.0)).cos() * (0.13 * (y + 1.0) + c).sin());
        let ways = [
            ("deletion", case.image.clone(), mean),
            ("insertion", blurred, case.image.clone()),
        ];
        for (name, from, to) in ways {
            let curve = between(&question, from, to, &importance, steps, &mut go_on);
            let curve = curve.unwrap().unwrap();
            let answers: Vec<f64> = curve.answers.iter().map(|v| f64::from(*v)).collect();
            case.check_list(name, &answers, &case.answer(name)["points"]);
            let area = Value::from(vec![case.answer(name)["area"].clone()]);
            case.check_list(&format!("area of {name}"), &[curve.area()], &area);
        }
    });
}

#[test]
fn rank_correlations_are_those_of_scipy() {
    for row in fixture_json("attribution.json")["correlations"]
        .as_array()
        .unwrap()
    {
        let found = spearman(&singles(&row["one"]), &singles(&row["two"]));
        let wanted = row["rank_correlation"].as_f64().unwrap();
        let count = floats(&row["one"]).len();
        println!("rank correlation of {count} numbers: {found}, SciPy's {wanted}");
        assert!((found - wanted).abs() <= RANKS, "{found}, not {wanted}");
    }
}
