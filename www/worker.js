// The engine's worker: what it can be asked for, and its messages. It does one step at a time (a block of the prompt or one
// token) and reads its messages in between. Sessions that have work at the same time take turns; those that generate on the
// CPU do their steps in one pass, for which the weights are read once. engine/worker/ does the work.

import { asMambaError, isFatal, toPlain } from "./engine/errors.js";
import { load, theEngine } from "./engine/worker/engine.js";
import { compileSideBySide } from "./engine/worker/kernels.js";
import { memoryBytes, noteFetched, start, takeHelpers, takeModule } from "./engine/worker/program.js";
import { run } from "./engine/worker/run.js";
import { hear } from "./engine/worker/runs.js";
import { blend, close, difference, keep, logits, open, sessionsOf, snapshot, theSession, uses } from "./engine/worker/sessions.js";
import { openState, putState, theStates } from "./engine/worker/states.js";
import { die } from "./engine/worker/tell.js";

compileSideBySide();

/** @typedef {import("./engine/session/protocol.js").Calls} Calls */
/** @typedef {import("./engine/session/protocol.js").ToWorker} ToWorker */

/**
 * @type {{ [name in keyof Calls]: (args: Parameters<Calls[name]>[0], id: number) =>
 *   ReturnType<Calls[name]> | Promise<ReturnType<Calls[name]>> }}
 */
const calls = {
  load,
  loseDevice: () => theEngine().loseDevice(),
  tokenize: ({ text }) => theEngine().tokenize(text),
  detokenize: ({ ids }) => theEngine().detokenize(ids),
  renderChat: ({ json }) => theEngine().renderChat(json),
  tokenizeChat: ({ text }) => theEngine().tokenizeChat(text),
  memoryBytes,
  session: ({ system }) => keep(theEngine().session(system)),
  restore: ({ bytes }) => open(bytes),
  fork: ({ session }) => keep(theSession(session).fork()),
  logits,
  blend,
  difference,
  snapshot: ({ session, packing, text }, id) => snapshot(theSession(session), packing, text, id),
  statePut: putState,
  stateOpen: openState,
  stateHas: ({ keys }) => theStates().has(keys),
  stateDrop: ({ prefix }) => theStates().drop(prefix),
  stateLimit: (limits) => theStates().limit(limits),
  stateUsage: () => theStates().usage(),
  close,
  run,
};

/** @param {MessageEvent<ToWorker>} event */
self.onmessage = async ({ data }) => {
  if ("program" in data) return start(data.program, data.wasm);
  if ("given" in data) return takeModule(data.given, data.compiled);
  if ("fetched" in data) return noteFetched(data.fetched);
  if ("helpers" in data) return takeHelpers(data.helpers.missing);
  if ("call" in data) {
    const { id, call, args } = data;
    try {
      const result = await uses.during(call === "close" ? [] : sessionsOf(args), () => calls[call](/** @type {never} */ (args), id));
      const buffer = result instanceof Uint8Array || result instanceof Float32Array ? [result.buffer] : [];
      self.postMessage({ id, result }, { transfer: buffer });
    } catch (error) {
      console.debug(error);
      if (isFatal(error)) die(error);
      else self.postMessage({ id, error: toPlain(asMambaError(error)) });
    }
    return;
  }
  hear(data);
};
