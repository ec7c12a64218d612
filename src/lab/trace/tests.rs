use std::path::Path;

use super::*;
use crate::Engine;
use crate::backend::Name;
use crate::engine::Options;
use crate::generation::LoadedModel;

fn default_model(backend: Name) -> Engine {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/default");
    let precision = Some(crate::backend::Precision::F32);
    Engine::open(&folder, &Options { backend: Some(backend), precision, threads: Some(1), ..Options::default() })
        .unwrap()
}

fn near(a: f32, b: f32) -> bool {
    (a - b).abs() <= 1e-3 * (1e-3 + a.abs().max(b.abs()))
}

/// Two implementations that share no kernel see the same in every layer; and the states that they leave obey the formula.
#[test]
fn cpu_and_reference_see_the_same() {
    let (mut cpu, mut reference) = (default_model(Name::Cpu), default_model(Name::Reference));
    let ids = cpu.tokenize("My name is Ada. What").unwrap();
    let (mut of_cpu, mut of_reference) =
        (Watched::new(cpu.backend()).unwrap(), Watched::new(reference.backend()).unwrap());
    for &id in &ids {
        let mut before = of_reference.state.try_clone().unwrap();
        let (a, b) = (of_cpu.read(cpu.backend(), id).unwrap(), of_reference.read(reference.backend(), id).unwrap());
        assert!(a.surprise.is_nan() == b.surprise.is_nan() && (a.surprise.is_nan() || near(a.surprise, b.surprise)));
        assert_eq!((a.layers.len(), b.layers.len()), (16, 16));
        for (number, (x, y)) in a.steps.iter().zip(&b.steps).enumerate() {
            let pairs = [
                (&x.delta, &y.delta),
                (&x.halvings, &y.halvings),
                (&x.x, &y.x),
                (&x.b, &y.b),
                (&x.c, &y.c),
                (&x.z, &y.z),
                (&x.y, &y.y),
            ];
            for (x, y) in pairs {
                assert_eq!(x.len(), y.len());
                let scale = y.iter().fold(0.0_f32, |most, value| most.max(value.abs()));
                assert!(x.iter().zip(y).all(|(x, y)| (x - y).abs() <= 1e-3 * scale), "layer {number}");
            }
            let (f, g) = (a.layers[number], b.layers[number]);
            assert!(
                [
                    (f.delta, g.delta),
                    (f.half_life, g.half_life),
                    (f.written, g.written),
                    (f.state, g.state),
                    (f.y, g.y)
                ]
                .into_iter()
                .all(|(f, g)| near(f, g)),
                "layer {number}: {f:?} {g:?}"
            );
            // What was written is delta x B with one x for each channel, so its rows are multiples of each other.
            let (e, was, is) = (y.delta.len(), before.layer(number).ssm, of_reference.state.layer(number).ssm);
            let written = |n: usize, c: usize| is[n * e + c] - (-y.halvings[n * e + c]).exp2() * was[n * e + c];
            for channel in [0, 7, e - 1] {
                let (first, other) = (written(0, channel) * y.b[1], written(1, channel) * y.b[0]);
                assert!((first - other).abs() < 1e-4 * (1.0 + first.abs()), "{first} {other}");
            }
        }
    }
    assert!(of_cpu.logits.iter().zip(&of_reference.logits).all(|(a, b)| (a - b).abs() < 1e-2));
}

/// To watch changes nothing: the state and the scores are those of reading.
#[test]
fn watching_changes_nothing() {
    let mut engine = default_model(Name::Cpu);
    let ids = engine.tokenize("The cat sat").unwrap();
    let mut watched = Watched::new(engine.backend()).unwrap();
    let mut state = State::try_new(engine.config()).unwrap();
    let mut logits = vec![0.0; engine.config().vocab];
    for &id in &ids {
        watched.read(engine.backend(), id).unwrap();
        engine.backend().prefill(&[id], &mut state, Some(&mut logits)).unwrap();
    }
    assert!(watched.state == state && watched.logits == logits);
}

#[test]
fn forgetting_and_keeping_what_is_slow() {
    let mut engine = default_model(Name::Cpu);
    let mut watched = Watched::new(engine.backend()).unwrap();
    let mut steps = Vec::new();
    for id in engine.tokenize("My name is Ada.").unwrap() {
        steps = watched.read(engine.backend(), id).unwrap().steps;
    }
    let whole = watched.state.ssm();
    let share = keep_slow(&mut watched.state, &steps, 8.0);
    let halvings: Vec<f32> = steps.iter().flat_map(|step| step.halvings.clone()).collect();
    let kept = watched.state.ssm();
    assert!(kept.iter().zip(&whole).zip(&halvings).all(|((k, w), h)| *k == if 8.0 * h > 1.0 { 0.0 } else { *w }));
    let count = halvings.iter().filter(|h| 8.0 * **h <= 1.0).count();
    assert!((share - count as f32 / halvings.len() as f32).abs() < 1e-6 && share > 0.0 && share < 1.0);
    forget(&mut watched.state, 16, Some(3));
    let e_n = whole.len() / 16;
    let now = watched.state.ssm();
    assert!(now[3 * e_n..4 * e_n].iter().all(|value| *value == 0.0) && now[..3 * e_n] == kept[..3 * e_n]);
    forget(&mut watched.state, 16, None);
    assert!(watched.state.all().flatten().all(|value| *value == 0.0));
}

/// By hand: of scores 0, ln 3 the second token has 3/4.
#[test]
fn surprise_is_in_bits() {
    let scores = [0.0, 3.0_f32.ln()];
    assert!((surprise(&scores, 0) - 2.0).abs() < 1e-6 && (surprise(&scores, 1) - (4.0_f32 / 3.0).log2()).abs() < 1e-6);
    assert!(surprise(&[], 0).is_nan() && surprise(&scores, 2).is_nan());
}
