//! A chat in the terminal. The state after each answer can be saved, loaded, and kept to come back to.
//!
//!     cargo run --release --example chat -- www/models/default

use std::io::{BufRead, Write};
use std::path::Path;
use std::process::ExitCode;

use mamba_web::engine::Options;
use mamba_web::generation::{Input, Session, Step};
use mamba_web::{Engine, Error, Result};

const HELP: &str = "/save FILE  /load FILE  /fork (keeps this point)  /back (to the point that was kept last)  /quit";

fn main() -> ExitCode {
    let Some(model) = std::env::args_os().nth(1) else {
        eprintln!("usage: cargo run --release --example chat -- MODEL");
        return ExitCode::FAILURE;
    };
    match chat(Path::new(&model), &Options::default(), std::io::stdin().lock(), &mut std::io::stdout()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error} ({})", error.hint());
            ExitCode::FAILURE
        }
    }
}

/// Talks until the input ends. A command that fails says why, and the chat goes on.
///
/// # Errors
/// When the model cannot be loaded, or the output is closed.
pub fn chat(model: &Path, options: &Options, input: impl BufRead, out: &mut impl Write) -> Result<()> {
    let mut engine = Engine::open(model, options)?;
    let mut session = engine.session(None)?;
    let mut kept: Vec<Session> = Vec::new();
    say(out, &format!("{HELP}\n"))?;
    for line in input.lines() {
        let line = line.map_err(|error| Error::BadArgument(format!("The input cannot be read ({error}).")))?;
        let line = line.trim();
        let done = match line.split_once(' ').unwrap_or((line, "")) {
            ("", _) => continue,
            ("/quit", _) => return Ok(()),
            ("/save", file) => save(&engine, &session, file),
            ("/load", file) => load(&engine, file).map(|loaded| session = loaded),
            ("/fork", _) => session.fork().map(|fork| kept.push(fork)),
            ("/back", _) => kept
                .pop()
                .map(|fork| session = fork)
                .ok_or_else(|| Error::BadArgument("No point has been kept; /fork keeps one.".into())),
            (word, _) if word.starts_with('/') => Err(Error::BadArgument(format!("{word} is no command: {HELP}"))),
            _ => answer(&mut engine, &mut session, line, out),
        };
        if let Err(error) = done {
            say(out, &format!("{error}\n"))?;
        }
    }
    Ok(())
}

fn answer(engine: &mut Engine, session: &mut Session, message: &str, out: &mut impl Write) -> Result<()> {
    let request = engine.request(Input::Message(message.into()));
    session.begin(engine, request)?;
    loop {
        match session.advance(engine)? {
            Step::Waiting | Step::Prefill { .. } => {}
            Step::Token { text, .. } => say(out, &text)?,
            Step::End { text, .. } => return say(out, &format!("{text}\n")),
        }
    }
}

fn save(engine: &Engine, session: &Session, file: &str) -> Result<()> {
    std::fs::write(file, session.snapshot(engine)?)
        .map_err(|error| Error::BadArgument(format!("{file} cannot be written ({error}).")))
}

fn load(engine: &Engine, file: &str) -> Result<Session> {
    let bytes = std::fs::read(file).map_err(|error| Error::NotFound(format!("{file} cannot be read ({error}).")))?;
    engine.restore(&bytes)
}

fn say(out: &mut impl Write, text: &str) -> Result<()> {
    write!(out, "{text}")
        .and_then(|()| out.flush())
        .map_err(|error| Error::BadArgument(format!("The output is closed ({error}).")))
}
