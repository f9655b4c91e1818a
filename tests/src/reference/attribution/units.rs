//! One unit of an inner layer on its way back, by each rule, against captum.

use reverie_model::vision::{Activations, Rule};
use reverie_viz::send_back;
use serde_json::Value;

use super::{everywhere, whole};

const RULES: [(Rule, &str); 3] = [
    (Rule::Gradient, "gradient"),
    (Rule::Deconvnet, "deconvnet"),
    (Rule::Guided, "guided"),
];

/// The place of a unit: channel, row, column.
fn place(unit: &Value) -> [usize; 3] {
    ["channel", "row", "column"].map(|name| whole(&unit[name]))
}

#[test]
fn units_project_as_in_pytorch() {
    everywhere("units_project_as_in_pytorch", |case| {
        for unit in case.answer("projections").as_array().unwrap() {
            let layer = case.network.layer(unit["layer"].as_str().unwrap()).unwrap();
            let [channel, row, column] = place(unit);
            // Half the square, so that what goes back is the activation of the unit.
            let half = |seen: &Activations| {
                let maps = seen.of(&layer).narrow(1, channel, 1);
                let value = maps.narrow(2, row, 1).narrow(3, column, 1);
                (value.square() * 0.5).reshape([1])
            };
            for (rule, name) in RULES {
                let layers = std::slice::from_ref(&layer);
                let image = case.image.clone();
                let signal = send_back(&*case.network, rule, image, layers, half).unwrap();
                let value = signal.scores.try_into_vec_as::<f64>().unwrap()[0];
                let value = (2.0 * value).sqrt();
                let what = format!("{layer} {channel} at {column},{row} by {name}");
                case.check_list(&what, &[value], &Value::from(vec![unit["signal"].clone()]));
                let back = signal.images.try_into_vec_as::<f32>().unwrap();
                case.check(&what, &back, &unit[name]);
            }
        }
    });
}
