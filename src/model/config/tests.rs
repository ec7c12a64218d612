use super::*;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

fn mamba2(heads: Heads, d_state: usize) -> Mixer {
    let time_step_limit = (0.0, f32::INFINITY);
    Mixer::Mamba2(Mamba2 {
        heads,
        d_state,
        d_conv: 4,
        use_bias: false,
        use_conv_bias: true,
        time_step_limit,
        gated_norm: Some(1e-5),
    })
}

fn with(layers: Vec<Mixer>, d_model: usize) -> Result<Config> {
    let published = Published::default();
    Config { vocab: 8, d_model, layers, tied: true, norm_epsilon: 1e-5, eos_tokens: vec![], published }
        .checked("The test")
}

fn heads(heads: usize, head_dim: usize, groups: usize) -> Heads {
    Heads { heads, head_dim, groups, norm_before_gate: false }
}

/// Each of these products is 0, or small, in 32 bits.
#[test]
fn sizes_that_wrap_in_32_bits_are_refused() {
    for (json, part) in [
        // N * E = 2^32.
        (
            r#"{"model_type":"mamba2","vocab_size":8,"hidden_size":1,"num_hidden_layers":1,"expand":1048576,
                "num_heads":16384,"head_dim":64,"state_size":4096}"#,
            "state has 17",
        ),
        // H * P = 2^32, which is not the E of 65536 * 2^... that the config has.
        (
            r#"{"model_type":"mamba2","vocab_size":8,"hidden_size":16,"num_hidden_layers":1,"expand":2,
                "num_heads":65536,"head_dim":65536}"#,
            "65536 heads of 65536",
        ),
        // G * N = 2^32.
        (
            r#"{"model_type":"mamba2","vocab_size":8,"hidden_size":1048576,"num_hidden_layers":1,"expand":1,
                "num_heads":1048576,"head_dim":1,"n_groups":1048576,"state_size":4096}"#,
            "rows of",
        ),
        // V * D = 2^32.
        (
            r#"{"model_type":"mamba","vocab_size":1048576,"hidden_size":4096,"num_hidden_layers":1}"#,
            "tensor backbone.embeddings.weight of 4294967296 values",
        ),
        // The state of all layers: 2^32 bytes.
        (
            r#"{"model_type":"mamba","vocab_size":8,"hidden_size":1,"intermediate_size":65536,"num_hidden_layers":1024,
                "state_size":16,"conv_kernel":1}"#,
            "state has 4294 MB",
        ),
    ] {
        let error = Config::parse(json).unwrap_err();
        assert_eq!(error.code(), "bad-checkpoint");
        assert!(error.to_string().contains(part), "{error}");
    }
}

#[test]
fn absurd_layers_are_refused_whatever_built_them() {
    let huge = usize::MAX / 2;
    for (mixer, part) in [
        (mamba2(heads(huge, huge, 1), 8), "rows of"),
        (mamba2(heads(4, 4, huge), 8), "rows of"),
        (mamba2(heads(4, 4, 3), 8), "4 heads, which 3 groups"),
        (mamba2(heads(0, 4, 1), 8), "without channels"),
        (mamba2(heads(4, 4, 1), 0), "without channels"),
        (mamba2(heads(4, 4, 0), 8), "groups"),
        (mamba2(heads(4, 4, 1), huge), "rows of"),
    ] {
        let error = with(vec![mixer], 8).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn layers_of_two_kinds_have_one_name_and_their_own_tensors() {
    let config = with(vec![mamba2(heads(4, 4, 1), 8)], 8).unwrap();
    let mamba1 = Mixer::Mamba1(Mamba1 {
        d_inner: 24,
        d_state: 4,
        dt_rank: 2,
        d_conv: 3,
        use_bias: false,
        use_conv_bias: true,
        time_step_limit: (0.0, f32::INFINITY),
        part_norms: None,
    });
    let mixed = with(vec![config.layers[0], mamba1], 8).unwrap();
    assert_eq!((config.architecture(), mixed.architecture()), ("mamba2", "hybrid"));
    let names: Vec<String> = tensors(&mixed).iter().map(|spec| mixed.tensor_name(spec.place)).collect();
    assert!(names.contains(&"backbone.layers.0.mixer.dt_bias".to_owned()));
    assert!(names.contains(&"backbone.layers.1.mixer.dt_proj.bias".to_owned()));
    assert!(!names.contains(&"backbone.layers.1.mixer.norm.weight".to_owned()));
    // The windows [3, 32] and [2, 24], the states [8, 16] and [4, 24].
    assert_eq!(mixed.state_bytes(), 4 * (3 * 32 + 8 * 16 + 2 * 24 + 4 * 24));
}
