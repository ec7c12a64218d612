//! Safetensors with 8-bit matrices and scales, against what compressed-tensors makes of the same file.

use std::fs;

use crate::support::{Memory, golden, read_file};

fn tensors(bytes: &[u8], chunk: usize, known: bool) -> mamba_web::Result<Memory> {
    let mut memory = Memory::default();
    read_file(bytes, chunk, known.then_some(bytes.len() as u64), &mut memory)?;
    memory.0.sort_by(|a, b| a.0.cmp(&b.0));
    Ok(memory)
}

fn read(file: &str) -> Vec<u8> {
    fs::read(golden("scaled").join(file)).unwrap()
}

/// With groups, a scale for each row, and one for all (tests/golden/make/scaled_case.py).
#[test]
fn the_values_are_those_of_compressed_tensors() {
    let want = tensors(&read("unpacked.safetensors"), 1 << 20, true).unwrap();
    assert_eq!(want.0.len(), 4);
    let bytes = read("model.safetensors");
    for (chunk, known) in [(1 << 20, true), (7, true), (100, false)] {
        assert_eq!(tensors(&bytes, chunk, known).unwrap().0, want.0, "{chunk}");
    }
}

/// A file of one matrix of whole numbers (2, 4) and scales of this shape, which come `first` or not.
fn file(shape: &str, scales: &[f32], first: bool) -> Vec<u8> {
    let size = 4 * scales.len();
    let (whole, scale) = if first { ((size, size + 8), (0, size)) } else { ((0, 8), (8, 8 + size)) };
    let header = format!(
        r#"{{"a":{{"dtype":"I8","shape":[2,4],"data_offsets":[{},{}]}},"a_scale":{{"dtype":"F32","shape":{shape},"data_offsets":[{},{}]}}}}"#,
        whole.0, whole.1, scale.0, scale.1
    );
    let scales: Vec<u8> = scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
    let whole = [1, 2, 3, 4, 0xff, 0xfe, 0x7f, 0x80];
    let data = if first { [&scales[..], &whole].concat() } else { [&whole[..], &scales].concat() };
    [&(header.len() as u64).to_le_bytes()[..], header.as_bytes(), &data].concat()
}

#[test]
fn scales_that_cannot_be_right_are_refused() {
    let good = tensors(&file("[2,2]", &[1.0, 2.0, 0.5, 1.0], true), 5, true).unwrap();
    assert_eq!(good.0[0].2, [1.0, 2.0, 6.0, 8.0, -0.5, -1.0, 127.0, -128.0]);
    for (shape, scales, first, says) in [
        ("[2,3]", &[1.0; 6][..], true, "do not fit"),
        ("[3,1]", &[1.0; 3], true, "do not fit"),
        ("[1,2,1]", &[1.0; 2], true, "do not fit"),
        ("[2,1]", &[1.0, f32::NAN], true, "not finite"),
        ("[2,1]", &[1.0, 1.0], false, "come after it"),
    ] {
        let error = tensors(&file(shape, scales, first), 9, true).err().unwrap();
        assert_eq!(error.code(), "bad-checkpoint");
        assert!(error.to_string().contains(says), "{shape}: {error}");
    }
}
