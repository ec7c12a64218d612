// The worker: the only place where the wasm is started. It does one step at a time, a
// block of the prompt or one token, and looks at its messages in between.

import { asMambaError, asStartError, badArgument, isFatal, outOfMemory, toPlain } from "./engine/errors.js";
import { loadModel } from "./engine/load-model.js";
import { TOKENS_AHEAD } from "./engine/protocol.js";
import { startWasm } from "./engine/wasm.js";

/** @typedef {import("./engine/protocol.js").Calls} Calls */
/** @typedef {import("./engine/protocol.js").ToWorker} ToWorker */
/** @typedef {import("./engine/protocol.js").CallEvent} CallEvent */
/** @typedef {import("./mamba_web.js").WasmSession} WasmSession */

/** @typedef {{ isStopped: boolean, untaken: number, wake: () => void }} Run */

let memoryBytes = () => 0;
const wasmIsReady = startWasm(new URLSearchParams(self.location.search).get("build")).then(
  (wasm) => {
    memoryBytes = wasm.memoryBytes;
    return wasm;
  },
  (cause) => {
    throw asStartError(cause);
  },
);
wasmIsReady.catch(() => {}); // told by the load that waits for it

/** @type {import("./mamba_web.js").WasmEngine | undefined} */
let engine;
/** @type {Map<number, WasmSession>} */
const sessions = new Map();
let nextSession = 1;
/** @type {Map<number, Run>} the runs under way, by the id of their call */
const runs = new Map();

/** @param {WasmSession} session */
function keep(session) {
  const handle = nextSession++;
  sessions.set(handle, session);
  return { session: handle, ...standing(session) };
}

/** @param {WasmSession} session */
const standing = (session) => ({ position: session.position(), stats: session.stats() });

function theEngine() {
  if (!engine) throw badArgument("No model is loaded.");
  return engine;
}

/** @param {number} handle */
function theSession(handle) {
  const session = sessions.get(handle);
  if (!session) throw badArgument("This session is closed.", "Start a new session.");
  return session;
}

/**
 * @type {{ [name in keyof Calls]: (args: Parameters<Calls[name]>[0], id: number) =>
 *   ReturnType<Calls[name]> | Promise<ReturnType<Calls[name]>> }}
 */
const calls = {
  async load({ source, options }, id) {
    engine = await loadModel({
      source,
      options,
      wasmIsReady,
      report: (progress) => tell(id, { progress }),
    });
    return engine.info();
  },
  tokenize: ({ text }) => theEngine().tokenize(text),
  detokenize: ({ ids }) => theEngine().detokenize(ids),
  memoryBytes: () => memoryBytes(),
  session: ({ system }) => keep(theEngine().session(system)),
  restore: ({ bytes }) => keep(theEngine().restore(bytes)),
  fork: ({ session }) => keep(theSession(session).fork()),
  logits: ({ session }) => theSession(session).logits(),
  snapshot: ({ session }) => theSession(session).snapshot(),
  close({ session }) {
    theSession(session).free();
    sessions.delete(session);
  },
  async run({ session: handle, request }, id) {
    const session = theSession(handle);
    /** @type {Run} */
    const run = { isStopped: false, untaken: 0, wake: () => {} };
    runs.set(id, run);
    try {
      session.begin(request);
      return await work(session, run, id);
    } catch (error) {
      if (!isFatal(error)) session.cancel();
      throw error;
    } finally {
      runs.delete(id);
    }
  },
};

/**
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} id
 * @returns {Promise<import("./engine/protocol.js").Ending>}
 */
async function work(session, run, id) {
  for (;;) {
    await nextTask();
    while (run.untaken > TOKENS_AHEAD && !run.isStopped) {
      await new Promise((resolve) => (run.wake = () => resolve(undefined)));
    }
    if (run.isStopped) {
      const text = session.cancel();
      return { reason: "cancelled", text, ...standing(session) };
    }
    const step = session.advance();
    const at = standing(session);
    if (step.kind === "end") return { reason: step.reason, text: step.text, ...at };
    if (step.kind === "token") {
      run.untaken += 1;
      tell(id, { pieces: [{ id: step.id, text: step.text }], at });
    } else {
      tell(id, { prefill: { read: step.read, total: step.total }, at });
    }
  }
}

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Lets messages in. A timer would do it too, but timers are clamped to 4 ms. */
function nextTask() {
  return new Promise((resolve) => {
    waiting.push(() => resolve(undefined));
    channel.port2.postMessage(null);
  });
}

/** @param {number} id @param {CallEvent} event */
const tell = (id, event) => self.postMessage({ id, event });

/** @param {unknown} reason what trapped or ran out of memory */
function die(reason) {
  // Rust's allocator traps when wasm may not grow, so close to 4 GiB that is what it was.
  const isFull = memoryBytes() > 3.5 * 2 ** 30;
  self.postMessage({ fatal: toPlain(isFull ? outOfMemory(reason) : asMambaError(reason)) });
  self.close();
}

/** @param {MessageEvent<ToWorker>} event */
self.onmessage = async ({ data }) => {
  if ("call" in data) {
    const { id, call, args } = data;
    try {
      const result = await calls[call](/** @type {never} */ (args), id);
      const buffer = result instanceof Uint8Array || result instanceof Float32Array ? [result.buffer] : [];
      self.postMessage({ id, result }, { transfer: buffer });
    } catch (error) {
      console.debug(error);
      if (isFatal(error)) die(error);
      else self.postMessage({ id, error: toPlain(asMambaError(error)) });
    }
    return;
  }
  const run = runs.get(data.id);
  if (!run) return;
  if ("stop" in data) run.isStopped = true;
  else run.untaken -= data.taken;
  run.wake();
};
