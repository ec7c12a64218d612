//! Weight matrices in GPU buffers, packed row by row while they stream in.

use super::device::Device;
use super::dims::{BLOCK_COLUMNS, Sections};
use super::packing::{pack, scale_words};
use crate::backend::Precision;

/// How a matrix is packed; the numbers are those of `shaders/shared/float.wgsl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    F32 = 0,
    F16 = 1,
    Int8 = 2,
    Int4 = 3,
}

impl Format {
    pub fn bits(self) -> usize {
        match self {
            Format::F32 => 32,
            Format::F16 => 16,
            Format::Int8 => 8,
            Format::Int4 => 4,
        }
    }

    /// The format of large matrices.
    pub fn of(precision: Precision) -> Self {
        match precision {
            Precision::F32 => Format::F32,
            Precision::F16 => Format::F16,
            Precision::Int8 => Format::Int8,
            Precision::Int4 => Format::Int4,
        }
    }

    /// Whether each block has a scale.
    pub fn has_scales(self) -> bool {
        matches!(self, Format::Int8 | Format::Int4)
    }

    /// The format of x_proj. It is small, and it decides what is remembered.
    pub fn small(self) -> Self {
        if self == Format::F32 { Format::F32 } else { Format::F16 }
    }

    /// The format of the embeddings and the head. Every score comes from them.
    pub fn head(self) -> Self {
        if self == Format::Int4 { Format::Int8 } else { self }
    }
}

/// A matrix, in one part. If it is larger than a binding may be, it is in several parts of whole rows.
pub struct Matrix {
    pub format: Format,
    pub rows: usize,
    /// Padded to whole blocks.
    pub cols: usize,
    pub parts: Vec<Part>,
    /// Columns in the checkpoint.
    width: usize,
    /// Rows of the checkpoint seen so far, and where they go: to their sections, from `from` on.
    seen: usize,
    sections: Sections,
    from: usize,
}

#[derive(Clone)]
pub struct Part {
    pub first: usize,
    pub rows: usize,
    pub weights: wgpu::Buffer,
    /// int8, int4: a scale for each block, two bf16 a word. Else empty.
    pub scales: wgpu::Buffer,
}

/// Makes buffers and counts their bytes.
pub struct Memory<'a> {
    pub device: &'a Device,
    pub bytes: u64,
}

impl Memory<'_> {
    /// A storage buffer of zeros; a small one can be bound as a uniform, too.
    pub fn buffer(&mut self, name: &str, bytes: u64) -> wgpu::Buffer {
        let size = bytes.next_multiple_of(16).max(16);
        self.bytes += size;
        let copied = wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::COPY_SRC;
        self.device.device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(name),
            size,
            usage: wgpu::BufferUsages::STORAGE | wgpu::BufferUsages::UNIFORM | copied,
            mapped_at_creation: false,
        })
    }

    pub fn floats(&mut self, name: &str, len: usize) -> wgpu::Buffer {
        self.buffer(name, len as u64 * 4)
    }
}

impl Matrix {
    /// Room for `rows` x `width`.
    pub fn new(memory: &mut Memory<'_>, name: &str, rows: usize, width: usize, format: Format) -> Self {
        Self::with_rows(memory, name, rows, Sections::one(rows), width, format)
    }

    /// Room for the rows of all sections, with rows of zeros between them.
    pub fn sections(memory: &mut Memory<'_>, name: &str, sections: Sections, width: usize, format: Format) -> Self {
        Self::with_rows(memory, name, sections.padded(), sections, width, format)
    }

    fn with_rows(
        memory: &mut Memory<'_>,
        name: &str,
        rows: usize,
        sections: Sections,
        width: usize,
        format: Format,
    ) -> Self {
        let cols = width.next_multiple_of(BLOCK_COLUMNS);
        let (row_bytes, row_scale_bytes) = (row_bytes(cols, format), row_scale_bytes(cols, format));
        let limits = memory.device.limits();
        let most = limits.max_storage_buffer_binding_size.min(limits.max_buffer_size);
        let part_rows = usize::try_from(most / row_bytes).unwrap_or(usize::MAX).max(1);
        let parts = (0..rows)
            .step_by(part_rows)
            .map(|first| {
                let rows = part_rows.min(rows - first);
                let weights = memory.buffer(name, rows as u64 * row_bytes);
                Part { first, rows, weights, scales: memory.buffer(name, rows as u64 * row_scale_bytes) }
            })
            .collect();
        Self { format, rows, cols, parts, width, seen: 0, sections, from: 0 }
    }

    /// The same matrix, into which rows of another tensor go, from `from` on.
    pub fn with(&self, sections: Sections, from: usize) -> Self {
        Self { parts: self.parts.clone(), seen: 0, sections, from, ..*self }
    }

    /// A copy of the matrix. The device reports if there was no room.
    pub fn copy(&self, memory: &mut Memory<'_>, name: &str) -> Self {
        let device = memory.device;
        let mut encoder = device.device.create_command_encoder(&wgpu::CommandEncoderDescriptor::default());
        let mut copy = |buffer: &wgpu::Buffer| {
            let copy = memory.buffer(name, buffer.size());
            encoder.copy_buffer_to_buffer(buffer, 0, &copy, 0, buffer.size());
            copy
        };
        let parts = self.parts.iter().map(|part| Part {
            first: part.first,
            rows: part.rows,
            weights: copy(&part.weights),
            scales: copy(&part.scales),
        });
        let parts = parts.collect();
        // The queue keeps the order, so the copy holds all earlier writes.
        device.queue.submit([encoder.finish()]);
        Self { parts, ..*self }
    }

    /// Pushes the rows from `row` on anew.
    pub fn rewind(&mut self, row: usize) {
        self.seen = row;
    }

    /// The next whole rows.
    pub fn push(&mut self, device: &Device, values: &[f32]) {
        let mut rows = values.chunks_exact(self.width);
        while rows.len() > 0 {
            let Some((place, left)) = self.sections.runs().find_map(|(from, to, length)| {
                let at = self.seen.checked_sub(from)?;
                (at < length).then(|| (self.from + to + at, length - at))
            }) else {
                return;
            };
            let Some(part) = self.parts.iter().find(|part| (part.first..part.first + part.rows).contains(&place))
            else {
                return;
            };
            let count = rows.len().min(left).min(part.first + part.rows - place);
            let row = place - part.first;
            let (mut words, mut scales) = (Vec::new(), Vec::new());
            for values in rows.by_ref().take(count) {
                pack(values, self.cols, self.format, &mut words, &mut scales);
            }
            let write = |buffer, row_bytes: u64, words: &[u32]| {
                device.queue.write_buffer(buffer, row as u64 * row_bytes, bytemuck::cast_slice(words));
            };
            write(&part.weights, row_bytes(self.cols, self.format), &words);
            if !scales.is_empty() {
                write(&part.scales, row_scale_bytes(self.cols, self.format), &scales);
            }
            self.seen += count;
        }
    }
}

/// Bytes of a matrix's weights and scales.
pub fn matrix_bytes(rows: usize, width: usize, format: Format) -> u64 {
    let cols = width.next_multiple_of(BLOCK_COLUMNS);
    rows as u64 * (row_bytes(cols, format) + row_scale_bytes(cols, format))
}

/// Bytes of a row's weights.
fn row_bytes(cols: usize, format: Format) -> u64 {
    cols as u64 * format.bits() as u64 / 8
}

/// Bytes of a row's scales.
fn row_scale_bytes(cols: usize, format: Format) -> u64 {
    if format.has_scales() { scale_words(cols) as u64 * 4 } else { 0 }
}
