// Which build and how many threads an engine gets, that neither changes a score, and that threads end.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { afterEach, test } from "node:test";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

const cores = availableParallelism();
const alone = cores === 1 ? "the machine has one core" : false;

afterEach(async () => {
  for (const context of browser.contexts()) await context.close();
  site.isolates = true;
  site.gone.clear();
});

// In the page; declared for the type check.
/** @type {any} */
let load;
/** @type {any} */
let failure;
/** @type {any} */
let scores;

/**
 * A page with mamba.js and a few helpers.
 *
 * @param {{ file?: string, before?: string }} [change] what a worker's file begins with
 */
async function open({ file, before } = {}) {
  const page = await browser.newPage();
  if (file) {
    await page.route(`**/${file}*`, async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: `${before};\n${await response.text()}` });
    });
  }
  await page.goto(`${site.origin}/empty/`);
  await page.evaluate(async (address) => {
    const { load } = await import(address);
    /** How a promise fails. */
    const failure = async (/** @type {() => Promise<unknown>} */ work) => {
      try {
        await work();
        return null;
      } catch (error) {
        const { code, message, hint } = /** @type {any} */ (error);
        return { code, message, hint };
      }
    };
    /** What an engine is, and its scores: as numbers, which are equal only where the bits are. */
    const scores = async (/** @type {object} */ options) => {
      const engine = await load({ model: "/golden/chat/", ...options });
      const session = await engine.session();
      await session.prefill("A prompt of more than one block of tokens, for the products of many rows. ".repeat(3));
      const after = [Array.from(await session.logits())];
      for await (const _ of session.generate({ maxTokens: 5, temperature: 0 }));
      after.push(Array.from(await session.logits()));
      const { build, buildReason, threads, precision } = engine.info;
      await engine.dispose();
      return { build, buildReason, threads, precision, scores: JSON.stringify(after) };
    };
    Object.assign(window, { load, failure, scores });
  }, `${site.page()}mamba.js`);
  return page;
}

/** The workers of all of the browser's pages, those of workers included. @param {import("playwright-core").Page} page */
async function workers(page) {
  const session = await page.context().newCDPSession(page);
  const { targetInfos } = await session.send("Target.getTargets", { filter: [{ type: "worker" }] });
  await session.detach();
  return targetInfos.length;
}

/** The browser ends a worker a moment after it was told to. @param {import("playwright-core").Page} page */
async function allEnd(page) {
  const start = Date.now();
  while ((await workers(page)) > 0) {
    assert.ok(Date.now() - start < 5000, "the workers must end");
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

test("the best build for the page is chosen, and all give the same scores", async () => {
  const page = await open();
  for (const precision of ["f32", "int8", "int4"]) {
    const [auto, one, threads, relaxed, plain] = await page.evaluate(
      async (precision) => [
        await scores({ precision }),
        await scores({ precision, threads: 1 }),
        await scores({ precision, build: "threads", threads: 1 }),
        await scores({ precision, build: "relaxed" }),
        await scores({ precision, build: "plain", threads: 2 }),
      ],
      precision,
    );
    assert.deepEqual([auto.build, auto.threads], cores > 1 ? ["threads", Math.min(cores, 4)] : ["relaxed", 1]);
    assert.deepEqual([one.build, one.threads], ["relaxed", 1]);
    assert.deepEqual([threads.build, threads.threads], ["threads", 1]);
    assert.deepEqual([relaxed.build, relaxed.threads], ["relaxed", 1]);
    assert.deepEqual([plain.build, plain.threads], ["plain", 1]);
    for (const { precision: got, scores } of [auto, one, threads, relaxed, plain]) {
      assert.equal(got, precision);
      assert.ok(scores === plain.scores, `${precision}: the scores of all builds must be equal`);
    }
  }
});

test("there are never more threads than asked for, nor than the machine has", { skip: alone }, async () => {
  const page = await open();
  const [two, many] = await page.evaluate(async () => [await scores({ threads: 2 }), await scores({ threads: 1000 })]);
  assert.deepEqual([two.build, two.threads], ["threads", 2]);
  assert.deepEqual([many.build, many.threads], ["threads", cores]);
  assert.equal(many.scores, two.scores);
});

test("threads end with the engine, also in the middle of a kernel", { skip: alone }, async () => {
  const page = await open();
  assert.equal(await workers(page), 0);
  const told = await page.evaluate(async () => {
    const engine = await load({ model: "/golden/chat/", threads: 2 });
    const session = await engine.session();
    const pieces = session.generate({ prompt: "Hello", maxTokens: 100_000 });
    await pieces.next();
    Object.assign(window, { engine });
    return engine.info.threads;
  });
  assert.equal(told, 2);
  assert.equal(await workers(page), 2);
  await page.evaluate(() => /** @type {any} */ (window).engine.dispose());
  await allEnd(page);
});

// A worker that makes a worker waits for the browser: in Firefox, in one load of a hundred, for ever.
test("the page makes all workers, and no worker makes one", { skip: alone }, async () => {
  const page = await open();
  const made = await page.evaluate(async () => {
    /** @type {string[]} */
    const made = [];
    const Original = Worker;
    window.Worker = class extends Original {
      /** @param {string | URL} url @param {WorkerOptions} [options] */
      constructor(url, options) {
        super(url, options);
        made.push(String(url).replace(/.*\//, ""));
      }
    };
    Object.assign(window, { engine: await load({ model: "/golden/chat/", threads: 2 }) });
    return made;
  });
  assert.deepEqual(made.sort(), ["pool-worker.js", "worker.js"]);
  assert.equal(await workers(page), made.length);
  await page.evaluate(() => /** @type {any} */ (window).engine.dispose());
  await allEnd(page);
});

test("a run with threads can be stopped and another begun", { skip: alone }, async () => {
  const page = await open();
  const { told, tokens } = await page.evaluate(async () => {
    const engine = await load({ model: "/golden/chat/", threads: 2 });
    const session = await engine.session();
    const abort = new AbortController();
    const told = await failure(async () => {
      for await (const _ of session.generate({ prompt: "Hello", maxTokens: 100_000, signal: abort.signal })) abort.abort();
    });
    let tokens = 0;
    for await (const _ of session.generate({ prompt: "Again", maxTokens: 20, temperature: 0 })) tokens += 1;
    await engine.dispose();
    return { told, tokens };
  });
  assert.equal(told?.code, "cancelled");
  assert.ok(tokens > 0);
});

test("a thread's missing program is told in a sentence", { skip: alone }, async () => {
  site.gone.add("/pool-worker.js");
  const page = await open();
  const told = await page.evaluate(() => failure(() => load({ model: "/golden/chat/", threads: 2 })));
  assert.equal(told?.code, "network");
  assert.match(told.message, /program could not be loaded/);
  await allEnd(page);
});

const NO_INSTANCE = "WebAssembly.instantiate = () => Promise.reject(new RangeError('internal words'))";

test("a thread that cannot start is done without, and that is said", { skip: alone }, async () => {
  const right = await (await open()).evaluate(() => scores({ threads: 2 }));
  assert.equal(right.buildReason, null);
  const page = await open({ file: "pool-worker.js", before: NO_INSTANCE });
  const got = await page.evaluate(() => scores({ threads: 2 }));
  assert.deepEqual([got.build, got.threads], ["threads", 1]);
  assert.match(got.buildReason, /^One thread could not be started in this browser, so there are fewer\.$/);
  assert.equal(got.scores, right.scores);
  await allEnd(page);
});

test("a thread that never answers does not keep the engine from getting ready", { skip: alone }, async () => {
  const page = await open({ file: "pool-worker.js", before: "WebAssembly.instantiate = () => new Promise(() => {})" });
  const got = await page.evaluate(async () => {
    const { setTimeout: original } = window;
    Object.assign(window, { setTimeout: (/** @type {() => void} */ work, /** @type {number} */ ms) => original(work, ms / 100) });
    return scores({ threads: 2 });
  });
  assert.deepEqual([got.build, got.threads], ["threads", 1]);
  assert.match(got.buildReason, /could not be started/);
  await allEnd(page);
});

const NO_SHARED_MEMORY = `{
  const { Memory } = WebAssembly;
  WebAssembly.Memory = function (descriptor) {
    if (descriptor.shared) throw new RangeError("WebAssembly.Memory(): could not allocate memory");
    return new Memory(descriptor);
  };
  WebAssembly.Memory.prototype = Memory.prototype;
}`;

test("where the memory of the threads cannot be reserved there is one thread, and that is said", { skip: alone }, async () => {
  const right = await (await open()).evaluate(() => scores({}));
  const page = await open({ file: "worker.js", before: NO_SHARED_MEMORY });
  const { auto, told } = await page.evaluate(async () => ({
    auto: await scores({}),
    told: await failure(() => load({ model: "/golden/chat/", build: "threads" })),
  }));
  assert.deepEqual([auto.build, auto.threads], ["relaxed", 1]);
  assert.match(auto.buildReason, /could not reserve the 4 GiB/);
  assert.equal(auto.scores, right.scores);
  // Who asked for threads hears that there are none.
  assert.equal(told?.code, "out-of-memory");
  await allEnd(page);
});

test("a page that is not isolated has one thread, and says so", async () => {
  site.isolates = false;
  const page = await open();
  const { auto, two, told } = await page.evaluate(async () => ({
    auto: await scores({}),
    two: await scores({ threads: 2 }),
    told: await failure(() => load({ model: "/golden/chat/", build: "threads" })),
  }));
  assert.deepEqual([auto.build, auto.threads], ["relaxed", 1]);
  assert.deepEqual([two.build, two.threads], ["relaxed", 1]);
  assert.equal(told?.code, "bad-argument");
  assert.match(told.message, /isolated/);
});
