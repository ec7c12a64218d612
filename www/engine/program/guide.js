// Constraints on answers. The automaton that knows which tokens may come next is a wasm module of its own (guide/ in the
// repository), because few visits need it. It is fetched when the first constraint is asked for.

import { badArgument } from "../errors.js";

/** @typedef {import("../../mamba_web_guide.js").Guide} Guide */
/** @typedef {import("../../mamba_web_guide.js").GuideWalk} GuideWalk */
/** @typedef {import("../session/arguments.js").Constraint} Constraint */

/** The module, once it has started. @type {Promise<typeof import("../../mamba_web_guide.js")> | undefined} */
let started;

async function start() {
  const guide = await import("../../mamba_web_guide.js");
  await guide.default();
  return guide;
}

/** The guides of the engines that have needed one; the bytes of the tokens go to it once. @type {WeakMap<object, Guide>} */
const guides = new WeakMap();

/**
 * A walk through the texts that a constraint allows, for one run.
 *
 * @param {import("../../mamba_web.js").WasmEngine} engine
 * @param {Constraint} constraint
 * @returns {Promise<GuideWalk>}
 */
export async function walkOf(engine, constraint) {
  // A download that failed is tried again.
  started ??= start().catch((error) => {
    started = undefined;
    throw error;
  });
  const { Guide } = await started;
  const guide = guides.get(engine) ?? new Guide(engine.tokenTable());
  guides.set(engine, guide);
  try {
    return guide.walk(JSON.stringify(constraint));
  } catch (error) {
    if (!(error instanceof WebAssembly.RuntimeError)) throw badArgument(/** @type {Error} */ (error).message);
    guides.delete(engine); // it stopped in the middle of something
    throw badArgument("The constraint is too hard to follow.", "Make it smaller.");
  }
}
