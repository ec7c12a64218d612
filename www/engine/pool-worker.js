// A thread of the build with threads: does its part of every kernel and nothing else.

import init, { KernelHelper } from "../mamba_web_threads.js";

/** Kernels need little; a multiple of wasm's pages. */
const STACK_BYTES = 256 * 1024;

/** @param {MessageEvent<{ module: WebAssembly.Module, memory: WebAssembly.Memory }>} event */
self.onmessage = async ({ data: { module, memory } }) => {
  await init({ module_or_path: module, memory, thread_stack_size: STACK_BYTES });
  const helper = new KernelHelper();
  self.postMessage("ready");
  try {
    helper.work(); // until the worker is ended
  } catch (error) {
    // The engine's worker waits for this part and would never look at a message.
    KernelHelper.failed();
    throw error;
  }
};
