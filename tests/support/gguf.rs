//! Writes GGUF files by hand, sound ones and others.

/// A file in the making.
#[derive(Clone, Default)]
pub struct GgufFile {
    values: Vec<Vec<u8>>,
    tensors: Vec<Vec<u8>>,
    data: Vec<u8>,
}

fn text(text: &str) -> Vec<u8> {
    [&(text.len() as u64).to_le_bytes(), text.as_bytes()].concat()
}

impl GgufFile {
    /// A value whose type number and bytes are given.
    pub fn raw(mut self, key: &str, kind: u32, bytes: &[u8]) -> Self {
        self.values.push([&text(key), &kind.to_le_bytes()[..], bytes].concat());
        self
    }

    pub fn whole(self, key: &str, value: u32) -> Self {
        self.raw(key, 4, &value.to_le_bytes())
    }

    pub fn text(self, key: &str, value: &str) -> Self {
        self.raw(key, 8, &text(value))
    }

    pub fn texts<'a>(self, key: &str, values: impl IntoIterator<Item = &'a str>) -> Self {
        let values: Vec<Vec<u8>> = values.into_iter().map(text).collect();
        let head = [&8_u32.to_le_bytes()[..], &(values.len() as u64).to_le_bytes()].concat();
        self.raw(key, 9, &[head, values.concat()].concat())
    }

    pub fn numbers(self, key: &str, values: &[i32]) -> Self {
        let bytes: Vec<u8> = values.iter().flat_map(|value| value.to_le_bytes()).collect();
        let head = [&5_u32.to_le_bytes()[..], &(values.len() as u64).to_le_bytes()].concat();
        self.raw(key, 9, &[head, bytes].concat())
    }

    /// A tensor's entry, its shape outermost first.
    pub fn entry(mut self, name: &str, shape: &[u64], kind: u32, offset: u64) -> Self {
        let dimensions: Vec<u8> = shape.iter().rev().flat_map(|dimension| dimension.to_le_bytes()).collect();
        let head = [&text(name), &(shape.len() as u32).to_le_bytes()[..], &dimensions].concat();
        self.tensors.push([&head, &kind.to_le_bytes()[..], &offset.to_le_bytes()].concat());
        self
    }

    /// A tensor of f32 values, all alike.
    pub fn tensor(self, name: &str, shape: &[u64], value: f32) -> Self {
        let offset = self.data.len().next_multiple_of(32);
        let mut file = self.entry(name, shape, 0, offset as u64);
        file.data.resize(offset, 0);
        let values = shape.iter().product::<u64>();
        file.data.extend((0..values).flat_map(|_| value.to_le_bytes()));
        file
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.bytes_with(3, self.tensors.len() as u64, self.values.len() as u64)
    }

    /// With another version and other counts than the true ones.
    pub fn bytes_with(&self, version: u32, tensors: u64, values: u64) -> Vec<u8> {
        let mut bytes = [b"GGUF", &version.to_le_bytes()[..], &tensors.to_le_bytes(), &values.to_le_bytes()].concat();
        bytes.extend(self.values.concat());
        bytes.extend(self.tensors.concat());
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes.extend(&self.data);
        bytes.resize(bytes.len().next_multiple_of(32), 0);
        bytes
    }

    /// The smallest Mamba: D 2, E 4, N 2, R 1, K 2, one layer.
    pub fn mamba() -> Self {
        Self::default()
            .text("general.architecture", "mamba")
            .whole("mamba.embedding_length", 2)
            .whole("mamba.block_count", 1)
            .whole("mamba.ssm.conv_kernel", 2)
            .whole("mamba.ssm.inner_size", 4)
            .whole("mamba.ssm.state_size", 2)
            .whole("mamba.ssm.time_step_rank", 1)
    }

    /// The tensors of [`mamba`](GgufFile::mamba) but for the last, `output_norm.weight`.
    pub fn weights(self, vocab: u64) -> Self {
        self.tensor("token_embd.weight", &[vocab, 2], 0.5)
            .tensor("blk.0.attn_norm.weight", &[2], 1.0)
            .tensor("blk.0.ssm_in.weight", &[8, 2], 0.1)
            .tensor("blk.0.ssm_conv1d.weight", &[4, 2], 0.1)
            .tensor("blk.0.ssm_conv1d.bias", &[4], 0.1)
            .tensor("blk.0.ssm_x.weight", &[5, 4], 0.1)
            .tensor("blk.0.ssm_dt.weight", &[4, 1], 0.1)
            .tensor("blk.0.ssm_dt.bias", &[4], 0.1)
            .tensor("blk.0.ssm_a", &[4, 2], -1.0)
            .tensor("blk.0.ssm_d", &[4], 1.0)
            .tensor("blk.0.ssm_out.weight", &[2, 4], 0.1)
    }
}
