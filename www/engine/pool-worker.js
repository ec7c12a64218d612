// A thread of the build with threads: does its part of every kernel and nothing else.

import init, { KernelHelper } from "../mamba_web_threads.js";

/** Kernels need little, a model as much as the engine's worker has; multiples of wasm's pages. */
const STACK_BYTES = { kernels: 256 * 1024, model: 1024 * 1024 };

/** @param {MessageEvent<import("./pool.js").Start>} event */
self.onmessage = async ({ data: { module, memory, warmsUp } }) => {
  await init({ module_or_path: module, memory, thread_stack_size: warmsUp ? STACK_BYTES.model : STACK_BYTES.kernels });
  if (warmsUp) warmUp();
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

/** Without it, all is only slower. */
function warmUp() {
  try {
    KernelHelper.warmUp();
  } catch (error) {
    console.warn(error);
  }
}
