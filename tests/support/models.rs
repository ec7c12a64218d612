//! Golden folders, and a backend loaded from one.

use std::fs;
use std::path::{Path, PathBuf};

use mamba_web::Result;
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{self, Backend, Loader, Name, Precision};
use mamba_web::checkpoint::{Reader, shards};
use mamba_web::model::{Attention, Config, Heads, Mamba1, Mamba2, Mixer, Mlp, Published, tensors};
use mamba_web::state::State;
use safetensors::SafeTensors;

/// The random-weight checkpoints that tests/golden/README.md describes.
pub const GOLDEN: [&str; 9] =
    ["tiny-f32", "odd-f16", "bare-bf16", "original", "chat", "falcon", "mamba2", "mamba2-groups", "mamba2-original"];

pub fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name)
}

/// Loads a folder the way the page does: the weights in chunks that respect no boundary.
pub fn load(dir: &Path, name: &str, precision: Precision) -> Result<Box<dyn Backend>> {
    load_as(config_of(dir)?, dir, name, precision)
}

/// As [`load`], on the cpu backend with `threads` threads.
pub fn load_for(threads: usize, dir: &Path, precision: Precision) -> Result<Box<dyn Backend>> {
    fill(backend::loader(Name::Cpu, config_of(dir)?, precision, threads)?, dir)
}

/// A folder on this GPU, in f32.
pub fn load_on(device: &Device, dir: &Path) -> Result<Box<dyn Backend>> {
    let loader = pollster::block_on(GpuLoader::new(device.clone(), config_of(dir)?, Precision::F32))?;
    fill(Box::new(loader), dir)
}

fn config_of(dir: &Path) -> Result<Config> {
    Config::parse(&fs::read_to_string(dir.join("config.json")).expect("config.json"))
}

/// The same with a config of its own.
pub fn load_as(config: Config, dir: &Path, name: &str, precision: Precision) -> Result<Box<dyn Backend>> {
    let loader: Box<dyn Loader> = match name {
        "gpu, fused kernels" => {
            let loader = pollster::block_on(async { GpuLoader::new(Device::open().await?, config, precision).await })?;
            Box::new(loader.fused_kernels())
        }
        name => {
            let name = Name::parse(name)?.expect("a backend's name");
            backend::loader(name, config, precision, 1)?
        }
    };
    fill(loader, dir)
}

fn fill(mut loader: Box<dyn Loader>, dir: &Path) -> Result<Box<dyn Backend>> {
    let files = match fs::read_to_string(dir.join("model.safetensors.index.json")) {
        Ok(index) => shards(&index)?,
        Err(_) => vec!["model.safetensors".to_owned()],
    };
    for file in files {
        let bytes = fs::read(dir.join(&file)).expect("weights");
        let mut reader = Reader::new(file, Some(bytes.len() as u64));
        for chunk in bytes.chunks(10_007) {
            reader.push(chunk, loader.as_mut())?;
        }
        reader.finish(loader.as_mut())?;
    }
    loader.finish()
}

/// Weights by chance, the same for every loader.
pub fn fill_by_chance(loader: Box<dyn Loader>, config: &Config, seed: u32) -> Box<dyn Backend> {
    fill_with(loader, config, seed, |_, _| {})
}

/// The same, changed by `change`, which gets each tensor's name and values.
pub fn fill_with(
    mut loader: Box<dyn Loader>,
    config: &Config,
    seed: u32,
    change: impl Fn(&str, &mut [f32]),
) -> Box<dyn Backend> {
    let mut state = seed | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 17;
        state ^= state << 5;
        state as f32 / u32::MAX as f32 * 2.0 - 1.0
    };
    for spec in tensors(config) {
        let name = config.tensor_name(spec.place);
        let len: usize = spec.shape.iter().product();
        let cols = len / spec.shape[0];
        let (middle, size) = if name.ends_with("A_log") || name.contains("norm") || name.ends_with(".D") {
            (1.0, 0.5)
        } else {
            (0.0, (3.0 / cols as f32).sqrt())
        };
        assert!(loader.begin(&name, &spec.shape).unwrap(), "{name}");
        let mut values: Vec<f32> = (0..len).map(|_| middle + size * next()).collect();
        change(&name, &mut values);
        // In pieces of whole rows, as from a stream.
        values.chunks(3 * cols).for_each(|rows| loader.rows(rows).unwrap());
    }
    loader.finish().unwrap()
}

/// A layer of Mamba, or with the epsilon of its norms of Falcon-Mamba.
pub fn mamba1(d_inner: usize, d_state: usize, dt_rank: usize, d_conv: usize, part_norms: Option<f32>) -> Mixer {
    let time_step_limit = (0.0, f32::INFINITY);
    let (use_bias, use_conv_bias) = (part_norms.is_some(), true);
    Mixer::Mamba1(Mamba1 { d_inner, d_state, dt_rank, d_conv, use_bias, use_conv_bias, time_step_limit, part_norms })
}

/// A layer of Mamba-2.
pub fn mamba2(heads: usize, head_dim: usize, groups: usize, d_state: usize, norm_before_gate: bool) -> Mixer {
    let (time_step_limit, d_conv, use_bias, use_conv_bias) = ((0.001, 2.0), 4, norm_before_gate, false);
    let heads = Heads { heads, head_dim, groups, norm_before_gate };
    let gated_norm = Some(1e-5);
    Mixer::Mamba2(Mamba2 { heads, d_state, d_conv, use_bias, use_conv_bias, time_step_limit, gated_norm })
}

/// A layer of attention over `window` tokens, with rotary positions or without.
pub fn attention(heads: usize, kv_heads: usize, head_dim: usize, rope_theta: Option<f32>, window: usize) -> Mixer {
    let use_bias = rope_theta.is_some();
    Mixer::Attention(Attention { heads, kv_heads, head_dim, use_bias, rope_theta, window, beside: false })
}

/// The same, beside the layer before it.
pub fn beside(mut mixer: Mixer) -> Mixer {
    if let Mixer::Attention(attention) = &mut mixer {
        attention.beside = true;
    }
    mixer
}

/// A gated MLP.
pub fn mlp(d_hidden: usize, use_bias: bool) -> Mixer {
    Mixer::Mlp(Mlp { d_hidden, use_bias })
}

/// A layer of Mamba-2 without the gated norm.
pub fn mamba2_without_norm(heads: usize, head_dim: usize, groups: usize, d_state: usize) -> Mixer {
    let mut mixer = mamba2(heads, head_dim, groups, d_state, false);
    if let Mixer::Mamba2(mamba2) = &mut mixer {
        mamba2.gated_norm = None;
    }
    mixer
}

/// A small model of these layers.
pub fn model_of(layers: Vec<Mixer>) -> Config {
    let published = Published::default();
    let config =
        Config { vocab: 131, d_model: 34, layers, tied: true, norm_epsilon: 1e-5, eos_tokens: vec![], published };
    config.checked("The test").expect("a sound model")
}

/// What transformers computed for a golden checkpoint.
pub struct Expected {
    pub input_ids: Vec<u32>,
    /// `[rows, V]`: the scores after the last `rows` of the inputs.
    pub logits: Vec<Vec<f32>>,
    pub greedy_ids: Vec<u32>,
    /// `[L, W, K]`, W the width of the convolution.
    pub conv_state: Vec<f32>,
    /// `[L, E, N]`.
    pub ssm_state: Vec<f32>,
}

pub fn expected(dir: &Path) -> Expected {
    let bytes = fs::read(dir.join("expected.safetensors")).expect("expected.safetensors");
    let file = SafeTensors::deserialize(&bytes).expect("expected.safetensors is sound");
    let floats = |name: &str| -> Vec<f32> {
        file.tensor(name).expect(name).data().as_chunks().0.iter().map(|&b| f32::from_le_bytes(b)).collect()
    };
    let ids = |name: &str| -> Vec<u32> {
        file.tensor(name).expect(name).data().as_chunks().0.iter().map(|&b| i64::from_le_bytes(b) as u32).collect()
    };
    let vocab = file.tensor("logits").expect("logits").shape()[1];
    Expected {
        input_ids: ids("input_ids"),
        logits: floats("logits").chunks(vocab).map(<[f32]>::to_vec).collect(),
        greedy_ids: ids("greedy_ids"),
        conv_state: floats("conv_state"),
        ssm_state: floats("ssm_state"),
    }
}

/// Reads all tokens in calls of at most `chunk`; the scores after the last one.
pub fn read(backend: &mut dyn Backend, tokens: &[u32], chunk: usize, state: &mut State) -> Vec<f32> {
    let mut logits = vec![f32::NAN; backend.config().vocab];
    for tokens in tokens.chunks(chunk.min(backend.block())) {
        backend.prefill(tokens, state, Some(&mut logits)).expect("prefill");
    }
    logits
}

/// The index of the greatest score.
pub fn argmax(logits: &[f32]) -> u32 {
    let best = logits.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1));
    best.expect("there are scores").0 as u32
}

/// The greatest difference, relative to the greatest expected value.
pub fn relative_error(got: &[f32], expected: &[f32]) -> f32 {
    assert_eq!(got.len(), expected.len());
    let size = expected.iter().fold(0f32, |m, x| m.max(x.abs()));
    let error = got
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs())
        .fold(0f32, |m, x| if x >= m { x } else { f32::MAX.min(m) });
    assert!(got.iter().all(|x| x.is_finite()), "scores must be numbers");
    error / size
}

/// KL(p || q) in nats of two sets of scores.
pub fn kl_divergence(p: &[f32], q: &[f32]) -> f64 {
    let log_softmax = |scores: &[f32]| -> Vec<f64> {
        let top = scores.iter().fold(f32::MIN, |m, &x| m.max(x));
        let total: f64 = scores.iter().map(|&x| f64::from(x - top).exp()).sum();
        scores.iter().map(|&x| f64::from(x - top) - total.ln()).collect()
    };
    log_softmax(p).iter().zip(log_softmax(q)).map(|(p, q)| p.exp() * (p - q)).sum()
}
