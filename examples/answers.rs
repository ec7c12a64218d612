//! Plays many chats to their ends, greedily, as the page would answer them: for evaluations that compare models.
//!
//!     cargo run --release --example answers -- MODEL [PRECISION] < chats.jsonl > answers.jsonl
//!
//! A line of the input is a chat, a JSON list of what its user says; the line of the output has the answers to it.

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Session, Step};
use mamba_web::{Engine, Error, Result};

fn main() -> ExitCode {
    let Some(model) = std::env::args_os().nth(1) else {
        eprintln!("usage: cargo run --release --example answers -- MODEL [PRECISION] < chats.jsonl > answers.jsonl");
        return ExitCode::FAILURE;
    };
    let precision = std::env::args().nth(2).unwrap_or_else(|| "auto".into());
    let answered = Precision::parse(&precision).and_then(|precision| {
        let options = Options { backend: Some(Name::Cpu), precision, ..Options::default() };
        answers(Path::new(&model), &options, std::io::stdin().lock(), &mut std::io::stdout())
    });
    match answered {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error} ({})", error.hint());
            ExitCode::FAILURE
        }
    }
}

/// Answers the chats of `input` in order.
///
/// # Errors
/// When the model cannot be loaded, a line is not a list of texts, or the output is closed.
pub fn answers(model: &Path, options: &Options, input: impl BufRead, out: &mut impl Write) -> Result<()> {
    let mut engine = Engine::open(model, options)?;
    for (line, number) in input.lines().zip(1..) {
        let bad = |why: String| Error::BadArgument(format!("Line {number} of the chats cannot be read ({why})."));
        let line = line.map_err(|error| bad(error.to_string()))?;
        let chat: Vec<String> = serde_json::from_str(&line).map_err(|error| bad(error.to_string()))?;
        let mut session = engine.session(None)?;
        let answers =
            chat.into_iter().map(|message| answer(&mut engine, &mut session, message)).collect::<Result<Vec<_>>>()?;
        serde_json::to_writer(&mut *out, &answers)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(out))
            .and_then(|()| out.flush())
            .map_err(|error| Error::BadArgument(format!("The output is closed ({error}).")))?;
    }
    Ok(())
}

fn answer(engine: &mut Engine, session: &mut Session, message: String) -> Result<String> {
    let mut request = engine.request(Input::Message(message));
    request.settings.temperature = 0.0;
    session.begin(engine, request)?;
    let mut answer = String::new();
    loop {
        match session.advance(engine)? {
            Step::Waiting | Step::Prefill { .. } => {}
            Step::Token { text, .. } => answer.push_str(&text),
            Step::End { text, .. } => return Ok((answer + &text).trim().to_owned()),
        }
    }
}
