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

for (const backend of ["cpu"]) {
  test(`the default model's answer has the shape that was asked for, on the ${backend}`, async (t) => {
    const got = await page.evaluate(
      async ({ address, model, schema, backend }) => {
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
        const refused = [];
        for (const constraint of [{ regex: "(" }, { regex: "a", choices: ["b"] }, { json_schema: { type: "strange" } }, {}]) {
          refused.push(await answer(session, { constraint }).catch((/** @type {any} */ error) => `${error.code}: ${error.message}`));
        }
        const after = await answer(session, { maxTokens: 2 });
        await engine.dispose();
        return { free, shaped, choice, cut, refused, after };
      },
      { address: `${site.page()}mamba.js`, model: `${site.page()}models/default/`, schema: SCHEMA, backend },
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
    for (const sentence of got.refused) assert.match(String(sentence), /^bad-argument: .+\.$/);
    assert.equal(got.after.reason, "length");
  });
}
