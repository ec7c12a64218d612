// Just enough of the safetensors format to make files of given values, files that are wrong, and files in parts.

/** @typedef {Record<string, { dtype: string, shape: number[], data_offsets: [number, number] }>} Header */

/** @param {Buffer} bytes @returns {{ header: Header, data: Buffer }} */
function take(bytes) {
  const length = Number(bytes.readBigUInt64LE(0));
  return { header: JSON.parse(String(bytes.subarray(8, 8 + length))), data: bytes.subarray(8 + length) };
}

/** @param {Header} header @param {Buffer} data */
function put(header, data) {
  const text = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(text.length));
  return Buffer.concat([length, text, data]);
}

/** A file of zeros in f16. @param {Record<string, number[]>} shapes */
export function zeros(shapes) {
  let at = 0;
  /** @type {Header} */
  const header = {};
  for (const [name, shape] of Object.entries(shapes)) {
    const bytes = shape.reduce((product, n) => product * n, 2);
    header[name] = { dtype: "F16", shape, data_offsets: [at, (at += bytes)] };
  }
  return put(header, Buffer.alloc(at));
}

/**
 * A file in f32.
 *
 * @param {Record<string, [number[], ArrayLike<number>?]>} tensors name -> shape and values; without values they are zeros
 */
export function safetensors(tensors) {
  let at = 0;
  /** @type {Header} */
  const header = {};
  const parts = Object.entries(tensors).map(([name, [shape, values]]) => {
    const all = new Float32Array(shape.reduce((product, n) => product * n, 1));
    if (values) all.set(values);
    header[name] = { dtype: "F32", shape, data_offsets: [at, (at += all.byteLength)] };
    return Buffer.from(all.buffer);
  });
  return put(header, Buffer.concat(parts));
}

/** @param {Buffer} bytes @param {(header: Header) => void} change */
export function withHeader(bytes, change) {
  const { header, data } = take(bytes);
  change(header);
  return put(header, data);
}

/** @param {Buffer} bytes @param {string} name of a tensor @param {(data: Buffer, dtype: string) => void} change in place */
export function withTensor(bytes, name, change) {
  const copy = Buffer.from(bytes);
  const { header, data } = take(copy);
  const { dtype, data_offsets } = header[name];
  change(data.subarray(...data_offsets), dtype);
  return copy;
}

/**
 * The file in two: every other tensor goes into the second.
 *
 * @param {Buffer} bytes
 * @returns {{ index: string, shards: Record<string, Buffer> }}
 */
export function inTwo(bytes) {
  const { header, data } = take(bytes);
  const tensors = Object.entries(header).filter(([name]) => name !== "__metadata__");
  /** @type {Record<string, string>} */
  const weightMap = {};
  /** @type {Record<string, Buffer>} */
  const shards = {};
  for (const part of [0, 1]) {
    const file = `model-0000${part + 1}-of-00002.safetensors`;
    /** @type {Header} */
    const own = {};
    const pieces = [];
    let at = 0;
    for (const [name, tensor] of tensors.filter((_, i) => i % 2 === part)) {
      const piece = data.subarray(...tensor.data_offsets);
      own[name] = { ...tensor, data_offsets: [at, (at += piece.length)] };
      pieces.push(piece);
      weightMap[name] = file;
    }
    shards[file] = put(own, Buffer.concat(pieces));
  }
  return { index: JSON.stringify({ metadata: { total_size: data.length }, weight_map: weightMap }), shards };
}
