//! One list of all kernels, with the shapes that each is tried in on every backend against `reference`. A model of one
//! layer is the smallest thing that all backends can run, so that is what a case is, or of two that share a kernel.

use std::path::{Path, PathBuf};

use crate::support::{
    attention, beside, fill_by_chance, kl_divergence, mamba1, mamba2, mamba2_without_norm, mlp, model_of,
    relative_error,
};
use mamba_web::backend::gpu::{Device, GpuLoader};
use mamba_web::backend::{self, Backend, Name, Precision};
use mamba_web::model::{Config, Mixer};
use mamba_web::state::State;

/// A kernel of the GPU, `shaders/NAME.wgsl`, and where the others have the same.
struct Kernel {
    name: &'static str,
    cpu: Cpu,
    layers: Vec<Vec<Mixer>>,
    calls: &'static [Calls],
    precisions: &'static [Precision],
}

/// Where the cpu backend has a kernel.
#[derive(Debug, Clone, Copy)]
enum Cpu {
    /// In `src/backend/cpu/NAME.rs`.
    SameName,
    /// As a part of another file there.
    In(&'static str),
    /// Nowhere, and why.
    Not(&'static str),
}

/// In what calls the GPU uses a kernel.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Calls {
    /// One token each.
    Steps,
    /// The same, with the kernels for browsers.
    FusedSteps,
    /// A block within a chunk of the scan.
    Chunk,
    /// A block of several chunks.
    Chunks,
    /// One token each after such a block, and a block after these.
    Mixed,
}
use Calls::{Chunk, Chunks, FusedSteps, Mixed, Steps};

impl Calls {
    /// The tokens of each call. The first call has the kernel.
    fn lengths(self) -> &'static [usize] {
        match self {
            Steps | FusedSteps => &[1; 6],
            Chunk => &[30],
            Chunks => &[150],
            Mixed => &[1, 150, 1, 1, 1, 45, 1],
        }
    }
}

const F32: &[Precision] = &[Precision::F32];
const ALL: &[Precision] = &[Precision::F32, Precision::F16, Precision::Int8, Precision::Int4];

/// Odd sizes: E below a block of columns and above one, N below and above the states in registers, 2 and 4 taps.
fn mamba1_layers() -> Vec<Mixer> {
    vec![mamba1(20, 21, 7, 2, None), mamba1(90, 5, 3, 4, None), mamba1(33, 16, 1, 1, None)]
}

fn falcon_layers() -> Vec<Mixer> {
    vec![mamba1(40, 16, 2, 3, Some(1e-6)), mamba1(70, 3, 9, 4, Some(1e-5))]
}

/// P below and above a workgroup's channels, N beyond what is staged together, one group and several, both gates.
fn mamba2_layers() -> Vec<Mixer> {
    vec![
        mamba2(2, 33, 1, 70, false),
        mamba2(17, 4, 1, 6, true),
        mamba2(6, 11, 3, 9, false),
        mamba2_without_norm(5, 7, 1, 8),
    ]
}

/// Queries that share keys by none, three and ten; S odd, of one vector, and beyond a workgroup's channels; windows that
/// are shorter than the block and, with several workgroups to share the keys, longer.
fn attention_layers() -> Vec<Mixer> {
    vec![
        attention(6, 2, 8, Some(1e4), 170),
        attention(3, 3, 5, None, 20),
        attention(10, 1, 34, Some(1e11), 140),
        attention(2, 1, 132, None, 300),
        attention(2, 2, 2, Some(100.0), 1),
    ]
}

/// With a gated norm and without, biases of neither, of one and of both.
fn beside_layers() -> Vec<Vec<Mixer>> {
    let [large, small, .., one] = attention_layers()[..] else { return vec![] };
    vec![
        vec![mamba2(2, 33, 1, 70, false), beside(small)],
        vec![mamba2_without_norm(6, 11, 3, 9), beside(large)],
        vec![mamba2(17, 4, 1, 6, true), beside(one), mamba2(17, 4, 1, 6, true), beside(small)],
    ]
}

fn all_layers() -> Vec<Mixer> {
    [mamba1_layers(), falcon_layers(), mamba2_layers()].concat()
}

fn kernels() -> Vec<Kernel> {
    let each = |layers: Vec<Mixer>| layers.into_iter().map(|layer| vec![layer]).collect::<Vec<_>>();
    let kernel = |name, cpu, layers, calls| Kernel { name, cpu, layers: each(layers), calls, precisions: F32 };
    // More columns than are staged at once, in f32 and in int8.
    let wide = vec![attention(29, 1, 250, None, 9)];
    let one_of_each = vec![mamba1(90, 5, 3, 4, None), mamba2(6, 11, 3, 9, false), attention(6, 2, 8, Some(1e4), 170)];
    let one_of_each = [one_of_each, vec![mlp(37, true), mlp(130, false)]].concat();
    let product = |name, cpu, calls| Kernel { precisions: ALL, ..kernel(name, cpu, one_of_each.clone(), calls) };
    let grouped = vec![mamba2(17, 4, 1, 6, true), mamba2(6, 11, 3, 9, false)];
    vec![
        product("embed", Cpu::In("matrix"), &[Steps, Chunk]),
        product("matvec", Cpu::In("matrix"), &[Steps]),
        product("matmul", Cpu::In("matrix"), &[Chunk, Chunks]),
        Kernel { precisions: ALL, ..kernel("in_proj", Cpu::In("layer"), vec![mamba2(6, 11, 3, 9, false)], &[Steps]) },
        kernel("norm", Cpu::SameName, all_layers(), &[Chunk]),
        kernel("conv", Cpu::SameName, all_layers(), &[Chunk, Chunks]),
        kernel("carry", Cpu::Not("a block is one chunk"), all_layers(), &[Chunks]),
        kernel("mamba1/part_norms", Cpu::In("mamba1/mod"), falcon_layers(), &[Steps, Chunk, Chunks]),
        kernel("mamba1/step", Cpu::In("mamba1/scan"), [mamba1_layers(), falcon_layers()].concat(), &[Steps]),
        kernel("mamba1/mixer", Cpu::Not("a dispatch costs nothing"), mamba1_layers(), &[FusedSteps]),
        kernel("mamba1/dt", Cpu::In("mamba1/scan"), mamba1_layers(), &[Chunk, Chunks]),
        kernel("mamba1/scan", Cpu::SameName, [mamba1_layers(), falcon_layers()].concat(), &[Chunk, Chunks]),
        kernel("mamba2/step", Cpu::SameName, mamba2_layers(), &[Steps]),
        Kernel {
            layers: beside_layers(),
            ..kernel("mamba2/step_beside", Cpu::Not("layers are computed one by one"), vec![], &[Steps, Mixed])
        },
        kernel("mamba2/summarise", Cpu::In("mamba2/chunk"), mamba2_layers(), &[Chunk, Chunks]),
        kernel("mamba2/finish", Cpu::In("mamba2/chunk"), mamba2_layers(), &[Chunk, Chunks]),
        // One token of the other layers has it within matvec, as part of out_proj.
        kernel("mamba2/gated_norm", Cpu::In("mamba2/mod"), grouped, &[Steps, Chunk]),
        kernel("attention/step", Cpu::In("attention"), attention_layers(), &[Steps, Mixed]),
        Kernel {
            precisions: ALL,
            layers: [each(attention_layers()), each(wide), beside_layers()].concat(),
            ..kernel("attention/out_proj", Cpu::In("layer"), vec![], &[Steps, Mixed])
        },
        kernel("attention/store", Cpu::In("attention"), attention_layers(), &[Chunk]),
        kernel("attention/block", Cpu::In("attention"), attention_layers(), &[Chunk, Chunks]),
    ]
}

/// Shaders that compute no part of a layer, and those of several sequences. `rank` and `choose` are compared with
/// `src/sampler.rs` in gpu.rs, and `together/` with one sequence in gpu_together.rs.
const OTHERS: [&str; 6] = ["choose", "copy", "rank", "together/in_proj", "together/matvec", "together/out_proj"];

/// Scores and state after calls of these lengths; a backend may take less at a time.
fn run(model: &mut dyn Backend, lengths: &[usize]) -> (Vec<f32>, State) {
    let mut state = State::try_new(model.config()).unwrap();
    let mut scores = vec![f32::NAN; model.config().vocab];
    let mut ids = (0..u32::MAX).map(|i| i.wrapping_mul(2_654_435_761) % 131);
    for &length in lengths {
        let call: Vec<u32> = ids.by_ref().take(length).collect();
        for block in call.chunks(model.block()) {
            model.prefill(block, &mut state, Some(&mut scores)).unwrap();
        }
    }
    (scores, state)
}

fn on(name: Name, config: &Config, precision: Precision) -> Box<dyn Backend> {
    fill_by_chance(backend::loader(name, config.clone(), precision, 3).unwrap(), config, 7)
}

/// How far the scores (and in f32 the state) are from those of `reference`, against what is allowed.
fn check(what: &str, precision: Precision, got: &(Vec<f32>, State), want: &(Vec<f32>, State)) {
    let most = match precision {
        Precision::F32 => {
            let memories = got.1.all().zip(want.1.all());
            let worst = memories.filter(|(_, want)| !want.is_empty()).map(|(got, want)| relative_error(got, want));
            let error = worst.fold(relative_error(&got.0, &want.0), f32::max);
            assert!(error < 2e-4, "{what}: relative error {error}");
            return;
        }
        Precision::F16 | Precision::Int8 => 0.3,
        Precision::Int4 => 3.0,
    };
    let divergence = kl_divergence(&want.0, &got.0);
    assert!(divergence < most, "{what} {precision:?}: {divergence} nats");
}

#[test]
fn every_kernel_gives_what_reference_gives() {
    let device = pollster::block_on(Device::open()).unwrap();
    for kernel in kernels() {
        for layers in &kernel.layers {
            let config = model_of(layers.clone());
            for &calls in kernel.calls {
                let lengths = calls.lengths();
                let want = run(on(Name::Reference, &config, Precision::F32).as_mut(), lengths);
                for &precision in kernel.precisions {
                    let what = format!("{} {calls:?} {layers:?}", kernel.name);
                    let loader = GpuLoader::new(device.clone(), config.clone(), precision);
                    let loader = pollster::block_on(loader).unwrap();
                    let loader = if calls == FusedSteps { loader.fused_kernels() } else { loader };
                    assert!(loader.kernels(lengths[0]).contains(&kernel.name), "{what}: not in this case");
                    let mut gpu = fill_by_chance(Box::new(loader), &config, 7);
                    check(&what, precision, &run(gpu.as_mut(), lengths), &want);
                    if precision != Precision::F16 {
                        let got = run(on(Name::Cpu, &config, precision).as_mut(), lengths);
                        check(&format!("{what} on the CPU"), precision, &got, &want);
                    }
                }
            }
        }
    }
}

/// In a browser a dispatch costs more than what most of them compute.
#[test]
fn a_token_takes_few_dispatches() {
    let device = pollster::block_on(Device::open()).unwrap();
    let dispatches = |layers: Vec<Mixer>| {
        let config = model_of(layers);
        let loader = pollster::block_on(GpuLoader::new(device.clone(), config.clone(), Precision::F32)).unwrap();
        loader.fused_kernels().fill(&config).unwrap().counts().0
    };
    let (alone, in_falcon_h1) = (mamba2(6, 11, 1, 9, false), mamba2_without_norm(6, 11, 1, 9));
    let attention = attention(6, 2, 8, None, 20);
    // The embeddings, the head, and two to choose a token.
    let others = 4;
    for (layers, own) in [
        (vec![mamba1(20, 21, 7, 2, None)], 3),
        (vec![alone], 3),
        (vec![attention], 3),
        (vec![mlp(50, false)], 2),
        (vec![in_falcon_h1, beside(attention), mlp(50, false)], 5),
        // out_proj leaves the norm of a part of its columns to a dispatch.
        (vec![alone, beside(attention), mlp(50, false)], 6),
    ] {
        assert_eq!(dispatches(layers.clone()), others + own, "{layers:?}");
    }
}

/// Rows of in_proj are made in strips, and a strip may hold all of them.
#[test]
fn layers_narrower_than_a_strip_give_what_reference_gives() {
    for d_inner in [1, 2, 3, 5] {
        let config = model_of(vec![mamba1(d_inner, 3, 1, 2, Some(1e-5))]);
        let [want, got] =
            [Name::Reference, Name::Cpu].map(|name| run(on(name, &config, Precision::F32).as_mut(), &[5, 1]).0);
        assert!(relative_error(&got, &want) < 1e-5, "{d_inner} channels");
    }
}

#[test]
fn every_kernel_has_one_name_everywhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let there = |file: String| assert!(root.join(&file).is_file(), "{file} is not there");
    let mut names: Vec<String> = OTHERS.map(str::to_owned).to_vec();
    for kernel in kernels() {
        match kernel.cpu {
            Cpu::SameName => there(format!("src/backend/cpu/{}.rs", kernel.name)),
            Cpu::In(file) => there(format!("src/backend/cpu/{file}.rs")),
            Cpu::Not(why) => assert!(!why.is_empty()),
        }
        // `reference` has a file for each kind of layer, and one for what they share.
        match kernel.name.split_once('/') {
            Some((kind, _)) => there(format!("src/backend/reference/{kind}.rs")),
            None => there("src/backend/reference.rs".into()),
        }
        names.push(kernel.name.into());
    }
    names.sort();
    let shaders = root.join("shaders");
    let mut files: Vec<String> = wgsl_files(&shaders)
        .into_iter()
        .map(|file| file.strip_prefix(&shaders).unwrap().with_extension("").to_str().unwrap().replace('\\', "/"))
        .filter(|name| !name.starts_with("shared/"))
        .collect();
    files.sort();
    assert_eq!(names, files, "each shader has one row in the list");
}

fn wgsl_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { wgsl_files(&path) } else { vec![path] }).collect()
}
