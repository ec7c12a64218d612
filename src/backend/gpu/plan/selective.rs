//! Mamba-1 and Falcon-Mamba: x_proj, dt_proj and the selective scan.

use super::{Maker, Place, groups, parts, whole};
use crate::backend::gpu::kernels::{self, Dispatch, Pipeline, Rows};
use crate::backend::gpu::matrix::Matrix;
use crate::backend::gpu::weights::Mixer;
use crate::model::Architecture;

pub struct Selective {
    decode: Decode,
    /// Falcon-Mamba's norms of dt, B and C.
    norms: Option<Pipeline>,
    x_proj: Pipeline,
    dt: Pipeline,
    whole_scan: Pipeline,
    summarise: Pipeline,
    carry: Pipeline,
    finish: Pipeline,
}

/// Fewer dispatches for more arithmetic, or the other way round.
enum Decode {
    Fused(Pipeline),
    Separate { mix: Pipeline, step: Pipeline },
}

/// Rows of x_proj that a workgroup of `mix` makes.
fn rows_per_group(e: usize) -> usize {
    if e >= 4096 { 2 } else { 1 }
}

impl Selective {
    pub fn new(maker: &mut Maker<'_>, x_proj: &Matrix) -> Self {
        let (d, c) = (maker.dims, maker.config);
        let norms = match c.architecture {
            Architecture::FalconMamba { mixer_epsilon } => {
                let mut norms = Maker::numbers([("N", d.n), ("R", d.r), ("X_DBL", d.x_dbl)]);
                norms.push(("EPSILON", f64::from(mixer_epsilon)));
                Some(maker.pipeline(&kernels::PART_NORMS, &norms))
            }
            Architecture::Mamba | Architecture::Mamba2(_) => None,
        };
        let mut dt = Maker::numbers([("E", d.e), ("R", d.r), ("X_DBL", d.x_dbl)]);
        dt.extend(maker.dt_limits());
        Self {
            decode: Decode::new(maker, x_proj),
            norms,
            x_proj: maker.matmul(x_proj, d.x_dbl, false, false),
            dt: maker.pipeline(&kernels::DT, &dt),
            whole_scan: scan(maker, 0),
            summarise: scan(maker, 1),
            carry: maker.carry(),
            finish: scan(maker, 2),
        }
    }

    /// From in_proj's output to out_proj's input.
    pub fn decode(&self, at: &Place<'_>, plan: &mut Vec<Dispatch>) {
        let Mixer::Selective { x_proj, dt_proj } = &at.layer.mixer else { return };
        let (b, d) = (at.buffers, at.dims);
        let (control, xz, x_dbl) = (|| whole(&b.control), || whole(&b.projected), || whole(&b.x_dbl));
        let (filters, a_d, one) = (whole(&at.layer.filters), whole(&at.layer.a_d), Rows::Fixed(1));
        let [weights, _] = parts(x_proj);
        match &self.decode {
            Decode::Fused(mixer) => {
                let buffers = [weights, xz(), filters, whole(dt_proj), a_d, at.state(), whole(&b.y), control()];
                plan.push(mixer.dispatch(at.device, &buffers, groups(d.e, 64), one));
            }
            Decode::Separate { mix, step } => {
                let x = || whole(&b.convolved);
                let buffers = [weights, xz(), filters, at.state(), x(), x_dbl(), control()];
                let workgroups = groups(x_proj.rows, rows_per_group(d.e));
                plan.push(mix.dispatch(at.device, &buffers, workgroups, one));
                self.norms(at, one, plan);
                let buffers = [xz(), x_dbl(), whole(dt_proj), a_d, at.state(), x(), whole(&b.y), control()];
                plan.push(step.dispatch(at.device, &buffers, groups(d.e, 64), one));
            }
        }
    }

    /// From the convolution's output to out_proj's input.
    pub fn block(&self, at: &Place<'_>, is_long: bool, plan: &mut Vec<Dispatch>) {
        let Mixer::Selective { x_proj, dt_proj } = &at.layer.mixer else { return };
        let (b, d) = (at.buffers, at.dims);
        let (control, x_dbl, dt) = (|| whole(&b.control), || whole(&b.x_dbl), || whole(&b.dt));
        let (x, a_d) = (|| whole(&b.convolved), || whole(&at.layer.a_d));
        let [weights, scales] = parts(x_proj);
        let buffers = [weights, scales, x(), whole(&at.weights.nothing), x_dbl(), control()];
        plan.push(self.x_proj.dispatch(at.device, &buffers, groups(d.x_dbl, 64), Rows::PerTokens(128)));
        self.norms(at, Rows::PerTokens(1), plan);
        let buffers = [x_dbl(), whole(dt_proj), dt(), control()];
        plan.push(self.dt.dispatch(at.device, &buffers, groups(d.e, 64), Rows::PerTokens(8)));
        let scan = |pipeline: &Pipeline, h, rows| {
            let buffers = [whole(&b.projected), x(), x_dbl(), dt(), a_d(), h, whole(&b.y), control()];
            pipeline.dispatch(at.device, &buffers, groups(d.e, 64), rows)
        };
        if is_long {
            let chunks = Rows::PerTokens(d.chunk as u32);
            plan.push(scan(&self.summarise, whole(&b.chunks), chunks));
            let buffers = [a_d(), whole(&b.chunks), at.state(), control()];
            plan.push(self.carry.dispatch(at.device, &buffers, groups(d.e, 64), Rows::Fixed(d.n as u32)));
            plan.push(scan(&self.finish, whole(&b.chunks), chunks));
        } else {
            plan.push(scan(&self.whole_scan, at.state(), Rows::Fixed(1)));
        }
    }

    fn norms(&self, at: &Place<'_>, rows: Rows, plan: &mut Vec<Dispatch>) {
        if let Some(norms) = &self.norms {
            plan.push(norms.dispatch(at.device, &[whole(&at.buffers.x_dbl)], 3, rows));
        }
    }
}

impl Decode {
    fn new(maker: &mut Maker<'_>, x_proj: &Matrix) -> Self {
        let d = maker.dims;
        let format = ("FORMAT", x_proj.format as usize);
        let mut sizes = Maker::numbers([("E", d.e), ("N", d.n), ("R", d.r)]);
        sizes.extend(maker.slot());
        sizes.extend(maker.dt_limits());
        let x_rows = Maker::numbers([format, ("COLS", d.e), ("ROWS", x_proj.rows), ("TAPS", d.k)]);
        if d.fused {
            return Self::Fused(maker.pipeline(&kernels::MIXER, &[sizes, x_rows].concat()));
        }
        let mut mix = Maker::numbers([("PER_GROUP", rows_per_group(d.e))]);
        mix.push(maker.slot()[0]);
        let mix = maker.pipeline(&kernels::MIX, &[x_rows, mix].concat());
        Self::Separate { mix, step: maker.pipeline(&kernels::STEP, &sizes) }
    }
}

fn scan(maker: &mut Maker<'_>, mode: usize) -> Pipeline {
    let d = maker.dims;
    let mut overrides =
        Maker::numbers([("MODE", mode), ("CHUNK", d.chunk), ("E", d.e), ("N", d.n), ("R", d.r), ("X_DBL", d.x_dbl)]);
    overrides.extend(maker.slot());
    maker.pipeline(&kernels::SCAN, &overrides)
}
