//! Macros with Python's rules for arguments: a default may use the arguments before it, stands for what was not given
//! (not for what is undefined), and there are `varargs` and `kwargs`.
//!
//! `{% macro f(a, b=a) %}` becomes a macro of names only, whose body begins with the defaults of those that are
//! `__missing`; `__macro` makes of it one that sorts its arguments (`python/macros.rs`).

use super::lexer::Kind;
use super::{Edits, Tag};

/// Macros inside each other; minijinja takes no more blocks either.
const MOST_OPEN: usize = 100;

/// The macros that are open at a tag.
#[derive(Default)]
pub(super) struct Macros(Vec<Open>);

/// `None` for a malformed signature; minijinja reports what is wrong with it.
struct Open {
    name: Option<String>,
    varargs: bool,
    kwargs: bool,
}

impl Macros {
    pub(super) fn rewrite(&mut self, tag: &Tag<'_>, edits: &mut Edits<'_>) -> Result<(), &'static str> {
        match tag.keyword() {
            Some("macro") => {
                let name = signature(tag, edits);
                self.0.push(Open { name, varargs: false, kwargs: false });
                if self.0.len() > MOST_OPEN {
                    return Err("nests too deeply");
                }
            }
            Some("endmacro") => {
                if let Some(Open { name: Some(name), varargs, kwargs }) = self.0.pop() {
                    let close = tag.tokens[tag.close()].range.start;
                    let set = format!("%}}{{% set {name} = __macro({name}, {varargs}, {kwargs}) ");
                    edits.replace(close..close, &set);
                }
            }
            _ => {
                for (index, token) in tag.tokens.iter().enumerate() {
                    let text = if token.kind == Kind::Name { tag.text(index) } else { "" };
                    for open in &mut self.0 {
                        open.varargs |= text == "varargs";
                        open.kwargs |= text == "kwargs";
                    }
                }
            }
        }
        Ok(())
    }
}

/// Writes the signature anew and gives the macro's name; `None` where it is not one.
fn signature(tag: &Tag<'_>, edits: &mut Edits<'_>) -> Option<String> {
    let close = tag.close();
    let well_formed = tag.tokens[2].kind == Kind::Name && tag.text(3) == "(" && close > 4 && tag.text(close - 1) == ")";
    if !well_formed {
        return None;
    }
    let depths = tag.depths();
    let mut names = Vec::new();
    let mut defaults = String::new();
    let mut index = 4;
    while index < close - 1 {
        let end = (index..close - 1).find(|&i| depths[i] == 1 && tag.text(i) == ",").unwrap_or(close - 1);
        let name = tag.text(index);
        if tag.tokens[index].kind != Kind::Name {
            return None;
        }
        match (end - index, tag.text(index + 1)) {
            (1, _) if defaults.is_empty() => {}
            (3.., "=") => {
                let value = edits.apply(tag.tokens[index + 2].range.start..tag.tokens[end - 1].range.end);
                defaults += &format!("%}}{{% if '{name}' in __missing %}}{{% set {name} = ({value}) %}}{{% endif ");
            }
            _ => return None,
        }
        names.push(name);
        index = end + 1;
    }
    let mut list = String::new();
    for name in names {
        list += name;
        list += ", ";
    }
    let range = tag.tokens[3].range.start..tag.tokens[close].range.start;
    edits.list.retain(|(edit, ..)| edit.start < range.start || edit.end > range.end);
    edits.replace(range, &format!("({list}__missing, varargs, kwargs) {defaults}"));
    Some(tag.text(2).to_owned())
}
