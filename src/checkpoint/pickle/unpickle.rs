//! Runs candle's pickle machine behind a guard. The machine builds data and executes nothing, but it trusts lengths,
//! copies memo entries and drops nested objects recursively. So each operation is checked first.

use candle_core::pickle::{Object, Stack};

/// Nothing in a state dict nests deeper than half of this.
const MAX_DEPTH: usize = 24;

/// Objects and copies that any pickle may make, and one more for this many bytes of its file.
const FREE_OBJECTS: u64 = 1 << 14;
const BYTES_PER_OBJECT: u64 = 32;

/// The opcodes (<https://docs.python.org/3/library/pickletools.html>) that need a look.
mod op {
    pub const BIN_UNICODE: u8 = b'X';
    pub const LONG1: u8 = 0x8a;
    pub const BIN_PUT: u8 = b'q';
    pub const LONG_BIN_PUT: u8 = b'r';
    pub const BIN_GET: u8 = b'h';
    pub const LONG_BIN_GET: u8 = b'j';
    pub const APPEND: u8 = b'a';
    pub const APPENDS: u8 = b'e';
    pub const SET_ITEM: u8 = b's';
    pub const SET_ITEMS: u8 = b'u';
    pub const TUPLE: u8 = b't';
    pub const TUPLE1: u8 = 0x85;
    pub const TUPLE3: u8 = 0x87;
    pub const REDUCE: u8 = b'R';
    pub const BUILD: u8 = b'b';
    pub const NEW_OBJ: u8 = 0x81;
    pub const PERSISTENT_ID: u8 = b'Q';
}

/// What a pickle holds. `file_length` is that of the file that it is in.
///
/// # Errors
/// What is wrong, as the end of a sentence about the pickle.
pub fn unpickle(pickle: &[u8], file_length: u64) -> Result<Object, String> {
    let mut rest = pickle;
    let mut stack = Stack::empty();
    let mut guard = Guard { budget: FREE_OBJECTS + file_length / BYTES_PER_OBJECT };
    loop {
        let Some((&code, arguments)) = rest.split_first() else { return Err("ends early".into()) };
        guard.before(code, arguments, stack.stack())?;
        if stack.read(&mut rest).map_err(|error| unreadable(&error))? {
            return stack.finalize().map_err(|error| unreadable(&error));
        }
        guard.after(code, stack.stack())?;
    }
}

/// Where the environment asks for backtraces, candle writes one behind its sentence.
fn unreadable(error: &candle_core::Error) -> String {
    let text = error.to_string();
    format!("cannot be read ({})", text.lines().next().unwrap_or_default())
}

struct Guard {
    /// Objects that may still be made or looked at.
    budget: u64,
}

impl Guard {
    fn before(&mut self, code: u8, arguments: &[u8], stack: &[Object]) -> Result<(), String> {
        self.spend(1)?;
        let marked = || stack.iter().rposition(|object| *object == Object::Mark);
        match code {
            op::BIN_UNICODE => {
                let length = arguments.first_chunk().map(|length| u32::from_le_bytes(*length) as usize);
                if length.is_none_or(|length| length > arguments.len() - 4) {
                    return Err("has a text that is longer than itself".into());
                }
            }
            op::LONG1 if arguments.first().is_none_or(|&length| length > 8) => {
                return Err("has a number of more than 64 bits".into());
            }
            // Copies the object on top.
            op::BIN_PUT | op::LONG_BIN_PUT => self.measure_all(stack.last())?,
            op::APPEND | op::SET_ITEM => {
                let items = if code == op::APPEND { 1 } else { 2 };
                let (rest, items) = stack.split_at(stack.len().saturating_sub(items));
                takes_items(code, rest.last())?;
                self.measure_all(items)?;
            }
            op::APPENDS | op::SET_ITEMS => {
                let mark = marked().ok_or("has items without a mark")?;
                takes_items(code, stack[..mark].last())?;
                self.measure_all(&stack[mark + 1..])?;
            }
            _ => {}
        }
        Ok(())
    }

    /// Looks at what was wrapped or copied.
    fn after(&mut self, code: u8, stack: &[Object]) -> Result<(), String> {
        match code {
            op::BIN_GET | op::LONG_BIN_GET | op::TUPLE | op::TUPLE1..=op::TUPLE3 => self.measure_all(stack.last()),
            op::REDUCE | op::BUILD | op::NEW_OBJ | op::PERSISTENT_ID => self.measure_all(stack.last()),
            _ => Ok(()),
        }
    }

    fn spend(&mut self, objects: u64) -> Result<(), String> {
        self.budget = self.budget.checked_sub(objects).ok_or("is too intricate for a checkpoint's")?;
        Ok(())
    }

    fn measure_all<'a>(&mut self, objects: impl IntoIterator<Item = &'a Object>) -> Result<(), String> {
        objects.into_iter().try_for_each(|object| self.measure(object, 0))
    }

    fn measure(&mut self, object: &Object, depth: usize) -> Result<(), String> {
        if depth == MAX_DEPTH {
            return Err("nests too deeply".into());
        }
        let text = |text: &str| 1 + text.len() as u64 / BYTES_PER_OBJECT;
        self.spend(match object {
            Object::Unicode(name) => text(name),
            Object::Class { module_name, class_name } => text(module_name) + text(class_name),
            _ => 1,
        })?;
        let mut inner = |object: &Object| self.measure(object, depth + 1);
        match object {
            Object::Tuple(items) | Object::List(items) => items.iter().try_for_each(inner),
            Object::Dict(items) => items.iter().try_for_each(|(key, value)| inner(key).and_then(|()| inner(value))),
            Object::Reduce { callable, args } | Object::Build { callable, args } => {
                inner(callable).and_then(|()| inner(args))
            }
            Object::PersistentLoad(id) => inner(id),
            _ => Ok(()),
        }
    }
}

/// candle would print the whole object into its error.
fn takes_items(code: u8, container: Option<&Object>) -> Result<(), String> {
    match (code, container) {
        (op::APPEND | op::APPENDS, Some(Object::List(_))) | (op::SET_ITEM | op::SET_ITEMS, Some(Object::Dict(_))) => {
            Ok(())
        }
        _ => Err("puts items into something that has none".into()),
    }
}
