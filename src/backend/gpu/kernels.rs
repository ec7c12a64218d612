//! The shaders, their bindings and their pipelines.

use super::device::{Abilities, Device};

/// A buffer as a shader sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    Uniform,
}
use Access::{Read, Uniform, Write};

/// A compute shader, and what its bindings 0, 1, ... of group 0 are.
pub struct Kernel {
    pub name: &'static str,
    /// The files that it is put together from.
    sources: &'static [&'static str],
    bindings: &'static [Access],
}

macro_rules! shader {
    ($file:literal) => {
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/shaders/", $file, ".wgsl"))
    };
}

const CONTROL: &str = shader!("shared/control");
const FLOAT: &str = shader!("shared/float");
const PACKED: &str = shader!("shared/packed");
const PACKED_BY_HAND: &str = shader!("shared/packed_by_hand");
const WEIGHTS: &str = shader!("shared/weights");
const ACTIVATIONS: &str = shader!("shared/activations");
const REQUEST: &str = shader!("shared/request");
const ORDER: &str = shader!("shared/order");
const SUM: &str = shader!("shared/sum");
const MAMBA2: &str = shader!("shared/mamba2");
const MAMBA2_STEP_OF: &str = shader!("shared/mamba2_step");
const ROW: &str = shader!("shared/row");
const MAMBA2_CHUNK: &str = shader!("shared/mamba2_chunk");
const ROWS: &str = shader!("shared/rows");
const ALONE: &str = shader!("shared/rows_alone");
const TOGETHER: &str = shader!("shared/rows_together");
const PRODUCT: &str = shader!("shared/product_together");
const ONE_MATRIX: &str = shader!("shared/one_matrix");
const TWO_MATRICES: &str = shader!("shared/two_matrices");
const LANES: &str = shader!("shared/lanes");
const LANES_SUBGROUPS: &str = shader!("shared/lanes_subgroups");
const MAMBA1: &str = shader!("shared/mamba1");
const ATTENTION: &str = shader!("shared/attention");
const ATTENTION_PARTS: &str = shader!("shared/attention_parts");
const ATTENTION_STEP_OF: &str = shader!("shared/attention_step");
const ROTARY: &str = shader!("shared/rotary");

pub const EMBED: Kernel = Kernel {
    name: "embed",
    sources: &[FLOAT, PACKED, WEIGHTS, shader!("embed")],
    bindings: &[Read, Read, Read, Write],
};
pub const MATVEC: Kernel = Kernel {
    name: "matvec",
    sources: &[CONTROL, FLOAT, PACKED, WEIGHTS, ACTIVATIONS, LANES, ONE_MATRIX, ROWS, ALONE, shader!("matvec")],
    bindings: &[Read, Read, Read, Read, Read, Write, Uniform],
};
pub const IN_PROJ: Kernel = Kernel {
    name: "in_proj",
    sources: &[CONTROL, FLOAT, PACKED, WEIGHTS, ACTIVATIONS, LANES, ONE_MATRIX, ROWS, ALONE, shader!("in_proj")],
    bindings: &[Read, Read, Read, Read, Read, Write, Uniform, Read, Write],
};
pub const MAMBA1_STEP: Kernel = Kernel {
    name: "mamba1/step",
    sources: &[CONTROL, ACTIVATIONS, MAMBA1, shader!("mamba1/step")],
    bindings: &[Read, Read, Read, Read, Write, Write, Uniform],
};
pub const MAMBA1_MIXER: Kernel = Kernel {
    name: "mamba1/mixer",
    sources: &[CONTROL, FLOAT, ACTIVATIONS, MAMBA1, shader!("mamba1/mixer")],
    bindings: &[Read, Read, Read, Read, Write, Write, Uniform],
};
pub const NORM: Kernel =
    Kernel { name: "norm", sources: &[ACTIVATIONS, SUM, shader!("norm")], bindings: &[Read, Read, Write] };
pub const MATMUL: Kernel = Kernel {
    name: "matmul",
    sources: &[CONTROL, FLOAT, PACKED, WEIGHTS, ACTIVATIONS, shader!("matmul")],
    bindings: &[Read, Read, Read, Read, Write, Uniform],
};
pub const CONV: Kernel = Kernel {
    name: "conv",
    sources: &[CONTROL, ACTIVATIONS, shader!("conv")],
    bindings: &[Read, Read, Write, Write, Uniform],
};
pub const MAMBA1_DT: Kernel = Kernel {
    name: "mamba1/dt",
    sources: &[CONTROL, ACTIVATIONS, shader!("mamba1/dt")],
    bindings: &[Read, Read, Write, Uniform],
};
pub const MAMBA1_SCAN: Kernel = Kernel {
    name: "mamba1/scan",
    sources: &[CONTROL, shader!("mamba1/scan")],
    bindings: &[Read, Read, Read, Read, Read, Write, Write, Uniform],
};
pub const CARRY: Kernel =
    Kernel { name: "carry", sources: &[CONTROL, shader!("carry")], bindings: &[Read, Write, Write, Uniform] };
pub const MAMBA1_PART_NORMS: Kernel = Kernel {
    name: "mamba1/part_norms",
    sources: &[ACTIVATIONS, SUM, shader!("mamba1/part_norms")],
    bindings: &[Write],
};
pub const MAMBA2_STEP: Kernel = Kernel {
    name: "mamba2/step",
    sources: &[CONTROL, ACTIVATIONS, ROW, MAMBA2, MAMBA2_STEP_OF, shader!("mamba2/step")],
    bindings: &[Read, Read, Read, Write, Write, Uniform],
};
pub const MAMBA2_STEP_BESIDE: Kernel = Kernel {
    name: "mamba2/step_beside",
    sources: &[
        CONTROL,
        ACTIVATIONS,
        ROW,
        MAMBA2,
        MAMBA2_STEP_OF,
        ATTENTION,
        ATTENTION_PARTS,
        ROTARY,
        ATTENTION_STEP_OF,
        shader!("mamba2/step_beside"),
    ],
    bindings: &[Read, Read, Read, Write, Write, Uniform, Read, Write, Write],
};
pub const MAMBA2_SUMMARISE: Kernel = Kernel {
    name: "mamba2/summarise",
    sources: &[CONTROL, ACTIVATIONS, ROW, MAMBA2, MAMBA2_CHUNK, shader!("mamba2/summarise")],
    bindings: &[Read, Read, Read, Read, Write, Uniform],
};
pub const MAMBA2_FINISH: Kernel = Kernel {
    name: "mamba2/finish",
    sources: &[CONTROL, ACTIVATIONS, ROW, MAMBA2, MAMBA2_CHUNK, shader!("mamba2/finish")],
    bindings: &[Read, Read, Read, Read, Read, Write, Uniform],
};
pub const MAMBA2_GATED_NORM: Kernel = Kernel {
    name: "mamba2/gated_norm",
    sources: &[ACTIVATIONS, SUM, shader!("mamba2/gated_norm")],
    bindings: &[Read, Read, Write],
};
pub const ATTENTION_STEP: Kernel = Kernel {
    name: "attention/step",
    sources: &[CONTROL, ROW, ATTENTION, ATTENTION_PARTS, ROTARY, ATTENTION_STEP_OF, shader!("attention/step")],
    bindings: &[Read, Read, Write, Write, Write, Uniform],
};
pub const ATTENTION_OUT_PROJ: Kernel = Kernel {
    name: "attention/out_proj",
    sources: &[
        CONTROL,
        FLOAT,
        PACKED,
        WEIGHTS,
        ACTIVATIONS,
        LANES,
        ATTENTION,
        ATTENTION_PARTS,
        TWO_MATRICES,
        ROWS,
        ALONE,
        shader!("attention/out_proj"),
    ],
    bindings: &[Read, Read, Read, Read, Read, Write, Uniform, Read, Read],
};
pub const TOGETHER_MATVEC: Kernel = Kernel {
    name: "together/matvec",
    sources: &[
        CONTROL,
        FLOAT,
        PACKED,
        WEIGHTS,
        ACTIVATIONS,
        LANES,
        ONE_MATRIX,
        ROWS,
        TOGETHER,
        shader!("together/matvec"),
        PRODUCT,
    ],
    bindings: MATVEC.bindings,
};
pub const TOGETHER_IN_PROJ: Kernel = Kernel {
    name: "together/in_proj",
    sources: &[
        CONTROL,
        FLOAT,
        PACKED,
        WEIGHTS,
        ACTIVATIONS,
        LANES,
        ONE_MATRIX,
        ROWS,
        TOGETHER,
        shader!("together/in_proj"),
    ],
    bindings: IN_PROJ.bindings,
};
pub const TOGETHER_OUT_PROJ: Kernel = Kernel {
    name: "together/out_proj",
    sources: &[
        CONTROL,
        FLOAT,
        PACKED,
        WEIGHTS,
        ACTIVATIONS,
        LANES,
        ATTENTION,
        ATTENTION_PARTS,
        TWO_MATRICES,
        ROWS,
        TOGETHER,
        shader!("together/out_proj"),
        PRODUCT,
    ],
    bindings: ATTENTION_OUT_PROJ.bindings,
};
pub const ATTENTION_STORE: Kernel = Kernel {
    name: "attention/store",
    sources: &[CONTROL, ROW, ATTENTION, ROTARY, shader!("attention/store")],
    bindings: &[Write, Read, Write, Write, Uniform],
};
pub const ATTENTION_BLOCK: Kernel = Kernel {
    name: "attention/block",
    sources: &[CONTROL, ROW, ATTENTION, shader!("attention/block")],
    bindings: &[Read, Read, Read, Write, Uniform],
};
pub const RANK: Kernel = Kernel {
    name: "rank",
    sources: &[CONTROL, REQUEST, ORDER, shader!("rank")],
    bindings: &[Read, Read, Read, Write, Uniform],
};
pub const CHOOSE: Kernel = Kernel {
    name: "choose",
    sources: &[CONTROL, REQUEST, ORDER, shader!("choose")],
    bindings: &[Read, Read, Write, Write, Write, Write],
};
/// For the benchmark.
#[cfg(any(test, not(target_arch = "wasm32")))]
pub const COPY: Kernel = Kernel { name: "copy", sources: &[shader!("copy")], bindings: &[Read, Write] };

#[cfg(test)]
const ALL: [&Kernel; 27] = [
    &COPY,
    &EMBED,
    &MATVEC,
    &IN_PROJ,
    &TOGETHER_MATVEC,
    &TOGETHER_IN_PROJ,
    &TOGETHER_OUT_PROJ,
    &MAMBA1_STEP,
    &MAMBA1_MIXER,
    &NORM,
    &MATMUL,
    &CONV,
    &MAMBA1_DT,
    &MAMBA1_SCAN,
    &CARRY,
    &MAMBA1_PART_NORMS,
    &MAMBA2_STEP,
    &MAMBA2_STEP_BESIDE,
    &MAMBA2_SUMMARISE,
    &MAMBA2_FINISH,
    &MAMBA2_GATED_NORM,
    &ATTENTION_STEP,
    &ATTENTION_OUT_PROJ,
    &ATTENTION_STORE,
    &ATTENTION_BLOCK,
    &RANK,
    &CHOOSE,
];

/// A kernel with values for its overrides.
#[derive(Clone)]
pub struct Pipeline {
    name: &'static str,
    bindings: &'static [Access],
    layout: wgpu::BindGroupLayout,
    pipeline: wgpu::ComputePipeline,
}

impl Kernel {
    fn source(&self, has: Abilities) -> String {
        let choose = |&source: &&'static str| match source {
            LANES if has.subgroups => LANES_SUBGROUPS,
            PACKED if !has.packed => PACKED_BY_HAND,
            _ => source,
        };
        let sources: String = self.sources.iter().map(choose).collect();
        // Browsers require this directive; naga does not support it yet.
        if cfg!(target_arch = "wasm32") && has.subgroups && self.sources.contains(&LANES) {
            return format!("enable subgroups;\n{sources}");
        }
        sources
    }

    /// `overrides` by name; a bool is 0 or 1.
    pub fn pipeline(&self, device: &Device, overrides: &[(&str, f64)]) -> Pipeline {
        device.compile(|inner| self.compile(inner, &self.source(device.abilities()), overrides))
    }

    fn compile(&self, device: &wgpu::Device, source: &str, overrides: &[(&str, f64)]) -> Pipeline {
        let descriptor =
            wgpu::ShaderModuleDescriptor { label: Some(self.name), source: wgpu::ShaderSource::Wgsl(source.into()) };
        // wgpu's loop counters would keep a driver from unrolling loops. Bounds checks stay on.
        let checks = wgpu::ShaderRuntimeChecks { force_loop_bounding: false, ..wgpu::ShaderRuntimeChecks::checked() };
        // SAFETY: every loop in shaders/ counts up to an override or to a number that the host has checked, so it ends.
        let module = unsafe { device.create_shader_module_trusted(descriptor, checks) };
        let entry = |(binding, &access): (usize, &Access)| wgpu::BindGroupLayoutEntry {
            binding: binding as u32,
            visibility: wgpu::ShaderStages::COMPUTE,
            ty: wgpu::BindingType::Buffer {
                ty: match access {
                    Read | Write => wgpu::BufferBindingType::Storage { read_only: access == Read },
                    Uniform => wgpu::BufferBindingType::Uniform,
                },
                has_dynamic_offset: false,
                min_binding_size: None,
            },
            count: None,
        };
        let entries: Vec<_> = self.bindings.iter().enumerate().map(entry).collect();
        let layout = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(self.name), entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(self.name),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(self.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions {
                constants: overrides,
                // Every kernel writes its workgroup memory before it reads it.
                zero_initialize_workgroup_memory: false,
            },
            cache: None,
        });
        Pipeline { name: self.name, bindings: self.bindings, layout, pipeline }
    }
}

/// A pipeline with its buffers and its number of workgroups.
pub struct Dispatch {
    #[cfg_attr(target_arch = "wasm32", allow(dead_code, reason = "for the native benchmark"))]
    pub name: &'static str,
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    groups: Groups,
}

/// Workgroups of a dispatch.
#[derive(Debug, Clone, Copy)]
pub struct Groups {
    pub x: u32,
    pub y: Rows,
}

/// Workgroups in the second dimension.
#[derive(Debug, Clone, Copy)]
pub enum Rows {
    Fixed(u32),
    /// One for so many tokens of the call, which may be one of each of several sequences.
    PerTokens(u32),
}

impl Pipeline {
    /// `buffers` in the order of the kernel's bindings.
    pub fn dispatch(&self, device: &Device, buffers: &[wgpu::BufferBinding<'_>], x: u32, y: Rows) -> Dispatch {
        assert_eq!(buffers.len(), self.bindings.len(), "the kernel {} binds other buffers", self.name);
        let resources = buffers.iter().map(|buffer| wgpu::BindingResource::Buffer(buffer.clone()));
        let entries: Vec<_> =
            (0..).zip(resources).map(|(binding, resource)| wgpu::BindGroupEntry { binding, resource }).collect();
        let bind_group = device.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(self.name),
            layout: &self.layout,
            entries: &entries,
        });
        Dispatch { name: self.name, pipeline: self.pipeline.clone(), bind_group, groups: Groups { x, y } }
    }
}

impl Dispatch {
    /// Whether it is the same pipeline, with other buffers.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn is_like(&self, other: &Self) -> bool {
        self.pipeline == other.pipeline
    }

    /// Records the dispatch for a call of T tokens, or of one token of each of T sequences.
    pub fn record(&self, pass: &mut wgpu::ComputePass<'_>, tokens: u32) {
        let y = match self.groups.y {
            Rows::Fixed(y) => y,
            Rows::PerTokens(each) => tokens.div_ceil(each),
        };
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        pass.dispatch_workgroups(self.groups.x, y, 1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use naga::valid::{Capabilities, ValidationFlags, Validator};

    /// Every shader is valid, stays within WebGPU's least limits, and binds what the table above says.
    #[test]
    fn shaders_are_valid_and_bind_what_the_table_says() {
        let all = [(false, false), (true, false), (false, true), (true, true)];
        for (kernel, (subgroups, packed)) in ALL.iter().flat_map(|kernel| all.map(|has| (kernel, has))) {
            let source = kernel.source(Abilities { subgroups, packed });
            let module = naga::front::wgsl::parse_str(&source)
                .unwrap_or_else(|error| panic!("{}: {}", kernel.name, error.emit_to_string(&source)));
            let capabilities = Capabilities::SHADER_FLOAT16_IN_FLOAT32 | Capabilities::SUBGROUP;
            let info = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
            info.unwrap_or_else(|error| panic!("{}: {}", kernel.name, error.emit_to_string(&source)));
            let mut bindings: Vec<_> = module
                .global_variables
                .iter()
                .filter_map(|(_, variable)| {
                    let access = match variable.space {
                        naga::AddressSpace::Storage { access } if access.contains(naga::StorageAccess::STORE) => Write,
                        naga::AddressSpace::Storage { .. } => Read,
                        naga::AddressSpace::Uniform => Uniform,
                        _ => return None,
                    };
                    Some((variable.binding?.binding, access))
                })
                .collect();
            bindings.sort_by_key(|&(binding, _)| binding);
            let table: Vec<_> = (0..).zip(kernel.bindings.iter().copied()).collect();
            assert_eq!(bindings, table, "{}", kernel.name);
            let stored = table.iter().filter(|(_, access)| *access != Uniform).count();
            assert!(stored <= 8, "{} binds more than WebGPU promises", kernel.name);
            let workgroup = module.global_variables.iter().filter(|(_, v)| v.space == naga::AddressSpace::WorkGroup);
            let bytes: u32 = workgroup.map(|(_, v)| module.types[v.ty].inner.size(module.to_ctx())).sum();
            assert!(bytes <= 16 << 10, "{} needs {bytes} bytes of workgroup memory", kernel.name);
            assert!(module.entry_points[0].workgroup_size.iter().product::<u32>() <= 256, "{}", kernel.name);
        }
    }
}
