//! Chat templates in the dialect of Hugging Face transformers.
//!
//! `source/` rewrites a template's source for minijinja, and `python/` adds Python's types, methods and filters.
//! tests/suite/template.rs compares thousands of templates with Python's jinja2.

use minijinja::value::Value;
use minijinja::{Environment, ErrorKind, UndefinedBehavior, syntax::SyntaxConfig};

use super::{Message, python, source};
use crate::error::{Error, Result};
use crate::tokenizer::TokenizerSettings;

/// Work that a template may do, in minijinja's units (an instruction, or 64 bytes written). It bounds the time
/// (about 0.1 s; tests/suite/template.rs prints it for hostile ones) and the memory (64 bytes a unit, 32 MB).
const FUEL: u64 = 500_000;
/// Work for each message, besides that for its bytes.
const MESSAGE_FUEL: u64 = 500;
/// A longer template is refused.
const MOST_SOURCE: usize = 1 << 20;

/// A checkpoint's chat template, ready to render.
#[derive(Debug)]
pub struct ChatTemplate {
    environment: Environment<'static>,
    special_tokens: Vec<(String, String)>,
}

impl ChatTemplate {
    /// `None` when the checkpoint has none: a base model.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] with the template's line when it does not parse.
    pub fn new(settings: &TokenizerSettings) -> Result<Option<Self>> {
        let Some(source) = &settings.chat_template else { return Ok(None) };
        if source.len() > MOST_SOURCE {
            return Err(Error::BadTokenizer(format!("The chat template has {} bytes.", source.len())));
        }
        let mut environment = Environment::new();
        let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build().map_err(sentence)?;
        environment.set_syntax(syntax);
        environment.set_undefined_behavior(UndefinedBehavior::Lenient);
        python::install(&mut environment);
        let source =
            source::translate(source).map_err(|why| Error::BadTokenizer(format!("The chat template {why}.")))?;
        environment.add_template_owned("chat_template", source).map_err(sentence)?;
        let special_tokens = settings.special_tokens().map(|(name, text)| (name.to_owned(), text.to_owned())).collect();
        Ok(Some(Self { environment, special_tokens }))
    }

    /// Renders the messages, as `apply_chat_template(tokenize=False)` does.
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] with what `raise_exception` said, or with the line that failed.
    pub fn render(&self, messages: &[Message], add_generation_prompt: bool) -> Result<String> {
        let size = messages.iter().map(|message| message.content.len()).sum();
        let message = |m: &Message| Value::from_pairs([("role", m.role.as_str()), ("content", m.content.as_str())]);
        self.render_value(messages.iter().map(message).collect(), size, add_generation_prompt)
    }

    /// As [`ChatTemplate::render`], for messages with other fields than role and content; `size` bytes of text.
    pub fn render_value(&self, messages: Value, size: usize, add_generation_prompt: bool) -> Result<String> {
        self.render_with(messages, size, add_generation_prompt, &[])
    }

    /// As [`ChatTemplate::render_value`], with `more` variables. What transformers always passes (`tools`, `documents`)
    /// is None by default, not undefined.
    pub fn render_with(
        &self,
        messages: Value,
        size: usize,
        add_generation_prompt: bool,
        more: &[(&str, Value)],
    ) -> Result<String> {
        let none = || Value::from(());
        let fuel = FUEL + size as u64 + messages.len().unwrap_or(0) as u64 * MESSAGE_FUEL;
        let tokens = self.special_tokens.iter().map(|(name, text)| (name.as_str(), Value::from(text.as_str())));
        let others = [
            ("messages", messages),
            ("tools", none()),
            ("documents", none()),
            ("add_generation_prompt", Value::from(add_generation_prompt)),
        ];
        let mut environment = self.environment.clone();
        environment.set_fuel(Some(fuel));
        let template = environment.get_template("chat_template").map_err(sentence)?;
        template.render(Value::from_pairs(tokens.chain(others).chain(more.iter().cloned()))).map_err(sentence)
    }
}

fn sentence(error: minijinja::Error) -> Error {
    // What `raise_exception` was given is for people; everything else is for who wrote the template.
    if error.kind() == ErrorKind::InvalidOperation
        && let Some(said) = error.detail().and_then(|detail| detail.strip_prefix(python::RAISED))
    {
        return Error::BadTokenizer(format!("The chat template says: {said}"));
    }
    if error.kind() == ErrorKind::OutOfFuel {
        return Error::BadTokenizer("The chat template does not come to an end.".into());
    }
    let line = error.line().map_or(String::new(), |line| format!(" in line {line}"));
    let detail = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
    Error::BadTokenizer(format!("The chat template fails{line}: {detail}."))
}
