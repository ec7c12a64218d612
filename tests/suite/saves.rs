//! Checkpoints as people save them: tied heads that are not, names with other modules before them, buffers that nobody
//! needs, one shard named. The weights are those of the golden checkpoints, and so are the scores.

use std::fs;
use std::path::Path;

use crate::support::files::{Entry, floats, safetensors};
use crate::support::{expected, golden, read, read_file, relative_error};
use mamba_web::backend::{self, Backend, Name, Precision};
use mamba_web::engine::Options;
use mamba_web::model::Config;
use mamba_web::state::State;
use mamba_web::{Engine, Result};
use safetensors::{Dtype, SafeTensors};
use serde_json::{Value, json};

const EMBEDDINGS: &str = "backbone.embeddings.weight";
const HEAD: &str = "lm_head.weight";

/// The tensors of a golden checkpoint in the order of its file.
fn tensors(folder: &str) -> Vec<Entry> {
    let bytes = fs::read(golden(folder).join("model.safetensors")).unwrap();
    let file = SafeTensors::deserialize(&bytes).unwrap();
    let dtype = |dtype| match dtype {
        Dtype::F32 => "F32",
        Dtype::F16 => "F16",
        Dtype::BF16 => "BF16",
        other => panic!("{other:?}"),
    };
    let tensors = file.tensors().into_iter();
    tensors.map(|(name, t)| (name, dtype(t.dtype()), t.shape().to_vec(), t.data().to_vec())).collect()
}

fn config(folder: &str, tied: &Value) -> Config {
    let mut json: Value =
        serde_json::from_str(&fs::read_to_string(golden(folder).join("config.json")).unwrap()).unwrap();
    json["tie_word_embeddings"] = tied.clone();
    Config::parse(&json.to_string()).unwrap()
}

fn load(config: Config, tensors: &[Entry], (name, precision): (&str, Precision)) -> Result<Box<dyn Backend>> {
    let name = Name::parse(name)?.expect("a backend's name");
    let mut loader = backend::loader(name, config, precision, 1)?;
    let bytes = safetensors(tensors);
    read_file(&bytes, 999, Some(bytes.len() as u64), loader.as_mut())?;
    loader.finish()
}

/// Scores after some tokens, read in one call and then one by one.
fn scores(backend: &mut dyn Backend) -> Vec<f32> {
    let mut state = State::try_new(backend.config()).unwrap();
    let mut scores = read(backend, &[1, 7, 30, 4, 99, 3, 8, 8, 150, 61, 5, 17], 32, &mut state);
    scores.extend(read(backend, &[2, 90], 1, &mut state));
    scores
}

const CPU: [(&str, Precision); 4] =
    [("reference", Precision::F32), ("cpu", Precision::F32), ("cpu", Precision::Int8), ("cpu", Precision::Int4)];

/// What transformers makes of the two tables, for each config and each set of tables in the file; here also in each order
/// of the file, and with tables that differ at each kind of place. What it makes up is refused.
#[test]
fn embeddings_and_head_are_what_transformers_makes_of_them() {
    check_heads(&CPU, &[0, 9, usize::MAX], |_| true);
}

#[test]
fn embeddings_and_head_are_so_on_the_gpu() {
    // Each load makes kernels anew, so only those in which the file has something to decide.
    check_heads(&[("gpu", Precision::Int8)], &[11], |case| {
        case["tie_word_embeddings"] == true && case["stored"] != "embeddings" && case["family"] != "falcon"
    });
}

fn check_heads(backends: &[(&str, Precision)], places: &[usize], is_of_interest: impl Fn(&Value) -> bool) {
    let cases: Vec<Value> = serde_json::from_str(&fs::read_to_string(golden("heads.json")).unwrap()).unwrap();
    assert_eq!(cases.len(), 36);
    for case in cases.into_iter().filter(is_of_interest) {
        let folder = match case["family"].as_str().unwrap() {
            "mamba" => "tiny-f32",
            other => other,
        };
        let mut body = tensors(folder);
        let at = body.iter().position(|(name, ..)| name == EMBEDDINGS).unwrap();
        let (_, _, shape, bytes) = body.remove(at);
        body.retain(|(name, ..)| name != HEAD);
        let embeddings: Vec<f32> = bytes.as_chunks().0.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
        for &place in places {
            // From this row on the two are different.
            let place = place.min(shape[0] - 1);
            let mut head = embeddings.clone();
            if case["stored"] != "equal" {
                head[place * shape[1]..].iter_mut().for_each(|value| *value *= -0.5);
            }
            check_case(
                &case,
                config(folder, &case["tie_word_embeddings"]),
                &body,
                &shape,
                [&embeddings, &head],
                backends,
            );
        }
    }
}

fn check_case(
    case: &Value,
    config: Config,
    body: &[Entry],
    shape: &[usize],
    [embeddings, head]: [&[f32]; 2],
    backends: &[(&str, Precision)],
) {
    let stored = |name: &str, values| floats(name, shape, values);
    let (first, last) = (stored(EMBEDDINGS, embeddings), stored(HEAD, head));
    let orders = match case["stored"].as_str().unwrap() {
        "embeddings" => vec![[vec![first], body.to_vec()].concat()],
        "head" => vec![[body.to_vec(), vec![last]].concat()],
        _ => vec![
            [vec![first.clone()], body.to_vec(), vec![last.clone()]].concat(),
            [vec![last.clone()], body.to_vec(), vec![first.clone()]].concat(),
            [vec![last, first], body.to_vec()].concat(),
        ],
    };
    let table = |which: &Value| match which.as_str() {
        Some("embeddings") => Some(embeddings),
        Some("head") => Some(head),
        _ => None,
    };
    for &backend in backends {
        for tensors in &orders {
            let ours = load(config.clone(), tensors, backend);
            let (Some(as_embeddings), Some(as_head)) = (table(&case["embeddings"]), table(&case["head"])) else {
                let error = ours.err().expect("what transformers makes up is refused").to_string();
                assert!(error.contains("lacks the tensor"), "{error}");
                continue;
            };
            let mut ours = ours.unwrap_or_else(|error| panic!("{error} {case} {backend:?}"));
            let whole = [body.to_vec(), vec![stored(EMBEDDINGS, as_embeddings), stored(HEAD, as_head)]].concat();
            let mut theirs = load(Config { tied: false, ..config.clone() }, &whole, backend).unwrap();
            assert!(scores(ours.as_mut()) == scores(theirs.as_mut()), "{case} {backend:?}");
            // Two equal tables are kept once where the config does not ask for two.
            let is_tied = config.tied && case["stored"] != "different";
            assert_eq!(ours.config().tied, is_tied, "{case} {backend:?}");
            let parameters = theirs.config().parameters() - if is_tied { embeddings.len() as u64 } else { 0 };
            assert_eq!(ours.config().parameters(), parameters);
            assert_eq!(ours.weight_bytes() < theirs.weight_bytes(), is_tied, "{case} {backend:?}");
        }
    }
}

/// Loads and compares with the scores that transformers gives the golden checkpoint.
fn is_golden(folder: &str, config: Config, tensors: &[Entry]) {
    let want = expected(&golden(folder));
    for name in ["reference", "cpu"] {
        let mut backend = load(config.clone(), tensors, (name, Precision::F32)).unwrap();
        let mut state = State::try_new(backend.config()).unwrap();
        let scores = read(backend.as_mut(), &want.input_ids, 16, &mut state);
        let error = relative_error(&scores, want.logits.last().unwrap());
        assert!(error < 1e-4, "{folder} on {name}: {error}");
    }
}

/// The golden files' heads are untied, and transformers computed with them; their configs now say otherwise.
#[test]
fn a_head_of_its_own_is_used_whatever_the_config_says() {
    for folder in ["odd-f16", "falcon", "mamba2-groups"] {
        is_golden(folder, config(folder, &json!(true)), &tensors(folder));
    }
}

#[test]
fn names_may_have_other_modules_before_them() {
    for folder in ["tiny-f32", "odd-f16", "mamba2-groups"] {
        let config = Config::parse(&fs::read_to_string(golden(folder).join("config.json")).unwrap()).unwrap();
        for (body, head) in [
            ("", ""),
            ("model.backbone.", "model."),
            ("module.backbone.", "module."),
            ("_orig_mod.backbone.", "_orig_mod."),
            ("model.", "model."),
            ("base_model.model.backbone.", "base_model.model."),
        ] {
            let mut tensors = tensors(folder);
            for (name, ..) in &mut tensors {
                *name = match name.strip_prefix("backbone.") {
                    Some(rest) => format!("{body}{rest}"),
                    None => format!("{head}{name}"),
                };
            }
            is_golden(folder, config.clone(), &tensors);
        }
    }
}

#[test]
fn what_belongs_to_two_models_is_refused() {
    let config = config("tiny-f32", &json!(true));
    for name in ["ema.backbone.norm_f.weight", "norm_f.weight", "module.backbone.norm_f.weight"] {
        let mut tensors = tensors("tiny-f32");
        let (_, _, shape, bytes) = tensors.iter().find(|(name, ..)| name == "backbone.norm_f.weight").unwrap().clone();
        tensors.push((name.into(), "F32", shape, bytes));
        let error = load(config.clone(), &tensors, CPU[1]).err().expect(name).to_string();
        assert!(error.contains(name), "{error}");
    }
}

#[test]
fn buffers_that_no_forward_pass_needs_are_left_out() {
    let mut tensors = tensors("falcon");
    let floats = |name: &str| floats(name, &[3], &[1.0; 3]);
    tensors.insert(2, ("backbone.position_ids".into(), "I64", vec![1, 2], vec![0; 16]));
    tensors.insert(0, floats("backbone.layers.0.mixer.dt_rms"));
    tensors.push(floats("v_head.summary.weight"));
    tensors.push(("backbone.num_batches_tracked".into(), "I64", vec![], vec![0; 8]));
    is_golden("falcon", config("falcon", &json!(false)), &tensors);
    // What a forward pass would need is not left out, whatever it is stored as.
    tensors.push(("backbone.layers.0.mixer.init_states".into(), "I8", vec![4], vec![0; 4]));
    let error = load(config("falcon", &json!(false)), &tensors, CPU[1]).err().expect("init_states").to_string();
    assert!(error.contains("init_states"), "{error}");
}

#[test]
fn one_shard_stands_for_the_model() {
    let from = golden("bare-bf16");
    let folder = std::env::temp_dir().join(format!("mamba-web-shards-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
    // Without the index, which whoever downloads files one by one leaves behind.
    for name in shards.into_iter().chain(["config.json"]) {
        fs::copy(from.join(name), folder.join(name)).unwrap();
    }
    let options = Options { backend: Some(Name::Cpu), precision: Some(Precision::F32), ..Options::default() };
    let open = |path: &Path| Engine::open(path, &options);
    let opened = shards.map(|name| open(&folder.join(name)));
    fs::remove_file(folder.join(shards[0])).unwrap();
    let missing = open(&folder.join(shards[1]));
    fs::remove_dir_all(&folder).unwrap();
    let whole = open(&from).unwrap();
    for engine in opened {
        let engine = engine.unwrap();
        assert_eq!(engine.info().model_hash, whole.info().model_hash);
    }
    let error = missing.err().expect("a shard is missing").to_string();
    assert!(error.contains(shards[0]), "{error}");
}
