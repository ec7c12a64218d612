//! The state as an embedding: what a model remembers of a text is a vector, whatever the text's length. Prints the cosine of each
//! pair of texts.
//!
//!     cargo run --release --example embedding -- www/models/default "A cat sat down." "A dog lay down." "Two plus two"

use std::path::Path;
use std::process::ExitCode;

use mamba_web::engine::Options;
use mamba_web::generation::{Input, Step};
use mamba_web::{Engine, Result};

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [model, texts @ ..] = words.as_slice() else {
        eprintln!("usage: cargo run --release --example embedding -- MODEL TEXT TEXT...");
        return ExitCode::FAILURE;
    };
    match cosines(Path::new(model), &Options::default(), texts) {
        Ok(table) => {
            for (row, text) in table.iter().zip(texts) {
                let numbers: Vec<String> = row.iter().map(|cosine| format!("{cosine:6.3}")).collect();
                println!("{}  {text}", numbers.join(" "));
            }
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{error} ({})", error.hint());
            ExitCode::FAILURE
        }
    }
}

/// Cosines of the states after each of the texts, `[texts, texts]`.
///
/// # Errors
/// When the model cannot be loaded, or a text is empty.
pub fn cosines(model: &Path, options: &Options, texts: &[String]) -> Result<Vec<Vec<f64>>> {
    let mut engine = Engine::open(model, options)?;
    let states = texts.iter().map(|text| embed(&mut engine, text)).collect::<Result<Vec<_>>>()?;
    Ok(states.iter().map(|a| states.iter().map(|b| cosine(a, b)).collect()).collect())
}

/// The SSM states of all layers after the text, one after the other.
fn embed(engine: &mut Engine, text: &str) -> Result<Vec<f32>> {
    let mut session = engine.session(None)?;
    let request = engine.request(Input::Read(text.to_owned().into()));
    session.begin(engine, request)?;
    while !matches!(session.advance(engine)?, Step::End { .. }) {}
    while !session.read_back(engine)? {}
    Ok(session.state().ssm())
}

fn cosine(a: &[f32], b: &[f32]) -> f64 {
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum::<f64>();
    dot(a, b) / (dot(a, a) * dot(b, b)).sqrt()
}
