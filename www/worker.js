// The engine's worker. It does one step at a time (a block of the prompt or one token) and reads
// its messages in between. Sessions that have work at the same time take turns; those that generate on the CPU do their
// steps in one pass, for which the weights are read once.

import { asMambaError, asStartError, badArgument, isFatal, outOfMemory, toPlain } from "./engine/errors.js";
import { loadModel } from "./engine/files/load-model.js";
import { Passes } from "./engine/session/passes.js";
import { TOKENS_AHEAD } from "./engine/session/protocol.js";
import { Turns } from "./engine/session/turns.js";
import { Uses } from "./engine/session/uses.js";
import { walkOf } from "./engine/program/guide.js";
import { Modules } from "./engine/program/modules.js";
import { startWasm } from "./engine/program/wasm.js";
import { roomLeft } from "./engine/keep/store.js";
import { StateKeeper } from "./engine/states/keeper.js";
import { StateFiles } from "./engine/states/state-files.js";

/** @typedef {import("./engine/session/protocol.js").Calls} Calls */
/** @typedef {import("./engine/session/protocol.js").ToWorker} ToWorker */
/** @typedef {import("./engine/session/protocol.js").CallEvent} CallEvent */
/** @typedef {import("./mamba_web.js").WasmSession} WasmSession */

/** A GPU that is lost this often, without a successful run in between, will be lost again. */
const MOST_LOSSES = 2;
const HURRY_MS = 4;
/** A kept state that cannot be opened for one of these reasons is as good as none. */
const NO_STATE = new Set(["bad-state", "wrong-model"]);

/**
 * @typedef {{ isStopped: boolean, untaken: number, wake: () => void, who: object }} Run
 *   `who` takes its turns: itself, or the passes that it joins
 */

let memoryBytes = () => 0;
let helpersAreReady = () => {};
/** Resolves when all of them are there that will be; an engine is not finished before. @type {Promise<void>} */
let helpers;
/** @type {Promise<import("./engine/program/wasm.js").Started>} */
let wasmIsReady;
/** @type {Modules} */
let modules;
/** Why there is another build, or are fewer threads, than this browser should have. @type {string | null} */
let buildReason = null;
/** What has come of the program. @type {import("./engine/fetch/progress.js").Fetched} */
let fetched = { loadedBytes: 0, totalBytes: null, isFromNetwork: false };
/** @type {(now: import("./engine/fetch/progress.js").Fetched) => void} */
let onFetched = () => {};

/** @param {import("./engine/program/wasm.js").Program} program @param {typeof import("./engine/program/assets.js").WASM} files */
function start(program, files) {
  modules = new Modules(files, (wants) => self.postMessage({ wants }), noteFetched);
  helpers = program.threads > 1 ? new Promise((resolve) => (helpersAreReady = resolve)) : Promise.resolve();
  const share = (/** @type {import("./engine/program/pool.js").Shared | null} */ shared) => self.postMessage({ shared });
  wasmIsReady = startWasm(program, modules.of, share).then(
    (started) => {
      memoryBytes = started.wasm.memoryBytes;
      buildReason = started.reason;
      if (started.threads === 1) helpersAreReady(); // none will come
      return started;
    },
    (cause) => {
      throw asStartError(cause);
    },
  );
  wasmIsReady.catch(() => {}); // told by the load that waits for it
}

/** @param {import("./engine/fetch/progress.js").Fetched} now */
function noteFetched(now) {
  fetched = now;
  onFetched(now);
}

/** @param {number} missing threads that could not start */
function takeHelpers(missing) {
  if (missing > 0) {
    buildReason = `${missing === 1 ? "One thread" : `${missing} threads`} could not be started in this browser, so there are fewer.`;
  }
  helpersAreReady();
}

/** @type {import("./mamba_web.js").WasmEngine | undefined} */
let engine;
/** @type {Parameters<Calls["load"]>[0] | undefined} what the engine was loaded from, to load it again */
let loaded;
/** @type {import("./engine/files/files.js").Storage} */
let storage = { isKept: false, problem: null };
/** @type {Promise<void> | undefined} while a lost GPU is being replaced */
let recovery;
/** How often a GPU was lost since the last successful run. */
let losses = 0;
/** @type {Map<number, WasmSession>} */
const sessions = new Map();
let nextSession = 1;
/** @type {Map<number, Run>} the runs under way, by the id of their call */
const runs = new Map();
const turns = new Turns();
const uses = new Uses();
/** @typedef {import("./mamba_web.js").Step} Step */
/** @type {Passes<{ session: WasmSession, run: Run }, Step | null>} */
const passes = new Passes(async () => {
  await turns.take(passes);
  await nextTask(); // whoever was in the last pass is ready by then
}, advance);

/** @param {WasmSession} session */
function keep(session) {
  const handle = nextSession++;
  sessions.set(handle, session);
  return { session: handle, ...standing(session) };
}

/** @type {StateKeeper | undefined} */
let states;

function theStates() {
  const { modelHash } = theEngine().info();
  return (states ??= new StateKeeper(modelHash, new StateFiles(modelHash), roomLeft));
}

/**
 * @param {WasmSession} session
 * @param {string | undefined} packing
 * @param {string | undefined} text
 * @param {number} id
 */
async function snapshot(session, packing, text, id) {
  await inTurn(() => readBack(session, id));
  return /** @type {Uint8Array<ArrayBuffer>} */ (session.snapshot(packing, text));
}

/** @param {Uint8Array} bytes of an .mstate file */
function open(bytes) {
  const session = theEngine().restore(bytes);
  return { ...keep(session), text: session.takeText() ?? null };
}

/** @param {WasmSession} session */
const standing = (session) => ({ position: session.position(), stats: session.stats() });

function theEngine() {
  if (!engine) throw badArgument("No model is loaded.");
  return engine;
}

const info = () => ({ ...theEngine().info(), buildReason, storage });

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
  async load(wanted, id) {
    const report = (/** @type {import("./engine/fetch/progress.js").Progress} */ progress) => tell(id, { progress });
    const watchProgram = (/** @type {typeof onFetched} */ watch) => {
      onFetched = watch;
      watch(fetched);
    };
    const result = await loadModel({ ...wanted, wasmIsReady, helpers, report, watchProgram });
    ({ engine, storage } = result);
    loaded = wanted;
    // When the load began, it looked as if the model could be kept.
    if (engine.mayMove && !result.canReadAgain) engine.stay("The model could not be kept in this browser, so it was not loaded again for the GPU.");
    else if (engine.mayMove) void tryGpu(wanted);
    return info();
  },
  loseDevice: () => theEngine().loseDevice(),
  tokenize: ({ text }) => theEngine().tokenize(text),
  detokenize: ({ ids }) => theEngine().detokenize(ids),
  renderChat: ({ json }) => theEngine().renderChat(json),
  tokenizeChat: ({ text }) => theEngine().tokenizeChat(text),
  memoryBytes: () => memoryBytes(),
  session: ({ system }) => keep(theEngine().session(system)),
  restore: ({ bytes }) => open(bytes),
  fork: ({ session }) => keep(theSession(session).fork()),
  async logits({ session: handle }, id) {
    const session = theSession(handle);
    await inTurn(() => readBack(session, id));
    return session.logits();
  },
  async blend({ session, other, weight }, id) {
    const [a, b] = [theSession(session), theSession(other)];
    await inTurn(() => readBack(a, id));
    await inTurn(() => readBack(b, id));
    return keep(a.blend(b, weight));
  },
  async difference({ session, other }, id) {
    const [a, b] = [theSession(session), theSession(other)];
    await inTurn(() => readBack(a, id));
    await inTurn(() => readBack(b, id));
    return a.difference(b);
  },
  snapshot: ({ session, packing, text }, id) => snapshot(theSession(session), packing, text, id),
  async statePut({ key, session, packing, text }, id) {
    return theStates().put(key, await snapshot(theSession(session), packing, text, id));
  },
  async stateOpen({ key }) {
    const bytes = await theStates().get(key);
    try {
      return bytes && open(bytes);
    } catch (error) {
      if (!NO_STATE.has(asMambaError(error).code)) throw error;
      console.debug(error);
      await theStates().forget(key);
      return null;
    }
  },
  stateHas: ({ keys }) => theStates().has(keys),
  stateDrop: ({ prefix }) => theStates().drop(prefix),
  stateLimit: (limits) => theStates().limit(limits),
  stateUsage: () => theStates().usage(),
  async close({ session: handle }) {
    const session = theSession(handle);
    sessions.delete(handle); // nothing begins with it any more
    await uses.end(handle);
    session.free();
  },
  async run({ session: handle, request: { constraint, ahead = TOKENS_AHEAD, ...request } }, id) {
    const session = theSession(handle);
    /** @type {Run} */
    const run = { isStopped: false, untaken: 0, wake: () => {}, who: {} };
    runs.set(id, run);
    try {
      session.begin(request, constraint && (await walkFor(run, constraint)));
      const ending = await work(session, run, ahead, id);
      losses = 0;
      return ending;
    } catch (error) {
      if (!isFatal(error)) await giveUp(session, id);
      throw error;
    } finally {
      turns.end(run.who);
      runs.delete(id);
    }
  },
};

/**
 * A walk for the constraint; none where the run is stopped before its module has come.
 *
 * @param {Run} run
 * @param {import("./engine/session/arguments.js").Constraint} constraint
 */
async function walkFor(run, constraint) {
  const coming = walkOf(theEngine(), constraint, modules.of);
  const stopped = new Promise((/** @type {(none: undefined) => void} */ resolve) => (run.wake = () => resolve(undefined)));
  const walk = await Promise.race([coming, stopped]);
  if (!walk) void coming.then((late) => late.free(), () => {}); // nobody waits for it any more
  return walk;
}

/**
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} ahead tokens that may be begun before their turn
 * @param {number} id
 * @returns {Promise<import("./engine/session/protocol.js").Ending>}
 */
async function work(session, run, ahead, id) {
  for (;;) {
    await nextTask();
    while (run.untaken > ahead && !run.isStopped) {
      await turns.pause(run.who, new Promise((resolve) => (run.wake = () => resolve(undefined))));
    }
    const step = await nextStep(session, run, id);
    if (!step) {
      const text = session.cancel();
      await readBack(session, id);
      return ending(session, "cancelled", text);
    }
    const at = standing(session);
    if (step.kind === "end") return ending(session, step.reason, step.text);
    if (step.kind === "token") {
      run.untaken += 1;
      tell(id, { pieces: [{ id: step.id, text: step.text, ...session.weighed() }], at });
    } else {
      tell(id, { prefill: { read: step.read, total: step.total }, at });
    }
  }
}

/**
 * @param {WasmSession} session
 * @param {import("./engine/session/protocol.js").Ending["reason"]} reason
 * @param {string} text
 * @returns {import("./engine/session/protocol.js").Ending}
 */
const ending = (session, reason, text) => ({
  reason,
  text,
  ids: session.ids() ?? null,
  surprise: session.surprises(),
  ...standing(session),
});

/**
 * Does the next step, by itself or in a pass with those of other sessions; null when the run is stopped.
 *
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} id
 */
async function nextStep(session, run, id) {
  for (;;) {
    const who = runs.size > 1 && session.mayJoin ? passes : run;
    if (run.who !== who) turns.end(run.who);
    run.who = who;
    if (who === run) {
      await turns.take(run);
      return oneStep(session, run, id);
    }
    const step = await passes.join({ session, run });
    if (step?.kind !== "waiting") return step;
  }
}

/**
 * A step of each, and null for those that are stopped. Whoever may not join any more, because the model has moved to the
 * GPU meanwhile, has to do its step by itself.
 *
 * @param {{ session: WasmSession, run: Run }[]} members
 * @returns {({ step: Step | null } | { error: unknown })[]}
 */
function advance(members) {
  const joins = members.map(({ session, run }) => !run.isStopped && session.mayJoin);
  const pass = theEngine().pass();
  members.forEach(({ session }, index) => joins[index] && pass.add(session));
  const outcomes = pass.advance().values();
  return members.map(({ run }, index) => {
    const outcome = joins[index] ? outcomes.next().value : undefined;
    return outcome ?? { step: run.isStopped ? null : { kind: "waiting" } };
  });
}

/**
 * Does one step and waits for it; null when the run is stopped. The turn is kept until the step is done. Otherwise a
 * session that does not fit the GPU beside another one would read again for ever what the other one's turn drops.
 *
 * @param {WasmSession} session
 * @param {Run} run
 * @param {number} id
 */
async function oneStep(session, run, id) {
  while (!run.isStopped) {
    const step = await withDevice(() => session.advance(), id);
    if (step.kind !== "waiting") return step;
    await arrival(session);
    await nextTask();
  }
  return null;
}

/** Waits for the GPU. Firefox looks for its results ten times a second, or whenever there is new work. */
async function arrival(/** @type {WasmSession} */ session) {
  let isHere = false;
  const here = session.arrival().then(() => (isHere = true));
  for (;;) {
    await Promise.race([here, new Promise((resolve) => setTimeout(resolve, HURRY_MS))]);
    if (isHere) return;
    session.hurry();
  }
}

/** Waits until the session's state is in the worker's memory. @param {WasmSession} session @param {number} id */
async function readBack(session, id) {
  while (!(await withDevice(() => session.readBack(), id))) {
    await arrival(session);
    await nextTask();
  }
}

/** Ends a run that went wrong, as well as can be. @param {WasmSession} session @param {number} id */
async function giveUp(session, id) {
  session.cancel();
  try {
    await readBack(session, id);
  } catch (error) {
    console.debug(error); // the first error is reported; the next call on this session tries again
  }
}

/** @param {() => Promise<void>} something */
async function inTurn(something) {
  const who = {};
  await turns.take(who);
  try {
    await something();
  } finally {
    turns.end(who);
  }
}

/**
 * Does something that may need the GPU. If the GPU is lost, the model moves to another device or to the CPU and the work
 * is done again. The sessions know what they have to read again.
 *
 * @template T
 * @param {() => T} work
 * @param {number} id of the call that it is for, which is told where the model is now
 * @returns {Promise<T>}
 */
async function withDevice(work, id) {
  for (;;) {
    try {
      return work();
    } catch (error) {
      const cause = asMambaError(error);
      if (cause.code !== "device-lost" || !loaded) throw error;
      tell(id, { lost: true });
      recovery ??= recover(loaded, cause).finally(() => (recovery = undefined));
      await recovery;
      tell(id, { info: info() });
    }
  }
}

/**
 * Loads the model again, on a GPU if there still is one. A caller who asked for the GPU gets the CPU instead of half an
 * answer, and `backendReason` says so.
 *
 * @param {Parameters<Calls["load"]>[0]} wanted
 * @param {import("./engine/errors.js").MambaError} cause
 */
async function recover(wanted, cause) {
  losses += 1;
  const again = { ...wanted, wasmIsReady, helpers, report: () => {} };
  let whyNot = `It was lost ${losses} times in a row`;
  if (losses <= MOST_LOSSES) {
    try {
      const { engine: fresh } = await loadModel(again);
      theEngine().replace(fresh, `${cause.message} The model was loaded again. ${fresh.info().backendReason}`);
      return;
    } catch (error) {
      console.debug(error);
      whyNot = asMambaError(error).message.replace(/\.$/, "");
    }
  }
  const { options } = wanted;
  const precision = options.precision === "f16" ? "auto" : options.precision;
  const { engine: fresh } = await loadModel({ ...again, options: { ...options, backend: "cpu", precision } });
  theEngine().replace(fresh, `${cause.message} It could not be used again (${whyNot}), so the CPU took over.`);
}

/**
 * Loads the model a second time, for the GPU, while the CPU answers already. The faster one goes on, in the middle of a
 * sentence too.
 *
 * @param {Parameters<Calls["load"]>[0]} wanted
 */
async function tryGpu(wanted) {
  try {
    const { wasm } = await wasmIsReady;
    await wasm.WasmEngine.findGpu();
    const rival = await loadModel({ ...wanted, trial: "rival", wasmIsReady, helpers, report: () => {} });
    await theEngine().race(rival.engine);
  } catch (error) {
    if (isFatal(error)) return die(error);
    theEngine().stay(asMambaError(error).message);
  }
  self.postMessage({ info: info() });
}

const channel = new MessageChannel();
/** @type {(() => void)[]} */
const waiting = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Lets messages in. A timer would do it too, but browsers clamp timers to 4 ms. */
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
  // Rust's allocator traps when wasm cannot grow, so a trap close to 4 GiB means that memory ran out.
  const isFull = memoryBytes() > 3.5 * 2 ** 30;
  self.postMessage({ fatal: toPlain(isFull ? outOfMemory(reason) : asMambaError(reason)) });
  self.close();
}

/** The sessions that a call names. @param {any} args @returns {number[]} */
const sessionsOf = (args) => [args?.session, args?.other].filter((handle) => typeof handle === "number");

/** @param {MessageEvent<ToWorker>} event */
self.onmessage = async ({ data }) => {
  if ("program" in data) return start(data.program, data.wasm);
  if ("given" in data) return modules.take(data.given, data.compiled);
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
  const run = runs.get(data.id);
  if (!run) return;
  if ("stop" in data) run.isStopped = true;
  else run.untaken -= data.taken;
  run.wake();
};
