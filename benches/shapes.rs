//! The published shapes of models whose speed is measured.

use mamba_web::Result;
use mamba_web::model::Config;

/// The published shapes of Mamba, Mamba-2, Granite-4.0-H-350M and Falcon-H1-Tiny-90M.
pub fn config(name: &str) -> Result<Config> {
    let mamba = |d: usize, l: usize, r: usize| {
        format!(
            r#"{{"model_type":"mamba","vocab_size":50280,"hidden_size":{d},"num_hidden_layers":{l},"state_size":16,
                "time_step_rank":{r},"conv_kernel":4,"tie_word_embeddings":true}}"#
        )
    };
    Config::parse(&match name {
        "granite-350m" => {
            let types: Vec<_> =
                (0..32).map(|layer| if [10, 13, 17, 27].contains(&layer) { "attention" } else { "mamba" }).collect();
            format!(
                r#"{{"model_type":"granitemoehybrid","vocab_size":100352,"hidden_size":768,"num_hidden_layers":32,
                    "layer_types":{types:?},"num_attention_heads":12,"num_key_value_heads":4,"num_local_experts":0,
                    "shared_intermediate_size":2048,"mamba_n_heads":48,"mamba_d_head":32,"mamba_d_state":128,
                    "mamba_n_groups":1,"mamba_expand":2,"max_position_embeddings":32768,"tie_word_embeddings":true}}"#
            )
        }
        "falcon-h1-90m" => r#"{"model_type":"falcon_h1","vocab_size":32768,"hidden_size":512,"num_hidden_layers":24,
            "num_attention_heads":8,"num_key_value_heads":2,"head_dim":64,"intermediate_size":768,"mamba_d_ssm":768,
            "mamba_n_heads":24,"mamba_d_head":32,"mamba_d_state":64,"mamba_n_groups":1,"rope_theta":100000000000.0,
            "max_position_embeddings":262144,"tie_word_embeddings":true}"#
            .into(),
        "mamba2-130m" => r#"{"model_type":"mamba2","vocab_size":50288,"hidden_size":768,"num_hidden_layers":24,
            "state_size":128,"num_heads":24,"head_dim":64,"n_groups":1,"conv_kernel":4,"expand":2,
            "tie_word_embeddings":true}"#
            .into(),
        "1.4b" => mamba(2048, 48, 128),
        _ => mamba(768, 24, 48),
    })
}

/// The one in the middle.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
