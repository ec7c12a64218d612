//! Rewrites operators that minijinja lacks or implements differently as calls: `a % b` becomes `__mod(a, b)`.

use super::lexer::Kind;
use super::{Edits, Tag};

/// Levels of precedence, the loosest first; those between `not` and `+` are comparisons.
const COMPARE: u8 = 4;
const ADD: u8 = 5;
const CONCAT: u8 = 6;

struct Binary {
    level: u8,
    /// The function that takes its place, if one does.
    function: Option<&'static str>,
    /// Tokens of the operator (`not in` has two).
    tokens: usize,
}

pub(super) fn rewrite(tag: &Tag<'_>, edits: &mut Edits<'_>) {
    let depths = tag.depths();
    let loop_in = loop_in(tag);
    let binaries: Vec<Option<Binary>> = (0..tag.tokens.len()).map(|index| binary(tag, loop_in, index)).collect();
    let level = |index: usize| binaries[index].as_ref().map(|binary| binary.level);
    for (index, operator) in binaries.iter().enumerate() {
        if let Some(unary) = unary_plus(tag, index) {
            edits.replace(tag.tokens[unary].range.clone(), " ");
        }
        let Some(operator @ Binary { function: Some(function), .. }) = operator else { continue };
        let here = depths[index];
        let inside = |i: usize, lowest: u8| {
            depths[i] > here
                || (depths[i] == here && !ends_operand(tag, loop_in, i) && level(i).is_none_or(|level| level >= lowest))
        };
        let after = index + operator.tokens;
        let same = |i: usize| depths[i] == here && level(i) == Some(operator.level);
        // What is as tight on the left belongs to the left operand, and what is tighter on the right to the right one.
        let left = (1..index).rev().take_while(|&i| inside(i, operator.level)).last();
        let right = (after..tag.close()).take_while(|&i| inside(i, operator.level + 1)).last();
        let (Some(left), Some(right)) = (left, right) else { continue };
        let next = right + 1;
        match operator.level {
            // A chain of comparisons compares neighbours; minijinja does that.
            COMPARE if (left..index).any(same) || same(next) => continue,
            // A chain of `+` or of `~` is one call.
            ADD | CONCAT if same(next) && tag.text(next) == tag.text(index) => {
                edits.replace(tag.tokens[index].range.clone(), ",");
                continue;
            }
            _ => {}
        }
        let whole = tag.tokens[left].range.start..tag.tokens[right].range.end;
        edits.open(&whole, &format!("{function}("));
        edits.replace(tag.tokens[index].range.start..tag.tokens[after - 1].range.end, ",");
        edits.close(&whole, ")");
    }
}

/// Whether the token ends the operands beside it whatever the operator: not part of an expression, or looser than all.
fn ends_operand(tag: &Tag<'_>, loop_in: Option<usize>, index: usize) -> bool {
    let text = tag.text(index);
    match tag.tokens[index].kind {
        Kind::Open | Kind::Close => true,
        Kind::Operator => matches!(text, "," | ":" | "=") || is_splat(tag, index),
        Kind::Name if is_attribute(tag, index) => false,
        Kind::Name if index == 1 && tag.is_block() => true,
        Kind::Name => match text {
            "if" | "else" => true,
            "not" => tag.text(index - 1) != "is",
            "in" => loop_in == Some(index),
            "recursive" => tag.keyword() == Some("for") && index + 1 == tag.close(),
            _ => false,
        },
        _ => false,
    }
}

fn binary(tag: &Tag<'_>, loop_in: Option<usize>, index: usize) -> Option<Binary> {
    let text = tag.text(index);
    let one = |level, function| Some(Binary { level, function, tokens: 1 });
    match tag.tokens[index].kind {
        Kind::Operator if !ends_value(tag, index.checked_sub(1)?) => None,
        Kind::Operator => match text {
            "==" => one(COMPARE, Some("__eq")),
            "!=" => one(COMPARE, Some("__ne")),
            "<" => one(COMPARE, Some("__lt")),
            "<=" => one(COMPARE, Some("__le")),
            ">" => one(COMPARE, Some("__gt")),
            ">=" => one(COMPARE, Some("__ge")),
            "+" => one(ADD, Some("__add")),
            "-" => one(ADD, None),
            "~" => one(CONCAT, Some("__concat")),
            "%" => one(7, Some("__mod")),
            "*" | "/" | "//" => one(7, None),
            "**" => one(8, None),
            _ => None,
        },
        Kind::Name if is_attribute(tag, index) => None,
        Kind::Name => match text {
            "or" => one(1, None),
            "and" => one(2, None),
            "not" if tag.text(index + 1) == "in" && ends_value(tag, index - 1) && tag.text(index - 1) != "is" => {
                Some(Binary { level: COMPARE, function: Some("__not_in"), tokens: 2 })
            }
            "in" if loop_in == Some(index) || tag.text(index - 1) == "is" => None,
            // The second half of `not in`, or of `is not in`.
            "in" if tag.text(index - 1) == "not" => {
                (tag.text(index - 2) != "is").then_some(Binary { level: COMPARE, function: None, tokens: 1 })
            }
            "in" => one(COMPARE, Some("__in")),
            _ => None,
        },
        _ => None,
    }
}

/// The `in` of `a.in` is not an operator.
fn is_attribute(tag: &Tag<'_>, index: usize) -> bool {
    index > 0 && tag.text(index - 1) == "." && tag.tokens[index - 1].kind == Kind::Operator
}

/// The `in` of `{% for a in b %}`.
fn loop_in(tag: &Tag<'_>) -> Option<usize> {
    (tag.keyword() == Some("for")).then(|| tag.find(2, |text, kind| kind == Kind::Name && text == "in"))
}

/// Whether the token is the last one of a value, so that an operator after it is a binary one.
fn ends_value(tag: &Tag<'_>, index: usize) -> bool {
    match tag.tokens[index].kind {
        Kind::Number | Kind::Text => true,
        Kind::Name => {
            is_attribute(tag, index)
                || !(matches!(tag.text(index), "and" | "or" | "not" | "in" | "is" | "if" | "else")
                    || index == 1 && tag.is_block())
        }
        Kind::Operator => tag.closes(index),
        Kind::Open | Kind::Close => false,
    }
}

/// `*` and `**` before an argument.
fn is_splat(tag: &Tag<'_>, index: usize) -> bool {
    matches!(tag.text(index), "*" | "**") && !ends_value(tag, index - 1)
}

/// minijinja has no unary `+`.
fn unary_plus(tag: &Tag<'_>, index: usize) -> Option<usize> {
    let plus = tag.tokens[index].kind == Kind::Operator && tag.text(index) == "+";
    (plus && index > 0 && !ends_value(tag, index - 1)).then_some(index)
}
