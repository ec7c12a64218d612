// Constraints on answers. The automaton that knows which tokens may come next is a wasm module of its own (guide/ in the
// repository), because few visits need it. It is fetched when the first constraint is asked for.

import { badArgument } from "../errors.js";
import { bothOf } from "./wasm.js";

/** @typedef {typeof import("../../mamba_web_guide.js")} Module */
/** @typedef {import("../../mamba_web_guide.js").Guide} Guide */
/** @typedef {import("../../mamba_web_guide.js").GuideWalk} GuideWalk */
/** @typedef {import("../session/arguments.js").Constraint} Constraint */

/** The module, once it has started. @type {Promise<Module> | undefined} */
let started;

/** @param {import("./modules.js").ModuleOf} moduleOf @returns {Promise<Module>} */
async function start(moduleOf) {
  const [guide, module] = await bothOf(import("../../mamba_web_guide.js"), moduleOf("guide"));
  await guide.default({ module_or_path: module });
  return guide;
}

/** The guides of the engines that have needed one; the bytes of the tokens go to it once. @type {WeakMap<object, Guide>} */
let guides = new WeakMap();

/** How often the module was started anew. Guides and walks are of one start. */
let restarts = 0;

const TOO_HARD = "The constraint is too hard to follow.";

/**
 * Does something with the module. Whatever it throws but sentences (a trap, too deep a recursion, no memory) leaves it in the
 * middle of something, so it starts anew. All guides and walks are lost then.
 *
 * @template T
 * @param {Module} module
 * @param {() => T} something
 * @returns {T}
 */
function guarded(module, something) {
  try {
    return something();
  } catch (error) {
    if (error instanceof Error && error.constructor === Error) throw error; // a sentence of the module
    console.debug(error);
    restarts += 1;
    guides = new WeakMap();
    module.__wbg_reset_state();
    throw new Error(TOO_HARD);
  }
}

/** A walk as the engine's wasm uses it: what its methods throw is a sentence, and nothing else throws. */
class Walk {
  #module;
  #walk;
  #start = restarts;

  /** @param {Module} module @param {GuideWalk} walk */
  constructor(module, walk) {
    this.#module = module;
    this.#walk = walk;
  }

  /** @template T @param {() => T} something @returns {T} */
  #guarded(something) {
    if (this.#start !== restarts) throw new Error(`${TOO_HARD} It or another one stopped the program that follows them.`);
    return guarded(this.#module, something);
  }

  mask() {
    return this.#guarded(() => this.#walk.mask());
  }

  /** @param {number} token */
  allows(token) {
    return this.#guarded(() => this.#walk.allows(token));
  }

  mayEnd() {
    return this.#guarded(() => this.#walk.mayEnd());
  }

  /** @param {number | undefined} token @param {number} most */
  closing(token, most) {
    return this.#guarded(() => this.#walk.closing(token, most));
  }

  /** @param {number} token */
  accept(token) {
    this.#guarded(() => this.#walk.accept(token));
  }

  isOver() {
    try {
      return this.#guarded(() => this.#walk.isOver());
    } catch (error) {
      console.debug(error);
      return false; // the next mask says why
    }
  }

  free() {
    try {
      if (this.#start === restarts) guarded(this.#module, () => this.#walk.free());
    } catch (error) {
      console.debug(error); // the module has started anew, so nothing is left to free
    }
  }
}

/**
 * A walk through the texts that a constraint allows, for one run.
 *
 * @param {import("../../mamba_web.js").WasmEngine} engine
 * @param {Constraint} constraint
 * @param {import("./modules.js").ModuleOf} moduleOf
 */
export async function walkOf(engine, constraint, moduleOf) {
  // A download that failed is tried again.
  started ??= start(moduleOf).catch((error) => {
    started = undefined;
    throw error;
  });
  const module = await started;
  const known = guides.get(engine);
  const table = known ? new Uint8Array() : engine.tokenTable();
  try {
    return guarded(module, () => {
      const guide = known ?? new module.Guide(table);
      guides.set(engine, guide);
      return new Walk(module, guide.walk(JSON.stringify(constraint)));
    });
  } catch (error) {
    const { message } = /** @type {Error} */ (error);
    throw message === TOO_HARD ? badArgument(message, "Make it smaller.") : badArgument(message);
  }
}
