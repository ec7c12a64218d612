//! Every pipeline, buffer and bind group of a model, made once at load: the token loop only records dispatches.

mod attention;
mod layer;
mod maker;
mod mamba1;
mod mamba2;

use super::buffers::{Buffers, LIST_SCORES};
use super::device::Device;
use super::dims::Dims;
use super::kernels::{self, Dispatch, Rows};
use super::weights::Weights;
use crate::model::Config;
use layer::layers;
pub use maker::{Maker, MatvecKind, matvec_groups, whole};
use maker::{groups, product_rows};

/// What is recorded for each kind of call, in order. That of sequences together has rows for one token of each, and reads no
/// blocks.
pub struct Plan {
    pub buffers: Buffers,
    pub embed: Vec<Dispatch>,
    /// All layers, one token.
    pub decode: Vec<Dispatch>,
    /// All layers, a block of tokens of each [`Length`].
    prefill: [Vec<Dispatch>; 3],
    pub head: Vec<Dispatch>,
    pub sample: Vec<Dispatch>,
    /// Different pipelines.
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "for the native benchmark"))]
    pub pipelines: usize,
}

/// Length classes of a block of tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// At most a chunk of the scan.
    Chunk = 0,
    /// Several chunks, but few enough that products of large tiles would leave most of a GPU without work.
    Short = 1,
    Long = 2,
}

impl Length {
    const ALL: [Self; 3] = [Self::Chunk, Self::Short, Self::Long];
    /// Tokens of the longest short block.
    const SHORT_TOKENS: usize = 256;

    fn of(tokens: usize, chunk: usize) -> Self {
        match tokens {
            few if few <= chunk => Self::Chunk,
            some if some <= Self::SHORT_TOKENS => Self::Short,
            _ => Self::Long,
        }
    }

    /// Whether a product of so many rows is one of few tokens (0) or of many (1).
    fn tiles(self, rows: usize) -> usize {
        /// This many rows occupy a whole GPU even if tokens are few.
        const MANY_ROWS: usize = 2048;
        usize::from(self == Self::Long || self == Self::Short && rows >= MANY_ROWS)
    }
}

impl Plan {
    pub fn new(device: &Device, c: &Config, dims: &Dims, weights: &Weights, buffers: Buffers) -> Self {
        let b = &buffers;
        let mut maker = Maker::new(device, dims, c);
        let embed = embed(&mut maker, b, weights);
        let (decode, prefill) = layers(&mut maker, b, weights);
        let head = head(&mut maker, b, weights);
        let sample = sample(&mut maker, b);
        let pipelines = maker.pipelines;
        Self { buffers, embed, decode, prefill, head, sample, pipelines }
    }

    /// Takes the head's weights from where they are now.
    pub fn move_head(&mut self, device: &Device, c: &Config, dims: &Dims, weights: &Weights) {
        self.head = head(&mut Maker::new(device, dims, c), &self.buffers, weights);
    }

    /// The layers of a call of so many tokens.
    pub fn layers(&self, tokens: usize, chunk: usize) -> &[Dispatch] {
        if tokens == 1 { &self.decode } else { &self.prefill[Length::of(tokens, chunk) as usize] }
    }

    /// A token that is chosen and read.
    pub fn token(&self) -> impl Iterator<Item = &Dispatch> {
        [&self.sample, &self.embed, &self.decode, &self.head].into_iter().flatten()
    }

    /// A whole call with its scores.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn call(&self, tokens: usize, chunk: usize) -> impl Iterator<Item = &Dispatch> {
        self.embed.iter().chain(self.layers(tokens, chunk)).chain(&self.head)
    }
}

fn embed(maker: &mut Maker<'_>, b: &Buffers, weights: &Weights) -> Vec<Dispatch> {
    let table = &weights.embeddings;
    let parts = table.parts.iter().map(|part| {
        let overrides = Maker::numbers([
            ("FORMAT", table.format as usize),
            ("COLS", table.cols),
            ("FIRST", part.first),
            ("ROWS", part.rows),
        ]);
        let buffers = [whole(&part.weights), whole(&part.scales), whole(&b.tokens), whole(&b.residual)];
        let x = groups(table.cols / 4, 64);
        maker.pipeline(&kernels::EMBED, &overrides).dispatch(maker.device, &buffers, x, Rows::PerTokens(1))
    });
    parts.collect()
}

fn head(maker: &mut Maker<'_>, b: &Buffers, weights: &Weights) -> Vec<Dispatch> {
    let head = weights.head();
    let parts = head.parts.iter().map(|part| {
        let pipeline = maker.matvec(head.format, head.cols, part.rows, part.first, MatvecKind::Head);
        let buffers = [
            whole(&part.weights),
            whole(&part.scales),
            whole(&b.residual),
            whole(&weights.norm_f),
            whole(&weights.nothing),
            whole(&b.scores),
            whole(&b.control),
        ];
        pipeline.dispatch(maker.device, &buffers, matvec_groups(head, part.rows), product_rows(maker.dims))
    });
    parts.collect()
}

fn sample(maker: &mut Maker<'_>, b: &Buffers) -> Vec<Dispatch> {
    let d = maker.dims;
    let lists = d.vocab.div_ceil(LIST_SCORES);
    let rank = maker.pipeline(&kernels::RANK, &Maker::numbers([("VOCAB", d.vocab), ("SCORES", d.scores)]));
    let choose = maker.pipeline(&kernels::CHOOSE, &Maker::numbers([("LISTS", lists)]));
    let rank_buffers = [whole(&b.scores), whole(&b.request), whole(&b.recent), whole(&b.best), whole(&b.control)];
    let choose_buffers =
        [whole(&b.best), whole(&b.request), whole(&b.control), whole(&b.recent), whole(&b.chosen), whole(&b.tokens)];
    vec![
        rank.dispatch(maker.device, &rank_buffers, lists as u32, Rows::PerTokens(1)),
        choose.dispatch(maker.device, &choose_buffers, 1, Rows::PerTokens(1)),
    ]
}
