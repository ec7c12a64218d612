// The border of the public functions: whatever is passed, the answer is a MambaError with a sentence, nothing has been
// begun, and the session works afterwards.

import assert from "node:assert/strict";
import { test } from "node:test";
import vm from "node:vm";

// What mamba.js needs of a browser. No worker may be made for arguments that are wrong.
let workers = 0;
Object.assign(globalThis, {
  location: new URL("https://page.example/"),
  navigator: globalThis.navigator ?? { hardwareConcurrency: 2, onLine: true },
  Worker: class {
    constructor() {
      workers += 1;
      throw new Error("a worker was made");
    }
  },
});
const { prefillOptions } = await import("../../www/engine/session/arguments.js");
const { deleteKeptModel, Engine, load, MambaError, Session } = await import("../../www/mamba.js");

/** The worker's end, as far as a session knows it. */
class FakeConnection {
  /** @type {{ name: string, args: any }[]} */
  calls = [];
  /** @param {string} name @param {any} args */
  async call(name, args) {
    this.calls.push({ name, args });
    return { session: 1, position: 0, stats: {} };
  }

  /** @param {string} name @param {any} args */
  start(name, args) {
    structuredClone(args); // as postMessage does
    this.calls.push({ name, args });
    return { id: this.calls.length, result: Promise.resolve({ reason: "length", text: "", position: 0, stats: {} }) };
  }

  tell() {}
  end() {}
}

const connection = new FakeConnection();
const engine = new Engine(/** @type {any} */ (connection), /** @type {any} */ ({}), "name");
const session = new Session(/** @type {any} */ (connection), /** @type {any} */ ({ session: 1, position: 0, stats: {} }));

/** @param {AsyncIterable<unknown>} pieces */
async function all(pieces) {
  for await (const _ of pieces);
}

const thrower = {
  get anything() {
    throw new RangeError("internal words");
  },
};
/** Throws whatever is done with it. */
const hostile = new Proxy({}, new Proxy({}, { get: () => () => { throw new TypeError("internal words"); } }));
const endless = { *[Symbol.iterator]() { for (;;) yield 1; } };
const revoked = (() => {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
})();

/** Values of every kind, under names for messages. @type {[string, unknown][]} */
const VALUES = [
  ["null", null],
  ["true", true],
  ["0", 0],
  ["-1", -1],
  ["1.5", 1.5],
  ["NaN", NaN],
  ["Infinity", Infinity],
  ["2 ** 53", 2 ** 53],
  ["a bigint", 1n],
  ["an empty string", ""],
  ["a string", "abc"],
  ["a long string", "x".repeat(100_000)],
  ["a symbol", Symbol("s")],
  ["a function", () => {}],
  ["a class", class {}],
  ["an array", []],
  ["an array of an array", [[]]],
  ["an array of a string", ["a"]],
  ["an array of NaN", [NaN]],
  ["an array of a fraction", [1.5]],
  ["an array of -1", [-1]],
  ["an array of 2 ** 32", [2 ** 32]],
  ["an array of a string of a digit", ["1"]],
  ["an array of a bigint", [1n]],
  ["a sparse array", new Array(1e9)],
  ["a length of 1e10", { length: 1e10 }],
  ["a length that is a string", { length: "3", 0: 1 }],
  ["an object", {}],
  ["an object of another thing", { a: 1 }],
  ["a map", new Map([["a", 1]])],
  ["a set", new Set([1])],
  ["a date", new Date(0)],
  ["an expression", /x/],
  ["a promise", Promise.resolve(1)],
  ["an error", new Error("x")],
  ["a getter that throws", thrower],
  ["a proxy that throws", hostile],
  ["a revoked proxy", revoked],
  ["an endless iterable", endless],
  ["a typed array of fractions", new Float32Array([0.5])],
  ["a typed array of bigints", new BigInt64Array(1)],
  ["a view", new DataView(new ArrayBuffer(4))],
  ["a buffer", new ArrayBuffer(4)],
  ["a signal that is none", { aborted: false }],
  ["a signal that only says so", { [Symbol.toStringTag]: "AbortSignal" }],
  ["a controller", new AbortController()],
];

/** @param {string} what @param {() => unknown} work @param {string} [code] */
async function refused(what, work, code = "bad-argument") {
  const before = connection.calls.length;
  /** @type {any} */
  let told = null;
  try {
    await work();
  } catch (error) {
    told = error;
  }
  assert.ok(told, `${what} was taken`);
  assert.ok(told instanceof MambaError, `${what}: ${told.name}: ${told.message}`);
  assert.equal(told.code, code, `${what}: ${told.message}`);
  for (const sentence of [told.message, told.hint]) {
    assert.match(sentence, /^[\p{L}“].*\.$/su, what);
    assert.doesNotMatch(sentence, /undefined|\[object|internal words/, what);
    assert.ok(sentence.length < 500, `${what}: a sentence of ${sentence.length} letters`);
  }
  assert.equal(connection.calls.length, before, `${what} reached the worker`);
  assert.equal(workers, 0, `${what} started a worker`);
}

/** @param {string[]} right names of the values that are right @param {(value: any) => unknown} work @param {string} what */
async function allBut(right, work, what) {
  for (const [name, value] of VALUES) if (!right.includes(name)) await refused(`${what}: ${name}`, () => work(value));
  for (const name of right) assert.ok(VALUES.some(([known]) => known === name), name);
}

/** Options, and which of the values above are right for them; null is as good as nothing. @type {Record<string, string[]>} */
const GENERATE = {
  prompt: ["null", "an empty string", "a string", "a long string"],
  message: ["null", "an empty string", "a string", "a long string"],
  answer: ["null", "an empty string", "a string", "a long string"],
  surprise: ["null", "true"],
  maxTokens: ["null"],
  temperature: ["null", "0", "-1", "1.5", "2 ** 53"],
  topK: ["null", "0"],
  topP: ["null", "0", "-1", "1.5", "2 ** 53"],
  minP: ["null", "0", "-1", "1.5", "2 ** 53"],
  repetitionPenalty: ["null", "0", "-1", "1.5", "2 ** 53"],
  presencePenalty: ["null", "0", "-1", "1.5", "2 ** 53"],
  frequencyPenalty: ["null", "0", "-1", "1.5", "2 ** 53"],
  seed: ["null", "0"],
  stop: ["null", "an empty string", "a string", "a long string", "an array", "an array of a string", "an array of a string of a digit"],
  logitBias: ["null", "an object"],
  signal: ["null"],
  onPrefill: ["null", "a function", "a class"],
};

test("wrong settings of generate are refused, and the session is free afterwards", async () => {
  for (const [option, right] of Object.entries(GENERATE)) {
    const given = option === "message" ? {} : { prompt: "x" };
    await allBut(right, (value) => all(session.generate({ ...given, [option]: value })), option);
    await all(session.generate({ prompt: "x" }));
  }
});

test("what is no object with options is refused by each function that takes one", async () => {
  for (const [what, work] of /** @type {[string, (value: any) => unknown][]} */ ([
    ["generate", (value) => all(session.generate(value))],
    ["prefill", (value) => session.prefill("x", value)],
    ["session", (value) => engine.session(value)],
    ["snapshot", (value) => session.snapshot(value)],
    ["load", (value) => load(value)],
  ])) {
    // For load even an empty object is too little.
    await allBut(what === "load" ? ["a string", "a long string"] : ["an object"], work, `the options of ${what}`);
  }
  await refused("load without an argument", () => load(/** @type {any} */ (undefined)));
  await session.prefill("x");
});

test("wrong options of load are refused before a worker is made", async () => {
  /** @type {Record<string, string[]>} */
  const right = {
    model: ["a string", "a long string"],
    backend: [],
    precision: [],
    threads: [],
    window: [],
    build: [],
    onProgress: ["a function", "a class"],
    signal: ["null"],
    keep: ["true"],
    hub: ["a string", "a long string"],
    patience: ["an object"],
  };
  for (const [option, names] of Object.entries(right)) {
    await allBut(names, (value) => load(/** @type {any} */ ({ model: "a/", [option]: value })), option);
  }
  for (const patience of [{ tries: 0 }, { tries: 1.5 }, { firstDelayMs: -1 }, { stallMs: 0 }, { stallMs: "1" }, { times: 3 }]) {
    await refused(JSON.stringify(patience), () => load(/** @type {any} */ ({ model: "a/", patience })));
  }
});

test("token ids are whole numbers that a token can have", async () => {
  const right = ["an array"];
  await allBut(right, (value) => engine.detokenize(value), "detokenize");
  await allBut([...right, "an empty string", "a string", "a long string"], (value) => session.prefill(value), "prefill");
  for (const list of [[0, 1, 2 ** 32 - 1], new Uint32Array([7]), new Float64Array([3]), Int8Array.of(1), [-0]]) {
    await engine.detokenize(list);
    assert.deepEqual([...connection.calls.at(-1)?.args.ids], Array.from(list, (id) => id + 0));
  }
  for (const list of [[0, -1], [1, 2, "3"], [1, undefined], [1, , 3], [null], [{}], [2 ** 32], [1e300], Int8Array.of(-1), Float32Array.of(NaN)]) {
    await refused(String(list), () => engine.detokenize(/** @type {any} */ (list)));
  }
});

test("turns have a message and an answer, and perhaps ids", async () => {
  await allBut([], (value) => session.read(value), "turns");
  const turn = { message: "a", answer: "" };
  for (const [option, right] of Object.entries({
    message: ["an empty string", "a string", "a long string"],
    answer: ["an empty string", "a string", "a long string"],
    ids: ["null", "an array"],
  })) {
    await allBut(right, (value) => session.read([turn, { ...turn, [option]: value }]), option);
  }
  for (const wrong of [{}, { message: "a" }, { answer: "a" }, { ...turn, role: "user" }]) {
    await refused(JSON.stringify(wrong), () => session.read(/** @type {any} */ ([turn, wrong])));
  }
  await session.read([turn, { message: "b", answer: "c", ids: [1, 2] }]);
  const { turns } = connection.calls.at(-1)?.args.request;
  assert.deepEqual(turns, [{ ...turn, ids: undefined }, { message: "b", answer: "c", ids: Uint32Array.of(1, 2) }]);
});

test("texts, states and ids of kept models", async () => {
  const texts = ["an empty string", "a string", "a long string"];
  await allBut(texts, (value) => engine.tokenize(value), "tokenize");
  await allBut(texts, (value) => engine.session({ system: value }), "system");
  await allBut(texts, (value) => session.snapshot({ text: value }), "text");
  await allBut([], (value) => session.snapshot({ packing: value }), "packing");
  await session.snapshot({ packing: "int8", text: "{}" });
  assert.deepEqual(connection.calls.at(-1)?.args, { session: 1, packing: "int8", text: "{}" });
  await allBut([], (value) => engine.restore(value), "restore");
  await allBut(["a string"], (value) => deleteKeptModel(value), "deleteKeptModel");
  for (const id of ["..", ".", "a/b", "a\\b", "a\0b", "ä"]) await refused(id, () => deleteKeptModel(id));
  await engine.restore(new Uint8Array(3));
});

test("blends, comparisons and sessions at once", async () => {
  const weights = ["0"];
  await allBut(weights, (value) => engine.blend(session, session, value), "weight");
  await allBut([], (value) => engine.blend(value, session, 0.5), "a session");
  await allBut([], (value) => session.difference(value), "a session");
  await allBut(["an array"], (value) => all(engine.generateTogether(value)), "requests");
  for (const requests of [[{ session, topk: 1 }], [{ prompt: "x" }], [{ session }, { session }]]) {
    await refused("requests", () => all(engine.generateTogether(/** @type {any} */ (requests))));
  }
  await engine.blend(session, session, 0.25);
  assert.deepEqual(connection.calls.at(-1), { name: "blend", args: { session: 1, other: 1, weight: 0.25 } });
  await session.difference(session);
  await session.score("x");
  assert.deepEqual(connection.calls.at(-1)?.args.request, { weigh: "x" });
  await all(engine.generateTogether([{ session, prompt: "x", stop: "y" }]));
  assert.deepEqual(connection.calls.at(-1)?.args.request, { prompt: "x", stop: ["y"] });
});

test("keys, sessions and limits of kept states", async () => {
  const { states } = engine;
  await allBut(["a string"], (value) => states.put(value, session), "key");
  await allBut(["a string"], (value) => states.open(value), "key");
  await allBut(["an array", "an array of a string", "an array of a string of a digit"], (value) => states.has(value), "keys");
  await allBut(["an empty string", "a string", "a long string"], (value) => states.drop(value), "prefix");
  for (const key of ["..", "a..b", "/a", "a/", "a//b", "a.b", "a\\b", "ä", "x".repeat(201)]) await refused(key, () => states.open(key));
  for (const one of [null, {}, new (class { handle = 1; })(), [session]]) {
    await refused("no session", () => states.put("a", /** @type {any} */ (one)));
  }
  const other = new Engine(/** @type {any} */ (new FakeConnection()), /** @type {any} */ ({}), "name");
  await refused("a session of another engine", () => other.states.put("a", session));
  for (const limits of [{ memoryBytes: -1 }, { diskBytes: 1.5 }, { bytes: 1 }]) {
    await refused(JSON.stringify(limits), () => states.limit(/** @type {any} */ (limits)));
  }
  await states.put("chat/node-1_b", session, { packing: "f16" });
  assert.deepEqual(connection.calls.at(-1), { name: "statePut", args: { key: "chat/node-1_b", packing: "f16", session: 1 } });
  await states.limit({ memoryBytes: 0 });
});

test("an option that nobody knows is refused, with the one that may have been meant", async () => {
  /** @type {[() => unknown, RegExp][]} */
  const cases = [
    [() => all(session.generate(/** @type {any} */ ({ prompt: "x", max_tokens: 3 }))), /Did you mean “maxTokens”\?/],
    [() => all(session.generate(/** @type {any} */ ({ prompt: "x", temprature: 3 }))), /Did you mean “temperature”\?/],
    [() => all(session.generate(/** @type {any} */ ({ prompt: "x", top_p: 1 }))), /Did you mean “topP”\?/],
    [() => all(session.generate(/** @type {any} */ ({ prompt: "x", stops: ["x"] }))), /Did you mean “stop”\?/],
    [() => load(/** @type {any} */ ({ model: "a/", Backend: "cpu" })), /Did you mean “backend”\?/],
    [() => load(/** @type {any} */ ({ model: "a/", onprogress: () => {} })), /Did you mean “onProgress”\?/],
    [() => load(/** @type {any} */ ({ model: "a/", thread: 1 })), /Did you mean “threads”\?/],
    [() => engine.session(/** @type {any} */ ({ System: "x" })), /Did you mean “system”\?/],
    [() => session.prefill("x", /** @type {any} */ ({ sigal: null })), /Did you mean “signal”\?/],
  ];
  for (const [work, hint] of cases) {
    await refused(String(work), work);
    await assert.rejects(async () => void (await work()), { hint });
  }
  for (const name of ["zzz", "constructor", "toString", "hasOwnProperty", "x".repeat(10_000)]) {
    await refused(name, () => all(session.generate(/** @type {any} */ ({ prompt: "x", [name]: 1 }))));
  }
  await refused("__proto__", () => all(session.generate(JSON.parse('{"prompt": "x", "__proto__": 1}'))));
  await assert.rejects(load({ model: "a/", precision: /** @type {any} */ ("int-8") }), { hint: /^Did you mean “int8”\? Choose/ });
});

test("an element's model that is no address is refused with a sentence about it", async (t) => {
  t.after(() => Reflect.deleteProperty(globalThis, "document"));
  Object.assign(globalThis, { document: { baseURI: "https://page.example/" } });
  const { borrow } = await import("../../www/element/engines.js");
  const ready = async () => borrow({ model: "https://my site/model/", backend: "auto", precision: "auto" }, () => {}).ready;
  await refused("https://my site/model/", ready);
  await assert.rejects(ready, /“https:\/\/my site\/model\/” is not an address/);
});

test("a function of the caller that throws stops nothing, and its own error is told", (t) => {
  const told = t.mock.method(globalThis, "queueMicrotask", () => {});
  const { onPrefill } = prefillOptions({
    onPrefill: () => {
      throw new Error("mine");
    },
  });
  onPrefill?.({ read: 1, total: 2 });
  assert.throws(() => told.mock.calls[0].arguments[0]?.(), /^Error: mine$/);
});

test("what is right is passed on, and a copy of it", async () => {
  const stop = ["a"];
  const logitBias = { 5: -1 };
  const { signal } = new AbortController();
  const pieces = session.generate({ prompt: "x", stop, logitBias, seed: 3, maxTokens: 2, temperature: undefined, signal });
  await all(pieces);
  const { request } = connection.calls.at(-1)?.args;
  assert.deepEqual(request, { prompt: "x", stop: ["a"], logitBias: { 5: -1 }, seed: 3, maxTokens: 2 });
  assert.notEqual(request.stop, stop);
  await all(session.generate({ stop: "b" }));
  assert.deepEqual(connection.calls.at(-1)?.args.request, { prompt: "", stop: ["b"] });
  await all(session.generate({ message: "hello" }));
  assert.deepEqual(connection.calls.at(-1)?.args.request, { message: "hello" });
});

test("values of another frame are as good", async () => {
  const other = vm.runInNewContext("({ bytes: new Uint8Array(2), ids: [1, 2], options: { prompt: 'x', stop: ['y'] } })");
  await engine.restore(other.bytes);
  await engine.detokenize(other.ids);
  await all(session.generate(other.options));
});
