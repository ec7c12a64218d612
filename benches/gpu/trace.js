// Measures on the GPU, in a browser, what the engine's worker submits: imported before the worker, it puts timestamps
// around every dispatch ("kernels") or around every compute pass as it is ("passes"), and answers on the channel
// "gpu-trace" with what it has seen since it was asked last.

const mode = new URL(import.meta.url).searchParams.get("mode");
const MOST_QUERIES = 4096;

/** @typedef {{ count: number, ms: number }} Total */
/** @type {Map<string, Total>} by kernel and workgroups; what all passes of a submit take is "pass" */
let totals = new Map();
let untraced = 0;
/** @type {Promise<void>[]} */
let underWay = [];

/** @param {string} name @param {number} ms */
function count(name, ms) {
  const total = totals.get(name) ?? { count: 0, ms: 0 };
  totals.set(name, { count: total.count + 1, ms: total.ms + ms });
}

/** The timestamps of one encoder. */
class Trace {
  /** @type {string[]} */
  names = [];

  /** @param {GPUDevice} device */
  constructor(device) {
    this.device = device;
    this.queries = device.createQuerySet({ type: "timestamp", count: MOST_QUERIES });
  }

  /** What a pass writes. @param {string} name */
  writes(name) {
    const at = 2 * this.names.length;
    if (at >= MOST_QUERIES) {
      untraced++;
      return undefined;
    }
    this.names.push(name);
    return { querySet: this.queries, beginningOfPassWriteIndex: at, endOfPassWriteIndex: at + 1 };
  }

  /** Resolves the timestamps at the encoder's end. @param {GPUCommandEncoder} encoder */
  close(encoder) {
    const size = 16 * this.names.length;
    const resolved = this.device.createBuffer({ size, usage: GPUBufferUsage.QUERY_RESOLVE | GPUBufferUsage.COPY_SRC });
    this.readback = this.device.createBuffer({ size, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
    encoder.resolveQuerySet(this.queries, 0, 2 * this.names.length, resolved, 0);
    encoder.copyBufferToBuffer(resolved, 0, this.readback, 0, size);
  }

  /** Once submitted. */
  async read() {
    if (!this.readback) return;
    await this.readback.mapAsync(GPUMapMode.READ);
    const times = new BigUint64Array(this.readback.getMappedRange());
    this.names.forEach((name, i) => count(name, Number(times[2 * i + 1] - times[2 * i]) / 1e6));
    count("from the first to the last", Number(times[times.length - 1] - times[0]) / 1e6);
    this.readback.destroy();
    this.queries.destroy();
  }
}

/** A compute pass that gives every dispatch a pass of its own. */
class PassPerDispatch {
  /** @type {GPUComputePipeline | undefined} */
  #pipeline;
  /** @type {any[]} */
  #bindGroup = [];
  #begin;

  /** @param {(name: string) => GPUComputePassEncoder} begin */
  constructor(begin) {
    this.#begin = begin;
  }

  /** @param {GPUComputePipeline} pipeline */
  setPipeline(pipeline) {
    this.#pipeline = pipeline;
  }

  /** @param {any[]} bindGroup */
  setBindGroup(...bindGroup) {
    this.#bindGroup = bindGroup;
  }

  /** @param {[number, number, number]} groups */
  dispatchWorkgroups(...groups) {
    if (!this.#pipeline) return;
    const pass = this.#begin(`${this.#pipeline.label} ${groups.slice(0, 2).join(" x ")}`);
    pass.setPipeline(this.#pipeline);
    // @ts-expect-error: with the arguments that it was called with
    pass.setBindGroup(...this.#bindGroup);
    pass.dispatchWorkgroups(...groups);
    pass.end();
  }

  end() {}
}

const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = function (descriptor) {
  const requiredFeatures = [...(descriptor?.requiredFeatures ?? []), "timestamp-query"];
  return requestDevice.call(this, { ...descriptor, requiredFeatures: /** @type {GPUFeatureName[]} */ (requiredFeatures) });
};

/** @type {WeakMap<GPUCommandEncoder, GPUDevice>} */
const devices = new WeakMap();
/** @type {WeakMap<GPUCommandEncoder | GPUCommandBuffer, Trace>} */
const traces = new WeakMap();

const { createCommandEncoder } = GPUDevice.prototype;
GPUDevice.prototype.createCommandEncoder = function (descriptor) {
  const encoder = createCommandEncoder.call(this, descriptor);
  devices.set(encoder, this);
  return encoder;
};

const { beginComputePass, finish } = GPUCommandEncoder.prototype;
GPUCommandEncoder.prototype.beginComputePass = function (descriptor) {
  const trace = traces.get(this) ?? new Trace(/** @type {GPUDevice} */ (devices.get(this)));
  traces.set(this, trace);
  const begin = (/** @type {string} */ name) =>
    beginComputePass.call(this, { ...descriptor, timestampWrites: trace.writes(name) });
  return mode === "kernels" ? /** @type {any} */ (new PassPerDispatch(begin)) : begin("pass");
};
GPUCommandEncoder.prototype.finish = function (descriptor) {
  const trace = traces.get(this);
  trace?.close(this);
  const commands = finish.call(this, descriptor);
  if (trace) traces.set(commands, trace);
  return commands;
};

const { submit } = GPUQueue.prototype;
GPUQueue.prototype.submit = function (commands) {
  const all = [...commands];
  submit.call(this, all);
  for (const one of all) {
    const trace = traces.get(one);
    if (trace) underWay.push(trace.read());
  }
};

const channel = new BroadcastChannel("gpu-trace");
channel.onmessage = async () => {
  await Promise.all(underWay);
  channel.postMessage({ totals: Object.fromEntries(totals), untraced });
  totals = new Map();
  untraced = 0;
  underWay = [];
};
