use std::path::Path;

use super::*;
use crate::Engine;
use crate::backend::{Name, Precision};
use crate::engine::Options;
use crate::generation::LoadedModel;
use crate::lab::trace::Watched;

const LAYERS: [usize; 3] = [0, 7, 15];

fn read(backend: Name) -> [Reading; 3] {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("www/models/default");
    let precision = Some(Precision::F32);
    let options = Options { backend: Some(backend), precision, threads: Some(1), ..Options::default() };
    let mut engine = Engine::open(&folder, &options).unwrap();
    let mut readings = LAYERS.map(|_| Reading::default());
    let mut watched = Watched::new(engine.backend()).unwrap();
    for id in engine.tokenize("My name is Ada and I have a red cat. My name is").unwrap() {
        let seen = watched.read(engine.backend(), id).unwrap();
        for (reading, layer) in readings.iter_mut().zip(LAYERS) {
            reading.push(seen.steps[layer].clone(), watched.state.layer(layer).ssm);
        }
    }
    readings
}

fn assert_near(got: &[f32], want: &[f32], what: &str) {
    assert_eq!(got.len(), want.len(), "{what}");
    let size = want.iter().fold(0.0, |size: f32, want| size.max(want.abs()));
    let worst = got.iter().zip(want).map(|(got, want)| (got - want).abs()).fold(0.0, f32::max);
    assert!(size > 0.0 && worst < 1e-3 * size, "{what}: off by {worst} of {size}");
}

/// The matrices of one backend give what the states of the other, which shares no kernel with it, read out.
#[test]
fn the_matrices_give_what_the_states_give() {
    let (cpu, reference) = (read(Name::Cpu), read(Name::Reference));
    for ((cpu, reference), layer) in cpu.iter().zip(&reference).zip(LAYERS) {
        let want = reference.recurrence();
        assert_near(cpu.recurrence(), want, &format!("layer {layer}, recurrence"));
        assert_near(&cpu.masked(), want, &format!("layer {layer}, masked"));
        for length in [1, 4, 1000] {
            assert_near(&cpu.chunked(length).unwrap(), want, &format!("layer {layer}, chunks of {length}"));
        }
    }
}

/// A row of a channel's matrix times the inputs is what the channel reads; the mean of all is of sizes.
#[test]
fn the_attention_of_a_channel_is_its_matrix() {
    let [_, reading, _] = read(Name::Cpu);
    let (tokens, e) = (reading.tokens(), reading.channels());
    for channel in [0, e - 1] {
        let matrix = reading.attention(Some(channel)).unwrap();
        let of = |t: usize| (0..tokens).map(|s| matrix[t * tokens + s] * reading.steps[s].x[channel]).sum::<f32>();
        let got: Vec<f32> = (0..tokens).map(of).collect();
        let want: Vec<f32> = (0..tokens).map(|t| reading.recurrence()[t * e + channel]).collect();
        assert_near(&got, &want, "a channel");
        assert!((0..tokens).all(|t| matrix[t * tokens + t + 1..(t + 1) * tokens].iter().all(|m| *m == 0.0)));
    }
    let mean = reading.attention(None).unwrap();
    let last: f32 =
        (0..e).map(|channel| reading.attention(Some(channel)).unwrap()[tokens].abs()).sum::<f32>() / e as f32;
    assert!((mean[tokens] - last).abs() <= 1e-5 * last, "{} {last}", mean[tokens]);
    assert_eq!(reading.attention(Some(e)).unwrap_err().code(), "bad-argument");
    assert_eq!(reading.chunked(0).unwrap_err().code(), "bad-argument");
}
