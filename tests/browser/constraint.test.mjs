// Answers of a given shape: the automaton's own wasm module, and what the default model writes under it.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { openSite } from "./support/site.mjs";

const { site, browser } = await openSite();

/** @type {import("playwright-core").Page} */
let page;
/** @type {string[]} the addresses of the module of constraints that were fetched */
const fetched = [];
before(async () => {
  page = await browser.newPage();
  // Requests of the worker are the context's.
  page.context().on("request", (request) => /mamba_web_guide/.test(request.url()) && fetched.push(request.url()));
  await page.goto(`${site.origin}/empty/`);
});

const SCHEMA = {
  type: "object",
  additionalProperties: false,
  required: ["name", "kind", "age", "tags"],
  properties: {
    name: { type: "string", minLength: 1, maxLength: 12 },
    kind: { enum: ["fox", "dog"] },
    age: { type: "integer", minimum: 0, maximum: 20 },
    tags: { type: "array", items: { type: "boolean" }, maxItems: 2 },
  },
};

const LONG = {
  type: "object",
  additionalProperties: false,
  required: ["story", "words"],
  properties: { story: { type: "string" }, words: { type: "array", minItems: 1, items: { type: "string" } } },
};

for (const backend of ["cpu"]) {
  test(`the default model's answer has the shape that was asked for, on the ${backend}`, async (t) => {
    const got = await page.evaluate(
      async ({ address, model, schema, long: LONG, backend }) => {
        const { load } = await import(address);
        const engine = await load({ model, backend, build: "relaxed" }).catch((/** @type {any} */ error) => {
          if (error.code === "no-webgpu") return null;
          throw error;
        });
        if (!engine) return null;
        const answer = async (/** @type {any} */ session, /** @type {any} */ options) => {
          let text = "";
          const pieces = session.generate({ message: "Describe an animal.", seed: 3, ...options });
          for (;;) {
            const { done, value } = await pieces.next();
            if (done) return { text, reason: value };
            text += value.text;
          }
        };
        const session = await engine.session();
        const free = await answer(session, { maxTokens: 4 });
        const shaped = [];
        for (const temperature of [0, 1]) {
          const fork = await session.fork();
          shaped.push(await answer(fork, { constraint: { json_schema: schema }, temperature, maxTokens: 200 }));
          shaped.push(await answer(fork, { maxTokens: 4, temperature: 0 })); // free again
        }
        const choice = await answer(session, { constraint: { choices: ["red", "blue"] } });
        const cut = await answer(session, { constraint: { regex: "a{50}b{50}" }, maxTokens: 2 });
        // Long texts, which are led to their end in time.
        const led = [];
        for (const maxTokens of [24, 40, 100]) led.push(await answer(session, { constraint: { json_schema: LONG }, maxTokens, seed: maxTokens }));
        const refused = [];
        for (const constraint of [{ regex: "(" }, { regex: "a", choices: ["b"] }, { json_schema: { type: "strange" } }, {}]) {
          refused.push(await answer(session, { constraint }).catch((/** @type {any} */ error) => `${error.code}: ${error.message}`));
        }
        const after = await answer(session, { maxTokens: 2 });
        await engine.dispose();
        return { free, shaped, choice, cut, led, refused, after };
      },
      { address: `${site.page()}mamba.js`, model: `${site.page()}models/default/`, schema: SCHEMA, long: LONG, backend },
    );
    if (!got) return t.skip("no WebGPU here");
    assert.ok(fetched.length > 0 && got.free.text.length > 0);
    for (const { text, reason } of [got.shaped[0], got.shaped[2]]) {
      assert.equal(reason, "stop", text);
      const { name, kind, age, tags, ...rest } = JSON.parse(text);
      assert.deepEqual(rest, {});
      assert.ok([...name].length >= 1 && [...name].length <= 12, text);
      assert.ok(["fox", "dog"].includes(kind) && Number.isInteger(age) && age >= 0 && age <= 20, text);
      assert.ok(tags.length <= 2 && tags.every((/** @type {any} */ tag) => typeof tag === "boolean"), text);
    }
    assert.ok(["red", "blue"].includes(got.choice.text) && got.choice.reason === "stop");
    assert.ok(/^a+$/.test(got.cut.text) && got.cut.reason === "length");
    for (const { text, reason } of got.led) {
      assert.equal(reason, "stop", text);
      const { story, words, ...rest } = JSON.parse(text);
      assert.deepEqual(rest, {});
      assert.ok(typeof story === "string" && words.length > 0 && words.every((/** @type {any} */ word) => typeof word === "string"), text);
    }
    for (const sentence of got.refused) assert.match(String(sentence), /^bad-argument: .+\.$/);
    assert.equal(got.after.reason, "length");
  });
}

// Called in place of the module's own method: the fifth question of the page's second engine traps, as one does that has no more
// memory.
const BROKEN = `
const allows = GuideWalk.prototype.allows;
let questions = 0;
GuideWalk.prototype.allows = function (token) {
  if (++questions === 5) new WebAssembly.Instance(new WebAssembly.Module(Uint8Array.of(
    0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 8, 1, 0, 10, 5, 1, 3, 0, 0, 11)));
  return allows.call(this, token);
};`;

test("a module of constraints that stops ends the runs with a sentence, and the next one works", async () => {
  const fresh = await browser.newPage();
  const context = fresh.context();
  let broken = false;
  await context.route(/mamba_web_guide\.js$/, async (route) => {
    const response = await route.fetch();
    broken = true;
    await route.fulfill({ response, body: (await response.text()) + BROKEN });
  });
  await fresh.goto(`${site.origin}/empty/`);
  const got = await fresh.evaluate(
    async ({ address, model }) => {
      const { load } = await import(address);
      const engine = await load({ model, backend: "cpu", build: "relaxed" });
      const session = await engine.session();
      const answer = async (/** @type {any} */ constraint, /** @type {any} */ of = session, text = "") => {
        try {
          for await (const piece of of.generate({ message: "Hi.", seed: 1, constraint, maxTokens: 30 })) text += piece.text;
          return text;
        } catch (/** @type {any} */ error) {
          return `${text}|${error.code}: ${error.message}`;
        }
      };
      const stopped = await answer({ regex: "[a-z]{60}" });
      const after = await answer({ choices: ["red"] });
      // Rules that lead to each other, too many for the module's stack, while another session's run goes on.
      const rules = Array.from({ length: 2500 }, (_, i) => `r${i}: "(" r${i + 1} ")"`).join("\n");
      const other = await engine.session();
      const [besides, deep] = await Promise.all([
        answer({ regex: "[a-z]{2000}" }, other),
        new Promise((resolve) => setTimeout(resolve, 100)).then(() => answer({ grammar: `start: r0\n${rules}\nr2500: "x"` })),
      ]);
      const last = [await answer({ choices: ["blue"] }), await answer({ choices: ["green"] }, other)];
      const free = await answer(undefined);
      await engine.dispose();
      return { stopped, after, besides, deep, last, free };
    },
    { address: `${site.page()}mamba.js`, model: `${site.page()}models/default/` },
  );
  await fresh.close();
  assert.ok(broken, "the module was the broken one");
  assert.match(got.stopped, /^[a-z]+\|bad-argument: The constraint is too hard to follow\.$/);
  assert.equal(got.after, "red");
  assert.equal(got.deep, "|bad-argument: The constraint is too hard to follow.");
  assert.match(got.besides, /^[a-z]*\|bad-argument: The constraint is too hard to follow\. It or another one stopped .+\.$|^[a-z]+$/);
  assert.deepEqual(got.last, ["blue", "green"]);
  assert.ok(got.free.length > 0 && !got.free.includes("|"), got.free);
});

test("who stops while the module of constraints is on its way does not wait for it", async () => {
  const context = await browser.newContext();
  const fresh = await context.newPage();
  /** @type {import("playwright-core").Route[]} */
  const held = [];
  await context.route(/mamba_web_guide_bg\.wasm/, (route) => void held.push(route));
  await fresh.goto(`${site.origin}/empty/`);
  const stopped = await fresh.evaluate(
    async ({ address, model }) => {
      const { load } = await import(address);
      const engine = await load({ model, backend: "cpu", build: "relaxed" });
      const session = await engine.session();
      const answer = async (/** @type {AbortSignal | undefined} */ signal, text = "") => {
        try {
          for await (const piece of session.generate({ message: "Hi.", seed: 1, constraint: { choices: ["red"] }, signal })) text += piece.text;
          return text;
        } catch (/** @type {any} */ error) {
          return error.code;
        }
      };
      Object.assign(window, { answer });
      const abort = new AbortController();
      setTimeout(() => abort.abort(), 500);
      const late = new Promise((resolve) => setTimeout(() => resolve("too late"), 10_000));
      return [await Promise.race([answer(abort.signal), late]), session.position];
    },
    { address: `${site.page()}mamba.js`, model: `${site.page()}models/default/` },
  );
  assert.deepEqual(stopped, ["cancelled", 0]);
  assert.ok(held.length > 0, "the module was asked for");
  for (const route of held.splice(0)) await route.continue();
  assert.equal(await fresh.evaluate(() => /** @type {any} */ (window).answer()), "red");
  await context.close();
});
