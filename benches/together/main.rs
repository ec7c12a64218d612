//! What several sequences cost that generate at once: each in turn, and all in one pass, beside a single one. On the CPU, or
//! on the GPU of this machine, where a step is a token of each that is chosen there too.
//!
//!     cargo bench --bench together -- [default] [130m] [mamba2-130m] [f32] [int8] [int4] [--count 3]
//!     cargo bench --bench together -- gpu [default] [130m] [mamba2-130m] [granite-350m] [falcon-h1-90m] [f32] [f16] [int8] [int4]

#[path = "../shapes.rs"]
mod shapes;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::task::Poll;
use std::time::Instant;

use mamba_web::Result;
use mamba_web::backend::gpu::{Device, Gpu, GpuLoader};
use mamba_web::backend::{self, Backend, Name, Precision, Read};
use mamba_web::model::Config;
use mamba_web::sampler::{Chooser, Sampler, Settings};
use mamba_web::sequence::{Sequence, gather};
use mamba_web::state::State;
use shapes::{config, median};
use support::{fill_by_chance, load_for};

const MODELS: [&str; 3] = ["default", "130m", "mamba2-130m"];
const PRECISIONS: [&str; 3] = ["f32", "int8", "int4"];
const GPU_MODELS: [&str; 5] = ["default", "130m", "mamba2-130m", "granite-350m", "falcon-h1-90m"];
const GPU_PRECISIONS: [&str; 4] = ["f16", "int8", "int4", "f32"];
/// Tokens that a figure of the GPU is taken of, on one that is a program on the CPU, and rounds.
const GPU_TOKENS: usize = 192;
const SOFTWARE_TOKENS: usize = 24;
const GPU_ROUNDS: usize = 5;
const ROUNDS: usize = 15;
/// What one figure is taken of; short, so that the rows of a round find the machine alike.
const SECONDS: f64 = 0.15;

fn main() -> Result<()> {
    let mut words = std::env::args().skip(1);
    let (mut asked, mut count) = (Vec::new(), 3);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--count" => count = words.next().and_then(|word| word.parse().ok()).expect("a number after --count"),
            word if word.starts_with("--") => {} // cargo's own
            _ => asked.push(word),
        }
    }
    let is_asked = |word: &str, all: &[&str]| {
        asked.iter().any(|asked| asked == word) || !asked.iter().any(|asked| all.contains(&asked.as_str()))
    };
    let on_gpu = asked.iter().any(|asked| asked == "gpu");
    println!("| ms a step | one | {count} in turn | {count} at once | at once to one | in turn to one |");
    println!("|---|--:|--:|--:|--:|--:|");
    if on_gpu {
        let device = pollster::block_on(Device::open())?;
        for name in GPU_MODELS.into_iter().filter(|name| is_asked(name, &GPU_MODELS)) {
            for word in GPU_PRECISIONS.into_iter().filter(|word| is_asked(word, &GPU_PRECISIONS)) {
                let precision = Precision::parse(word)?.expect("a precision");
                let config = gpu_config(name)?;
                let loader = pollster::block_on(GpuLoader::new(device.clone(), config.clone(), precision))?;
                let [one, at_once] = measure_gpu(&mut loader.fill(&config)?, count)?;
                let in_turn = one * count as f64;
                println!(
                    "| {name}, {word}, {} | {one:.3} | {in_turn:.3} | {at_once:.3} | {:.2} | {:.2} |",
                    device.name(),
                    at_once / one,
                    in_turn / one
                );
            }
        }
        return Ok(());
    }
    for name in MODELS.into_iter().filter(|name| is_asked(name, &MODELS)) {
        for word in PRECISIONS.into_iter().filter(|word| is_asked(word, &PRECISIONS)) {
            let precision = Precision::parse(word)?.expect("a precision");
            for threads in [1, 2] {
                let [one, in_turn, at_once] = measure(open(name, precision, threads)?.as_mut(), count)?;
                println!(
                    "| {name}, {}, threads: {threads} | {one:.2} | {in_turn:.2} | {at_once:.2} | {:.2} | {:.2} |",
                    word,
                    at_once / one,
                    in_turn / one
                );
            }
        }
    }
    Ok(())
}

fn open(name: &str, precision: Precision, threads: usize) -> Result<Box<dyn Backend>> {
    if name == "default" {
        return load_for(threads, &Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/default"), precision);
    }
    let config = config(name)?;
    Ok(fill_by_chance(backend::loader(Name::Cpu, config.clone(), precision, threads)?, &config, 7))
}

fn gpu_config(name: &str) -> Result<Config> {
    if name != "default" {
        return config(name);
    }
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/default/config.json");
    Config::parse(&std::fs::read_to_string(path).expect("the default model's config.json"))
}

/// Milliseconds of a step of one sequence, and of `count` at once: medians of rounds that have both. In turn they take `count`
/// times one, or more where tokens that were chosen ahead are discarded.
fn measure_gpu(gpu: &mut Gpu, count: usize) -> Result<[f64; 2]> {
    let tokens = if gpu.device().is_software() { SOFTWARE_TOKENS } else { GPU_TOKENS };
    let mut times = [Vec::new(), Vec::new()];
    for _ in 0..=GPU_ROUNDS {
        for (count, times) in [1, count].into_iter().zip(&mut times) {
            times.push(generate(gpu, count, tokens)?);
        }
    }
    // The first round makes what several sequences need, and warms up.
    Ok(times.map(|times| median(times[1..].to_vec())))
}

/// Milliseconds that a token of each of so many sequences takes.
fn generate(gpu: &mut Gpu, count: usize, tokens: usize) -> Result<f64> {
    let mut all = Vec::new();
    for seed in 0..count as u64 {
        let settings = Settings { temperature: 0.8, top_k: 40, seed, ..Settings::default() };
        let mut sequence = Sequence::new(State::try_new(gpu.config())?);
        while sequence.read(gpu, &[1, 2, 3, 4], true)?.is_pending() {
            sequence.wait(gpu);
        }
        while sequence.read_back(gpu)?.is_pending() {
            sequence.wait(gpu);
        }
        all.push((sequence, Chooser::new(Sampler::new(settings, gpu.config().vocab)?, None), tokens));
    }
    let start = Instant::now();
    while all.iter().any(|(.., left)| *left > 0) {
        let choosing = all.iter_mut().filter(|(.., left)| *left > 0);
        gather(gpu, choosing.filter_map(|(sequence, chooser, _)| Some((sequence, chooser.lone_sampler()?))));
        let mut has_waited = true;
        for (sequence, chooser, left) in all.iter_mut().filter(|(.., left)| *left > 0) {
            let Poll::Ready(id) = sequence.choose(gpu, chooser, *left)? else { continue };
            while sequence.read(gpu, &[id], true)?.is_pending() {
                sequence.wait(gpu);
            }
            (*left, has_waited) = (*left - 1, false);
        }
        if has_waited && let Some(remote) = gpu.remote() {
            remote.wait(None);
        }
    }
    Ok(start.elapsed().as_secs_f64() * 1e3 / tokens as f64)
}

fn in_turn(model: &mut dyn Backend, reads: &mut [Read<'_>]) -> Result<()> {
    reads.iter_mut().try_for_each(|one| model.prefill(&[one.token], one.state, Some(one.logits)))
}

/// Milliseconds of a step of one sequence, of `count` in turn, and of `count` at once: medians of rounds that have all
/// three.
fn measure(model: &mut dyn Backend, count: usize) -> Result<[f64; 3]> {
    let vocab = model.config().vocab;
    let mut states = (0..count).map(|_| State::try_new(model.config())).collect::<Result<Vec<_>>>()?;
    let mut scores = vec![vec![0.0; vocab]; count];
    let mut times = [Vec::new(), Vec::new(), Vec::new()];
    for _ in 0..=ROUNDS {
        for (kind, times) in times.iter_mut().enumerate() {
            let (start, mut steps) = (Instant::now(), 0_u32);
            while start.elapsed().as_secs_f64() < SECONDS {
                let token = |sequence: usize| (steps + 7 * sequence as u32).wrapping_mul(2_654_435_761) % vocab as u32;
                let mut reads = Vec::new();
                for (sequence, (state, logits)) in states.iter_mut().zip(&mut scores).enumerate() {
                    reads.push(Read { token: token(sequence), state, logits });
                }
                match kind {
                    0 => in_turn(model, &mut reads[..1])?,
                    1 => in_turn(model, &mut reads)?,
                    _ => model.decode_together(&mut reads)?,
                }
                steps += 1;
            }
            times.push(start.elapsed().as_secs_f64() * 1e3 / f64::from(steps));
        }
    }
    // The first round warms up.
    Ok(times.map(|times| median(times[1..].to_vec())))
}
