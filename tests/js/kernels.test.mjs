// The kernels that wgpu asks for are compiled side by side, and what wgpu sees is as if they were not.

import assert from "node:assert/strict";
import { test } from "node:test";
import { compileSideBySide } from "../../www/engine/worker/kernels.js";

/** A WebGPU that compiles what it is told to, when it is told to. */
function fakeWebGpu() {
  /** @type {Map<string, { resolve: (made: object) => void, reject: (error: Error) => void }>} */
  const compiling = new Map();
  /** @type {unknown[]} */
  const set = [];
  class GPUDevice {
    /** @type {(Error | null)[]} */
    errors = [];
    pushErrorScope() {
      this.errors.push(null);
    }
    async popErrorScope() {
      return this.errors.pop() ?? null;
    }
    /** @param {{ label: string }} descriptor */
    createComputePipeline({ label }) {
      return { at: "once", label };
    }
    /** @param {{ label: string }} descriptor */
    createComputePipelineAsync({ label }) {
      return new Promise((resolve, reject) => compiling.set(label, { resolve, reject }));
    }
  }
  class GPUComputePassEncoder {
    /** @param {unknown} pipeline */
    setPipeline(pipeline) {
      set.push(pipeline);
    }
  }
  class GPUValidationError {
    /** @param {string} message */
    constructor(message) {
      this.message = message;
    }
  }
  const webGpu = /** @type {any} */ ({ GPUDevice, GPUComputePassEncoder, GPUValidationError });
  compileSideBySide(webGpu);
  return { device: new GPUDevice(), pass: new GPUComputePassEncoder(), compiling, set, webGpu };
}

/** @param {any} device @param {string} label as src/backend/gpu/device.rs asks for one */
function ask(device, label) {
  device.pushErrorScope("validation");
  const pipeline = device.createComputePipeline({ label });
  return { pipeline, error: device.popErrorScope() };
}

/** @param {Promise<unknown>} promise */
const isSettled = (promise) => Promise.race([promise.then(() => true), new Promise((resolve) => setTimeout(resolve, 5, false))]);

test("all are asked for before the first one is there, and each is known to be ready when it is", async () => {
  const { device, pass, compiling, set } = fakeWebGpu();
  const [one, two] = [ask(device, "one"), ask(device, "two")];
  assert.deepEqual([...compiling.keys()], ["one", "two"]);
  compiling.get("two")?.resolve({ label: "two, compiled" });
  assert.equal(await two.error, null);
  assert.equal(await isSettled(one.error), false);
  compiling.get("one")?.resolve({ label: "one, compiled" });
  assert.equal(await one.error, null);
  for (const { pipeline } of [one, two, one]) pass.setPipeline(pipeline);
  assert.deepEqual(set, [{ label: "one, compiled" }, { label: "two, compiled" }, { label: "one, compiled" }]);
});

test("a kernel that is refused is an error of the scope around it, and of no other one", async () => {
  const { device, compiling, webGpu } = fakeWebGpu();
  device.pushErrorScope();
  const refused = ask(device, "refused");
  const taken = ask(device, "taken");
  compiling.get("refused")?.reject(new Error("no such builtin"));
  compiling.get("taken")?.resolve({});
  const error = /** @type {any} */ (await refused.error);
  assert.ok(error instanceof webGpu.GPUValidationError, "wgpu panics at any other class");
  assert.equal(error.message, "no such builtin");
  assert.equal(await taken.error, null);
  assert.equal(await device.popErrorScope(), null);
});

test("an error that the browser itself has for the scope comes first", async () => {
  const { device, compiling } = fakeWebGpu();
  device.pushErrorScope();
  const browsers = new Error("invalid shader");
  device.errors[0] = browsers;
  device.createComputePipeline({ label: "one" });
  const error = device.popErrorScope();
  compiling.get("one")?.reject(new Error("invalid pipeline"));
  assert.equal(await error, browsers);
});

test("without a scope, where nobody would hear of an error, and for pipelines of others nothing changes", () => {
  const { device, pass, set } = fakeWebGpu();
  const pipeline = device.createComputePipeline({ label: "one" });
  assert.deepEqual(pipeline, { at: "once", label: "one" });
  pass.setPipeline(pipeline);
  assert.equal(set[0], pipeline);
});

test("two devices have scopes of their own", async () => {
  const { device, compiling, webGpu } = fakeWebGpu();
  const other = new webGpu.GPUDevice();
  other.pushErrorScope();
  const { error } = ask(device, "one");
  assert.equal(await other.popErrorScope(), null);
  compiling.get("one")?.resolve({});
  assert.equal(await error, null);
});

test("where there is no WebGPU, nothing is done", () => assert.doesNotThrow(() => compileSideBySide({})));
