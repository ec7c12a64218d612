//! Regular expressions of a tokenizer.json. Python's tokenizers library gives them to Oniguruma; here they go to
//! fancy-regex, whose dialect differs in a few places.

use fancy_regex::Expr;
use serde_json::Value;

/// `\R` of Oniguruma, any end of a line.
const LINE_END: &str = r"(?>\r\n|[\n\x0B\f\r\x{85}\x{2028}\x{2029}])";

/// Gives all patterns of a part of a tokenizer.json the meaning that they have in Oniguruma. True if one had another.
pub fn as_oniguruma(part: &mut Value) -> bool {
    match part {
        Value::Array(parts) => parts.iter_mut().fold(false, |changed, part| as_oniguruma(part) | changed),
        Value::Object(fields) => {
            let mut changed = false;
            if let Some(Value::String(regex)) = fields.get_mut("pattern").and_then(|pattern| pattern.get_mut("Regex"))
                && let Some(new) = translated(regex)
            {
                *regex = new;
                changed = true;
            }
            for name in ["normalizers", "pretokenizers", "decoders"] {
                changed |= fields.get_mut(name).is_some_and(as_oniguruma);
            }
            changed
        }
        _ => false,
    }
}

/// A pattern in our dialect; None if it is the same in both. In Oniguruma `^` and `$` are the ends of lines, not of the
/// text, the flag `m` lets `.` match the end of a line, and there is `\R`.
fn translated(pattern: &str) -> Option<String> {
    let mut new = String::with_capacity(pattern.len() + 4);
    let (mut lines, mut classes) = (false, 0_usize);
    let mut rest = pattern.chars();
    while let Some(c) = rest.next() {
        match c {
            '\\' => match rest.next() {
                Some('R') if classes == 0 => new.push_str(LINE_END),
                escaped => new.extend([Some(c), escaped].into_iter().flatten()),
            },
            '[' => {
                classes += 1;
                new.push(c);
                // A bracket that comes first does not close.
                for first in ['^', ']'] {
                    if rest.as_str().starts_with(first) {
                        new.extend(rest.next());
                    }
                }
            }
            ']' => {
                classes = classes.saturating_sub(1);
                new.push(c);
            }
            '(' if classes == 0 && rest.as_str().starts_with('?') => {
                new.push(c);
                let flags = rest.as_str();
                let end = flags[1..].find(|c: char| !(c.is_ascii_lowercase() || c == '-')).map(|end| end + 1);
                if let Some(end) = end.filter(|&end| matches!(flags.as_bytes()[end], b')' | b':')) {
                    new.push_str(&flags[..end].replace('m', "s"));
                    rest = flags[end..].chars();
                }
            }
            '^' | '$' if classes == 0 => {
                lines = true;
                new.push(c);
            }
            _ => new.push(c),
        }
    }
    if lines {
        new.insert_str(0, "(?m)");
    }
    (new != pattern).then_some(new)
}

/// How many characters the shortest match of a regular expression has; 0 where that is not known. An expression that
/// cannot be read has none, and the library says better what is wrong with it.
pub fn shortest_match(pattern: &str) -> usize {
    Expr::parse_tree(pattern).map_or(usize::MAX, |tree| shortest(&tree.expr))
}

fn shortest(expression: &Expr) -> usize {
    match expression {
        Expr::Any { .. } => 1,
        Expr::Literal { val, .. } => val.chars().count(),
        Expr::Delegate { size, .. } => *size,
        Expr::Concat(parts) if parts.iter().any(forgets) => 0,
        Expr::Concat(parts) => parts.iter().map(shortest).fold(0, usize::saturating_add),
        Expr::Alt(ways) => ways.iter().map(shortest).min().unwrap_or(0),
        Expr::Group(inner) | Expr::AtomicGroup(inner) => shortest(inner),
        Expr::Repeat { child, lo, .. } => shortest(child).saturating_mul(*lo),
        Expr::Conditional { true_branch, false_branch, .. } => shortest(true_branch).min(shortest(false_branch)),
        // Assertions and looks around match places. What a reference repeats may be nothing.
        _ => 0,
    }
}

/// Whether an expression may let a match begin anew after what has been matched (`\K`).
fn forgets(expression: &Expr) -> bool {
    match expression {
        Expr::KeepOut => true,
        Expr::Concat(parts) | Expr::Alt(parts) => parts.iter().any(forgets),
        Expr::Group(inner) | Expr::AtomicGroup(inner) => forgets(inner),
        Expr::Repeat { child, .. } => forgets(child),
        Expr::Conditional { condition, true_branch, false_branch } => {
            [condition, true_branch, false_branch].into_iter().any(|part| forgets(part))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_dialect_of_oniguruma() {
        for (pattern, ours) in [
            (r"^a$", Some(r"(?m)^a$")),
            (r"\^a\$[$^]", None),
            (r"[]^][^]$]", None),
            (r"[a[^b]$]c", None),
            (r"(?m)a.b", Some(r"(?s)a.b")),
            (r"(?i-m:a)|(?:m)(?<m>m)(?=m)", Some(r"(?i-s:a)|(?:m)(?<m>m)(?=m)")),
            (r"a\R", Some(&format!("a{LINE_END}"))),
            (r"\\R\s+(?!\S)", None),
            (r"\", None),
            ("(?", None),
            ("(?m", None),
            ("[", None),
        ] {
            assert_eq!(translated(pattern).as_deref(), ours, "{pattern}");
        }
    }

    #[test]
    fn shortest_matches() {
        for (pattern, length) in [
            ("https?://", 7),
            (r"\(", 1),
            ("(a|bc){2,}", 2),
            ("a*", 0),
            (r"\bab\b", 2),
            (r"a\Kb", 0),
            (r"(a)\1", 1),
            ("(", usize::MAX),
        ] {
            assert_eq!(shortest_match(pattern), length, "{pattern}");
        }
    }
}
