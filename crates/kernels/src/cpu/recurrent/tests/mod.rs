//! Forward and back against the scalar reference, its gradients by central differences.

mod case;
mod reference;

use super::*;
use crate::cpu::simd::Level;
use case::{Case, Draw, Kind, in_order, kinds};

/// How far results may be from the reference, as a share of the largest of them; five times as far
/// where sums are divided by their spread, which may be small.
const FORWARD: f64 = 2e-6;
/// The same for gradients, which are sums of many numbers that partly cancel.
const BACKWARD: f64 = 2e-5;

fn close(name: &str, found: &[f32], wanted: &[f64], share: f64) {
    assert_eq!(found.len(), wanted.len(), "{name}");
    let most = wanted.iter().fold(1.0, |most: f64, x| most.max(x.abs()));
    for (i, (&found, wanted)) in found.iter().zip(wanted).enumerate() {
        let off = (f64::from(found) - wanted).abs();
        assert!(
            off <= share * most,
            "{name} [{i}]: {found} is not {wanted}, off by {off:.1e}"
        );
    }
}

fn check_forward(case: &Case, level: Level, ahead: &Forward, last: &Last, elsewhere: &[f32]) {
    let wanted = case.reference(&case.values);
    let name = format!("{level:?} {:?} {:?}", case.kind, case.shape);
    assert_eq!(ahead.outputs, elsewhere, "{name}");
    assert_eq!(ahead.last.hidden, last.hidden, "{name}");
    assert_eq!(ahead.last.memory, last.memory, "{name}");
    let may = if case.kind.norm {
        5.0 * FORWARD
    } else {
        FORWARD
    };
    close(
        &format!("outputs {name}"),
        &ahead.outputs,
        &wanted.outputs,
        may,
    );
    close(&format!("last h {name}"), &last.hidden, &wanted.hidden, may);
    let memory = last.memory.as_deref().unwrap_or_default();
    close(&format!("last c {name}"), memory, &wanted.memory, may);
}

/// Every gradient along directions that change all its numbers at once, or, with `single`, along
/// some of the numbers one by one.
fn derivatives(case: &Case, single: bool) -> Vec<Vec<(Vec<f64>, f64)>> {
    let mut draw = Draw(5);
    let mut values = case.values.clone();
    let count = values.each_mut().len();
    let mut all = Vec::new();
    for which in 0..count {
        let original = values.each_mut()[which].1.clone();
        let len = original.len();
        let mut directions: Vec<Vec<f64>> = Vec::new();
        if len > 0 && single {
            for i in (0..len).step_by(len.div_ceil(6)) {
                let i = (i + draw.next() as usize % len.div_ceil(6)).min(len - 1);
                directions.push((0..len).map(|j| if i == j { 1.0 } else { 0.0 }).collect());
            }
        } else if len > 0 {
            let sign = |draw: &mut Draw| if draw.number() > 0.0 { 1.0 } else { -1.0 };
            directions.push((0..len).map(|_| sign(&mut draw)).collect());
        }
        let mut of_this = Vec::new();
        for direction in directions {
            // A rectifier has a kink, and many units moved at once soon find one.
            let step = match case.kind.cell {
                Cell::Elman(Activation::Relu) => 1e-8,
                _ => 1e-5,
            };
            let [up, down] = [step, -step].map(|step| {
                let moved = original.iter().zip(&direction).map(|(x, d)| x + step * d);
                *values.each_mut()[which].1 = moved.collect();
                case.loss(&values)
            });
            of_this.push((direction, (up - down) / (2.0 * step)));
        }
        *values.each_mut()[which].1 = original;
        all.push(of_this);
    }
    all
}

fn check(kind: Kind, shape: Shape, levels: &[Level], single: bool) {
    let case = Case::new(kind, shape);
    let wanted = derivatives(&case, single);
    for &level in levels {
        let (ahead, last, elsewhere, gradients) = case.compute(level);
        check_forward(&case, level, &ahead, &last, &elsewhere);
        let names = case
            .values
            .clone()
            .each_mut()
            .map(|(name, values)| (name, values.len()));
        for ((found, wanted), (name, len)) in in_order(&gradients).iter().zip(&wanted).zip(names) {
            let name = format!("{name} {level:?} {kind:?} {shape:?}");
            let is_given = !(name.starts_with("inputs") && kind.symbols);
            assert_eq!(found.len(), if is_given { len } else { 0 }, "{name}");
            let size =
                |(g, d): (&f32, &f64)| f64::from(g.abs()) * if single { 1.0 } else { d.abs() };
            for (direction, wanted) in wanted {
                let sizes = found.iter().zip(direction).map(size);
                let most = match single {
                    true => sizes.fold(1.0, f64::max),
                    false => sizes.sum::<f64>().max(1.0),
                };
                let found: f64 = found
                    .iter()
                    .zip(direction)
                    .map(|(&g, d)| f64::from(g) * d)
                    .sum();
                let off = (found - wanted).abs();
                let may = BACKWARD * most.max(wanted.abs());
                assert!(
                    off <= may,
                    "{name}: {found} is not {wanted}, off by {off:.1e}"
                );
            }
        }
    }
}

fn on_threads(threads: usize, work: impl FnOnce() + Send) {
    rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()
        .unwrap()
        .install(work);
}

fn shape(steps: usize, batch: usize, d_input: usize, d_hidden: usize) -> Shape {
    Shape {
        steps,
        batch,
        d_input,
        d_hidden,
    }
}

#[test]
fn every_kind_is_its_reference_in_small() {
    let levels = Level::available();
    for kind in kinds() {
        // The third has more symbols than steps, so that nothing is made for all of them ahead.
        for shape in [
            shape(1, 1, 1, 1),
            shape(2, 2, 3, 5),
            shape(2, 1, 5, 4),
            shape(9, 7, 5, 17),
        ] {
            check(kind, shape, &levels, true);
        }
    }
}

#[test]
fn every_kind_is_its_reference_on_two_threads() {
    on_threads(2, || {
        for kind in kinds() {
            check(kind, shape(9, 50, 6, 33), &[Level::detect()], false);
        }
    });
}

#[test]
fn wide_states_are_their_reference() {
    for kind in kinds().into_iter().filter(|kind| !kind.symbols) {
        check(kind, shape(2, 7, 40, 129), &[Level::detect()], false);
    }
}

#[test]
fn two_walks_give_the_same_bytes() {
    let bits = |numbers: &[f32]| numbers.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
    for threads in [1, 2] {
        on_threads(threads, || {
            for kind in kinds() {
                let case = Case::new(kind, shape(9, 50, 6, 33));
                let [a, b] = [(); 2].map(|()| case.compute(Level::detect()));
                assert_eq!(bits(&a.0.outputs), bits(&b.0.outputs), "{kind:?}");
                for (a, b) in in_order(&a.3).iter().zip(in_order(&b.3)) {
                    assert_eq!(bits(a), bits(b), "{kind:?}");
                }
            }
        });
    }
}

#[test]
fn a_walk_of_no_steps_stays_where_it_is() {
    for kind in kinds() {
        let case = Case::new(kind, shape(0, 3, 4, 5));
        let (ahead, ..) = case.compute(Level::detect());
        let first: Vec<f32> = case.values.first_hidden.iter().map(|&x| x as f32).collect();
        assert_eq!(ahead.last.hidden, first, "{kind:?}");
    }
}

#[test]
fn what_lies_behind_the_end_is_not_looked_at() {
    for kind in kinds().into_iter().filter(|kind| kind.ragged) {
        let mut case = Case::new(kind, shape(9, 7, 5, 17));
        let (clean, _, _, gradients) = case.compute(Level::detect());
        let Shape {
            steps,
            batch,
            d_input: d,
            d_hidden: k,
        } = case.shape;
        for row in (0..steps * batch).filter(|row| row / batch >= case.lengths[row % batch]) {
            case.symbols[row] = -1;
            case.upstream.outputs[row * k..][..k].fill(f64::NAN);
            if !kind.symbols {
                case.values.inputs[row * d..][..d].fill(f64::NAN);
            }
        }
        let (found, _, _, found_gradients) = case.compute(Level::detect());
        assert_eq!(clean.outputs, found.outputs, "{kind:?}");
        for (a, b) in in_order(&gradients).iter().zip(in_order(&found_gradients)) {
            assert_eq!(*a, b, "{kind:?}");
        }
    }
}

#[test]
fn without_upstream_gradients_all_gradients_are_zero() {
    for kind in kinds() {
        let mut case = Case::new(kind, shape(9, 7, 5, 17));
        case.upstream.outputs.clear();
        let (.., gradients) = case.compute(Level::detect());
        for gradient in in_order(&gradients) {
            assert!(gradient.iter().all(|&gradient| gradient == 0.0), "{kind:?}");
        }
        assert_eq!(gradients.inputs, None, "they were not asked for: {kind:?}");
    }
}

#[test]
#[should_panic(expected = "symbol 5 has no row among 5")]
fn a_symbol_without_a_row_is_refused() {
    let kind = kinds().into_iter().find(|kind| kind.symbols);
    let mut case = Case::new(kind.unwrap(), shape(2, 2, 5, 3));
    case.symbols[3] = 5;
    case.compute(Level::detect());
}

#[test]
#[should_panic(expected = "longest first")]
fn lengths_in_another_order_are_refused() {
    let kind = kinds().into_iter().find(|kind| kind.ragged);
    let mut case = Case::new(kind.unwrap(), shape(2, 2, 5, 3));
    case.lengths = vec![1, 2];
    case.compute(Level::detect());
}

#[test]
fn threads_get_about_the_same_number_of_steps() {
    on_threads(2, || {
        let lengths: Vec<usize> = (0..50).map(|row| 100 - 2 * row).collect();
        let plan = |lengths| Plan {
            shape: shape(100, 50, 8, 64),
            cell: Cell::Lstm,
            lengths,
        };
        let symbols = Inputs::Symbols(&[]);
        assert_eq!(plan(None).schedule(symbols).parts, [0..25, 25..50]);
        let parts = plan(Some(&lengths)).schedule(symbols).parts;
        assert_eq!(parts.len(), 2);
        assert_eq!(
            (parts[0].start, parts[0].end, parts[1].end),
            (0, parts[1].start, 50)
        );
        let steps: Vec<usize> = parts
            .into_iter()
            .map(|part| lengths[part].iter().sum())
            .collect();
        assert!(steps[0].abs_diff(steps[1]) <= 100, "{steps:?}");
    });
}
