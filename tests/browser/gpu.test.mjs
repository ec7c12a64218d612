// The WebGPU backend in real browsers, on their software adapters: the text is the CPU's, a lost device loses no token,
// and `auto` does not take a GPU that is a program on the CPU.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import puppeteer from "puppeteer-core";
import { launchChromium } from "./support/chromium.mjs";
import { beginWith } from "./support/faults.mjs";
import { lookUp } from "./support/find-browser.mjs";
import { Site } from "./support/server.mjs";

/** @type {Site} */
let site;
before(async () => {
  site = await Site.start();
});
after(async () => {
  await site?.stop();
});

/** Runs in the page. @param {string} address of mamba.js */
async function compare(address) {
  const { load } = await import(address);
  const model = "/golden/chat/";
  const cpu = await load({ model, backend: "cpu", precision: "f32" });
  /** @type {import("../../www/engine/fetch/progress.js").Progress[]} */
  const reports = [];
  const onProgress = (/** @type {import("../../www/engine/fetch/progress.js").Progress} */ report) => reports.push(report);
  const gpu = await load({ model, backend: "gpu", precision: "f32", onProgress });
  const settings = { temperature: 0.9, topK: 20, topP: 1, minP: 0, repetitionPenalty: 1.1, seed: 7, maxTokens: 18 };
  const prompt = "Once upon a time there was a small model in a browser tab.";
  /** @param {any} session @param {object} request @param {(count: number) => unknown} [each] */
  const generate = async (session, request, each = () => {}) => {
    /** @type {number[]} */
    const ids = [];
    for await (const { id } of session.generate({ ...settings, ...request })) {
      if (id !== null) ids.push(id);
      if ((await each(ids.length)) === "leave") break;
    }
    return ids;
  };
  /** @type {Record<string, any>} */
  const got = { adapter: gpu.info.adapter, backend: gpu.info.backend, kernels: reports.map(({ kernels }) => kernels) };
  for (const [name, engine] of Object.entries({ cpu, gpu })) {
    const session = await engine.session();
    const ids = await generate(session, { prompt });
    const twin = await session.fork();
    const left = await generate(twin, {}, (count) => (count === 5 ? "leave" : null));
    const again = await generate(await engine.restore(await session.snapshot()), {});
    const logits = await session.logits();
    const constraint = {
      json_schema: {
        type: "object",
        additionalProperties: false,
        required: ["name", "age"],
        properties: { name: { type: "string", maxLength: 5 }, age: { type: "integer", minimum: 0, maximum: 150 } },
      },
    };
    let shaped = "";
    const options = { ...settings, prompt, constraint, temperature: 0, maxTokens: 30 };
    for await (const { text } of (await engine.session()).generate(options)) shaped += text;
    got[name] = { ids, again, shaped, left: left.length, at: [session.position, twin.position], best: logits.indexOf(Math.max(...logits)) };
  }
  // Files that were written natively, and what was generated there next (tests/golden/state).
  const { chat: native } = await (await fetch("/golden/state/v1.json")).json();
  got.states = [];
  for (const version of ["v1", "v2"]) {
    const bytes = new Uint8Array(await (await fetch(`/golden/state/chat.${version}.mstate`)).arrayBuffer());
    for (const engine of [cpu, gpu]) {
      const session = await engine.restore(bytes);
      const at = session.position;
      await session.prefill([7]);
      const then = { temperature: 1, topK: 40, topP: 1, minP: 0, repetitionPenalty: 1.2, seed: 5, maxTokens: 20 };
      got.states.push({ at, ids: await generate(session, then) });
      await session.close();
    }
  }
  got.native = { at: native.position, ids: native.then_7 };
  const session = await gpu.session();
  const lost = await generate(session, { prompt }, async (count) => {
    if (count === 7) await gpu[Symbol.for("mamba-web.loseDevice")]();
  });
  got.lost = { ids: lost, backend: gpu.info.backend, reason: gpu.info.backendReason };
  // One that is lost again and again is given up: the answer goes on on the CPU, and the engine says so.
  const lostOften = await generate(await gpu.session(), { prompt }, async (count) => {
    if (count % 4 === 0) await gpu[Symbol.for("mamba-web.loseDevice")]();
  });
  got.lostOften = { ids: lostOften, backend: gpu.info.backend, reason: gpu.info.backendReason };
  const auto = await load({ model });
  if (/not been tried/.test(auto.info.backendReason)) await new Promise((resolve) => (auto.onMove = resolve));
  got.auto = { backend: auto.info.backend, reason: auto.info.backendReason };
  for (const engine of [cpu, gpu, auto]) await engine.dispose();
  return got;
}

/** @param {Awaited<ReturnType<typeof compare>>} got */
function check(got) {
  assert.equal(got.backend, "gpu");
  assert.ok(got.adapter);
  assert.equal(got.cpu.ids.length, 18);
  assert.deepEqual(got.gpu.ids, got.cpu.ids);
  assert.deepEqual(got.gpu.again, got.cpu.again);
  assert.equal(got.gpu.shaped, got.cpu.shaped);
  const { name, age } = JSON.parse(got.gpu.shaped);
  assert.ok([...name].length <= 5 && Number.isInteger(age) && age >= 0 && age <= 150, got.gpu.shaped);
  assert.equal(got.gpu.best, got.cpu.best);
  assert.deepEqual(got.states, Array(4).fill(got.native), "a file of the native command goes on alike on both");
  assert.equal(got.gpu.at[0], got.cpu.at[0]);
  // Whoever leaves after five tokens finds the state at most one further.
  assert.ok(got.gpu.at[1] - got.gpu.at[0] >= 5 && got.gpu.at[1] - got.gpu.at[0] <= 6, String(got.gpu.at));
  assert.deepEqual(got.lost.ids, got.cpu.ids);
  assert.equal(got.lost.backend, "gpu");
  assert.match(got.lost.reason, /taken away.*loaded again/);
  assert.deepEqual(got.lostOften.ids, got.cpu.ids);
  assert.equal(got.lostOften.backend, "cpu");
  assert.match(got.lostOften.reason, /taken away.*3 times in a row.*the CPU took over/);
  const last = got.kernels.at(-1);
  assert.ok(last.of > 10 && last.ready === last.of, "every kernel was compiled, and reported, before the engine was handed out");
  const ready = got.kernels.map((/** @type {{ ready: number } | null} */ kernels) => kernels?.ready ?? 0);
  assert.deepEqual(ready, ready.toSorted((/** @type {number} */ a, /** @type {number} */ b) => a - b));
}

/**
 * Runs in the worker, before its own program: a software GPU passes for a real one, and the clock all but stands still
 * from the second time on that the GPU's results are read, so the GPU wins the race.
 */
function flatterGpu() {
  Object.defineProperty(GPUAdapterInfo.prototype, "isFallbackAdapter", { get: () => false });
  const now = performance.now.bind(performance);
  const { mapAsync } = GPUBuffer.prototype;
  let from = Infinity;
  GPUBuffer.prototype.mapAsync = function (...args) {
    from = Math.min(from, now());
    return mapAsync.apply(this, args);
  };
  performance.now = () => (now() < from ? now() : from + (now() - from) / 1e6);
}

/** Runs in the worker as well. The GPU's results come only when there is new work, as in Firefox but for its ten looks a second. */
function waitForWork() {
  const { mapAsync } = GPUBuffer.prototype;
  const { submit } = GPUQueue.prototype;
  /** @type {((value?: undefined) => void)[]} */
  let waiting = [];
  GPUBuffer.prototype.mapAsync = async function (...args) {
    await mapAsync.apply(this, args);
    await new Promise((resolve) => waiting.push(resolve));
  };
  GPUQueue.prototype.submit = function (...args) {
    submit.apply(this, args);
    for (const resolve of waiting.splice(0)) resolve();
  };
}

/** An engine whose GPU takes over while it writes. Runs in the page. @param {string} address of mamba.js */
async function takeOver(address) {
  const { load } = await import(address);
  // Files of one's own can be read again, as kept ones can.
  const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
  const model = await Promise.all(names.map(async (name) => new File([await (await fetch(`/golden/chat/${name}`)).blob()], name)));
  const options = { model, precision: "f32" };
  const auto = await load(options);
  let moved = 0;
  const request = { prompt: "Once upon a time", maxTokens: 1e9, temperature: 0, logitBias: { 0: -100, 2: -100 } };
  const write = async (/** @type {any} */ engine, /** @type {() => boolean} */ isEnough) => {
    const session = await engine.session();
    const ids = [];
    for await (const { id } of session.generate(request)) {
      if (id !== null) ids.push(id);
      if (isEnough()) break;
      // A GPU that is a program takes a while to be ready.
      if (engine === auto && moved === 0) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return ids;
  };
  const first = auto.info.backend;
  const latest = performance.now() + 120_000;
  const ids = await write(auto, () => (auto.info.backend === "gpu" ? ++moved > 12 : performance.now() > latest));
  const cpu = await load({ ...options, backend: "cpu" });
  const expected = await write(cpu, (left => () => --left === 0)(ids.length));
  const got = { first, then: auto.info.backend, reason: auto.info.backendReason, ids, expected, moved };
  for (const engine of [auto, cpu]) await engine.dispose();
  return got;
}

/**
 * The other architectures, with the letters of a text as tokens. Runs in the page.
 *
 * @param {string} address of mamba.js
 */
async function compareOthers(address) {
  const { load } = await import(address);
  const letters = [..."abcdefghijklmnopqrstuvwxyz.\u0120"]; // the last is a space, as byte-level tokenizers write it
  const ByteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  const vocab = Object.fromEntries(letters.map((letter, id) => [letter, id]));
  const tokenizer = { version: "1.0", pre_tokenizer: ByteLevel, decoder: ByteLevel, model: { type: "BPE", vocab, merges: [] } };
  const got = [];
  for (const [name, claim] of [["mamba2", null], ["mamba2-groups", null], ["falcon", null], ["mamba2-groups", "false claim of one table"]]) {
    // The file has two tables. That is known only after the kernels are asked for, and the head needs another one then.
    const told = (/** @type {string} */ config) => (claim ? config.replace('"tie_word_embeddings": false', '"tie_word_embeddings": true') : config);
    const weights = await (await fetch(`/golden/${name}/model.safetensors`)).blob();
    const files = [
      new File([JSON.stringify(tokenizer)], "tokenizer.json"),
      new File([told(await (await fetch(`/golden/${name}/config.json`)).text())], "config.json"),
      new File([weights], "model.safetensors"),
    ];
    const [cpu, gpu] = [[], []].map(() => ({ scores: /** @type {number[][]} */ ([]), tokens: 0 }));
    for (const [backend, result] of Object.entries({ cpu, gpu })) {
      const engine = await load({ model: files, backend, precision: "f32" });
      const session = await engine.session();
      // More than two chunks, then tokens one by one.
      await session.prefill("a sentence of letters for a model that knows no other words. and one more of them.");
      result.scores.push(Array.from(await session.logits()));
      for await (const _ of session.generate({ maxTokens: 4, temperature: 0 })) result.tokens += 1;
      result.scores.push(Array.from(await session.logits()));
      await engine.dispose();
    }
    const largest = Math.max(...cpu.scores.flat().map(Math.abs));
    const differences = cpu.scores.flat().map((score, at) => Math.abs(score - gpu.scores.flat()[at]));
    got.push({ name: `${name} ${claim ?? ""}`, error: Math.max(...differences) / largest, tokens: [cpu.tokens, gpu.tokens] });
  }
  return got;
}

/** @param {Awaited<ReturnType<typeof compareOthers>>} got */
function checkOthers(got) {
  assert.equal(got.length, 4);
  for (const { name, error, tokens } of got) {
    assert.ok(error < 1e-3, `${name}: ${error}`);
    assert.ok(tokens[0] > 0 && tokens[0] === tokens[1], `${name}: ${tokens}`);
  }
}

test("Chromium: the GPU writes what the CPU writes, and may be lost", async () => {
  const browser = await launchChromium(["--enable-unsafe-webgpu"]);
  try {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/empty/`);
    const got = await page.evaluate(compare, `${site.page()}mamba.js`);
    check(got);
    assert.equal(got.auto.backend, "cpu");
    assert.match(got.auto.reason, /a program on the CPU/);
    checkOthers(await page.evaluate(compareOthers, `${site.page()}mamba.js`));
  } finally {
    await browser.close();
  }
});

/**
 * Three sessions that generate at once on the GPU, each with settings of its own: round after round until they come side by
 * side, which needs kernels of its own; then once more while the GPU is lost. Runs in the page.
 *
 * @param {string} address of mamba.js
 */
async function generateAtOnce(address) {
  const { load } = await import(address);
  const engine = await load({ model: "/golden/chat/", backend: "gpu", precision: "f32" });
  const plain = { prompt: "Once upon a time", topP: 1, minP: 0, logitBias: { 0: -100, 2: -100 } };
  const requests = [
    { ...plain, temperature: 0, maxTokens: 40 },
    { ...plain, temperature: 0.9, topK: 20, seed: 7, repetitionPenalty: 1.1, maxTokens: 40 },
    { ...plain, temperature: 1.2, topK: 5, seed: 3, maxTokens: 13 },
  ];
  const alone = [];
  for (const request of requests) {
    const ids = [];
    for await (const { id } of (await engine.session()).generate(request)) if (id !== null) ids.push(id);
    alone.push(ids);
  }
  const atOnce = async (/** @type {(count: number) => unknown} */ each = () => {}) => {
    const sessions = await Promise.all(requests.map(() => engine.session()));
    /** @type {number[][]} */
    const ids = [[], [], []];
    /** @type {number[]} */
    const order = [];
    for await (const { id, index } of engine.generateTogether(requests.map((request, at) => ({ session: sessions[at], ...request })))) {
      if (id === null) continue;
      ids[index].push(id);
      order.push(index);
      await each(order.length);
    }
    for (const session of sessions) await session.close();
    return { ids, first: new Set(order.slice(0, 6)).size };
  };
  const rounds = [];
  do rounds.push(await atOnce());
  while (rounds.at(-1)?.first !== 3 && rounds.length < 60);
  const lost = await atOnce(async (count) => {
    if (count === 20) await engine[Symbol.for("mamba-web.loseDevice")]();
  });
  const got = { alone, rounds, lost, backend: engine.info.backend };
  await engine.dispose();
  return got;
}

test("Chromium: several at once on the GPU come side by side, and each says what it says alone", async () => {
  const browser = await launchChromium(["--enable-unsafe-webgpu"]);
  try {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/empty/`);
    const { alone, rounds, lost, backend } = await page.evaluate(generateAtOnce, `${site.page()}mamba.js`);
    assert.deepEqual(alone.map(({ length }) => length), [40, 40, 13]);
    for (const { ids } of rounds) assert.deepEqual(ids, alone);
    assert.equal(rounds.at(-1)?.first, 3);
    assert.deepEqual(lost.ids, alone);
    assert.equal(backend, "gpu");
  } finally {
    await browser.close();
  }
});

test("Chromium without WebGPU: gpu is an error that says so, auto is the CPU", async () => {
  const browser = await launchChromium(["--disable-features=WebGPU,WebGPUService", "--disable-gpu"]);
  try {
    const page = await browser.newPage();
    await page.goto(`${site.origin}/empty/`);
    const got = await page.evaluate(async (address) => {
      const { load } = await import(address);
      const error = await load({ model: "/golden/chat/", backend: "gpu" }).then(
        () => null,
        (/** @type {any} */ reason) => ({ code: reason.code, hint: reason.hint }),
      );
      const { info } = await load({ model: "/golden/chat/" });
      return { error, backend: info.backend, reason: info.backendReason };
    }, `${site.page()}mamba.js`);
    assert.equal(got.error?.code, "no-webgpu");
    assert.ok(got.error?.hint);
    assert.equal(got.backend, "cpu");
    assert.match(got.reason, /GPU/);
  } finally {
    await browser.close();
  }
});

const firefox = process.env.FIREFOX || lookUp(["firefox-esr", "firefox"]);

test("Firefox: the same", { skip: firefox ? false : "no Firefox" }, async () => {
  const browser = await puppeteer.launch({
    browser: "firefox",
    executablePath: firefox,
    headless: true,
    extraPrefsFirefox: { "dom.webgpu.enabled": true, "dom.webgpu.workers.enabled": true, "gfx.webgpu.ignore-blocklist": true },
  });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    await page.goto(`${site.origin}/empty/`);
    check(await page.evaluate(compare, `${site.page()}mamba.js`));
    checkOthers(await page.evaluate(compareOthers, `${site.page()}mamba.js`));
  } finally {
    await browser.close();
  }
});

/** Runs in the worker. The first try has no memory for the weights; that, and what happens to devices, is told. */
function refuseFirst() {
  const told = new BroadcastChannel("devices");
  const { requestDevice } = GPUAdapter.prototype;
  const { pushErrorScope, popErrorScope, destroy } = GPUDevice.prototype;
  /** @type {string[]} */
  const scopes = [];
  let isRefused = false;
  GPUAdapter.prototype.requestDevice = async function (...args) {
    told.postMessage("opened");
    return requestDevice.apply(this, args);
  };
  GPUDevice.prototype.destroy = function () {
    told.postMessage("destroyed");
    return destroy.call(this);
  };
  GPUDevice.prototype.pushErrorScope = function (filter) {
    scopes.push(filter);
    return pushErrorScope.call(this, filter);
  };
  GPUDevice.prototype.popErrorScope = async function () {
    const isOurs = scopes.pop() === "out-of-memory" && !isRefused;
    isRefused ||= isOurs;
    const error = await popErrorScope.call(this);
    if (isOurs) told.postMessage("refused");
    return isOurs ? new GPUOutOfMemoryError("none is left") : error;
  };
}

test("Chromium: where f16 finds no memory, int8 is loaded after that memory is free again", async () => {
  const browser = await launchChromium(["--enable-unsafe-webgpu"]);
  try {
    const page = await browser.newPage();
    await beginWith(page, "worker.js", `(${flatterGpu})();\n(${refuseFirst})()`);
    await page.goto(`${site.origin}/empty/`);
    const got = await page.evaluate(async (address) => {
      /** @type {string[]} */
      const told = [];
      new BroadcastChannel("devices").onmessage = ({ data }) => told.push(data);
      const { load } = await import(address);
      // Files of one's own can be read again, as kept ones can.
      const names = ["config.json", "tokenizer.json", "tokenizer_config.json", "model.safetensors"];
      const model = await Promise.all(names.map(async (name) => new File([await (await fetch(`/golden/chat/${name}`)).blob()], name)));
      const engine = await load({ model });
      const latest = performance.now() + 60_000;
      while (engine.info.backend !== "gpu" && performance.now() < latest) await new Promise((resolve) => setTimeout(resolve, 50));
      const { backend, backendReason, precision } = engine.info;
      return { told, backend, backendReason, precision };
    }, `${site.page()}mamba.js`);
    assert.equal(got.backend, "gpu", got.backendReason);
    assert.equal(got.precision, "int8");
    assert.deepEqual(got.told.slice(got.told.indexOf("refused")), ["refused", "destroyed", "opened"]);
  } finally {
    await browser.close();
  }
});

for (const [what, prelude] of /** @type {const} */ ([
  ["", [flatterGpu]],
  [", where results come only with new work", [flatterGpu, waitForWork]],
])) {
  test(`Chromium: the GPU takes over in the middle of a sentence${what}`, async () => {
    const browser = await launchChromium(["--enable-unsafe-webgpu"]);
    try {
      const page = await browser.newPage();
      await beginWith(page, "worker.js", prelude.map((run) => `(${run})()`).join(";\n"));
      await page.goto(`${site.origin}/empty/`);
      const got = await page.evaluate(takeOver, `${site.page()}mamba.js`);
      assert.equal(got.first, "cpu");
      assert.equal(got.then, "gpu", got.reason);
      assert.ok(got.ids.length > got.moved && got.moved > 12, "it wrote before the move, and after it");
      assert.deepEqual(got.ids, got.expected);
    } finally {
      await browser.close();
    }
  });
}
