// What this browser can run: which backends and precisions work here, alone and together.

/** What wasm with 32-bit addresses can reach. */
const TAB_BYTES = 4 * 2 ** 30;
/** iPhones and iPads close a page that takes more, without a word. They do not tell a page what they have. */
const IOS_TAB_BYTES = 1.5e9;

/** iPads say that they are Macs, but no Mac has a touch screen. */
export const isIos = () => /iP(hone|ad|od)/.test(navigator.userAgent) || (navigator.platform === "MacIntel" && navigator.maxTouchPoints > 1);

/** The memory that a page can have here, if the device has it. */
export const tabBytes = () => (isIos() ? IOS_TAB_BYTES : TAB_BYTES);

/** @typedef {{ hasGpu: boolean, whyNoGpu: string }} Abilities `whyNoGpu`: the rest of a sentence */

/** @type {Promise<Abilities> | null} */
let found = null;

/** @returns {Promise<Abilities>} */
export function findAbilities() {
  return (found ??= look());
}

async function look() {
  const none = (/** @type {string} */ whyNoGpu) => ({ hasGpu: false, whyNoGpu });
  if (!globalThis.isSecureContext) return none("browsers give a page the GPU only over https");
  if (!navigator.gpu) return none("this browser gives pages no GPU (WebGPU)");
  // A driver that hangs must not keep the dialog from opening.
  const adapter = await Promise.race([
    navigator.gpu.requestAdapter({ powerPreference: "high-performance" }).catch(() => null),
    new Promise((resolve) => setTimeout(() => resolve(null), 3000)),
  ]);
  if (!adapter) return none("this browser finds no GPU that it can use");
  return { hasGpu: true, whyNoGpu: "" };
}

/**
 * @param {string} backend
 * @param {string} precision
 * @param {Abilities} abilities
 * @returns {string | null} why the two do not work here
 */
export function whyNotTogether(backend, precision, { hasGpu, whyNoGpu }) {
  if (backend === "gpu" && !hasGpu) return `The GPU cannot be used: ${whyNoGpu}.`;
  if (backend === "reference" && !["auto", "f32"].includes(precision)) return "The reference keeps weights in f32 only.";
  if (precision !== "f16") return null;
  if (backend === "cpu") return "The CPU does not keep weights in f16.";
  return hasGpu ? null : "Weights in f16 need the GPU.";
}
