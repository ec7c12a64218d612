// A helper: one thread of the build with threads. It does its part of every kernel.

import init, { KernelHelper } from "../../mamba_web_threads.js";

/** Kernels need little, a model as much as the engine's worker has; multiples of wasm's pages. */
const STACK_BYTES = { kernels: 256 * 1024, model: 1024 * 1024 };

/** @param {MessageEvent<import("./pool.js").Start>} event */
self.onmessage = async ({ data: { module, memory, warmsUp } }) => {
  const helper = await start(module, memory, warmsUp).catch((error) => {
    // The page that made this worker does not hear of a promise that fails in it.
    say({ failed: String(error) });
    self.close();
  });
  if (!helper) return;
  say("ready");
  try {
    helper.work(); // until the worker is ended
  } catch (error) {
    // The engine's worker may wait for this part, and would never read a message.
    KernelHelper.failed();
    say({ failed: String(error) });
    self.close();
  }
};

/** @param {import("./pool.js").Answer} answer */
const say = (answer) => self.postMessage(answer);

/**
 * @param {WebAssembly.Module} module
 * @param {WebAssembly.Memory} memory
 * @param {boolean} warmsUp
 */
async function start(module, memory, warmsUp) {
  await init({ module_or_path: module, memory, thread_stack_size: warmsUp ? STACK_BYTES.model : STACK_BYTES.kernels });
  if (warmsUp) warmUp();
  return new KernelHelper();
}

/** Without the warm-up everything works, only slower. */
function warmUp() {
  try {
    KernelHelper.warmUp();
  } catch (error) {
    console.warn(error);
  }
}
