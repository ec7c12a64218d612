//! Mamba-1 and Falcon-Mamba: x_proj, dt_proj and the selective scan.

use super::layer::{Place, parts};
use super::maker::{Maker, Matmul, MatmulKind, MatvecKind, Tile, dt_limits, groups, matvec_groups, slot, whole};
use crate::backend::gpu::dims::MixerDims;
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::matrix::Matrix;
use crate::backend::gpu::weights::Mixer;
use crate::model;

pub struct Mamba1 {
    decode: Decode,
    /// Falcon-Mamba's norms of dt, B and C.
    norms: Option<Pipeline>,
    /// None for sequences together, which read no blocks.
    block: Option<Block>,
}

struct Block {
    x_proj: Matmul,
    dt: Pipeline,
    whole_scan: Pipeline,
    summarise: Pipeline,
    carry: Pipeline,
    finish: Pipeline,
}

/// Fewer dispatches for more arithmetic, or the other way round.
enum Decode {
    Fused(Pipeline),
    Separate { x_proj: Pipeline, step: Pipeline },
}

impl Mamba1 {
    pub fn new(maker: &mut Maker<'_>, x_proj: &Matrix, m: &MixerDims, own: &model::Mamba1) -> Self {
        let norms = own.part_norms.map(|epsilon| {
            let mut norms = Maker::numbers([("N", m.n), ("R", own.dt_rank), ("X_DBL", m.x_dbl)]);
            norms.push(("EPSILON", f64::from(epsilon)));
            maker.pipeline(&kernels::MAMBA1_PART_NORMS, &norms)
        });
        let decode = Decode::new(maker, x_proj, m, own);
        let block = (!maker.together).then(|| Block::new(maker, x_proj, m, own));
        Self { decode, norms, block }
    }

    /// From in_proj's output to out_proj's input.
    pub fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let Mixer::Mamba1 { x_proj, dt_proj } = &at.layer.mixer else { return };
        let (b, m) = (at.buffers, &at.layer_dims.mixer);
        let (control, xz, x_dbl) = (|| whole(&b.control), || whole(&b.projected), || whole(&b.x_dbl));
        let (a_d, nothing, one) = (whole(&at.layer.a_d), || whole(&at.weights.nothing), Rows::PerTokens(1));
        let [weights, scales] = parts(x_proj);
        match &self.decode {
            Decode::Fused(mixer) => {
                let buffers = [weights, xz(), whole(dt_proj), a_d, at.state(), whole(&b.y), control()];
                plan.push(mixer.dispatch(at.device, &buffers, groups(m.e, 64), one));
            }
            Decode::Separate { x_proj: product, step } => {
                let buffers = [weights, scales, xz(), nothing(), nothing(), x_dbl(), control()];
                plan.push(product.dispatch(at.device, &buffers, matvec_groups(x_proj, x_proj.rows), at.product_rows()));
                self.norms(at, one, plan);
                let buffers = [x_dbl(), xz(), whole(dt_proj), a_d, at.state(), whole(&b.y), control()];
                plan.push(step.dispatch(at.device, &buffers, groups(m.e, 64), one));
            }
        }
    }

    /// From the convolution's output to out_proj's input.
    pub fn block(&self, at: &Place<'_>, is_long: bool, plan: &mut Vec<Dispatch>) {
        let (Mixer::Mamba1 { x_proj, dt_proj }, Some(block)) = (&at.layer.mixer, &self.block) else { return };
        let (b, m) = (at.buffers, &at.layer_dims.mixer);
        let (control, x_dbl, dt) = (|| whole(&b.control), || whole(&b.x_dbl), || whole(&b.dt));
        let (x, a_d) = (|| whole(&b.convolved), || whole(&at.layer.a_d));
        let [weights, scales] = parts(x_proj);
        let buffers = [weights, scales, x(), whole(&at.weights.nothing), x_dbl(), control()];
        plan.push(block.x_proj.dispatch(at.device, &buffers));
        self.norms(at, Rows::PerTokens(1), plan);
        let buffers = [x_dbl(), whole(dt_proj), dt(), control()];
        plan.push(block.dt.dispatch(at.device, &buffers, groups(m.e, 64), Rows::PerTokens(8)));
        let scan = |pipeline: &Pipeline, h, rows| {
            let buffers = [whole(&b.projected), x(), x_dbl(), dt(), a_d(), h, whole(&b.y), control()];
            pipeline.dispatch(at.device, &buffers, groups(m.e, 64), rows)
        };
        if is_long {
            let chunks = Rows::PerTokens(m.chunk as u32);
            plan.push(scan(&block.summarise, whole(&b.chunks), chunks));
            let buffers = [a_d(), whole(&b.chunks), at.state(), control()];
            plan.push(block.carry.dispatch(at.device, &buffers, groups(m.e, 64), Rows::Fixed(m.n as u32)));
            plan.push(scan(&block.finish, whole(&b.chunks), chunks));
        } else {
            plan.push(scan(&block.whole_scan, at.state(), Rows::Fixed(1)));
        }
    }

    fn norms(&self, at: &Place<'_>, rows: Rows, plan: &mut Vec<Dispatch>) {
        if let Some(norms) = &self.norms {
            plan.push(norms.dispatch(at.device, &[whole(&at.buffers.x_dbl)], 3, rows));
        }
    }
}

impl Block {
    fn new(maker: &mut Maker<'_>, x_proj: &Matrix, m: &MixerDims, own: &model::Mamba1) -> Self {
        let mut dt = Maker::numbers([("E", m.e), ("R", own.dt_rank), ("X_DBL", m.x_dbl)]);
        dt.extend(dt_limits(m));
        Self {
            x_proj: maker.matmul(x_proj, m.x_dbl, MatmulKind::default(), Tile::Small),
            dt: maker.pipeline(&kernels::MAMBA1_DT, &dt),
            whole_scan: scan(maker, m, own, 0),
            summarise: scan(maker, m, own, 1),
            carry: maker.carry(m),
            finish: scan(maker, m, own, 2),
        }
    }
}

impl Decode {
    fn new(maker: &mut Maker<'_>, x_proj: &Matrix, m: &MixerDims, own: &model::Mamba1) -> Self {
        let mut sizes = Maker::numbers([("E", m.e), ("N", m.n), ("R", own.dt_rank)]);
        sizes.extend(slot(m));
        sizes.extend(dt_limits(m));
        if maker.dims.fused && m.can_fuse() {
            let matrix = [("FORMAT", x_proj.format as usize), ("COLS", m.e), ("ROWS", x_proj.rows)];
            sizes.extend(Maker::numbers(matrix));
            return Self::Fused(maker.pipeline(&kernels::MAMBA1_MIXER, &sizes));
        }
        sizes.extend(Maker::numbers([("X_DBL", m.x_dbl)]));
        let kind = MatvecKind::X { x: m.projected.padded(), out: m.x_dbl };
        let x_proj = maker.matvec(x_proj.format, x_proj.cols, x_proj.rows, 0, kind);
        Self::Separate { x_proj, step: maker.pipeline(&kernels::MAMBA1_STEP, &sizes) }
    }
}

fn scan(maker: &mut Maker<'_>, m: &MixerDims, own: &model::Mamba1, mode: usize) -> Pipeline {
    let (e, n, r) = (("E", m.e), ("N", m.n), ("R", own.dt_rank));
    let mut overrides = Maker::numbers([("MODE", mode), ("CHUNK", m.chunk), e, n, r, ("X_DBL", m.x_dbl)]);
    overrides.extend(slot(m));
    maker.pipeline(&kernels::MAMBA1_SCAN, &overrides)
}
