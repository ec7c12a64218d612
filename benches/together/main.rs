//! What several sequences cost on the CPU that generate at once: each in turn, and all in one pass, beside a single one.
//!
//!     cargo bench --bench together -- [default] [130m] [mamba2-130m] [f32] [int8] [int4] [--count 3]

#[path = "../shapes.rs"]
mod shapes;
#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::Path;
use std::time::Instant;

use mamba_web::Result;
use mamba_web::backend::{self, Backend, Name, Precision, Read};
use mamba_web::state::State;
use shapes::{config, median};
use support::{fill_by_chance, load_for};

const MODELS: [&str; 3] = ["default", "130m", "mamba2-130m"];
const PRECISIONS: [&str; 3] = ["f32", "int8", "int4"];
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
    println!("| ms a step | one | {count} in turn | {count} at once | at once to one | in turn to one |");
    println!("|---|--:|--:|--:|--:|--:|");
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
