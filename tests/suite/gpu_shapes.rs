//! Every kernel of the GPU backend against `reference`, in models of random shapes: one token at a time (with the fused
//! kernel and with the separate ones), and in blocks that are one chunk of the scan or several.

use crate::support::{attention, beside, fill_by_chance, kl_divergence, mlp, model_of, relative_error};
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{self, Backend, Loader, Name, Precision};
use mamba_web::model::{Config, Mixer};
use mamba_web::state::State;
use mamba_web::testing;
use proptest::prelude::*;
use proptest::test_runner::{TestCaseError, TestRunner};

#[derive(Debug, Clone, Copy)]
enum Kind {
    Mamba,
    Falcon,
    /// `e` becomes H * P, with H = heads a group * groups.
    Mamba2 {
        groups: usize,
        per_group: usize,
        p: usize,
        norm_before_gate: bool,
    },
}

#[derive(Debug, Clone)]
struct Shape {
    kind: Kind,
    vocab: usize,
    d: usize,
    e: usize,
    n: usize,
    r: usize,
    k: usize,
    tied: bool,
    bias: bool,
    conv_bias: bool,
    tokens: usize,
    seed: u32,
}

fn shapes() -> impl Strategy<Value = Shape> {
    let sizes = (2..1500_usize, 1..70_usize, 1..140_usize, 1..20_usize, 1..12_usize, 1..6_usize);
    // N beyond 16 goes through the registers in groups. N and P beyond 64 are more than one tile of Mamba-2's products.
    let sizes = sizes
        .prop_flat_map(|(v, d, e, n, r, k)| (Just((v, d, e, r, k)), prop_oneof![Just(n), Just(n + 16), Just(n + 60)]));
    let mamba2 = (1..4_usize, 1..4_usize, prop_oneof![3 => 1..40_usize, 1 => 60..80_usize], any::<bool>())
        .prop_map(|(groups, per_group, p, norm_before_gate)| Kind::Mamba2 { groups, per_group, p, norm_before_gate });
    let kinds = prop_oneof![2 => Just(Kind::Mamba), 1 => Just(Kind::Falcon), 3 => mamba2];
    (kinds, sizes, any::<[bool; 3]>(), 1..300_usize, any::<u32>()).prop_map(
        |(kind, ((vocab, d, e, r, k), n), [tied, bias, conv_bias], tokens, seed)| Shape {
            kind,
            vocab,
            d,
            e,
            n,
            r,
            k,
            tied,
            bias,
            conv_bias,
            tokens,
            seed,
        },
    )
}

impl Shape {
    fn config(&self) -> Config {
        let Self { vocab, d, e, n, r, k, tied, bias, conv_bias, .. } = self;
        // A half more, so that the product with D is never rounded down to E - 1.
        let expand = |e: usize| (e as f64 + 0.5) / *d as f64;
        let own = match self.kind {
            Kind::Mamba | Kind::Falcon => {
                let model = if matches!(self.kind, Kind::Mamba) { "mamba" } else { "falcon_mamba" };
                format!(
                    r#""model_type":"{model}","intermediate_size":{e},"expand":{},"time_step_rank":{r}"#,
                    expand(*e)
                )
            }
            Kind::Mamba2 { groups, per_group, p, .. } => {
                let heads = groups * per_group;
                format!(
                    r#""model_type":"mamba2","num_heads":{heads},"head_dim":{p},"n_groups":{groups},"expand":{}"#,
                    expand(heads * p),
                )
            }
        };
        let mut config = Config::parse(&format!(
            r#"{{{own},"vocab_size":{vocab},"hidden_size":{d},"num_hidden_layers":2,"state_size":{n},"conv_kernel":{k},
                "tie_word_embeddings":{tied},"use_bias":{bias},"use_conv_bias":{conv_bias}}}"#,
        ))
        .unwrap();
        // The original layout's configs say it.
        for mixer in &mut config.layers {
            if let (Mixer::Mamba2(mamba2), Kind::Mamba2 { norm_before_gate, .. }) = (mixer, self.kind) {
                mamba2.heads.norm_before_gate = norm_before_gate;
            }
        }
        config
    }

    /// The same weights for every loader.
    fn fill(&self, loader: Box<dyn Loader>) -> Box<dyn Backend> {
        fill_by_chance(loader, &self.config(), self.seed)
    }

    fn ids(&self) -> Vec<u32> {
        (0..self.tokens as u32).map(|i| (i.wrapping_mul(2_654_435_761) ^ self.seed) % self.vocab as u32).collect()
    }
}

/// The scores and the state after the tokens, in calls of `most`.
fn read(backend: &mut dyn Backend, tokens: &[u32], most: usize) -> (Vec<f32>, State) {
    let mut state = State::try_new(backend.config()).unwrap();
    let mut scores = vec![f32::NAN; backend.config().vocab];
    for block in tokens.chunks(most) {
        backend.prefill(block, &mut state, Some(&mut scores)).unwrap();
    }
    (scores, state)
}

/// Reads the tokens on the GPU and compares scores and state with what `reference` has.
fn close_to(
    want: &[f32],
    want_state: &State,
    name: &str,
    mut gpu: Box<dyn Backend>,
    ids: &[u32],
    most: usize,
) -> Result<(), TestCaseError> {
    let (got, state) = read(gpu.as_mut(), ids, most);
    let mut error = relative_error(&got, want).max(relative_error(&state.ssm(), &want_state.ssm()));
    if !want_state.conv().is_empty() {
        error = error.max(relative_error(&state.conv(), &want_state.conv()));
    }
    // Not a number is not close.
    (error < 2e-4).then_some(()).ok_or_else(|| TestCaseError::fail(format!("{name}, {most} a call: {error}")))
}

#[test]
fn any_shape_gives_what_reference_gives() {
    let device = pollster::block_on(Device::open()).unwrap();
    let gpu = |shape: &Shape, precision| {
        pollster::block_on(GpuLoader::new(device.clone(), shape.config(), precision)).unwrap()
    };
    let config =
        ProptestConfig { cases: 10, max_shrink_iters: 10, failure_persistence: None, ..ProptestConfig::default() };
    let mut runner = TestRunner::new(config);
    let result = runner.run(&shapes(), |shape| {
        let ids = shape.ids();
        let mut reference = shape.fill(backend::loader(Name::Reference, shape.config(), Precision::F32, 1).unwrap());
        let (want, want_state) = read(reference.as_mut(), &ids, 16);
        let blocks = shape.fill(Box::new(gpu(&shape, Precision::F32)));
        close_to(&want, &want_state, "blocks", blocks, &ids, 200)?;
        // A token a call is slow on a software GPU.
        let few = Shape { tokens: shape.tokens.min(12), ..shape.clone() };
        let (few_want, few_state) = read(reference.as_mut(), &few.ids(), 16);
        let steps = shape.fill(Box::new(gpu(&shape, Precision::F32)));
        close_to(&few_want, &few_state, "steps", steps, &few.ids(), 1)?;
        if matches!(shape.kind, Kind::Mamba) {
            let fused = shape.fill(Box::new(gpu(&shape, Precision::F32).fused_kernels()));
            close_to(&few_want, &few_state, "fused", fused, &few.ids(), 1)?;
        }
        for (precision, most) in [(Precision::F16, 0.3), (Precision::Int8, 0.3), (Precision::Int4, 3.0)] {
            let (got, _) = read(shape.fill(Box::new(gpu(&shape, precision))).as_mut(), &ids, 61);
            let divergence = kl_divergence(&want, &got);
            prop_assert!(divergence < most, "{precision:?}: {divergence} nats");
        }
        Ok(())
    });
    result.unwrap();
}

/// An embedding table in several parts, for GPUs whose bindings are smaller than it.
#[test]
fn a_table_larger_than_a_binding_is_split() {
    let shape = Shape {
        kind: Kind::Mamba,
        vocab: 997,
        d: 50,
        e: 70,
        n: 5,
        r: 3,
        k: 4,
        tied: true,
        bias: false,
        conv_bias: true,
        tokens: 20,
        seed: 5,
    };
    let mut device = pollster::block_on(Device::open()).unwrap();
    let loader =
        |device: &Device| pollster::block_on(GpuLoader::new(device.clone(), shape.config(), Precision::Int8)).unwrap();
    let (want, _) = read(shape.fill(Box::new(loader(&device))).as_mut(), &shape.ids(), 7);
    testing::limit_bindings(&mut device, 40_000);
    let (got, _) = read(shape.fill(Box::new(loader(&device))).as_mut(), &shape.ids(), 7);
    assert_eq!(got, want);
}

/// Without WGSL's products of packed bytes the same numbers are computed by hand.
#[test]
fn packed_weights_need_no_packed_products() {
    let shape = Shape {
        kind: Kind::Mamba,
        vocab: 300,
        d: 70,
        e: 130,
        n: 16,
        r: 9,
        k: 4,
        tied: true,
        bias: true,
        conv_bias: true,
        tokens: 70,
        seed: 11,
    };
    for precision in [Precision::Int8, Precision::Int4] {
        let scores = |device: &Device| {
            let loader = GpuLoader::new(device.clone(), shape.config(), precision);
            let mut backend = shape.fill(Box::new(pollster::block_on(loader).unwrap()));
            // Token by token (products of packed bytes) and in one call (weights unpacked).
            [1, 70].map(|tokens| read(backend.as_mut(), &shape.ids(), tokens).0)
        };
        let mut device = pollster::block_on(Device::open()).unwrap();
        let with = scores(&device);
        testing::unpack(&mut device);
        assert_eq!(scores(&device), with, "{precision:?}");
    }
}

/// What a model needs is known before anything is allocated: a device with a little more takes it, one with a little less
/// says why not, and keeps the weights in int8 where nobody asked for more.
#[test]
fn a_model_without_room_is_refused_before_it_is_allocated() {
    let shape = Shape {
        kind: Kind::Mamba,
        vocab: 5003,
        d: 130,
        e: 270,
        n: 16,
        r: 9,
        k: 4,
        tied: false,
        bias: true,
        conv_bias: true,
        tokens: 1,
        seed: 9,
    };
    let mut device = pollster::block_on(Device::open()).unwrap();
    let mamba2 = Kind::Mamba2 { groups: 2, per_group: 3, p: 40, norm_before_gate: false };
    let mut configs = [Kind::Mamba, mamba2].map(|kind| Shape { kind, ..shape.clone() }.config()).to_vec();
    let short = attention(12, 4, 64, Some(1e4), 500);
    configs.push(model_of(vec![crate::support::mamba2(6, 40, 2, 16, false), beside(short), mlp(900, true), short]));
    for config in configs {
        let new =
            |device: &Device, precision| pollster::block_on(GpuLoader::new(device.clone(), config.clone(), precision));
        for precision in [Precision::F32, Precision::F16, Precision::Int8, Precision::Int4] {
            testing::limit_room(&mut device, u64::MAX);
            let gpu = new(&device, precision).unwrap().fill(&config).unwrap();
            let needed = gpu.weight_bytes() + gpu.buffer_bytes();
            testing::limit_room(&mut device, needed * 102 / 100);
            let enough = new(&device, precision).err().map(|error| error.to_string());
            assert_eq!(enough, None, "{precision:?}: {needed} bytes");
            testing::limit_room(&mut device, needed * 98 / 100);
            let refused = new(&device, precision).err().map(|error| error.to_string()).unwrap_or_default();
            assert!(refused.contains("MB of weights"), "{precision:?}: {refused}");
        }
        if config.layers.len() > 2 {
            continue; // with more rings than weights, f16 has room where int8 has
        }
        // As much as int8 needs, and less than f16 does.
        testing::limit_room(&mut device, u64::MAX);
        let int8 = new(&device, Precision::Int8).unwrap().fill(&config).unwrap();
        testing::limit_room(&mut device, (int8.weight_bytes() + int8.buffer_bytes()) * 102 / 100);
        let opened = pollster::block_on(GpuLoader::open(device.clone(), config.clone(), Precision::F16)).unwrap();
        assert_eq!(opened.fill(&config).unwrap().precision(), Precision::Int8);
    }
}

/// out_proj's rows are longer than what `shaders/shared/rows.wgsl` has room to round at a time.
#[test]
fn long_rows_are_rounded_in_pieces() {
    let shape = Shape {
        kind: Kind::Mamba,
        vocab: 97,
        d: 20,
        e: 7300,
        n: 2,
        r: 2,
        k: 3,
        tied: true,
        bias: true,
        conv_bias: true,
        tokens: 6,
        seed: 7,
    };
    let device = pollster::block_on(Device::open()).unwrap();
    for precision in [Precision::Int8, Precision::Int4] {
        let loader = pollster::block_on(GpuLoader::new(device.clone(), shape.config(), precision)).unwrap();
        let mut gpu = shape.fill(Box::new(loader));
        // A block of tokens is not rounded.
        let (want, _) = read(gpu.as_mut(), &shape.ids(), shape.tokens);
        let (got, _) = read(gpu.as_mut(), &shape.ids(), 1);
        let error = relative_error(&got, &want);
        assert!(error < 4e-2, "{precision:?}: {error}");
    }
}
