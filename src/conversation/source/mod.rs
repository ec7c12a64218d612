//! Translates a template from jinja2's dialect to minijinja's: newlines, texts, tags and operators that minijinja lacks
//! or reads differently. All of it works on tokens, so raw blocks, comments and texts stay as they are.
//!
//! Inserted functions have names that begin with two underscores; `python/` implements them.

mod lexer;
mod macros;
mod operators;

use std::ops::Range;

use lexer::{Kind, Token};

/// Levels of brackets, operators, filters and attributes in one expression. minijinja bounds brackets and blocks by
/// itself, but not chains of operators, which would go through the stack of a browser.
const MOST_LEVELS: usize = 250;
/// Tokens of one tag.
const MOST_TOKENS: usize = 5_000;
/// `elif`s of one `if`, each of which is one more block inside the other for minijinja.
const MOST_BRANCHES: usize = 100;

/// The source for minijinja, or why there is none (without "The chat template").
pub(super) fn translate(source: &str) -> Result<String, String> {
    let source = lexer::normalise_newlines(source);
    let (tags, raws) = lexer::tags(&source);
    let mut edits = Edits { source: &source, list: Vec::new() };
    for end in raws {
        // jinja2 keeps the newline after `{% raw %}`.
        edits.replace(end..end, "+");
    }
    let mut branches = Vec::new();
    let mut macros = macros::Macros::default();
    for tag in &tags {
        let tag = Tag { source: &source, tokens: tag };
        let line = || source[..tag.tokens[0].range.start].matches('\n').count() + 1;
        if tag.tokens.len() > MOST_TOKENS || tag.levels() > MOST_LEVELS {
            return Err(format!("nests too deeply in line {}", line()));
        }
        match tag.keyword() {
            Some("if") => branches.push(0_usize),
            Some("elif") => {
                if let Some(count) = branches.last_mut() {
                    *count += 1;
                    if *count > MOST_BRANCHES {
                        return Err(format!("has too many branches in line {}", line()));
                    }
                }
            }
            Some("endif") => drop(branches.pop()),
            _ => {}
        }
        let mut own = Edits { source: &source, list: Vec::new() };
        texts(&tag, &mut own).map_err(|what| format!("has {what} in line {}", line()))?;
        statement(&tag, &mut own).map_err(|what| format!("{what} in line {}", line()))?;
        operators::rewrite(&tag, &mut own);
        macros.rewrite(&tag, &mut own).map_err(|what| format!("{what} in line {}", line()))?;
        edits.list.append(&mut own.list);
    }
    Ok(edits.apply(0..source.len()))
}

/// One tag.
#[derive(Clone, Copy)]
struct Tag<'a> {
    source: &'a str,
    tokens: &'a [Token],
}

impl<'a> Tag<'a> {
    fn text(&self, index: usize) -> &'a str {
        self.tokens.get(index).map_or("", |token| &self.source[token.range.clone()])
    }

    /// Whether this is `{% ... %}`.
    fn is_block(&self) -> bool {
        self.text(0).starts_with("{%")
    }

    /// The word after `{%`.
    fn keyword(&self) -> Option<&'a str> {
        (self.is_block() && self.tokens[1].kind == Kind::Name).then(|| self.text(1))
    }

    /// The index of the closing token.
    fn close(&self) -> usize {
        self.tokens.len() - 1
    }

    fn opens(&self, index: usize) -> bool {
        self.tokens[index].kind == Kind::Operator && matches!(self.text(index), "(" | "[" | "{")
    }

    fn closes(&self, index: usize) -> bool {
        self.tokens[index].kind == Kind::Operator && matches!(self.text(index), ")" | "]" | "}")
    }

    /// For each token how many brackets it is in; a bracket itself is outside.
    fn depths(&self) -> Vec<usize> {
        let mut depth = 0_usize;
        (0..self.tokens.len())
            .map(|index| {
                depth = depth.saturating_sub(usize::from(self.closes(index)));
                let here = depth;
                depth += usize::from(self.opens(index));
                here
            })
            .collect()
    }

    /// A bound of how deep the tree of an expression is: for each open bracket, what stands before it in its item.
    fn levels(&self) -> usize {
        let mut open = vec![0_usize];
        let (mut sum, mut most) = (0_usize, 0);
        for index in 1..self.close() {
            let text = self.text(index);
            let level = match self.tokens[index].kind {
                Kind::Operator => !self.closes(index),
                Kind::Name => matches!(text, "not" | "if" | "else" | "and" | "or" | "is" | "in"),
                _ => false,
            };
            if let Some(count) = open.last_mut() {
                if level && matches!(text, "," | ":") {
                    sum -= std::mem::take(count);
                } else {
                    *count += usize::from(level);
                    sum += usize::from(level);
                }
            }
            most = most.max(sum);
            if self.opens(index) {
                open.push(0);
            } else if self.closes(index) && open.len() > 1 {
                sum -= open.pop().unwrap_or(0);
            }
        }
        most
    }

    /// The first token from `from` on, outside brackets, that `is` holds for; else the closing one.
    fn find(&self, from: usize, is: impl Fn(&str, Kind) -> bool) -> usize {
        let depths = self.depths();
        (from..self.close()).find(|&i| depths[i] == 0 && is(self.text(i), self.tokens[i].kind)).unwrap_or(self.close())
    }
}

/// Replacements and insertions, of which those at one place keep the order in which they were made.
struct Edits<'a> {
    source: &'a str,
    list: Vec<(Range<usize>, i64, String)>,
}

impl Edits<'_> {
    fn replace(&mut self, range: Range<usize>, text: &str) {
        self.list.push((range, 0, text.to_owned()));
    }

    /// What opens before `range`: the widest first.
    fn open(&mut self, range: &Range<usize>, text: &str) {
        self.list.push((range.start..range.start, -(range.end as i64), text.to_owned()));
    }

    /// What closes after `range`: before everything that opens there.
    fn close(&mut self, range: &Range<usize>, text: &str) {
        self.list.push((range.end..range.end, i64::MIN + range.len() as i64, text.to_owned()));
    }

    /// The part of the source with its edits.
    fn apply(&self, part: Range<usize>) -> String {
        let mut edits: Vec<_> =
            self.list.iter().filter(|(range, ..)| part.start <= range.start && range.end <= part.end).collect();
        edits.sort_by_key(|(range, order, _)| (range.start, range.end, *order));
        let mut text = String::with_capacity(part.len() * 2);
        let mut at = part.start;
        for (range, _, new) in edits {
            // A part that was replaced as a whole has its own edits inside.
            if range.start < at {
                continue;
            }
            text.push_str(&self.source[at..range.start]);
            text.push_str(new);
            at = range.end;
        }
        text.push_str(&self.source[at..part.end]);
        text
    }
}

/// Texts with escapes, as Python reads them.
fn texts(tag: &Tag<'_>, edits: &mut Edits<'_>) -> Result<(), &'static str> {
    for token in tag.tokens.iter().filter(|token| token.kind == Kind::Text) {
        let raw = &tag.source[token.range.start + 1..token.range.end - 1];
        if raw.contains('\\') {
            let text = lexer::unescape(raw).ok_or("a text with an escape that is not known")?;
            edits.replace(token.range.clone(), &lexer::literal(&text));
        }
    }
    Ok(())
}

/// Blocks that minijinja lacks, and values that a statement gives a name to.
fn statement(tag: &Tag<'_>, edits: &mut Edits<'_>) -> Result<(), &'static str> {
    for index in 1..tag.close() {
        // minijinja divides by the number of arguments.
        if tag.text(index) == "cycle" && tag.text(index - 1) == "." && tag.text(index + 1) == "(" {
            edits.replace(tag.tokens[index].range.clone(), "__cycle");
        }
    }
    let is = |what: &'static str| move |text: &str, kind: Kind| kind != Kind::Text && text == what;
    let mut wrap = |from: usize, to: usize, function: &str| {
        if from < to {
            let range = tag.tokens[from].range.start..tag.tokens[to - 1].range.end;
            edits.open(&range, &format!("{function}(("));
            edits.close(&range, "))");
        }
    };
    match tag.keyword() {
        // A call block in transformers: what is set inside stays inside.
        Some("generation") if tag.close() == 2 => edits.replace(tag.tokens[1].range.clone(), "with"),
        Some("endgeneration") if tag.close() == 2 => edits.replace(tag.tokens[1].range.clone(), "endwith"),
        Some("set") => {
            let equals = tag.find(2, is("="));
            if (2..equals).any(|i| tag.text(i) == "." && tag.text(i + 1).starts_with('_')) {
                return Err("stores an attribute that begins with an underscore");
            }
            // A text can be unpacked too.
            let unpacked = tag.find(2, is(",")) < equals;
            wrap(equals + 1, tag.close(), if unpacked { "__iterated" } else { "__kept" });
        }
        Some("with") => {
            let mut from = 2;
            while from < tag.close() {
                let equals = tag.find(from, is("="));
                let comma = tag.find(equals, is(","));
                wrap(equals + 1, comma, "__kept");
                from = comma + 1;
            }
        }
        Some("for") => {
            let from = tag.find(2, is("in")) + 1;
            let to = tag.find(from, |text, kind| kind == Kind::Name && text == "if");
            let recursive = to == tag.close() && tag.text(to - 1) == "recursive" && to - 1 > from;
            wrap(from, to - usize::from(recursive), "__iterated");
        }
        _ => {}
    }
    Ok(())
}

#[cfg(test)]
mod unit_tests {
    use super::translate;

    #[test]
    fn only_tags_are_written_anew() {
        for (source, expected) in [
            ("{{ '%s' % a }} % ~", "{{ __mod('%s' , a) }} % ~"),
            ("{{ a ~ b ~ c % d }}", "{{ __concat(a , b , __mod(c , d)) }}"),
            ("{{ a + b - c + d + e }}", "{{ __add(__add(a , b) - c , d , e) }}"),
            ("{{ a - b + c * -d }}", "{{ __add(a - b , c * -d) }}"),
            ("{{ a % b % c }}", "{{ __mod(__mod(a , b) , c) }}"),
            ("{{ f(a % b, *c) * 2 ** d }}", "{{ f(__mod(a , b), *c) * 2 ** d }}"),
            ("{{ a not in b and not c in d }}", "{{ __not_in(a , b) and not __in(c , d) }}"),
            ("{{ a is in [1] and b is not none }}", "{{ a is in [1] and b is not none }}"),
            ("{{ 1 < 2 < 3 }}", "{{ 1 < 2 < 3 }}"),
            ("{% for a in b if a == c %}", "{% for a in __iterated((b)) if __eq(a , c) %}"),
            ("{% for a in b ~ c recursive %}", "{% for a in __iterated((__concat(b , c))) recursive %}"),
            ("{% set a.b = -1 ~ +2 -%}", "{% set a.b = __kept((__concat(-1 ,  2))) -%}"),
            (
                "{%- raw -%}{{ a % b }}{% endraw %}{# {{ a % b }} #}",
                "{%- raw -%}{{ a % b }}{% endraw %}{# {{ a % b }} #}",
            ),
            ("{% raw %}\n{{ a % b }}{% endraw %}", "{% raw +%}\n{{ a % b }}{% endraw %}"),
            ("{{ '\\x41\\u00e9' 'a % b' }}", "{{ 'Aé' 'a % b' }}"),
            ("{%- generation +%}\r\n{% endgeneration %}\r", "{%- with +%}\n{% endwith %}\n"),
            ("{{ {'a': {'b': 1}} ~ 'x' }}", "{{ __concat({'a': {'b': 1}} , 'x') }}"),
            ("{{ a ~ b", "{{ a ~ b"),
        ] {
            assert_eq!(translate(source).as_deref(), Ok(expected), "{source}");
        }
    }

    #[test]
    fn what_nests_too_deeply_is_refused() {
        for (before, middle, after) in [
            ("(", "1", ")"),
            ("[", "", "]"),
            ("not ", "1", ""),
            ("-", "1", ""),
            ("", "a", "|abs"),
            ("", "a", ".b"),
            ("1 if 2 else ", "3", ""),
            ("1+", "1", ""),
        ] {
            let source = format!("{{{{ {}{middle}{} }}}}", before.repeat(20_000), after.repeat(20_000));
            assert!(translate(&source).unwrap_err().contains("nests too deeply in line 1"), "{before}{after}");
            let source = format!("{{{{ {}{middle}{} }}}}", before.repeat(30), after.repeat(30));
            assert!(translate(&source).is_ok(), "{before}{after}");
        }
        let source = format!("{{% if a %}}{}{{% endif %}}", "\n{% elif a %}".repeat(20_000));
        assert_eq!(translate(&source).unwrap_err(), "has too many branches in line 102");
    }
}
