// A GGUF file is a whole model: by its address, dropped on the page or picked, it says what the same weights
// say in safetensors.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();
const gguf = fileURLToPath(new URL("../golden/gguf/chat.f16.gguf", import.meta.url));

/** What two models say to the same. Runs in the page. @param {{ module: string, models: string[], upload: number[] }} of */
async function compare({ module, models, upload }) {
  const { load } = await import(module);
  const text = "Grüße, 世界! <|bot|> 👩‍🚀 Once upon a time, 1234 things’d happen.\n";
  const said = [];
  for (const model of [...models, new File([new Uint8Array(upload)], "of any name.gguf")]) {
    const engine = await load({ model, backend: "cpu", precision: "f32" });
    const tokens = [...(await engine.tokenize(text))];
    const session = await engine.session();
    const ids = [];
    let answer = "";
    for await (const piece of session.generate({ message: "Hello", maxTokens: 20, temperature: 0 })) {
      if (piece.id !== null) ids.push(piece.id);
      answer += piece.text;
    }
    const { parameters, chatTemplate } = engine.info;
    said.push({ tokens, back: await engine.detokenize(tokens), ids, answer, parameters, chatTemplate });
    await engine.dispose();
  }
  return said;
}

test("by its address and as a File it has the ids and the text of the safetensors file", async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    const [folder, byAddress, file] = await page.evaluate(compare, {
      module: `${site.page()}mamba.js`,
      models: ["/golden/chat/", "/golden/gguf/chat.f16.gguf"],
      upload: [...(await readFile(gguf))],
    });
    assert.equal(folder.ids.length, 20);
    assert.ok(folder.tokens.length > 20 && folder.chatTemplate);
    assert.deepEqual(byAddress, folder);
    assert.deepEqual(file, folder);
  });
});

/** The greedy answer of the page's model. @param {Page} page */
async function greedy(page) {
  await modelIsReady(page);
  await setSetting(page, "temperature", "0");
  await setSetting(page, "maxTokens", "12");
  await send(page, "Hello");
  await answerIsDone(page);
  return lastAnswer(page);
}

test("the page takes it by its address, dropped and picked", async () => {
  let want = "";
  await withPage(browser, site.page("?model=/golden/chat/&precision=f32"), async (page) => {
    want = await greedy(page);
    assert.notEqual(want, "");
  });
  await withPage(browser, site.page("?model=/golden/gguf/chat.f16.gguf&precision=f32"), async (page) => {
    assert.equal(await greedy(page), want);
    assert.equal(await page.textContent("#model-name"), "chat.f16.gguf");
    await page.reload();
    await modelIsReady(page);
    await page.click("#new-chat"); // the one before is there again
    assert.equal(await greedy(page), want, "from what is kept");
  });
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    const devtools = await page.context().newCDPSession(page);
    const data = { items: [], files: [gguf], dragOperationsMask: 1 };
    for (const type of /** @type {const} */ (["dragEnter", "dragOver", "drop"])) {
      await devtools.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data });
    }
    await page.waitForFunction(() => document.getElementById("model-name")?.textContent === "chat.f16.gguf");
    await modelIsReady(page);

    await page.click("#open-models");
    await page.selectOption("#model-precision", "f32");
    await page.setInputFiles("#model-files", gguf);
    // The model before has the same name and answers until this one stands, but in another precision.
    await page.waitForFunction(() => /f32/.test(document.getElementById("model-facts")?.textContent ?? ""));
    assert.equal(await greedy(page), want);
  });
});

/** @param {Buffer} bytes @param {string} what @param {string} by of the same length */
function replaced(bytes, what, by) {
  const copy = Buffer.from(bytes);
  const at = copy.indexOf(what);
  assert.ok(at >= 0 && what.length === by.length);
  copy.write(by, at);
  return copy;
}

test("a file that is broken, or another model, is told in a sentence, and the right one loads after it", async () => {
  const bytes = await readFile(gguf);
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    const named = Buffer.from("general.architecture");
    const value = bytes.indexOf(named) + named.length + 4 + 8; // after its type and its length
    for (const [name, buffer, code, message] of /** @type {[string, Buffer, string, RegExp][]} */ ([
      ["half.gguf", bytes.subarray(0, bytes.length >> 1), "integrity|bad-checkpoint", /half\.gguf/],
      ["notes.gguf", Buffer.from("This is no model at all, only some words of mine."), "bad-checkpoint", /notes\.gguf/],
      ["tensor.gguf", replaced(bytes, "blk.1.ssm_d", "blk.7.ssm_d"), "bad-checkpoint", /layers?\.7|blk\.7/],
      ["llama.gguf", Buffer.concat([bytes.subarray(0, value), Buffer.from("llama"), bytes.subarray(value + 5)]),
        "unsupported-architecture", /^This is a llama; this page runs Mamba, Mamba-2, Falcon-Mamba, Granite-4\.0-H and Falcon-H1\.$/],
    ])) {
      await page.click("#open-models");
      await page.setInputFiles("#model-files", { name, mimeType: "application/octet-stream", buffer });
      const card = page.locator(".problem").last();
      await card.waitFor();
      assert.match((await card.getAttribute("data-code")) ?? "", new RegExp(`^(${code})$`), name);
      const told = (await card.locator(".problem-message").textContent()) ?? "";
      assert.match(told, message);
      assert.match(told, /^\S.*\.$/s);
    }
    await page.click("#open-models");
    await page.setInputFiles("#model-files", gguf);
    await page.locator("#problem").waitFor({ state: "hidden" });
    assert.notEqual(await greedy(page), "");
  });
});
