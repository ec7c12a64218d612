//! `model.safetensors.index.json` and `pytorch_model.bin.index.json`: which files a sharded checkpoint consists of.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::error::{Error, Result};

#[derive(Deserialize)]
struct Index {
    weight_map: BTreeMap<String, String>,
}

/// The shards' file names, each once, in order.
///
/// # Errors
/// [`Error::BadCheckpoint`] when the index is not valid, names no file, or names a file outside its own folder.
pub fn shards(json: &str) -> Result<Vec<String>> {
    let bad = |what: String| Error::BadCheckpoint(format!("The index of the weight files {what}."));
    let index: Index = serde_json::from_str(json).map_err(|error| bad(format!("is not a valid index ({error})")))?;
    let files: BTreeSet<String> = index.weight_map.into_values().collect();
    if files.is_empty() {
        return Err(bad("names no file".into()));
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let weights = |file: &str| file.ends_with(".safetensors") || file.ends_with(".bin");
    if let Some(file) = files.iter().find(|file| !weights(file) || !file.chars().all(plain)) {
        return Err(bad(format!("names the file {file:?}, which is not a weight file of the same folder")));
    }
    Ok(files.into_iter().collect())
}

/// All files of the checkpoint that the shard `name` belongs to, by its name, `model-00002-of-00005.safetensors`; in
/// order. None if the name is not a shard's.
pub fn siblings(name: &str) -> Option<Vec<String>> {
    let end = [".safetensors", ".bin"].into_iter().find(|end| name.ends_with(end))?;
    let (start, count) = name.strip_suffix(end)?.rsplit_once("-of-")?;
    let (start, number) = start.rsplit_once('-')?;
    let parsed = |digits: &str| match digits.len() == SHARD_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        true => digits.parse::<u32>().ok(),
        false => None,
    };
    let (number, count) = (parsed(number)?, parsed(count)?);
    if !(1..=count).contains(&number) || count > MOST_SHARDS {
        return None;
    }
    Some((1..=count).map(|number| format!("{start}-{number:05}-of-{count:05}{end}")).collect())
}

const SHARD_DIGITS: usize = 5;
const MOST_SHARDS: u32 = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_shard_names_them_all() {
        let all = ["m-00001-of-00003.safetensors", "m-00002-of-00003.safetensors", "m-00003-of-00003.safetensors"];
        assert_eq!(siblings(all[1]).unwrap(), all);
        assert_eq!(siblings("a-b-00001-of-00001.bin").unwrap(), ["a-b-00001-of-00001.bin"]);
        for name in [
            "model.safetensors",
            "model-00004-of-00003.safetensors",
            "model-00000-of-00003.safetensors",
            "model-1-of-3.safetensors",
            "model-00001-of-99999.safetensors",
            "model-00001-of-00003.txt",
            "00001-of-00003.bin",
            "-of-.bin",
        ] {
            assert_eq!(siblings(name), None, "{name}");
        }
    }

    #[test]
    fn names_each_shard_once() {
        let json =
            r#"{"metadata":{},"weight_map":{"a":"m-2.safetensors","b":"m-1.safetensors","c":"m-1.safetensors"}}"#;
        assert_eq!(shards(json).unwrap(), ["m-1.safetensors", "m-2.safetensors"]);
    }

    #[test]
    fn refuses_what_is_not_a_plain_file_name() {
        for json in [
            "{}",
            "[",
            r#"{"weight_map":{}}"#,
            r#"{"weight_map":{"a":"../m.safetensors"}}"#,
            r#"{"weight_map":{"a":"https://x/m.safetensors"}}"#,
            r#"{"weight_map":{"a":"m.exe"}}"#,
        ] {
            assert_eq!(shards(json).unwrap_err().code(), "bad-checkpoint", "{json}");
        }
    }
}
