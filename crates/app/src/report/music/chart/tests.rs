use super::super::{Curve, CurvePoint, MusicCell, fake};
use super::*;

/// Draws all shapes and checks that they are pictures.
fn drawn(set: &SetReport) -> String {
    let mut all = String::new();
    for measure in Measure::ALL {
        for shape in [WIDE, NARROW] {
            let svg = chart_svg(set, measure, shape).unwrap();
            check(&svg);
            all.push_str(&svg);
        }
    }
    let study = curves_svg(&fake::report(vec![set.clone(), set.clone()])).unwrap();
    check(&study);
    all + &study
}

fn check(svg: &str) {
    let tree = roxmltree::Document::parse(svg).unwrap_or_else(|e| panic!("{e}: {svg}"));
    assert_eq!(tree.root_element().tag_name().name(), "svg");
    for word in ["NaN", "inf", "-2147483648", "2147483647"] {
        assert!(!svg.contains(word), "{word} in {svg}");
    }
    let style = colours::style();
    for node in tree.descendants() {
        for name in ["fill", "stroke"] {
            let colour = node.attribute(name).unwrap_or("none");
            let rule = format!("[{name}=\"{colour}\"]");
            assert!(colour == "none" || style.contains(&rule), "{rule}");
        }
    }
}

fn one_curve(points: &[(u64, f64, Option<f64>)]) -> SetReport {
    let mut set = fake::set("jsb", "JSB");
    let point = |(updates, seconds, valid_nll): &(u64, f64, Option<f64>)| CurvePoint {
        updates: *updates,
        seconds: *seconds,
        train_nll: None,
        valid_nll: *valid_nll,
    };
    set.cells[1].curves = vec![Curve {
        seed: 0,
        points: points.iter().map(point).collect(),
    }];
    set
}

#[test]
fn no_run_is_a_picture_that_says_so() {
    assert!(drawn(&fake::set("jsb", "JSB")).contains("no losses yet"));
    check(&curves_svg(&fake::report(vec![])).unwrap());
}

#[test]
fn a_study_has_its_cells_and_baselines() {
    let svg = drawn(&fake::jsb());
    for word in [
        "tanh",
        "GRU",
        "LSTM",
        "Markov chain 10.49",
        "key frequency 11.06",
        "nats",
    ] {
        assert!(svg.contains(word), "{word}");
    }
    assert!(svg.contains("updates, logarithmic") && svg.contains("seconds, logarithmic"));
}

#[test]
fn one_cell_has_a_key_of_one() {
    let svg = drawn(&one_curve(&[(10, 1.0, Some(9.0)), (100, 5.0, Some(8.7))]));
    assert!(svg.contains("GRU") && !svg.contains("LSTM") && !svg.contains("tanh"));
    assert_eq!(MusicCell::ALL.len(), 3);
}

#[test]
fn one_point_is_a_picture() {
    drawn(&one_curve(&[(0, 0.0, Some(61.0))]));
    drawn(&one_curve(&[(5, 1e-9, Some(0.0)), (5, 1e-9, Some(0.0))]));
}

#[test]
fn losses_that_are_not_numbers_are_left_out() {
    let nan = Some(f64::NAN);
    drawn(&one_curve(&[
        (1, f64::NAN, nan),
        (2, 1.0, Some(9.0)),
        (3, f64::INFINITY, nan),
    ]));
    assert!(drawn(&one_curve(&[(1, 1.0, nan)])).contains("no losses yet"));
}

#[test]
fn losses_of_any_size_are_a_picture() {
    for loss in [1e-12, 1e3, 1e12, -5.0, f64::MAX, f64::MIN] {
        let mut set = one_curve(&[(1, 0.0, Some(loss)), (u64::MAX, 1e300, Some(2.0))]);
        drawn(&set);
        (set.markov, set.unigram) = (loss, f64::NAN);
        drawn(&set);
    }
}

#[test]
fn a_title_is_escaped() {
    let mut set = fake::jsb();
    set.title = "<b> & \u{1}".to_owned();
    set.is_generated = true;
    assert!(drawn(&set).contains("&lt;b&gt; &amp;   (generated)"));
}
