//! config.json as transformers reads it: hundreds of files, each with keys that are absent, null, contradictory or of
//! another family (tests/golden/make/config_cases.py).

use std::fs;

use crate::support::golden;
use mamba_web::model::{Config, Mamba1, Mamba2, Mixer};
use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

/// What transformers gives these keys when a file lacks them. A model of these sizes that nobody asked for is no help, so
/// here they have to be there.
const REQUIRED: [&str; 3] = ["vocab_size", "hidden_size", "num_hidden_layers"];

/// The properties that the golden file has, of ours.
fn properties(config: &Config) -> Object {
    let first = config.layers[0];
    assert!(config.layers.iter().all(|mixer| *mixer == first), "a config file describes layers that are all alike");
    let (Mixer::Mamba1(Mamba1 { use_conv_bias, .. }) | Mixer::Mamba2(Mamba2 { use_conv_bias, .. })) = first else {
        unreachable!("attention and MLP are in hybrids only")
    };
    let (low, high) = first.time_step_limit();
    let mut found = json!({
        "vocab": config.vocab, "hidden": config.d_model, "inner": first.d_inner(), "state": first.d_state(),
        "taps": first.d_conv(), "layers": config.layers.len(), "tied": config.tied, "bias": first.use_bias(),
        "conv_bias": use_conv_bias, "epsilon": config.norm_epsilon, "eos": config.eos_tokens, "limit": [low, high],
    });
    let more = match first {
        Mixer::Mamba1(Mamba1 { dt_rank, part_norms: None, .. }) => json!({"family": "mamba", "rank": dt_rank}),
        Mixer::Mamba1(Mamba1 { dt_rank, part_norms: Some(epsilon), .. }) => {
            json!({"family": "falcon_mamba", "rank": dt_rank, "mixer_epsilon": epsilon})
        }
        Mixer::Mamba2(Mamba2 { heads, .. }) => {
            assert!(!heads.norm_before_gate, "transformers has no such thing");
            json!({"family": "mamba2", "heads": heads.heads, "head_dim": heads.head_dim, "groups": heads.groups})
        }
        Mixer::Attention(_) | Mixer::Mlp(_) => unreachable!("see above"),
    };
    let found = found.as_object_mut().unwrap();
    found.extend(more.as_object().unwrap().clone());
    found.clone()
}

/// As written, numbers in f32.
fn same(ours: &Value, theirs: &Value) -> bool {
    match (ours.as_array(), theirs.as_array()) {
        (Some(a), Some(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        _ => match (ours.as_f64(), theirs.as_f64()) {
            (Some(a), Some(b)) => a as f32 == b as f32,
            _ => ours == theirs,
        },
    }
}

/// `base` with some keys given other JSON texts, or taken out. Texts, since they have words that JSON does not have.
pub fn changed(base: &str, changes: &Object) -> String {
    // Python's words are kept as strings on the way, in which form they are read as well.
    let base = base.replace("Infinity", "\"Infinity\"");
    let mut fields: Object = serde_json::from_str(&base).unwrap();
    let mut texts = Vec::new();
    for (key, text) in changes {
        fields.remove(key);
        texts.extend(text.as_str().map(|text| format!("{}:{text}", json!(key))));
    }
    texts.extend(fields.iter().map(|(key, value)| format!("{}:{value}", json!(key))));
    format!("{{{}}}", texts.join(","))
}

#[test]
fn configs_are_read_as_transformers_reads_them() {
    let golden: Value = serde_json::from_str(&fs::read_to_string(golden("configs.json")).unwrap()).unwrap();
    let (mut compared, mut refused) = (0, 0);
    for row in golden["rows"].as_array().unwrap() {
        let base = &golden["bases"][row["base"].as_str().unwrap()];
        let changes = row["changes"].as_object().unwrap();
        let json = changed(base["config"].as_str().unwrap(), changes);
        let ours = Config::parse(&json);
        let Some(difference) = row["resolved"].as_object() else {
            // What transformers refuses may be refused or read, in a sentence or without a panic.
            refused += usize::from(ours.is_err());
            continue;
        };
        let is_absent = |key: &str| changes.get(key).is_some_and(Value::is_null);
        let mut theirs = base["resolved"].as_object().unwrap().clone();
        theirs.extend(difference.clone());
        if theirs["family"] == "llama" || !matches!(theirs["activation"].as_str(), Some("silu" | "swish")) {
            assert_eq!(ours.unwrap_err().code(), "unsupported-architecture", "{json}");
            continue;
        }
        if let Some(key) = REQUIRED.into_iter().find(|key| is_absent(key)) {
            if row["base"] != "mamba-with-both" {
                assert!(ours.unwrap_err().to_string().contains("does not say"), "{key}: {json}");
            }
            continue; // else the keys of the original layout say it
        }
        if theirs["hidden"] == 0 || theirs["state"] == 0 {
            assert!(ours.is_err(), "a model of nothing: {json}");
            continue;
        }
        let mut ours = properties(&ours.unwrap_or_else(|error| panic!("{error} {json}")));
        if is_absent("eos_token_id") {
            // transformers ends texts at an id of its own choice, which a file that does not say it need not have.
            assert_eq!(ours["eos"], json!([]));
            ours.insert("eos".into(), theirs["eos"].clone());
        }
        for (property, value) in &ours {
            assert!(same(value, &theirs[property]), "{property} is {value}, not {}: {json}", theirs[property]);
        }
        compared += 1;
    }
    assert!(compared > 700 && refused > 50, "{compared} compared, {refused} refused");
}
