//! What is no number reaches the host as an error, whatever computes it and chooses from it. Else the page would write random
//! words from a damaged model.

use std::task::Poll;

use crate::support::{
    attention, beside, fill_by_chance, fill_with, mamba1, mamba2, mamba2_without_norm, mlp, model_of, read,
};
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{self, Backend, Loader, Name, Precision};
use mamba_web::model::Config;
use mamba_web::sampler::{Chooser, Recent, Sampler, Settings};
use mamba_web::sequence::{Sequence, gather};
use mamba_web::state::{LayerState, State};
use mamba_web::{Error, Result};

const PRECISIONS: [Precision; 4] = [Precision::F32, Precision::F16, Precision::Int8, Precision::Int4];
const PROMPT: [u32; 5] = [3, 14, 15, 92, 65];

/// With layers whose result goes into the residual as it is, so that nothing but the product can lose a channel.
fn models() -> Vec<Config> {
    let (plain, falcon) = (mamba1(90, 5, 3, 4, None), mamba1(40, 16, 2, 3, Some(1e-6)));
    let long = attention(4, 2, 8, Some(1e4), 300);
    vec![
        model_of(vec![plain, falcon]),
        model_of(vec![mamba2_without_norm(6, 11, 3, 9), beside(long), mlp(50, true)]),
        model_of(vec![mamba2(17, 4, 1, 6, true), long]),
    ]
}

fn loader(device: &Device, config: &Config, precision: Precision) -> Box<dyn Loader> {
    Box::new(pollster::block_on(GpuLoader::new(device.clone(), config.clone(), precision)).unwrap())
}

fn sampler(config: &Config) -> Sampler {
    Sampler::new(Settings { temperature: 0.9, top_k: 20, ..Settings::greedy() }, config.vocab).unwrap()
}

fn is_told<T>(result: Result<T>) -> bool {
    matches!(result, Err(Error::BadCheckpoint(what)) if what.contains("damaged"))
}

/// A step of each, at once if they are several; the tokens that were chosen.
fn step(backend: &mut dyn Backend, all: &mut [(Sequence, Chooser)]) -> Vec<Result<u32>> {
    gather(backend, all.iter_mut().filter_map(|(sequence, chooser)| Some((sequence, chooser.lone_sampler()?))));
    let one = |(sequence, chooser): &mut (Sequence, Chooser)| {
        let mut id = None;
        loop {
            let done = match id {
                None => sequence.choose(backend, chooser, 9)?.map(|chosen| id = Some(chosen)),
                Some(id) => match sequence.read(backend, &[id], true)? {
                    Poll::Ready(_) => return Ok(id),
                    Poll::Pending => Poll::Pending,
                },
            };
            if done.is_pending() {
                sequence.wait(backend);
            }
        }
    };
    all.iter_mut().map(one).collect()
}

#[test]
fn a_memory_that_is_no_number_is_told_on_every_path() {
    let device = pollster::block_on(Device::open()).unwrap();
    type Spoil = (&'static str, fn(LayerState<'_>) -> Option<&mut f32>);
    let places: [Spoil; 4] = [
        ("window", |layer| layer.conv.get_mut(1)),
        ("state", |layer| layer.ssm.get_mut(1)),
        ("key", |layer| layer.keys.get_mut(1)),
        ("value", |layer| layer.values.get_mut(1)),
    ];
    for (config, precision) in models().iter().flat_map(|config| PRECISIONS.map(|precision| (config, precision))) {
        let mut model = fill_by_chance(loader(&device, config, precision), config, 7);
        let model = model.as_mut();
        let mut good = State::try_new(config).unwrap();
        let scores = read(model, &PROMPT, 8, &mut good);
        for ((name, place), value) in places.into_iter().flat_map(|place| [(place, f32::NAN), (place, f32::INFINITY)]) {
            // An infinite key may rightly count for nothing, and rings in f16 take the greatest number for an infinite value.
            if ["key", "value"].contains(&name) && value.is_infinite() {
                continue;
            }
            for layer in 0..config.layers.len() {
                let mut bad = good.try_clone().unwrap();
                bad.renew();
                match place(bad.layer(layer)) {
                    Some(spoilt) => *spoilt = value,
                    None => continue,
                }
                let what = format!("{value} in the {name} of layer {layer}, {precision:?}, {:?}", config.layers);
                // The scores come to the host after a step, and after a block of two chunks.
                for tokens in [1, 70] {
                    let tokens: Vec<u32> = (0..tokens).map(|i| i * 37 % 131).collect();
                    let got = read(model, &tokens, 200, &mut bad.try_clone().unwrap());
                    assert!(
                        is_told(sampler(config).sample(&got, &Recent::default())),
                        "{} tokens: {what}",
                        tokens.len()
                    );
                }
                // The GPU chooses, for a sequence alone and for three at once. The first token is that of the scores before.
                for count in [1, 3] {
                    let sequence = |number| {
                        let state = if number == 1 || count == 1 { &bad } else { &good };
                        let sequence =
                            Sequence::restored(state.try_clone().unwrap(), scores.clone(), Recent::default());
                        (sequence, Chooser::new(sampler(config), None))
                    };
                    let mut all: Vec<_> = (0..count).map(sequence).collect();
                    assert!(step(model, &mut all).iter().all(Result::is_ok), "{what}");
                    for (number, result) in step(model, &mut all).into_iter().enumerate() {
                        assert_eq!(is_told(result), number == 1 || count == 1, "{number} of {count}: {what}");
                    }
                }
            }
        }
    }
}

/// A weight may be finite and yet too great to count with: what is made of it is beyond all numbers, or its square is.
#[test]
fn numbers_that_grow_too_great_are_told_on_every_backend() {
    let device = pollster::block_on(Device::open()).unwrap();
    // An attention alone remembers no more of a token than its key and its value.
    let attention = model_of(vec![attention(4, 2, 8, Some(1e4), 20), mlp(50, true)]);
    let models = models().into_iter().map(|config| (config, ".D")).chain([(attention, "embeddings.weight")]);
    for ((config, place), precision) in models.flat_map(|model| PRECISIONS.map(|precision| (model.clone(), precision)))
    {
        // f16 has no such number, so its embeddings are sound.
        if precision == Precision::F16 && place != ".D" {
            continue;
        }
        let row = PROMPT[0] as usize * config.d_model;
        let spoil = |name: &str, values: &mut [f32]| match place {
            ".D" if name.contains("layers.0") && name.ends_with(place) => values[1] = 1e30,
            "embeddings.weight" if name.ends_with(place) => values[row..row + config.d_model].fill(1e30),
            _ => {}
        };
        let mut loaders = vec![("gpu", loader(&device, &config, precision))];
        if precision != Precision::F16 {
            loaders.push(("cpu", backend::loader(Name::Cpu, config.clone(), precision, 1).unwrap()));
        }
        for (backend, loader) in loaders {
            let mut model = fill_with(loader, &config, 7, spoil);
            for most in [1, 5] {
                let scores = read(model.as_mut(), &PROMPT, most, &mut State::try_new(&config).unwrap());
                let told = is_told(sampler(&config).sample(&scores, &Recent::default()));
                assert!(told, "{place}, {backend}, {most} a call, {precision:?}, {:?}: {scores:?}", config.layers);
            }
        }
    }
}
