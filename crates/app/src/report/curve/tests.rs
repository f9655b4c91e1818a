use super::super::point::fake::point;
use super::*;

/// Draws both shapes and checks that they are pictures.
fn drawn(points: &[LogPoint], samples: &[Sample]) -> String {
    let wide = curve_svg(points, samples).unwrap();
    let narrow = draw(points, samples, Shape::NARROW).unwrap();
    for svg in [&wide, &narrow] {
        let tree = roxmltree::Document::parse(svg).unwrap_or_else(|e| panic!("{e}: {svg}"));
        assert_eq!(tree.root_element().tag_name().name(), "svg");
        for word in ["NaN", "inf", "\"-2147483648", "2147483647"] {
            assert!(!svg.contains(word), "{word} in {svg}");
        }
    }
    wide
}

fn sample(iteration: u64, val_nats: Option<f64>, word_share: Option<f64>) -> Sample {
    Sample {
        iteration,
        text: String::new(),
        val_nats,
        word_share,
    }
}

#[test]
fn no_point_is_a_picture_that_says_so() {
    assert!(drawn(&[], &[]).contains("no losses yet"));
}

#[test]
fn one_point_is_a_picture() {
    drawn(&[point(1, 4.4, None)], &[]);
    drawn(&[point(0, 4.4, Some(4.4))], &[sample(0, None, Some(0.1))]);
}

#[test]
fn equal_losses_are_a_picture() {
    let points: Vec<LogPoint> = (1..=20).map(|i| point(i * 100, 2.0, Some(2.0))).collect();
    drawn(&points, &[]);
    drawn(&[point(5, 0.0, Some(0.0)), point(5, 0.0, Some(0.0))], &[]);
}

#[test]
fn losses_that_are_not_numbers_are_left_out() {
    let points = [
        point(1, f64::NAN, Some(f64::INFINITY)),
        point(2, 3.0, Some(f64::NAN)),
        point(3, f64::NEG_INFINITY, None),
    ];
    drawn(&points, &[sample(9, Some(f64::NAN), Some(f64::NAN))]);
    assert!(drawn(&points[..1], &[]).contains("no losses yet"));
}

#[test]
fn losses_of_any_size_are_a_picture() {
    for loss in [1e-12, 1e3, 1e12, -5.0, f64::MAX, f64::MIN] {
        drawn(
            &[point(1, loss, Some(1.0)), point(u64::MAX, 2.0, None)],
            &[],
        );
    }
}

#[test]
fn a_sample_has_a_mark_with_its_share() {
    let points = [point(100, 3.0, Some(2.9)), point(2000, 1.5, Some(1.6))];
    let svg = drawn(&points, &[sample(300, None, Some(0.16))]);
    assert!(svg.contains("16\u{a0}%"), "{svg}");
    assert!(!drawn(&points, &[]).contains("sample"));
}

#[test]
fn a_sample_without_any_loss_has_no_mark() {
    assert!(drawn(&[], &[sample(300, None, Some(0.16))]).contains("no losses yet"));
}

#[test]
fn every_colour_of_the_picture_has_a_dark_counterpart() {
    let points = [point(100, 3.0, Some(2.9)), point(2000, 1.5, Some(1.6))];
    let svg = drawn(&points, &[sample(300, None, Some(0.16))]);
    let tree = roxmltree::Document::parse(&svg).unwrap();
    let style = ink::style();
    for node in tree.descendants() {
        for name in ["fill", "stroke"] {
            let colour = node.attribute(name).unwrap_or("none");
            let rule = format!("[{name}=\"{colour}\"]");
            assert!(colour == "none" || style.contains(&rule), "{rule}");
        }
    }
}
