// The one error type of the JavaScript side, and how anything thrown becomes one.

/** A failure told in sentences: `code` for programs, `message` and `hint` for people. */
export class MambaError extends Error {
  /**
   * @param {string} code a stable word
   * @param {string} message what happened
   * @param {string} hint what to do
   * @param {ErrorOptions} [options]
   */
  constructor(code, message, hint, options) {
    super(message, options);
    this.name = "MambaError";
    this.code = code;
    this.hint = hint;
  }
}

/** @typedef {{ code: string, message: string, hint: string }} PlainError what crosses the worker's boundary */

/** @param {PlainError} error @returns {PlainError} */
export const toPlain = ({ code, message, hint }) => ({ code, message, hint });

/** @param {PlainError} plain */
export const fromPlain = ({ code, message, hint }) => new MambaError(code, message, hint);

export const cancelled = () =>
  new MambaError("cancelled", "The work was stopped.", "Start again whenever you like.");

/** @param {string} message @param {string} [hint] */
export const badArgument = (message, hint = "Change the value and try again.") =>
  new MambaError("bad-argument", message, hint);

/** @param {unknown} [cause] */
export const outOfMemory = (cause) =>
  new MambaError(
    "out-of-memory",
    "The browser has no more memory for this model.",
    "Close other tabs, or choose a smaller model or a smaller precision.",
    { cause },
  );

export const isOffline = () => globalThis.navigator?.onLine === false;
export const OFFLINE_HINT = "Connect to the network and try again.";

const PUBLISH_HINT =
  "Check the connection and open the page again; a new version of it may just have been published. If this is your site, publish all files of dist/.";

/** A program of the engine did not load. @param {string} why what is wrong, without a full stop @param {string} [hint] */
export const programMissing = (why, hint = PUBLISH_HINT) =>
  isOffline()
    ? new MambaError("network", "There is no network, so the engine's program could not be loaded.", OFFLINE_HINT)
    : programRefused(why, hint);

/** A server sends nothing more, and does not end the connection either. @param {string} [name] of what is awaited */
export const programStalled = (name = "a part of it") =>
  programMissing(`the server stopped sending ${name}`, "Check the connection, then load the model again.");

/** A program of the engine is there, and may not run. @param {string} why without a full stop @param {string} hint */
export const programRefused = (why, hint) => new MambaError("network", `The engine's program could not be loaded: ${why}.`, hint);

/** @param {unknown} cause why the wasm did not start */
export const asStartError = (cause) => {
  if (cause instanceof MambaError) return cause;
  if (isOutOfMemory(cause)) return outOfMemory(cause);
  // Each browser has its own words for it, and no class.
  if (/content security policy|\bCSP\b|unsafe-eval/i.test(String(cause))) {
    const hint = "If this is your site, add 'wasm-unsafe-eval' to script-src in its Content-Security-Policy.";
    return programRefused("the page's security policy does not allow WebAssembly", hint);
  }
  return new MambaError("network", "The engine's program, a wasm file of this site, could not be loaded.", PUBLISH_HINT, {
    cause,
  });
};

/** @param {unknown} [cause] */
export const engineStopped = (cause) =>
  new MambaError(
    "engine-stopped",
    "The engine stopped because of an error inside it.",
    "Load the model again. Please report this if it happens twice.",
    { cause },
  );

/**
 * After a trap the wasm instance is in an unknown state. After a failed allocation it has no
 * room to go on. It must not be called again.
 *
 * @param {unknown} reason
 */
export const isFatal = (reason) => reason instanceof WebAssembly.RuntimeError || isOutOfMemory(reason);

/**
 * Browsers have no error class for this: Chromium throws a RangeError, Firefox an
 * InternalError or a plain string.
 *
 * @param {unknown} reason
 */
export function isOutOfMemory(reason) {
  // The wasm's own errors say "out of memory" too, of a GPU for example, and nothing is broken then.
  if (reason instanceof MambaError || isTold(reason)) return false;
  return /out of memory|allocation (failed|size overflow)|could not allocate|invalid array (buffer )?length/i.test(
    String(reason),
  );
}

/** Whether the wasm has told an error in its own sentences. @param {unknown} reason @returns {reason is Error & { code: string, hint: string }} */
function isTold(reason) {
  const { code, hint } = /** @type {{ code?: unknown, hint?: unknown }} */ (reason instanceof Error ? reason : {});
  return typeof code === "string" && typeof hint === "string";
}

/**
 * Turns whatever was thrown into sentences. The wasm's own errors have them already. Text for
 * developers stays in `cause` and is never shown.
 *
 * @param {unknown} reason
 * @returns {MambaError}
 */
export function asMambaError(reason) {
  if (reason instanceof MambaError) return reason;
  if (isTold(reason)) return new MambaError(reason.code, reason.message, reason.hint, { cause: reason });
  if (reason instanceof Error) {
    if (reason.name === "AbortError") return cancelled();
    if (reason.name === "DataCloneError") {
      return badArgument("The options hold something that cannot be sent to the engine, such as a function.");
    }
  }
  return isOutOfMemory(reason) ? outOfMemory(reason) : engineStopped(reason);
}
