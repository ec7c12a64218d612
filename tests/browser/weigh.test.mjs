// Turns that are read again, what the model thought of its tokens, states side by side, and sessions at once, through
// mamba.js.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** @type {import("playwright-core").Page} */
let page;
before(async () => {
  page = await browser.newPage();
  await page.goto(`${site.origin}/empty/`);
  await page.evaluate(async (address) => {
    const { load } = await import(address);
    const all = async (/** @type {AsyncIterable<any>} */ pieces) => {
      const got = [];
      for await (const piece of pieces) got.push(piece);
      return got;
    };
    const greedy = { temperature: 0, maxTokens: 8 };
    const textOf = (/** @type {any[]} */ pieces) => pieces.map(({ text }) => text).join("");
    const idsOf = (/** @type {any[]} */ pieces) => pieces.map(({ id }) => id).filter((id) => id !== null);
    Object.assign(window, { all, greedy, textOf, idsOf, chat: await load({ model: "/golden/chat/", backend: "cpu" }) });
  }, `${site.page()}mamba.js`);
});

// In the page; declared for the type check.
/** @type {any} */
let all;
/** @type {any} */
let greedy;
/** @type {any} */
let textOf;
/** @type {any} */
let idsOf;
/** @type {any} */
let chat;

test("turns with the ids that were read give the session in which they were had", async () => {
  const { runs, stats, positions, before, texts, begun } = await page.evaluate(async () => {
    const had = await chat.session();
    const before = had.lastRun;
    const turns = [];
    const runs = [];
    for (const message of ["Hello", "And then?", "Why?"]) {
      const pieces = await all(had.generate({ message, ...greedy }));
      const { ids, ...run } = had.lastRun;
      runs.push({ ...run, ids: ids.length, expected: had.stats.promptTokens + idsOf(pieces).length });
      turns.push({ message, answer: textOf(pieces), ids });
    }
    const read = await chat.session();
    /** @type {any[]} */
    const progress = [];
    await read.read(turns, { onPrefill: (/** @type {any} */ at) => progress.push(at) });
    const stats = { ...read.stats, last: progress.at(-1), reason: read.lastRun.reason };
    const next = async (/** @type {any} */ session) =>
      textOf(await all(session.generate({ message: "Go on.", ...greedy })));
    const positions = [had.position, read.position];
    const texts = [await next(had), await next(read)];
    const answer = await chat.session();
    const pieces = await all(answer.generate({ message: "Hi", answer: "I think", ...greedy, maxTokens: 3 }));
    return { runs, stats, positions, before, texts, begun: pieces.length };
  });
  assert.equal(before, null);
  assert.deepEqual(runs.map(({ reason, isClosed }) => ({ reason, isClosed })), Array(3).fill({ reason: "length", isClosed: false }));
  for (const { ids, expected } of runs) assert.equal(ids, expected);
  assert.equal(positions[1], positions[0]);
  assert.deepEqual([stats.readTokens, stats.tokens, stats.reason], [positions[1], 0, "read"]);
  assert.deepEqual(stats.last, { read: positions[1], total: positions[1] });
  assert.equal(texts[1], texts[0]);
  assert.ok(begun >= 3);
});

test("reading that is stopped leaves the session as it was", async () => {
  const { code, position, reason, same } = await page.evaluate(async () => {
    const session = await chat.session();
    await all(session.generate({ message: "Hello", ...greedy }));
    const bytes = await session.snapshot();
    const abort = new AbortController();
    const turn = { message: "One", answer: "Yes. ".repeat(2000) };
    const code = await session.read([turn, turn], { signal: abort.signal, onPrefill: () => abort.abort() }).then(
      () => "",
      (/** @type {any} */ error) => error.code,
    );
    const again = await session.snapshot();
    const same = again.length === bytes.length && again.every((/** @type {number} */ byte, /** @type {number} */ at) => byte === bytes[at]);
    return { code, position: session.position, reason: session.lastRun.reason, same };
  });
  assert.deepEqual([code, reason, same], ["cancelled", "cancelled", true]);
  assert.ok(position > 8);
});

test("pieces say how likely they were if asked, and given tokens are weighed while they are read", async () => {
  const { plain, plainIds, weighed, score } = await page.evaluate(async () => {
    const run = async (/** @type {object} */ options) => {
      const session = await chat.session();
      return all(session.generate({ prompt: "Hello", ...greedy, ...options }));
    };
    const [plain, weighed] = [await run({}), await run({ surprise: true })];
    const session = await chat.session();
    await session.prefill("Hello");
    const ids = idsOf(weighed);
    const score = await session.score(ids);
    return { plain, weighed, plainIds: idsOf(plain), score: { ids: [...score.ids], surprise: [...score.surprise], wanted: ids } };
  });
  assert.ok(plain.every((/** @type {object} */ piece) => !("surprise" in piece)));
  const tokens = weighed.filter((/** @type {any} */ { id }) => id !== null);
  assert.deepEqual(score.wanted, plainIds, "the choice is the same");
  assert.deepEqual(score.ids, score.wanted);
  tokens.forEach((/** @type {any} */ { id, surprise, alternatives }, /** @type {number} */ at) => {
    assert.equal(alternatives.length, 5);
    assert.equal(alternatives[0].id, id, "greedy takes the most likely one");
    assert.ok(Math.abs(surprise + Math.log(alternatives[0].probability)) < 1e-9);
    assert.ok(Math.abs(surprise - score.surprise[at]) < 1e-3);
    assert.equal(typeof alternatives[0].text, "string");
  });
});

test("states are blended and compared", async () => {
  const got = await page.evaluate(async () => {
    const [a, b] = [await chat.session(), await chat.session()];
    await a.prefill("A story about a fox");
    await b.prefill("The law of the sea");
    const relative = async (/** @type {any} */ one, /** @type {any} */ other) =>
      (await one.difference(other)).map((/** @type {any} */ row) => row.relative).reduce((/** @type {number} */ x, /** @type {number} */ y) => x + y);
    const half = await chat.blend(a, b, 0.5);
    const rows = await a.difference(b);
    const pieces = await all((await chat.blend(a, b, 1)).generate(greedy));
    const want = await all((await b.fork()).generate(greedy));
    return { rows, layers: chat.info.layers, near: await relative(a, half), far: await relative(a, b), pieces, want };
  });
  assert.equal(got.rows.length, 2 * got.layers);
  assert.deepEqual(Object.keys(got.rows[0]).sort(), ["cosine", "kind", "layer", "relative"]);
  assert.ok(got.near > 0 && got.near < got.far);
  assert.deepEqual(got.pieces, got.want, "with a weight of 1 it is the second one");
});

test("three sessions go on at once from one state, each as it would alone", async () => {
  const { alone, together, order, reasons, afterwards } = await page.evaluate(async () => {
    const session = await chat.session();
    await session.prefill("Once upon a time");
    const options = [1, 2, 3].map((seed) => ({ ...greedy, temperature: 1, seed }));
    const alone = [];
    for (const one of options) alone.push(idsOf(await all((await session.fork()).generate(one))));
    const forks = await Promise.all(options.map(() => session.fork()));
    const generator = chat.generateTogether(options.map((one, at) => ({ session: forks[at], ...one })));
    /** @type {number[][]} */
    const together = [[], [], []];
    const order = [];
    let reasons;
    for (;;) {
      const { done, value } = await generator.next();
      if (done) {
        reasons = value;
        break;
      }
      if (value.id !== null) together[value.index].push(value.id);
      order.push(value.index);
    }
    // Whoever leaves stops them all, and they are free again.
    for await (const _ of chat.generateTogether(forks.map((session) => ({ session, ...greedy, maxTokens: 1000 })))) break;
    const afterwards = await Promise.all(forks.map((one) => one.snapshot().then((/** @type {Uint8Array} */ { length }) => length > 0)));
    return { alone, together, order, reasons, afterwards };
  });
  assert.deepEqual(together, alone);
  assert.equal(new Set(order.slice(0, 6)).size, 3, "in one pass they come side by side, and not one after the other's turn");
  assert.deepEqual(reasons, ["length", "length", "length"]);
  assert.deepEqual(afterwards, [true, true, true]);
});
