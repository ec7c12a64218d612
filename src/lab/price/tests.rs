use super::*;
use crate::backend::Name;
use crate::backend::loader as open;

fn mamba(layers: usize) -> Config {
    let config = format!(
        r#"{{"model_type": "mamba", "vocab_size": 96, "hidden_size": 128, "intermediate_size": 256, "state_size": 16,
        "num_hidden_layers": {layers}, "conv_kernel": 4, "expand": 2, "time_step_rank": 8, "eos_token_id": 0,
        "use_bias": false, "use_conv_bias": true, "hidden_act": "silu", "layer_norm_epsilon": 1e-5,
        "tie_word_embeddings": true}}"#
    );
    Config::parse(&config).unwrap()
}

#[test]
fn the_twin_has_the_width_the_depth_and_the_parameters() {
    let mamba = mamba(3);
    let twin = attention_twin(&mamba, 1000).unwrap();
    assert_eq!((twin.d_model, twin.layers.len(), twin.window()), (128, 6, Some(1000)));
    let (own, its) = (mamba.parameters() as f64, twin.parameters() as f64);
    assert!((own / its - 1.0).abs() < 0.01, "{own} and {its}");
    assert_eq!(attention_twin(&twin, 1000).unwrap_err().code(), "bad-argument");
    assert_eq!(attention_twin(&mamba, 1 << 30).unwrap_err().code(), "bad-checkpoint", "more than any memory holds");
}

/// candle's matrix products and softmax are what `reference` computes attention with.
#[test]
fn the_twin_computes_what_candle_computes() {
    let twin = attention_twin(&mamba(2), 64).unwrap();
    let scores = |name| {
        let mut model = filled_by_chance(open(name, twin.clone(), Precision::F32, 1).unwrap(), &twin).unwrap();
        let mut state = State::try_new(&twin).unwrap();
        let mut scores = vec![0.0; twin.vocab];
        for token in 0..50 {
            model.prefill(&[token * 7 % 96], &mut state, Some(&mut scores)).unwrap();
        }
        scores
    };
    let (got, want) = (scores(Name::Cpu), scores(Name::Reference));
    let size = want.iter().fold(0.0, |size: f32, score| size.max(score.abs()));
    let worst = got.iter().zip(&want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max);
    assert!(size > 0.1 && worst < 1e-4 * size, "off by {worst} of {size}");
}

#[test]
fn the_cost_of_a_token_is_counted() {
    let mamba = mamba(2);
    let runner = Runner::new(&mamba, Precision::F32).unwrap();
    assert_eq!(runner.cost(1), runner.cost(100_000), "Mamba's cost does not depend on what came before");
    assert_eq!(runner.cost(1).kept_bytes, mamba.state_bytes() as f64);

    let mut twin = Runner::new(&attention_twin(&mamba, 200).unwrap(), Precision::F32).unwrap();
    let (none, some) = (twin.cost(0), twin.cost(150));
    // Keys and values of 2 layers, 128 channels, 4 bytes each.
    assert_eq!(some.kept_bytes, (150 * 2 * 2 * 128 * 4) as f64);
    assert_eq!(some.moved_bytes - none.moved_bytes, some.kept_bytes);
    assert_eq!(some.multiply_adds - none.multiply_adds, (150 * 2 * 2 * 128) as f64);
    assert!(twin.seconds(199).unwrap() > 0.0);
    assert_eq!(twin.seconds(200).unwrap_err().code(), "bad-argument");
}

#[test]
fn a_peak_is_a_number() {
    let peak = peak().unwrap();
    assert!(peak.multiply_adds_per_second > 1e6 && peak.bytes_per_second > 1e6, "{peak:?}");
}
