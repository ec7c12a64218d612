//! What the library's own limits let through, and would follow for minutes: it multiplies out what a JSON schema demands at
//! the same time.

use std::collections::HashMap;

use serde_json::Value;

use crate::Result;

/// The most combinations of alternatives. 400 take a third of a second, and the library gives up 8,000 after nine.
const MOST_COMBINATIONS: u64 = 1000;

/// The most patterns that one text has to have at once. Their steps are multiplied.
const MOST_PATTERNS: u64 = 4;

/// References are followed so far.
const MOST_REFERENCES: usize = 16;

/// What has to be multiplied out.
#[derive(Debug, Clone, Copy)]
struct Size {
    /// Alternatives of a value.
    combinations: u64,
    /// Patterns that hold for one text at once.
    patterns: u64,
}

/// # Errors
/// A sentence for a schema that demands too much at the same time.
pub(crate) fn check(schema: &Value) -> Result<()> {
    Counter { root: schema, known: HashMap::new() }.size(schema, 0).map(drop)
}

struct Counter<'a> {
    root: &'a Value,
    /// Of what references lead to.
    known: HashMap<&'a str, Size>,
}

impl<'a> Counter<'a> {
    /// The size of this schema, after that of all in it was found to be small enough.
    fn size(&mut self, schema: &'a Value, references: usize) -> Result<Size> {
        let mut size = Size { combinations: 1, patterns: 0 };
        if let Value::Array(all) = schema {
            all.iter().try_for_each(|one| self.size(one, references).map(drop))?;
        }
        let Value::Object(fields) = schema else { return Ok(size) };
        for (name, value) in fields {
            let with = match (&**name, value) {
                ("allOf", Value::Array(all)) => {
                    for one in all {
                        size = size.and(self.size(one, references)?)?;
                    }
                    continue;
                }
                ("anyOf" | "oneOf", Value::Array(all)) => {
                    let mut sum = Size { combinations: 0, patterns: 0 };
                    for one in all {
                        sum = sum.or(self.size(one, references)?);
                    }
                    sum
                }
                ("$ref", Value::String(to)) => self.behind(to, references)?,
                ("pattern", Value::String(_)) => Size { combinations: 1, patterns: 1 },
                // A value's, which is another one.
                _ => {
                    self.size(value, references)?;
                    continue;
                }
            };
            size = size.and(with)?;
        }
        Ok(size)
    }

    fn behind(&mut self, to: &'a str, references: usize) -> Result<Size> {
        let target = to.strip_prefix('#').and_then(|path| self.root.pointer(path));
        match (self.known.get(to), target) {
            (Some(&size), _) => Ok(size),
            (None, Some(target)) if references < MOST_REFERENCES => {
                self.known.insert(to, Size { combinations: 1, patterns: 0 }); // for references to itself
                let size = self.size(target, references + 1)?;
                self.known.insert(to, size);
                Ok(size)
            }
            _ => Ok(Size { combinations: 1, patterns: 0 }),
        }
    }
}

impl Size {
    fn and(self, other: Self) -> Result<Self> {
        let combinations = self.combinations.saturating_mul(other.combinations.max(1));
        let patterns = self.patterns + other.patterns;
        let too_much = |what: String| Err(format!("The constraint's JSON schema cannot be used: it demands {what}."));
        if combinations > MOST_COMBINATIONS && other.combinations > 1 && self.combinations > 1 {
            return too_much(format!("one of more than {MOST_COMBINATIONS} combinations at one place"));
        }
        if patterns > MOST_PATTERNS {
            return too_much(format!("more than {MOST_PATTERNS} patterns of one text"));
        }
        Ok(Self { combinations, patterns })
    }

    fn or(self, other: Self) -> Self {
        let combinations = self.combinations.saturating_add(other.combinations);
        Self { combinations, patterns: self.patterns.max(other.patterns) }
    }
}
