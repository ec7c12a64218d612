// What a browser keeps of a model, on a disk of the test's own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { MambaError } from "../../www/engine/errors.js";
import { PATIENCE } from "../../www/engine/fetch/download.js";
import { ProgressMeter } from "../../www/engine/fetch/progress.js";
import { openFolder } from "../../www/engine/files/files.js";
import { startStorage } from "./support/private-files.mjs";

const ADDRESS = "https://models.example/m/";
const source = /** @type {const} */ ({ kind: "web", folder: ADDRESS, weights: null });

/** @param {import("node:test").TestContext} t */
function visit(t) {
  const root = startStorage();
  const bytes = new Uint8Array(3 * 2 ** 20).fill(7);
  t.mock.method(globalThis, "fetch", async () => new Response(bytes, { headers: { ETag: '"a"' } }));
  const meter = new ProgressMeter(() => {});
  t.after(() => meter.end());
  const kept = () => [...(/** @type {any} */ (root.all.get("mamba-web-models"))?.all.values() ?? [])];
  const open = () => openFolder(source, { keep: true, hub: "https://hub.example/", patience: PATIENCE }, meter, false);
  const hang = () => [root.all.get("mamba-web-models"), ...kept()].forEach((one) => (one.hangs = true));
  return { kept, open, hang };
}

test("weights that prove wrong with their last byte are not kept", async (t) => {
  const { kept, open } = visit(t);
  const folder = await open();
  const file = await folder.open("pytorch_model.bin");
  for await (const _ of file.chunks); // all of it
  assert.equal(kept().length, 1);
  await folder.fail(new MambaError("bad-checkpoint", "It is damaged.", "Load another one."));
  assert.equal(kept().length, 0, "the next visit would read the same bytes again");
});

test("weights that are right are kept whole", async (t) => {
  const { kept, open } = visit(t);
  const folder = await open();
  const file = await folder.open("model.safetensors");
  for await (const _ of file.chunks); // all of it
  await file.keep();
  await folder.succeed();
  assert.deepEqual([...kept()[0].all.keys()].sort(), ["model.json", "model.safetensors.pieces", "model.safetensors.whole"]);
  assert.deepEqual(folder.storage(), { isKept: true, problem: null });
});

for (const at of ["before the first byte", "before the last name"]) {
  test(`a disk that answers no more ${at} holds up no load`, { timeout: 20_000 }, async (t) => {
    const { open, hang } = visit(t);
    const folder = await open();
    t.mock.timers.enable({ apis: ["setTimeout"] });
    let isLoaded = false;
    const load = async () => {
      if (at === "before the first byte") hang();
      const file = await folder.open("model.safetensors");
      let bytes = 0;
      for await (const chunk of file.chunks) bytes += chunk.length;
      if (at === "before the last name") hang();
      await file.keep();
      await folder.succeed();
      isLoaded = true;
      return bytes;
    };
    const loading = load();
    // Hours of the mocked clock: what the load does besides takes real time.
    for (let minutes = 0; !isLoaded && minutes < 3000; minutes++) {
      for (let turns = 0; turns < 50; turns++) await new Promise((resolve) => setImmediate(resolve));
      t.mock.timers.tick(60_000);
    }
    assert.ok(isLoaded, "it waits for ever");
    assert.equal(await loading, 3 * 2 ** 20);
    assert.equal(folder.storage().problem?.code, "no-storage");
  });
}
