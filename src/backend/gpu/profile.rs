//! What single pieces of work cost on this GPU, for `cargo bench --bench gpu`.

use std::time::Instant;

use super::buffers::CONTROL_WORDS;
use super::device::Device;
use super::dims::Dims;
use super::kernels::{self, Dispatch, Rows};
use super::matrix::{Format, Matrix, Memory};
use super::plan::{Maker, MatvecKind, whole};
use super::readback::Readback;
use super::{Gpu, GpuLoader};
use crate::backend::Precision;
use crate::error::Result;
use crate::model::Config;

/// Times and counts of one kind of dispatch.
#[derive(Debug, Clone, PartialEq)]
pub struct Timing {
    /// Name of the kernel, as in `shaders/`.
    pub kernel: &'static str,
    /// How often it occurs in a token (or in a block of tokens).
    pub count: usize,
    /// Of one, when many follow one another.
    pub seconds: f64,
}

impl Device {
    /// Records work in one pass, submits it and waits; the fastest of several times, in seconds.
    fn time(&self, mut record: impl FnMut(&mut wgpu::CommandEncoder)) -> Result<f64> {
        let mut done = Readback::with_room(self, 4);
        let mut memory = Memory { device: self, bytes: 0 };
        let word = memory.floats("word", 1);
        let mut best = f64::INFINITY;
        for _ in 0..5 {
            let mut encoder = self.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
            record(&mut encoder);
            done.copy(&mut encoder, &word, 0, 4);
            let commands = encoder.finish();
            let start = Instant::now();
            self.queue.submit([commands]);
            done.start(4);
            self.wait(None);
            best = best.min(start.elapsed().as_secs_f64());
            let _ = done.take(|_| ())?;
        }
        self.check()?;
        Ok(best)
    }

    /// From a submit of nothing to four bytes in the host's hands, in seconds.
    pub fn latency(&self) -> Result<f64> {
        self.time(|_| ())
    }

    /// Bytes read and written a second when a large buffer is copied, by a kernel: copies between buffers may be slower.
    pub fn copy_bandwidth(&self) -> Result<f64> {
        const GROUP_BYTES: u64 = 4096 * 16;
        let mut memory = Memory { device: self, bytes: 0 };
        let limit = self.limits().max_storage_buffer_binding_size;
        let workgroups = ((1 << 30).min(limit) / GROUP_BYTES) as u32;
        let bytes = u64::from(workgroups) * GROUP_BYTES;
        let (from, to) = (memory.buffer("from", bytes), memory.buffer("to", bytes));
        let copy = kernels::COPY.pipeline(self, &[]);
        let copy = copy.dispatch(self, &[whole(&from), whole(&to)], workgroups, Rows::Fixed(1));
        Ok(2.0 * bytes as f64 / self.each(&copy, 1)?)
    }

    fn each(&self, dispatch: &Dispatch, tokens: u32) -> Result<f64> {
        const TIMES: usize = 100;
        let run = |times: usize| {
            self.time(|encoder| {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                (0..times).for_each(|_| dispatch.record(&mut pass, tokens));
            })
        };
        Ok((run(TIMES + 1)? - run(1)?).max(0.0) / TIMES as f64)
    }

    /// Seconds and bytes of one product of a `size` x `size` matrix with a vector.
    pub fn matvec(&self, size: usize, precision: Precision) -> Result<(f64, u64)> {
        let config = Config::parse(&format!(
            r#"{{"model_type":"mamba","vocab_size":32,"hidden_size":{size},"num_hidden_layers":1,"state_size":1,
                "intermediate_size":{size},"time_step_rank":1,"conv_kernel":1}}"#
        ))?;
        let dims = Dims::new(&config, &self.limits(), Format::of(precision))?;
        let memory = &mut Memory { device: self, bytes: 0 };
        let matrix = Matrix::new(memory, "matrix", size, size, Format::of(precision));
        let bytes = memory.bytes;
        let row: Vec<f32> = (0..size).map(|i| (i % 13) as f32 - 6.0).collect();
        let mut matrix = matrix;
        (0..size).for_each(|_| matrix.push(self, &row));
        let mut maker = Maker::new(self, &dims, &config);
        let kind = MatvecKind::Out { norm: None, bias: false, gated: false };
        let pipeline = maker.matvec(matrix.format, matrix.cols, matrix.rows, 0, kind);
        let (x, out, control) =
            (memory.floats("x", size), memory.floats("out", size), memory.floats("control", CONTROL_WORDS));
        self.queue.write_buffer(&control, 0, bytemuck::cast_slice(&[0_u32, 0, 1]));
        let part = &matrix.parts[0];
        let buffers = [&part.weights, &part.scales, &x, &x, &x, &out, &control].map(whole);
        let dispatch = pipeline.dispatch(self, &buffers, super::plan::matvec_groups(&matrix, size), Rows::Fixed(1));
        Ok((self.each(&dispatch, 1)?, bytes))
    }
}

impl GpuLoader {
    /// The kernels of a call of `tokens` tokens, each once.
    pub fn kernels(&self, tokens: usize) -> Vec<&'static str> {
        let mut names: Vec<_> = self.plan.call(tokens, self.dims.chunk).map(|dispatch| dispatch.name).collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// Fills the model with arbitrary weights. Speed does not depend on their values.
    ///
    /// # Errors
    /// As [`crate::checkpoint::TensorSink`]'s methods and [`crate::backend::Loader::finish`].
    pub fn fill(mut self, config: &Config) -> Result<Gpu> {
        use crate::checkpoint::TensorSink;
        use crate::model::tensors;
        // No two rows alike: tied scores would be chosen on the host.
        let mut seed = 0x9e37_79b9_u32;
        let mut noise = || {
            seed ^= seed << 13;
            seed ^= seed >> 17;
            seed ^= seed << 5;
            (seed >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        for spec in tensors(config) {
            let name = config.tensor_name(spec.place);
            let (rows, len) = (spec.shape[0], spec.shape.iter().product::<usize>());
            let cols = len / rows;
            let (low, size) = match name.rsplit_once('.').map_or(name.as_str(), |(_, last)| last) {
                "A_log" => (1.0, 1.0),
                "D" => (1.0, 0.0),
                _ if name.ends_with("dt_proj.bias") => (-4.0, 1.0),
                _ if name.contains("norm") => (1.0, 0.0),
                _ => (0.0, 1.0 / (cols as f32).sqrt()),
            };
            self.begin(&name, &spec.shape)?;
            let each = ((1 << 20) / cols).max(1);
            for first in (0..rows).step_by(each) {
                let count = each.min(rows - first) * cols;
                let values: Vec<f32> = (0..count).map(|_| low + size * noise()).collect();
                self.rows(&values)?;
            }
        }
        self.into_gpu()
    }
}

impl Gpu {
    /// The device that holds the weights and the states.
    pub fn device(&self) -> &Device {
        &self.device
    }

    /// Dispatches of one generated token, and the number of distinct pipelines.
    pub fn counts(&self) -> (usize, usize) {
        let p = &self.plan;
        (p.sample.len() + p.embed.len() + p.decode.len() + p.head.len(), p.pipelines)
    }

    /// Fixes the tokens of a submit, which is otherwise chosen by time.
    pub(crate) fn fix_ahead(&mut self, tokens: usize) {
        self.ahead.fix(tokens);
    }

    /// The most tokens that one submit can have here.
    pub fn most_ahead(&self) -> usize {
        self.dims.ahead
    }

    /// Prefill calls of `tokens` tokens from now on.
    pub(crate) fn fix_block(&mut self, tokens: usize) {
        self.pace.block = tokens.min(self.dims.tokens);
    }

    /// Bytes of the buffers besides the weights.
    pub fn buffer_bytes(&self) -> u64 {
        self.plan.buffers.bytes
    }

    /// Seconds of a generated token: the GPU's alone, and the host's to record it.
    pub fn token_seconds(&self) -> Result<(f64, f64)> {
        const TOKENS: usize = 8;
        let p = &self.plan;
        let recording = core::cell::Cell::new(f64::INFINITY);
        let run = |tokens: usize| {
            self.write_control(0, 1, 1);
            self.device.time(|encoder| {
                let start = Instant::now();
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor::default());
                for _ in 0..tokens {
                    p.token().for_each(|dispatch| dispatch.record(&mut pass, 1));
                }
                drop(pass);
                recording.set(recording.get().min(start.elapsed().as_secs_f64() / tokens as f64));
            })
        };
        let seconds = (run(TOKENS + 1)? - run(1)?) / TOKENS as f64;
        Ok((seconds, recording.get()))
    }

    /// Every kind of dispatch of a token, or of a block of `tokens`.
    pub(crate) fn profile(&self, tokens: usize) -> Result<Vec<Timing>> {
        let p = &self.plan;
        self.write_control(0, 1, tokens);
        let sample: &[Dispatch] = if tokens == 1 { &p.sample } else { &[] };
        let mut kinds: Vec<(&Dispatch, usize)> = Vec::new();
        for dispatch in sample.iter().chain(p.call(tokens, self.dims.chunk)) {
            match kinds.iter_mut().find(|(known, _)| known.is_like(dispatch)) {
                Some((_, count)) => *count += 1,
                None => kinds.push((dispatch, 1)),
            }
        }
        let timing = |(dispatch, count): (&Dispatch, usize)| {
            let seconds = self.device.each(dispatch, tokens as u32)?;
            Ok(Timing { kernel: dispatch.name, count, seconds })
        };
        kinds.into_iter().map(timing).collect()
    }
}
