//! Sequences of models with attention on the GPU: keys and values lie in rings, which no slot holds, so going back, taking
//! turns and changing the backend have ways of their own.

use std::task::Poll;

use crate::support::{
    attention, beside, fill_by_chance, mamba2, mamba2_without_norm, mlp, model_of, read, relative_error,
};
use mamba_web::Result;
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{self, Backend, Name, Precision};
use mamba_web::model::Config;
use mamba_web::sampler::{Chooser, Sampler, Settings};
use mamba_web::sequence::Sequence;
use mamba_web::state::State;
use mamba_web::testing;

/// Fewer tokens than the tests read, so that the rings turn; one window is longer than the other.
const WINDOW: usize = 24;

fn models() -> Vec<Config> {
    let (short, long) = (attention(6, 2, 8, Some(1e4), WINDOW), attention(3, 1, 5, None, 2 * WINDOW));
    let granite = vec![mamba2(6, 11, 3, 9, false), mlp(50, false), short, mlp(50, false), long, mlp(50, false)];
    let falcon = vec![mamba2_without_norm(5, 7, 1, 8), beside(short), mlp(70, true)];
    vec![model_of(granite), model_of([falcon.clone(), falcon].concat())]
}

fn gpu(device: &Device, config: &Config, precision: Precision) -> Box<dyn Backend> {
    let loader = pollster::block_on(GpuLoader::new(device.clone(), config.clone(), precision)).unwrap();
    fill_by_chance(Box::new(loader), config, 11)
}

fn cpu(config: &Config) -> Box<dyn Backend> {
    fill_by_chance(backend::loader(Name::Cpu, config.clone(), Precision::F32, 1).unwrap(), config, 11)
}

fn ids(count: u32) -> Vec<u32> {
    (0..count).map(|i| i.wrapping_mul(2_654_435_761) % 131).collect()
}

/// A sequence that has read a prompt of its own, and its sampler.
struct Writer {
    sequence: Sequence,
    chooser: Chooser,
    ids: Vec<u32>,
}

impl Writer {
    fn new(backend: &mut dyn Backend, seed: u64) -> Self {
        let settings = Settings { temperature: 0.9, top_k: 20, seed, ..Settings::greedy() };
        let chooser = Chooser::new(Sampler::new(settings, backend.config().vocab).unwrap(), None);
        let sequence = Sequence::new(State::try_new(backend.config()).unwrap());
        let mut writer = Self { sequence, chooser, ids: Vec::new() };
        // Some prompts are longer than the ring, some are a few tokens.
        writer.read(backend, &ids(9 + 13 * seed as u32));
        writer
    }

    fn until<T>(
        &mut self,
        backend: &mut dyn Backend,
        call: impl Fn(&mut Self, &mut dyn Backend) -> Result<Poll<T>>,
    ) -> T {
        loop {
            match call(self, backend).unwrap() {
                Poll::Ready(value) => return value,
                Poll::Pending => self.sequence.wait(backend),
            }
        }
    }

    fn read(&mut self, backend: &mut dyn Backend, tokens: &[u32]) {
        let mut done = 0;
        while done < tokens.len() {
            done += self.until(backend, |writer, backend| writer.sequence.read(backend, &tokens[done..], true));
        }
    }

    /// Chooses and reads `count` tokens; the GPU works ahead for up to `most`.
    fn write(&mut self, backend: &mut dyn Backend, count: usize, most: usize) {
        for left in (1..=count).rev() {
            let most = most.max(left);
            let id = self.until(backend, |writer, backend| writer.sequence.choose(backend, &mut writer.chooser, most));
            self.read(backend, &[id]);
            self.ids.push(id);
        }
    }

    fn read_back(&mut self, backend: &mut dyn Backend) {
        self.until(backend, |writer, backend| writer.sequence.read_back(backend));
    }
}

/// What each of some sequences writes on the CPU: 60 tokens.
fn expected(config: &Config, count: u64) -> Vec<Vec<u32>> {
    let mut cpu = cpu(config);
    let all = (0..count).map(|seed| {
        let mut writer = Writer::new(cpu.as_mut(), seed);
        writer.write(cpu.as_mut(), 60, 0);
        writer.ids
    });
    all.collect()
}

/// More sequences than the GPU can park, in turns that stop in the middle of what it has read ahead.
#[test]
fn sequences_that_take_turns_do_not_mix() {
    let device = pollster::block_on(Device::open()).unwrap();
    for config in models() {
        let mut gpu = gpu(&device, &config, Precision::F32);
        for (count, full) in [(3, false), (7, false), (3, true)] {
            let want = expected(&config, count);
            let mut writers: Vec<_> = (0..count).map(|seed| Writer::new(gpu.as_mut(), seed)).collect();
            for _ in 0..6 {
                for writer in &mut writers {
                    // Without room to park a sequence, it is read again.
                    testing::be_full(&device, full);
                    writer.write(gpu.as_mut(), 10, 60);
                }
            }
            testing::be_full(&device, false);
            for (writer, want) in writers.iter().zip(&want) {
                assert_eq!(&writer.ids, want, "{count} sequences");
            }
        }
    }
}

/// A token that was chosen but not read leaves no trace, though the GPU has read it and more after it.
#[test]
fn going_back_past_the_end_of_the_ring_changes_nothing() {
    let device = pollster::block_on(Device::open()).unwrap();
    for config in models() {
        let (mut gpu, mut cpu) = (gpu(&device, &config, Precision::F32), cpu(&config));
        let mut states = Vec::new();
        for backend in [&mut gpu, &mut cpu] {
            let mut writer = Writer::new(backend.as_mut(), 3);
            for _ in 0..4 {
                writer.write(backend.as_mut(), 7, 60);
                writer.read(backend.as_mut(), &[5, 6, 7]);
            }
            writer.read_back(backend.as_mut());
            assert_eq!(writer.sequence.position(), 48 + 40);
            states.push((writer.ids, writer.sequence));
        }
        let (want_ids, want) = states.pop().unwrap();
        let (got_ids, got) = states.pop().unwrap();
        assert_eq!(got_ids, want_ids);
        assert!(relative_error(got.logits(), want.logits()) < 2e-4);
        for (got, want) in got.state().all().zip(want.state().all()) {
            assert!(relative_error(got, want) < 2e-4);
        }
    }
}

/// A state that one backend has read goes on in another one, before the rings are full, when they are, and long after.
#[test]
fn a_state_goes_on_in_another_backend() {
    let device = pollster::block_on(Device::open()).unwrap();
    for config in models() {
        let (mut gpu, mut cpu) = (gpu(&device, &config, Precision::F32), cpu(&config));
        for first in [5, WINDOW, 40, 131] {
            let ids = ids(first as u32 + 9);
            let mut want_state = State::try_new(&config).unwrap();
            let want = read(cpu.as_mut(), &ids, 32, &mut want_state);
            for gpu_first in [true, false] {
                let mut state = State::try_new(&config).unwrap();
                let both: [&mut dyn Backend; 2] =
                    if gpu_first { [gpu.as_mut(), cpu.as_mut()] } else { [cpu.as_mut(), gpu.as_mut()] };
                let [one, other] = both;
                read(one, &ids[..first], 50, &mut state);
                // As a fork: a copy has no room for rows that are not used yet.
                let mut state = state.try_clone().unwrap();
                state.renew();
                read(other, &ids[first..first + 6], 1, &mut state);
                let scores = read(other, &ids[first + 6..], 3, &mut state);
                let error = relative_error(&scores, &want);
                assert!(error < 2e-4, "{first} tokens, gpu first {gpu_first}: {error}");
                for (got, want) in state.all().zip(want_state.all()) {
                    assert!(relative_error(got, want) < 2e-4, "{first} tokens, gpu first {gpu_first}");
                }
            }
        }
    }
}

/// In f16, as everywhere but in f32: the rounding of the rings is the same token by token, at once, and after a read-back.
#[test]
fn rings_in_f16_give_the_same_at_once_and_token_by_token() {
    let device = pollster::block_on(Device::open()).unwrap();
    for config in models() {
        let mut gpu = gpu(&device, &config, Precision::F16);
        let ids = ids(90);
        let mut state = State::try_new(&config).unwrap();
        let want = read(gpu.as_mut(), &ids, 1, &mut state);
        let exact = read(cpu(&config).as_mut(), &ids, 32, &mut State::try_new(&config).unwrap());
        assert!(relative_error(&want, &exact) < 2e-2, "{}", relative_error(&want, &exact));
        for most in [3, 37, 90] {
            let mut state = State::try_new(&config).unwrap();
            let got = read(gpu.as_mut(), &ids, most, &mut state);
            // A sum in another order may round to the next f16.
            assert!(relative_error(&got, &want) < 2e-3, "{most} a call: {}", relative_error(&got, &want));
        }
    }
}

/// More keys than all workgroups of a step take at a time, and a window that turns.
#[test]
fn a_step_looks_at_thousands_of_keys() {
    let device = pollster::block_on(Device::open()).unwrap();
    let long = |window| attention(6, 2, 8, Some(1e4), window);
    for (layers, first) in
        [(vec![mamba2_without_norm(5, 7, 1, 8), beside(long(9000))], 2100), (vec![long(2200), mlp(50, false)], 2300)]
    {
        let config = model_of(layers);
        let ids = ids(first + 4);
        let want = read(cpu(&config).as_mut(), &ids, 32, &mut State::try_new(&config).unwrap());
        for (precision, most) in [(Precision::F32, 2e-4), (Precision::F16, 2e-2)] {
            let (mut gpu, mut state) = (gpu(&device, &config, precision), State::try_new(&config).unwrap());
            read(gpu.as_mut(), &ids[..first as usize], 700, &mut state);
            let got = read(gpu.as_mut(), &ids[first as usize..], 1, &mut state);
            assert!(relative_error(&got, &want) < most, "{precision:?}: {}", relative_error(&got, &want));
        }
    }
}

#[test]
fn rings_larger_than_a_binding_are_refused_with_a_sentence() {
    let mut device = pollster::block_on(Device::open()).unwrap();
    testing::limit_bindings(&mut device, 1 << 20);
    let config = model_of(vec![mamba2(2, 33, 1, 40, false), attention(2, 2, 64, None, 4000)]);
    let loader = pollster::block_on(GpuLoader::new(device, config, Precision::F16));
    let sentence = loader.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(sentence.contains("Attention over 4000 tokens") && sentence.contains("smaller window"), "{sentence}");
}

/// Angles far from the beginning, and the end of what the shaders can count.
#[test]
fn positions_are_exact_up_to_the_last_one() {
    let device = pollster::block_on(Device::open()).unwrap();
    let config = model_of(vec![attention(4, 2, 8, Some(1e4), WINDOW)]);
    let (mut gpu, mut cpu) = (gpu(&device, &config, Precision::F32), cpu(&config));
    for (first, most) in [((1 << 24) + 77, 9), (4_123_456_789, 1)] {
        let mut scores = Vec::new();
        for backend in [&mut gpu, &mut cpu] {
            let mut state = State::try_new(&config).unwrap();
            state.position = first;
            scores.push(read(backend.as_mut(), &ids(30), most, &mut state));
        }
        let error = relative_error(&scores[0], &scores[1]);
        assert!(error < 2e-4, "from {first} on: {error}");
    }
    let mut state = State::try_new(&config).unwrap();
    state.position = u64::from(u32::MAX);
    let error = gpu.prefill(&[3], &mut state, None).unwrap_err();
    assert!(error.to_string().contains("ends after 4294900000 tokens"), "{error}");
}

#[test]
fn heads_larger_than_a_workgroup_has_room_for_are_refused_with_a_sentence() {
    let device = pollster::block_on(Device::open()).unwrap();
    let config = model_of(vec![attention(2, 1, 260, None, 10)]);
    let loader = pollster::block_on(GpuLoader::new(device.clone(), config, Precision::F32));
    let sentence = loader.err().map(|error| error.to_string()).unwrap_or_default();
    assert!(sentence.contains("260 channels"), "{sentence}");
    // The largest that have room.
    let config = model_of(vec![attention(5, 1, 256, Some(1e4), 10)]);
    let ids = ids(14);
    let mut gpu = gpu(&device, &config, Precision::F32);
    let got = read(gpu.as_mut(), &ids, 1, &mut State::try_new(&config).unwrap());
    let want = read(cpu(&config).as_mut(), &ids, 32, &mut State::try_new(&config).unwrap());
    assert!(relative_error(&got, &want) < 2e-4);
}
