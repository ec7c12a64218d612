//! Models that gguf-split has cut into parts, `NAME-00001-of-00003.gguf` and so on. Only the header of the first part
//! says what the model is; each says which part it is.

use super::Header;
use crate::error::{Error, Result};

/// A part by its file's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Part<'a> {
    /// The name before the numbers; all parts of a model share it.
    pub stem: &'a str,
    /// From 1.
    pub number: u32,
    /// How many parts the model has, as the name says.
    pub count: u32,
    /// `.gguf`, in the name's own letters.
    end: &'a str,
}

impl<'a> Part<'a> {
    /// None for a name that is not a part's.
    pub fn of(name: &'a str) -> Option<Self> {
        let (rest, end) = name.split_at_checked(name.len().checked_sub(".gguf".len())?)?;
        let (rest, count) = rest.rsplit_once("-of-")?;
        let (stem, number) = rest.rsplit_once('-')?;
        let digits = |text: &str| {
            let all = text.len() == 5 && text.bytes().all(|byte| byte.is_ascii_digit());
            all.then(|| text.parse().ok()).flatten()
        };
        let (number, count): (u32, u32) = (digits(number)?, digits(count)?);
        let part = Self { stem, number, count, end };
        (end.eq_ignore_ascii_case(".gguf") && (1..=count).contains(&number)).then_some(part)
    }

    /// The names of all parts, the first one first.
    pub fn names(self) -> Vec<String> {
        let Self { stem, count, end, .. } = self;
        (1..=count).map(|number| format!("{stem}-{number:05}-of-{count:05}{end}")).collect()
    }
}

/// Checks that the files of a model belong together, a header at a time. An unsplit file counts as part 1 of 1.
#[derive(Debug, Default)]
pub struct Parts {
    names: Vec<String>,
    read: usize,
    architecture: Option<String>,
    /// Tensors of all parts, as the first one announces them.
    announced: Option<u64>,
    tensors: u64,
}

impl Parts {
    /// `names` are all of the model's files, in order.
    pub fn new(names: Vec<String>) -> Self {
        Self { names, ..Self::default() }
    }

    /// What the first part calls the architecture.
    pub fn architecture(&self) -> Option<&str> {
        self.architecture.as_deref()
    }

    /// Takes the header of the next part.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when it is not that part.
    pub fn next(&mut self, header: &Header) -> Result<()> {
        let of = self.names.len();
        let (name, number) = match self.names.get(self.read) {
            Some(name) => (name.as_str(), self.read + 1),
            None => return Err(Error::BadCheckpoint("There are more GGUF files than the model has parts.".into())),
        };
        let bad = |what: String| Err(Error::BadCheckpoint(format!("{name} {what}")));
        let said = |key: &str| header.metadata.whole(key);
        let count = said("split.count")?.filter(|&count| count > 1);
        match (count, of) {
            (None, 1) => {}
            (None, _) => {
                return bad(format!(
                    "is part {number} of {of} by its name, but does not say so itself. Use the files as gguf-split wrote them."
                ));
            }
            (Some(count), 1) => {
                let number = said("split.no")?.map_or(1, |number| number.saturating_add(1));
                return bad(format!(
                    "is part {number} of {count} of a split model, but its name does not end in \
                     -{number:05}-of-{count:05}.gguf, so the other parts cannot be found. Give the parts their names \
                     back, or join them with gguf-split --merge."
                ));
            }
            (Some(count), _) if count != of as u64 => {
                return bad(format!("is one of {of} parts by its name and one of {count} by what it says itself."));
            }
            (Some(_), _) => match said("split.no")? {
                Some(said) if said.checked_add(1) == Some(number as u64) => {}
                Some(said) => {
                    return bad(format!("should be part {number} of {of}, but is part {}.", said.saturating_add(1)));
                }
                None => return bad(format!("does not say which of {of} parts it is.")),
            },
        }
        if count.is_some() {
            let announced = said("split.tensors.count")?;
            if self.read > 0 && announced.is_some() && announced != self.announced {
                return bad(
                    "is a part of another model: it announces another number of tensors than the first part.".into()
                );
            }
            self.announced = self.announced.or(announced);
        }
        self.tensors = self.tensors.saturating_add(header.tensors.len() as u64);
        if self.read == 0 {
            self.architecture = header.metadata.text("general.architecture")?.map(str::to_owned);
        }
        self.read += 1;
        Ok(())
    }

    /// Checks the total after the last part.
    ///
    /// # Errors
    /// [`Error::BadCheckpoint`] when they do not have the tensors that the first one announced.
    pub fn finish(&self) -> Result<()> {
        match self.announced {
            Some(announced) if announced != self.tensors => Err(Error::BadCheckpoint(format!(
                "The {} parts of the model hold {} tensors, but the first one announces {announced}.",
                self.read, self.tensors
            ))),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_parts() {
        let part = Part::of("a-b-00002-of-00003.GGUF").unwrap();
        assert_eq!((part.stem, part.number, part.count), ("a-b", 2, 3));
        assert_eq!(part.names(), ["a-b-00001-of-00003.GGUF", "a-b-00002-of-00003.GGUF", "a-b-00003-of-00003.GGUF"]);
        for name in [
            "a.gguf",
            "00001-of-00002.gguf",
            "a-00003-of-00002.gguf",
            "a-00000-of-00002.gguf",
            "a-1-of-2.gguf",
            "a-0000x-of-00002.gguf",
            "a-00001-of-00002.bin",
            "a-00001-of-00002",
            "é",
            "",
        ] {
            assert_eq!(Part::of(name), None, "{name}");
        }
    }
}
