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
/// [`Error::BadCheckpoint`] when the index is no such JSON, names no file, or names one outside its own folder.
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

#[cfg(test)]
mod tests {
    use super::*;

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
