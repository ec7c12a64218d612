//! Chat turns: which text a new message adds to what the model has read.
//!
//! The model keeps a state, so nothing is read twice: the first turn feeds the whole rendered template, a later one
//! only what follows the last reply. To find that place, the whole conversation is rendered with a stand-in for the
//! last reply, and what follows the stand-in is fed. The marks that close a reply stopped the generation and were not
//! read then, so they are read now.
//!
//! Nearly all templates write a turn in the same way whatever came long before it. So the record forgets old turns. For
//! many turns, the text rendered from the last few turns alone is compared with the text rendered from all. Old turns
//! go only if the two were equal each time. If they differed once (a template may number the turns), all turns are
//! kept.
//!
//! ```
//! use mamba_web::conversation::{ChatTemplate, Message};
//! use mamba_web::tokenizer::TokenizerSettings;
//!
//! # fn main() -> mamba_web::Result<()> {
//! let source = "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% endfor %}<bot>";
//! let settings = TokenizerSettings::parse(None, Some(source))?;
//! if let Some(template) = ChatTemplate::new(&settings)? {
//!     let messages = [Message { role: "user".into(), content: "Hello".into() }];
//!     assert_eq!(template.render(&messages, true)?, "<user>Hello<bot>");
//! }
//! # Ok(())
//! # }
//! ```

mod chat;
mod python;
mod source;
mod template;

use serde::{Deserialize, Serialize};

pub use chat::render_chat;
pub use template::ChatTemplate;

use crate::error::{Error, Result};
use crate::tokenizer::Tokenizer;

/// A placeholder for a text, to find its place in the rendered template. Letters and digits only, so that trimming,
/// changes of quotes and JSON leave it alone; followed by a number that makes it one that no message contains.
const STAND_IN: &str = "StandInForTheReplyNumber";

/// The most bytes of a turn that the record keeps, so that it stays small for replies of any length. The state is the
/// model's memory; the record only says who spoke.
pub const RECORDED_BYTES: usize = 1 << 16;

/// Turns that have to be enough to render the next one, and turns for which that is tried before others are forgotten.
const FEW_TURNS: usize = 8;
const MANY_TURNS: usize = 64;

/// One message, as templates see it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Message {
    /// `system`, `user` or `assistant`.
    pub role: String,
    /// The text alone, without the template's marks.
    pub content: String,
}

impl Message {
    fn new(role: &str, content: &str) -> Self {
        Self { role: role.into(), content: content.into() }
    }
}

/// The turns so far, or the last ones of many.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Conversation {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    system: Option<String>,
    #[serde(default)]
    messages: Vec<Message>,
    /// Whether the template looks further back than the last few turns.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    needs_all: bool,
}

impl Conversation {
    /// A conversation with instructions before its first turn.
    ///
    /// # Errors
    /// [`Error::BadArgument`] when the template has no place for them.
    pub fn new(system: Option<&str>, template: Option<&ChatTemplate>) -> Result<Self> {
        let Some(system) = system.filter(|system| !system.trim().is_empty()) else { return Ok(Self::default()) };
        let refused = |why: &str| Error::BadArgument(format!("This model takes no system message: {why}."));
        let template = template.ok_or_else(|| refused("it is a base model without a chat template"))?;
        let messages = [Message::new("system", STAND_IN), Message::new("user", "Hello")];
        match template.render(&messages, true) {
            Ok(text) if text.contains(STAND_IN) => Ok(Self { system: Some(system.into()), ..Self::default() }),
            Ok(_) => Err(refused("its chat template leaves it out")),
            Err(error) => Err(refused(error.to_string().trim_end_matches('.'))),
        }
    }

    /// The turns so far, or the last ones of many.
    pub fn messages(&self) -> &[Message] {
        &self.messages
    }

    /// The text to feed for the user's next `message`, its words and the system's [guarded](Tokenizer::guard).
    ///
    /// # Errors
    /// [`Error::BadTokenizer`] when the template fails or leaves earlier replies out, so that the conversation cannot
    /// be continued from the state.
    pub fn next_turn(&mut self, message: &str, template: &ChatTemplate, tokenizer: &Tokenizer) -> Result<String> {
        let text = self.added_by(message, &self.messages, template, tokenizer)?;
        let few = self.messages.len().saturating_sub(2 * FEW_TURNS);
        if few > 0 && !self.needs_all {
            let of_few = self.added_by(message, &self.messages[few..], template, tokenizer);
            self.needs_all = of_few.as_ref() != Ok(&text);
        }
        Ok(text)
    }

    /// What `message` adds to the text of the turns `before`.
    fn added_by(
        &self,
        message: &str,
        before: &[Message],
        template: &ChatTemplate,
        tokenizer: &Tokenizer,
    ) -> Result<String> {
        let mut messages = Vec::with_capacity(before.len() + 2);
        let guarded = |role: &str, content: &str| Message::new(role, tokenizer.guard(content).as_str());
        messages.extend(self.system.as_deref().map(|system| guarded("system", system)));
        messages.extend(before.iter().map(|message| guarded(&message.role, &message.content)));
        let stand_in = (0_usize..)
            .map(|number| format!("{STAND_IN}{number}."))
            .find(|stand_in| !message.contains(stand_in) && !messages.iter().any(|m| m.content.contains(stand_in)))
            .unwrap_or_default(); // there are more numbers than messages
        let later = match messages.last_mut() {
            Some(last) if last.role == "assistant" => {
                last.content.clone_from(&stand_in);
                true
            }
            _ => false,
        };
        messages.push(guarded("user", message));
        let text = template.render(&messages, true)?;
        if !later {
            return Ok(text);
        }
        match text.split_once(&stand_in) {
            Some((_, new)) => Ok(new.to_owned()),
            None => Err(Error::BadTokenizer(
                "The chat template leaves earlier replies out, so this conversation cannot go on from what the model has read."
                    .into(),
            )),
        }
    }

    /// Notes that the message was read and the reply given (in full, or as far as it came). If there are many turns,
    /// old ones are forgotten unless the template needs them.
    pub fn record(&mut self, message: &str, reply: &str) {
        self.messages.push(Message::new("user", beginning(message)));
        self.messages.push(Message::new("assistant", beginning(reply)));
        if self.messages.len() > 2 * MANY_TURNS && !self.needs_all {
            self.messages.drain(..self.messages.len() - 2 * FEW_TURNS);
        }
    }

    /// Notes that the last reply goes on, if there is one.
    pub fn go_on(&mut self, more: &str) {
        if let Some(Message { content, .. }) = self.messages.last_mut() {
            content.push_str(more);
            content.truncate(beginning(content).len());
        }
    }
}

/// The text that the template writes after a finished reply, if it can be found. The mark that ends the turn comes
/// first.
pub fn after_reply(template: &ChatTemplate) -> Option<String> {
    let messages = [Message::new("user", "Hello"), Message::new("assistant", STAND_IN)];
    let text = template.render(&messages, false).ok()?;
    text.rsplit_once(STAND_IN).map(|(_, after)| after.to_owned())
}

/// At most [`RECORDED_BYTES`], whole characters.
pub fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(RECORDED_BYTES)]
}
