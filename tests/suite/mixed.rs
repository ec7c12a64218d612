//! Layers of different kinds and sizes in one model: each backend against `reference`. No checkpoint has such layers yet,
//! so the configs are built here.

use crate::support::{
    attention, beside, fill_by_chance, kl_divergence, mamba1, mamba2, mamba2_without_norm, mlp, model_of, read,
    relative_error,
};
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{self, Backend, Name, Precision};
use mamba_web::model::Config;
use mamba_web::state::{Snapshot, State};

const TOKENS: u32 = 70;

/// The larger ones first, in the middle and last, so that work space is sized by none but the largest of each thing.
pub fn models() -> Vec<(&'static str, Config)> {
    let (wide, narrow, falcon) =
        (mamba1(90, 5, 3, 4, None), mamba1(20, 21, 7, 2, None), mamba1(40, 16, 2, 3, Some(1e-6)));
    let (few, many, grouped) = (mamba2(2, 33, 1, 40, false), mamba2(17, 4, 1, 6, true), mamba2(6, 11, 3, 9, false));
    let (short, long) = (attention(4, 2, 8, Some(1e4), 20), attention(3, 1, 5, None, 300));
    vec![
        // As in Granite-4.0-H, with attention first and last.
        ("attention and MLP", model_of(vec![short, mlp(50, false), grouped, mlp(50, false), long, mlp(20, true)])),
        // As in Falcon-H1.
        (
            "attention beside Mamba-2",
            model_of(vec![
                few,
                beside(short),
                mlp(70, false),
                mamba2_without_norm(6, 11, 3, 9),
                beside(long),
                mlp(70, true),
            ]),
        ),
        ("everything", model_of(vec![long, falcon, mlp(40, true), many, beside(short), wide, short])),
        ("one of each", model_of(vec![wide, few])),
        ("Mamba-2 first", model_of(vec![many, narrow, grouped])),
        ("all kinds", model_of(vec![narrow, few, falcon, many, wide, grouped, few, narrow])),
        ("Mamba-1 of two sizes", model_of(vec![narrow, wide, falcon])),
        ("Mamba-2 of three sizes", model_of(vec![grouped, few, many])),
    ]
}

fn ids() -> Vec<u32> {
    (0..TOKENS).map(|i| i.wrapping_mul(2_654_435_761) % 131).collect()
}

pub fn cpu(config: &Config, precision: Precision, threads: usize) -> Box<dyn Backend> {
    fill_by_chance(backend::loader(Name::Cpu, config.clone(), precision, threads).unwrap(), config, 7)
}

/// Scores and state of `reference`.
fn reference(config: &Config, ids: &[u32]) -> (Vec<f32>, State) {
    let loader = backend::loader(Name::Reference, config.clone(), Precision::F32, 1).unwrap();
    let mut state = State::try_new(config).unwrap();
    let scores = read(fill_by_chance(loader, config, 7).as_mut(), ids, 16, &mut state);
    (scores, state)
}

fn worst((scores, state): &(Vec<f32>, State), (want, want_state): &(Vec<f32>, State)) -> f32 {
    let memories = state.all().zip(want_state.all()).filter(|(_, want)| !want.is_empty());
    memories.map(|(got, want)| relative_error(got, want)).fold(relative_error(scores, want), f32::max)
}

fn run(backend: &mut dyn Backend, ids: &[u32], most: usize) -> (Vec<f32>, State) {
    let mut state = State::try_new(backend.config()).unwrap();
    let scores = read(backend, ids, most, &mut state);
    (scores, state)
}

#[test]
fn cpu_gives_what_reference_gives() {
    for (name, config) in models() {
        let (ids, want) = (ids(), reference(&config, &ids()));
        assert_eq!(config.architecture() == "hybrid", !name.contains("sizes") || name.starts_with("Mamba-1"), "{name}");
        for most in [1, 5, 12, 32] {
            let alone = run(cpu(&config, Precision::F32, 1).as_mut(), &ids, most);
            let error = worst(&alone, &want);
            assert!(error < 1e-4, "{name}, {most} a call: {error}");
            for threads in [2, 5] {
                let got = run(cpu(&config, Precision::F32, threads).as_mut(), &ids, most);
                assert!(got == alone, "{name}, {most} a call on {threads} threads");
            }
        }
        for (precision, most) in [(Precision::Int8, 0.3), (Precision::Int4, 3.0)] {
            let (scores, _) = run(cpu(&config, precision, 1).as_mut(), &ids, 32);
            let divergence = kl_divergence(&want.0, &scores);
            assert!(divergence < most, "{name} {precision:?}: {divergence} nats");
        }
    }
}

#[test]
fn gpu_gives_what_reference_gives() {
    let device = pollster::block_on(Device::open()).unwrap();
    for (name, config) in models() {
        let gpu = || pollster::block_on(GpuLoader::new(device.clone(), config.clone(), Precision::F32)).unwrap();
        // A block in chunks of both kinds, one of one chunk, and steps.
        for (most, tokens, fused) in [(70, 70, false), (30, 30, false), (1, 6, false), (1, 6, true)] {
            let loader = if fused { gpu().fused_kernels() } else { gpu() };
            let ids = &ids()[..tokens];
            let got = run(fill_by_chance(Box::new(loader), &config, 7).as_mut(), ids, most);
            let error = worst(&got, &reference(&config, ids));
            assert!(error < 2e-4, "{name}, {most} a call, fused {fused}: {error}");
        }
    }
}

#[test]
fn a_state_of_mixed_layers_is_saved_and_read() {
    for (name, config) in models() {
        let (logits, state) = run(cpu(&config, Precision::F32, 1).as_mut(), &ids(), 32);
        assert_eq!(state.bytes(), config.state_bytes());
        let saved = Snapshot { state, logits, recent: ids(), conversation: String::new(), text: None };
        let bytes = saved.content().to_bytes("a model").unwrap();
        let mut restored = Snapshot::from_bytes(&bytes, "a model", &config).unwrap();
        assert_eq!(restored, saved, "{name}");
        let mut model = cpu(&config, Precision::F32, 1);
        let scores = read(model.as_mut(), &[3], 1, &mut restored.state);
        let all = [ids(), vec![3]].concat();
        let want = reference(&config, &all);
        assert!(worst(&(scores, restored.state), &want) < 1e-4, "{name}");
        // Of a model whose layers stand in another order.
        let mut other = config.clone();
        other.layers.reverse();
        if other.layers != config.layers {
            let error = Snapshot::from_bytes(&bytes, "a model", &other).unwrap_err();
            // Where a ring of another length comes first, that is what is said.
            assert!(["bad-state", "wrong-model"].contains(&error.code()), "{name}: {error}");
        }
        let mut state = State::try_new(&other).unwrap();
        assert!(other.layers == config.layers || model.prefill(&[1], &mut state, None).is_err());
    }
}
