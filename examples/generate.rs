//! The native command: reads a prompt, writes what the model makes of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use lexopt::prelude::*;
use mamba_web::backend::{Name, Precision};
use mamba_web::engine::{Info, Options};
use mamba_web::generation::{Input, Request, Saving, Session, Stats, Step, Text};
use mamba_web::sampler::Settings;
use mamba_web::state::Packing;
use mamba_web::{Engine, Error, Result};
use serde::Serialize;

const HELP: &str = "\
cargo run --release --example generate -- --model PATH (--prompt TEXT | --ids \"8262 849 403\") [options]

  --model PATH         a folder with config.json, tokenizer.json, model.safetensors ..., any file of one, or a GGUF
                       file (of a split one any part)
  --backend NAME       gpu, cpu or reference (default: the faster one of gpu and cpu)
  --precision NAME     f32, f16 (gpu only), int8 (default on the cpu backend) or int4
  --threads N          threads of the cpu backend, at most N (default: as many as are of use)
  --prompt TEXT        raw text to continue; may be empty after --load-state
  --ids \"1 2 3\"        the same as token ids
  --tokens N           tokens to generate (64)
  --temperature X      0 takes the best token always; the default without other sampling options,
                       else what the model recommends
  --top-k N  --top-p X  --min-p X  --seed N
                       sampling; off (and seed 0) unless given
  --logits FILE        write the scores of the token after the prompt, little-endian f32
  --ids-out            print the generated ids, space separated, on one line, instead of text
  --load-state FILE    go on from a saved state
  --text-out FILE      write the text that the loaded state has with it, such as a chat
  --save-state FILE    save the state after the last token
  --packing NAME       how it is saved: f32 (exact, the default), f16 or int8
  --save-text FILE     a text to save with it
  --bench              print prefill and decode tokens/s as JSON instead of text";

#[derive(Default)]
struct Arguments {
    model: Option<PathBuf>,
    backend: Option<String>,
    precision: Option<String>,
    threads: Option<usize>,
    prompt: Option<Text>,
    tokens: Option<usize>,
    temperature: Option<f32>,
    top_k: Option<u32>,
    top_p: Option<f32>,
    min_p: Option<f32>,
    seed: Option<u64>,
    logits: Option<PathBuf>,
    ids_out: bool,
    text_out: Option<PathBuf>,
    save_state: Option<PathBuf>,
    packing: Option<String>,
    save_text: Option<PathBuf>,
    load_state: Option<PathBuf>,
    bench: bool,
    help: bool,
}

fn main() -> ExitCode {
    match parse().and_then(run) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let message = error.to_string().replace('\n', " ");
            eprintln!("error[{}]: {message} ({})", error.code(), error.hint());
            ExitCode::FAILURE
        }
    }
}

fn parse() -> Result<Arguments> {
    parse_from(lexopt::Parser::from_env())
        .map_err(|error| Error::BadArgument(format!("The command cannot be understood: {error}; --help lists all.")))
}

fn parse_from(mut parser: lexopt::Parser) -> std::result::Result<Arguments, lexopt::Error> {
    let mut a = Arguments::default();
    while let Some(argument) = parser.next()? {
        match argument {
            Long("model") => a.model = Some(parser.value()?.into()),
            Long("backend") => a.backend = Some(parser.value()?.string()?),
            Long("precision") => a.precision = Some(parser.value()?.string()?),
            Long("threads") => {
                let threads = parser.value()?.parse::<usize>()?;
                if threads == 0 {
                    return Err("--threads must be at least 1".into());
                }
                a.threads = Some(threads);
            }
            Long("prompt") => a.prompt = Some(parser.value()?.string()?.into()),
            Long("ids") => {
                let ids = parser.value()?.parse_with(|list| list.split_whitespace().map(str::parse).collect())?;
                a.prompt = Some(Text::Ids(ids));
            }
            Long("tokens") => a.tokens = Some(parser.value()?.parse()?),
            Long("temperature") => a.temperature = Some(parser.value()?.parse()?),
            Long("top-k") => a.top_k = Some(parser.value()?.parse()?),
            Long("top-p") => a.top_p = Some(parser.value()?.parse()?),
            Long("min-p") => a.min_p = Some(parser.value()?.parse()?),
            Long("seed") => a.seed = Some(parser.value()?.parse()?),
            Long("logits") => a.logits = Some(parser.value()?.into()),
            Long("ids-out") => a.ids_out = true,
            Long("text-out") => a.text_out = Some(parser.value()?.into()),
            Long("packing") => a.packing = Some(parser.value()?.string()?),
            Long("save-text") => a.save_text = Some(parser.value()?.into()),
            Long("save-state") => a.save_state = Some(parser.value()?.into()),
            Long("load-state") => a.load_state = Some(parser.value()?.into()),
            Long("bench") => a.bench = true,
            Long("help") | Short('h') => a.help = true,
            _ => return Err(argument.unexpected()),
        }
    }
    Ok(a)
}

fn run(a: Arguments) -> Result<()> {
    if a.help {
        println!("{HELP}");
        return Ok(());
    }
    let missing = |what: &str| Error::BadArgument(format!("{what} is missing; --help lists all."));
    let model = a.model.as_deref().ok_or_else(|| missing("--model PATH"))?;
    let prompt = a.prompt.clone().ok_or_else(|| missing("--prompt TEXT or --ids LIST"))?;
    let options = Options {
        backend: Name::parse(a.backend.as_deref().unwrap_or("auto"))?,
        precision: Precision::parse(a.precision.as_deref().unwrap_or("auto"))?,
        threads: a.threads,
        ..Options::default()
    };
    let mut engine = Engine::open(model, &options)?;
    let packing = a.packing.as_deref().map_or(Ok(Packing::F32), Packing::parse)?;
    let text = match &a.save_text {
        Some(file) => Some(std::fs::read_to_string(file).map_err(|error| disk(file, &error))?),
        None => None,
    };
    let mut session = match &a.load_state {
        Some(file) => engine.restore(&std::fs::read(file).map_err(|error| disk(file, &error))?)?,
        None => engine.session(None)?,
    };
    if let Some(file) = &a.text_out {
        let none = || Error::NotFound("There is no text with this state.".into());
        write(file, session.take_text().ok_or_else(none)?.as_bytes())?;
    }
    let tokens = a.tokens.unwrap_or(64);
    // The scores after the prompt are wanted before any token follows, so it is read on its own.
    let nothing_to_read = matches!(&prompt, Text::Words(words) if words.is_empty());
    if nothing_to_read && a.load_state.is_none() {
        return Err(Error::BadArgument("The prompt is empty.".into()));
    }
    if !nothing_to_read {
        session.begin(&engine, engine.request(Input::Read(prompt)))?;
        while !matches!(session.advance(&mut engine)?, Step::End { .. }) {}
    }
    let prefill = session.stats();
    if let Some(file) = &a.logits {
        let bytes: Vec<u8> = session.logits()?.iter().flat_map(|score| score.to_le_bytes()).collect();
        write(file, &bytes)?;
    }
    if tokens > 0 {
        let settings = settings(&a, &engine);
        let request = Request { input: Input::Prompt("".into()), settings, max_tokens: tokens, stop: Vec::new() };
        session.begin(&engine, request)?;
        answer(&a, &mut session, &mut engine)?;
    }
    if a.bench {
        bench(&engine, prefill, &session);
    }
    if let Some(file) = &a.save_state {
        write(file, &session.save(&engine, Saving { packing, text: text.as_deref() })?)?;
    }
    Ok(())
}

/// Greedy unless an option of sampling is given; what is not given is off.
fn settings(a: &Arguments, engine: &Engine) -> Settings {
    let sampled = a.top_k.is_some() || a.top_p.is_some() || a.min_p.is_some();
    let recommended = if sampled { engine.defaults().settings.temperature } else { 0.0 };
    Settings {
        temperature: a.temperature.unwrap_or(recommended),
        top_k: a.top_k.unwrap_or(0),
        top_p: a.top_p.unwrap_or(1.0),
        min_p: a.min_p.unwrap_or(0.0),
        seed: a.seed.unwrap_or(0),
        ..Settings::default()
    }
}

/// Prints the text as it comes, or the ids at the end.
fn answer(a: &Arguments, session: &mut Session, engine: &mut Engine) -> Result<()> {
    let mut out = std::io::stdout().lock();
    let mut ids = Vec::new();
    loop {
        let (text, ended) = match session.advance(engine)? {
            Step::Waiting | Step::Prefill { .. } => continue,
            Step::Token { id, text } => {
                ids.push(id.to_string());
                (text, false)
            }
            Step::End { text, .. } => (text, true),
        };
        let printed = if a.bench {
            Ok(())
        } else if a.ids_out {
            if ended { writeln!(out, "{}", ids.join(" ")) } else { Ok(()) }
        } else {
            write!(out, "{text}{}", if ended { "\n" } else { "" }).and_then(|()| out.flush())
        };
        // Whoever closed the pipe has read enough.
        if printed.is_err() {
            session.cancel();
            return Ok(());
        }
        if ended {
            return Ok(());
        }
    }
}

fn bench(engine: &Engine, prefill: Stats, session: &Session) {
    #[derive(Serialize)]
    #[serde(rename_all = "camelCase")]
    struct Report {
        info: Info,
        prefill_tokens: usize,
        prefill_tokens_per_second: f64,
        decode_tokens: usize,
        decode_tokens_per_second: f64,
    }
    let decode = session.stats();
    let report = Report {
        info: engine.info(),
        prefill_tokens: prefill.prompt_tokens,
        prefill_tokens_per_second: match prefill.prefill_ms {
            0.0 => 0.0,
            ms => prefill.prompt_tokens as f64 / ms * 1e3,
        },
        decode_tokens: decode.tokens,
        decode_tokens_per_second: decode.tokens_per_second(),
    };
    println!("{}", serde_json::to_string(&report).unwrap_or_default()); // numbers and strings always serialise
}

fn write(file: &Path, bytes: &[u8]) -> Result<()> {
    std::fs::write(file, bytes).map_err(|error| disk(file, &error))
}

fn disk(file: &Path, error: &std::io::Error) -> Error {
    match error.kind() {
        std::io::ErrorKind::NotFound => Error::NotFound(format!("There is no file {}.", file.display())),
        _ => Error::BadArgument(format!("{} cannot be used ({error}).", file.display())),
    }
}
