//! What packing the weights costs: perplexity on held-out text, and the distance of the distributions.
//!
//!     cargo bench --bench quality
//!
//! The default model reads benches/data/held-out.jsonl, the random checkpoints of tests/golden read their own ids.

#[path = "../../tests/support/mod.rs"]
mod support;

use std::path::Path;

use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::state::State;
use mamba_web::{Engine, Result};
use support::{GOLDEN, argmax, expected, golden, kl_divergence, load, read};

/// In the order of the table; the first is what the others are compared with.
const PRECISIONS: [&str; 3] = ["f32", "int8", "int4"];

/// What a model said about some documents: the scores after each token but the last, and the token that came.
struct Said {
    scores: Vec<Vec<f32>>,
    next: Vec<u32>,
}

#[derive(serde::Deserialize)]
struct Document {
    text: String,
}

fn main() -> Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let offered: Vec<Precision> = PRECISIONS.iter().filter_map(|word| Precision::parse(word).ok().flatten()).collect();
    for word in PRECISIONS.iter().filter(|word| Precision::parse(word).is_err()) {
        println!("not offered: {word}");
    }

    let model = root.join("www/models/default");
    let documents = held_out(root, &model)?;
    let tokens: usize = documents.iter().map(Vec::len).sum();
    println!("\nThe default model on {tokens} tokens of held-out text ({} documents)\n", documents.len());
    head();
    compare("default", &model, &documents, &offered, true)?;

    println!("\nRandom checkpoints on their 64 golden ids\n");
    head();
    for name in GOLDEN {
        let folder = golden(name);
        compare(name, &folder, &[expected(&folder).input_ids], &offered, false)?;
    }
    Ok(())
}

fn held_out(root: &Path, model: &Path) -> Result<Vec<Vec<u32>>> {
    let engine = Engine::open(
        model,
        &Options { backend: Some(Name::Cpu), precision: Some(Precision::Int8), ..Options::default() },
    )?;
    let file = std::fs::read_to_string(root.join("benches/data/held-out.jsonl")).expect("the held-out text is there");
    file.lines()
        .map(|line| {
            let document: Document = serde_json::from_str(line).expect("a line is a document");
            engine.tokenizer()?.encode(&document.text, false)
        })
        .collect()
}

fn head() {
    println!("| model | precision | perplexity | to f32 | mean KL, nats | same first choice |");
    println!("|---|---|--:|--:|--:|--:|");
}

fn compare(name: &str, folder: &Path, documents: &[Vec<u32>], precisions: &[Precision], is_text: bool) -> Result<()> {
    let mut exact: Option<Said> = None;
    for &precision in precisions {
        let said = listen(folder, documents, precision)?;
        let basis = exact.as_ref().unwrap_or(&said);
        let count = said.next.len() as f64;
        let kl: f64 = basis.scores.iter().zip(&said.scores).map(|(p, q)| kl_divergence(p, q)).sum();
        let same = basis.scores.iter().zip(&said.scores).filter(|(p, q)| argmax(p) == argmax(q)).count();
        let perplexity = if is_text {
            let change = said.perplexity() / basis.perplexity() - 1.0;
            format!("{:.4} | {:+.3} %", said.perplexity(), change * 100.0)
        } else {
            "- | -".into()
        };
        println!(
            "| {name} | {} | {perplexity} | {:.6} | {:.2} % |",
            precision.name(),
            kl / count,
            same as f64 / count * 100.0,
        );
        exact.get_or_insert(said);
    }
    Ok(())
}

/// Reads every document from a fresh state.
fn listen(folder: &Path, documents: &[Vec<u32>], precision: Precision) -> Result<Said> {
    let mut model = load(folder, "cpu", precision)?;
    let mut said = Said { scores: Vec::new(), next: Vec::new() };
    for document in documents {
        let mut state = State::try_new(model.config())?;
        for pair in document.windows(2) {
            said.scores.push(read(model.as_mut(), &pair[..1], 1, &mut state));
            said.next.push(pair[1]);
        }
    }
    Ok(said)
}

impl Said {
    fn perplexity(&self) -> f64 {
        let total: f64 = self.scores.iter().zip(&self.next).map(|(scores, &next)| loss(scores, next)).sum();
        (total / self.next.len() as f64).exp()
    }
}

/// Minus the log of the probability of `next`.
fn loss(scores: &[f32], next: u32) -> f64 {
    let top = scores.iter().fold(f32::MIN, |m, &x| m.max(x));
    let total: f64 = scores.iter().map(|&x| f64::from(x - top).exp()).sum();
    total.ln() - f64::from(scores[next as usize] - top)
}
