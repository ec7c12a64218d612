//! Plays many chats to their ends, as the page would answer them: for evaluations that compare models or settings.

use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::Options;
use mamba_web::generation::{Input, Session, Step};
use mamba_web::{Engine, Error, Result};

const HELP: &str = "\
cargo run --release --example answers -- MODEL [options] < chats.jsonl > answers.jsonl

A line of the input is a chat, a JSON list of what its user says; the line of the output has the answers to it.

  --precision NAME     f32, int8 (default) or int4
  --temperature X  --top-p X  --min-p X
                       sampling; else the best token always
  --seed N             the first chat's; each chat has the next one";

/// How the answers are sampled.
#[derive(Default)]
pub struct Sampling {
    /// 0 takes the best token always.
    pub temperature: f32,
    pub top_p: Option<f32>,
    pub min_p: Option<f32>,
    /// The first chat's.
    pub seed: u64,
}

fn main() -> ExitCode {
    let (model, options, sampling) = match parse(lexopt::Parser::from_env()) {
        Ok(Some(arguments)) => arguments,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("{error}\n{HELP}");
            return ExitCode::FAILURE;
        }
    };
    match answers(&model, &options, &sampling, std::io::stdin().lock(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error} ({})", error.hint());
            ExitCode::FAILURE
        }
    }
}

fn parse(mut parser: lexopt::Parser) -> std::result::Result<Option<(PathBuf, Options, Sampling)>, lexopt::Error> {
    let mut options = Options { backend: Some(Name::Cpu), ..Options::default() };
    let (mut model, mut sampling) = (None, Sampling::default());
    while let Some(argument) = parser.next()? {
        match argument {
            Long("precision") => {
                options.precision = Precision::parse(&parser.value()?.string()?)
                    .map_err(|error| lexopt::Error::Custom(error.into()))?;
            }
            Long("temperature") => sampling.temperature = parser.value()?.parse()?,
            Long("top-p") => sampling.top_p = Some(parser.value()?.parse()?),
            Long("min-p") => sampling.min_p = Some(parser.value()?.parse()?),
            Long("seed") => sampling.seed = parser.value()?.parse()?,
            Long("help") | Short('h') => return Ok(None),
            Value(path) if model.is_none() => model = Some(PathBuf::from(path)),
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(Some((model.ok_or("the model's folder is missing")?, options, sampling)))
}

/// Answers the chats of `input` in order.
///
/// # Errors
/// When the model cannot be loaded, a setting is out of range, a line is not a list of texts, or the output is closed.
pub fn answers(
    model: &Path,
    options: &Options,
    sampling: &Sampling,
    input: impl BufRead,
    out: &mut impl Write,
) -> Result<()> {
    let mut engine = Engine::open(model, options)?;
    for (line, number) in input.lines().zip(1..) {
        let bad = |why: String| Error::BadArgument(format!("Line {number} of the chats cannot be read ({why})."));
        let line = line.map_err(|error| bad(error.to_string()))?;
        let chat: Vec<String> = serde_json::from_str(&line).map_err(|error| bad(error.to_string()))?;
        let mut session = engine.session(None)?;
        let of_chat = Sampling { seed: sampling.seed + number - 1, ..*sampling };
        let answers = chat
            .into_iter()
            .map(|message| answer(&mut engine, &mut session, message, &of_chat))
            .collect::<Result<Vec<_>>>()?;
        serde_json::to_writer(&mut *out, &answers)
            .map_err(std::io::Error::from)
            .and_then(|()| writeln!(out))
            .and_then(|()| out.flush())
            .map_err(|error| Error::BadArgument(format!("The output is closed ({error}).")))?;
    }
    Ok(())
}

fn answer(engine: &mut Engine, session: &mut Session, message: String, sampling: &Sampling) -> Result<String> {
    let mut request = engine.request(Input::Message(message));
    let settings = &mut request.settings;
    settings.temperature = sampling.temperature;
    settings.top_p = sampling.top_p.unwrap_or(settings.top_p);
    settings.min_p = sampling.min_p.unwrap_or(settings.min_p);
    settings.seed = sampling.seed;
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
