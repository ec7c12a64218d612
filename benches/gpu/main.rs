//! What the GPU backend does on the GPU of this machine, as JSON lines: what the card gives (copies, latency, products
//! of large matrices), then for models of random weights prefill, decode by tokens a submit, and every kernel.
//!
//!     cargo bench --bench gpu -- [130m] [mamba2-130m] [1.4b] [granite-350m] [falcon-h1-90m]

#[path = "../shapes.rs"]
mod shapes;

use std::task::Poll;
use std::time::Instant;

use mamba_web::backend::gpu::{Device, Gpu, GpuLoader};
use mamba_web::backend::{Backend, Precision};
use mamba_web::sampler::{Chooser, Sampler, Settings};
use mamba_web::sequence::Sequence;
use mamba_web::state::State;
use mamba_web::{Result, testing};
use serde_json::json;
use shapes::{config, median};

const MODELS: [&str; 5] = ["130m", "mamba2-130m", "1.4b", "granite-350m", "falcon-h1-90m"];
const ROUNDS: usize = 5;

fn main() -> Result<()> {
    let asked: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    let device = pollster::block_on(Device::open())?;
    let bandwidth = device.copy_bandwidth()?;
    let card = json!({
        "adapter": device.name(),
        "subgroups": device.abilities().subgroups,
        "copyGBs": bandwidth / 1e9,
        "submitToReadbackUs": device.latency()? * 1e6,
    });
    println!("{card}");
    let most = usize::try_from(device.limits().max_storage_buffer_binding_size).unwrap_or(usize::MAX);
    for precision in [Precision::F32, Precision::F16, Precision::Int8, Precision::Int4] {
        let size = if most >= 16384 * 16384 * 4 { 16384 } else { 4096 };
        let (seconds, bytes) = device.matvec(size, precision)?;
        let rate = bytes as f64 / seconds;
        println!(
            "{}",
            json!({"matvec": size, "precision": precision.name(), "GBs": rate / 1e9, "share": rate / bandwidth})
        );
    }
    for name in MODELS {
        if asked.iter().any(|word| word == name) || (asked.is_empty() && !device.is_software()) {
            let config = config(name)?;
            for precision in [Precision::F16, Precision::Int8, Precision::Int4, Precision::F32] {
                let start = Instant::now();
                let loader = pollster::block_on(GpuLoader::new(device.clone(), config.clone(), precision))?;
                println!(
                    "{}",
                    json!({"model": name, "precision": precision.name(), "kernelsMadeSeconds": start.elapsed().as_secs_f64()})
                );
                model(name, precision, loader.fill(&config)?, bandwidth)?;
            }
            if config.architecture() != "mamba" {
                continue; // nothing is fused
            }
            let loader = pollster::block_on(GpuLoader::new(device.clone(), config.clone(), Precision::F16))?;
            model(&format!("{name}, fused kernels"), Precision::F16, loader.fused_kernels().fill(&config)?, bandwidth)?;
        }
    }
    Ok(())
}

fn model(name: &str, precision: Precision, mut gpu: Gpu, bandwidth: f64) -> Result<()> {
    let (dispatches, pipelines) = gpu.counts();
    let head = json!({
        "model": name, "precision": precision.name(), "weightBytes": gpu.weight_bytes(), "otherBytes": gpu.buffer_bytes(),
        "dispatchesPerToken": dispatches, "dispatchesPerLayer": (dispatches - 4) as f64 / gpu.config().layers.len() as f64,
        "pipelines": pipelines,
    });
    println!("{head}");
    for _ in 0..16 {
        prefill(&mut gpu, 2048)?; // until the clocks are up
    }

    for tokens in [512, 4096] {
        let seconds = median((0..ROUNDS).map(|_| prefill(&mut gpu, tokens)).collect::<Result<_>>()?);
        println!(
            "{}",
            json!({"model": name, "precision": precision.name(), "prefill": tokens, "tokensPerSecond": tokens as f64 / seconds})
        );
    }
    for ahead in [1, 2, 4, 8, 16] {
        if ahead > gpu.most_ahead() {
            continue;
        }
        testing::fix_ahead(&mut gpu, ahead);
        let rates = (0..ROUNDS).map(|_| decode(&mut gpu, 0, 192)).collect::<Result<_>>()?;
        let rate = median(rates);
        let bytes = gpu.weight_bytes() as f64 * rate;
        println!(
            "{}",
            json!({
                "model": name, "precision": precision.name(), "decode": ahead, "tokensPerSecond": rate,
                "GBs": bytes / 1e9, "share": bytes / bandwidth,
            })
        );
    }
    if name != "1.4b" && precision == Precision::F16 {
        // The ring of a model with attention is full at the second position.
        let (start, full, late) =
            (decode(&mut gpu, 0, 192)?, decode(&mut gpu, 4096, 192)?, decode(&mut gpu, 100_000, 192)?);
        println!("{}", json!({"model": name, "decodeAt0": start, "decodeAt4096": full, "decodeAt100000": late}));
    }
    let (gpu_seconds, host_seconds) = gpu.token_seconds()?;
    println!(
        "{}",
        json!({
            "model": name, "precision": precision.name(), "tokenOnGpuUs": gpu_seconds * 1e6,
            "recordingUs": host_seconds * 1e6,
        })
    );
    for tokens in [1, 512, 2048] {
        for timing in testing::profile(&gpu, tokens)? {
            println!(
                "{}",
                json!({
                    "model": name, "precision": precision.name(), "tokens": tokens, "kernel": timing.kernel,
                    "count": timing.count, "us": timing.seconds * 1e6, "allUs": timing.seconds * 1e6 * timing.count as f64,
                })
            );
        }
    }
    Ok(())
}

/// Waits where a page would do something else.
fn until<T>(
    gpu: &mut Gpu,
    sequence: &mut Sequence,
    mut call: impl FnMut(&mut Sequence, &mut Gpu) -> Result<Poll<T>>,
) -> Result<T> {
    loop {
        match call(sequence, gpu)? {
            Poll::Ready(value) => return Ok(value),
            Poll::Pending => sequence.wait(gpu),
        }
    }
}

fn ids(count: usize) -> Vec<u32> {
    (0..count as u32).map(|i| i.wrapping_mul(2_654_435_761) % 32_000).collect()
}

fn read(gpu: &mut Gpu, sequence: &mut Sequence, tokens: &[u32]) -> Result<()> {
    let mut read = 0;
    while read < tokens.len() {
        read += until(gpu, sequence, |sequence, gpu| sequence.read(gpu, &tokens[read..], true))?;
    }
    Ok(())
}

/// Seconds to read a prompt of so many tokens, its scores computed.
fn prefill(gpu: &mut Gpu, tokens: usize) -> Result<f64> {
    let mut sequence = Sequence::new(State::try_new(gpu.config())?);
    testing::fix_block(gpu, tokens);
    let start = Instant::now();
    read(gpu, &mut sequence, &ids(tokens))?;
    Ok(start.elapsed().as_secs_f64())
}

/// Tokens generated a second, after so many were read.
fn decode(gpu: &mut Gpu, position: usize, tokens: usize) -> Result<f64> {
    let mut sequence = Sequence::new(State::try_new(gpu.config())?);
    read(gpu, &mut sequence, &ids(position.max(16)))?;
    let settings = Settings { temperature: 0.8, top_k: 40, ..Settings::greedy() };
    let mut chooser = Chooser::new(Sampler::new(settings, gpu.config().vocab)?, None);
    let mut start = Instant::now();
    let warm = 32;
    for left in (1..=tokens + warm).rev() {
        if left == tokens {
            start = Instant::now();
        }
        let id = until(gpu, &mut sequence, |sequence, gpu| sequence.choose(gpu, &mut chooser, left))?;
        until(gpu, &mut sequence, |sequence, gpu| sequence.read(gpu, &[id], true))?;
    }
    Ok(tokens as f64 / start.elapsed().as_secs_f64())
}
