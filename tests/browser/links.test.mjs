// What an address can make the page do, and what strangers' words can do to it.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { answerIsDone, lastAnswer, loadByAddress, modelIsCalled, modelIsReady, openContext, send, setSetting, withPage } from "./support/chromium.mjs";
import { readFolder } from "./support/host.mjs";
import { openSite } from "./support/site.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();
const ELSEWHERE = "https://elsewhere.example";

/** @type {Map<string, Buffer>} */
let small;
before(async () => {
  small = await readFolder(fileURLToPath(new URL("../golden/chat/", import.meta.url)));
  small.delete("expected.safetensors");
});

/**
 * The page, and another site that has a model in every folder.
 *
 * @param {string} query
 * @param {(page: Page, asked: string[]) => Promise<void>} use
 * @param {number} [claimed] what the site says the weights' size is
 */
async function withElsewhere(query, use, claimed) {
  const context = await openContext(browser);
  /** @type {string[]} */
  const asked = [];
  try {
    await context.route(`${ELSEWHERE}/**`, async (route) => {
      const request = route.request();
      const name = new URL(request.url()).pathname.split("/").at(-1) ?? "";
      asked.push(`${request.method()} ${name}`);
      const body = small.get(name);
      const headers = { "Access-Control-Allow-Origin": "*", "Cross-Origin-Resource-Policy": "cross-origin", ETag: '"1"' };
      if (!body) await route.fulfill({ status: 404, headers, body: "" });
      else if (request.method() === "HEAD") await route.fulfill({ headers: { ...headers, "Content-Length": String(claimed ?? body.length) }, body: "" });
      else await route.fulfill({ headers, body });
    });
    const page = await context.newPage();
    await page.goto(site.page(query));
    await use(page, asked);
  } finally {
    await context.close();
  }
}

test("a link to another site's model is a question with its origin and size, until it is kept", async () => {
  const query = `?model=${encodeURIComponent(`${ELSEWHERE}/Mamba 22M chat/`)}`;
  await withElsewhere(
    query,
    async (page, asked) => {
      await page.waitForSelector(".problem[data-code=offer]");
      const told = (await page.textContent("#problem")) ?? "";
      assert.match(told, /the model “Mamba 22M chat”, from elsewhere\.example\. To load it, 300\.0 MiB are downloaded\./);
      assert.match((await page.textContent("#model-facts")) ?? "", /not loaded/);
      assert.ok(!asked.some((request) => request.startsWith("GET")), `downloaded unasked: ${asked}`);
      assert.equal(page.workers().length, 0);
      await page.getByRole("button", { name: "Load it" }).click();
      await modelIsReady(page);
      assert.match((await page.textContent(".model-card")) ?? "", /Mamba 22M chat\s*Originfrom elsewhere\.example/);
      await page.reload();
      await modelIsReady(page);
      assert.match((await page.textContent("#model-facts")) ?? "", /from elsewhere\.example/);
    },
    300 * 2 ** 20,
  );
});

test("a link to a repository of GGUF files says how large the one is that would be loaded", async () => {
  const context = await openContext(browser);
  try {
    const sizes = { "README.md": 100, "imatrix.gguf": 5, "model-Q4_K_M-00001-of-00002.gguf": 2 * 2 ** 30, "model-Q4_K_M-00002-of-00002.gguf": 2 ** 30, "model-Q8_0.gguf": 7 * 2 ** 30 };
    const siblings = Object.entries(sizes).map(([rfilename, size]) => ({ rfilename, size, blobId: "0" }));
    /** @type {string[]} */
    const asked = [];
    await context.route("https://huggingface.co/**", async (route) => {
      asked.push(new URL(route.request().url()).pathname);
      await route.fulfill({ headers: { "Access-Control-Allow-Origin": "*" }, json: { sha: "0".repeat(40), siblings } });
    });
    const page = await context.newPage();
    await page.goto(site.page("?model=hf:owner/large-GGUF:Q4_K_M"));
    await page.waitForSelector(".problem[data-code=offer]");
    assert.match((await page.textContent("#problem")) ?? "", /To load it, 3 GiB are downloaded\./);
    assert.deepEqual(asked, ["/api/models/owner/large-GGUF/revision/main"]);
  } finally {
    await context.close();
  }
});

test("a question about a link can be answered with the page's own model", async () => {
  await withElsewhere(`?model=${ELSEWHERE}/big/`, async (page, asked) => {
    await page.getByRole("button", { name: "Use the model of this page" }).click();
    await modelIsReady(page);
    assert.equal(await page.textContent("#model-name"), "Mamba 22M chat");
    assert.doesNotMatch((await page.textContent("#model-facts")) ?? "", /from/);
    assert.ok(!asked.some((request) => request.startsWith("GET")));
  });
});

test("what a name hides is shown", async () => {
  // Right to left from the middle, and a zero-width blank.
  const query = `?model=${encodeURIComponent(`${ELSEWHERE}/mam\u200bba-\u202egnorw/`)}`;
  await withElsewhere(query, async (page) => {
    await page.waitForSelector(".problem[data-code=offer]");
    assert.match((await page.textContent("#problem h3")) ?? "", /mam\[U\+200B\]ba-\[U\+202E\]gnorw/);
    assert.doesNotMatch((await page.textContent("body")) ?? "", /[\u200b\u202e]/);
  });
});

test("a backend or precision that does not exist is told in a sentence, and the page works", async () => {
  for (const [query, name] of [
    ["?precision=int9", "int9"],
    ["?backend=quantum", "quantum"],
    ["?precision=%E2%80%AE", "U+202E"],
  ]) {
    await withPage(browser, site.page(query), async (page) => {
      await modelIsReady(page);
      const told = (await page.textContent("#notices .notice-message")) ?? "";
      assert.ok(told.includes(name), told);
      await setSetting(page, "maxTokens", "3");
      await send(page, "Hello");
      await answerIsDone(page);
      assert.notEqual(await lastAnswer(page), "");
    });
  }
});

test("a backend that cannot work here cannot be chosen, and there is a way back from an address that asks for it", async () => {
  await withPage(browser, site.page("?backend=gpu"), async (page) => {
    await page.waitForSelector("#problem .problem");
    await page.click("#open-models");
    await page.waitForFunction(() => document.getElementById("choices-note")?.textContent);
    assert.match((await page.textContent("#choices-note")) ?? "", /^The GPU cannot be used: .*\. Weights in f16 need the GPU\.$/);
    const disabled = (/** @type {string} */ id) =>
      page.$$eval(`#${id} option:disabled`, (options) => options.map((option) => /** @type {HTMLOptionElement} */ (option).value));
    assert.deepEqual(await disabled("model-backend"), ["gpu"]);
    assert.deepEqual(await disabled("model-precision"), ["f16"]);
    await page.selectOption("#model-backend", "reference");
    await page.waitForFunction(() => document.querySelectorAll("#model-precision option:disabled").length === 3);
    await page.selectOption("#model-backend", "auto");
    await page.click("#load-default");
    await modelIsReady(page);
  });
  await withPage(browser, site.page("?precision=f16"), async (page) => {
    await page.waitForSelector("#problem .problem");
    await page.getByRole("button", { name: "Let the page choose how it runs" }).click();
    await modelIsReady(page);
  });
});

test("strangers' text without end is cut wherever it is shown", async () => {
  const longest = (/** @type {Page} */ page) =>
    page.evaluate(() => Math.max(...[...document.querySelectorAll("body *")].map((element) => (element.childElementCount ? 0 : (element.textContent?.length ?? 0)))));
  await withPage(browser, site.page("?model=/made/shouting-config/"), async (page) => {
    await page.waitForSelector("#problem .problem");
    assert.match((await page.textContent("#problem")) ?? "", /aaaa …/);
    assert.ok((await longest(page)) < 1500);
    await loadByAddress(page, "/made/shouting-template/");
    await modelIsCalled(page, "shouting-template");
    await page.fill("#message", "Hello");
    await page.keyboard.press("Enter");
    await page.waitForSelector(".turn .problem, #problem .problem");
    assert.ok((await longest(page)) < 1500);
    await loadByAddress(page, `/golden/${"b".repeat(100_000)}/`);
    await page.waitForFunction(() => /bbbb …/.test(document.getElementById("problem")?.textContent ?? ""));
    assert.ok((await longest(page)) < 1500);
  });
});

test("a plain text grows in blocks of bounded size, with or without blanks and full stops", async () => {
  await withPage(browser, site.page("?model=/golden/chat/"), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "maxTokens", "1");
    await send(page, "Hello");
    await answerIsDone(page);
    const { build } = await import("esbuild");
    const source = fileURLToPath(new URL("../../www/page/streamed-text.js", import.meta.url));
    const { outputFiles } = await build({ entryPoints: [source], bundle: true, write: false, format: "iife", globalName: "made" });
    for (const piece of ["word ", "x", "A sentence. ", "שלום "]) {
      const { lengths, text, jumps } = await page.evaluate(
        ({ code, piece }) => {
          const { StreamedText } = new Function(`${code}; return made;`)();
          const element = document.querySelector(".answer .text");
          if (!(element instanceof HTMLElement)) throw new Error("no answer");
          element.replaceChildren();
          const streamed = new StreamedText(element);
          for (let i = 0; i < 20_000 / piece.length; i++) {
            streamed.append(piece);
            if (i % 7 === 0) streamed.flush();
          }
          streamed.flush();
          const lines = [...element.querySelectorAll(".line")];
          // A block that ends in the middle of a sentence ends where the line is full.
          const jumps = lines.slice(0, -1).filter((line) => {
            const range = document.createRange();
            range.selectNodeContents(line);
            const rects = [...range.getClientRects()];
            return (rects.at(-1)?.width ?? 0) < element.clientWidth * 0.8;
          });
          return { lengths: lines.map((line) => line.textContent?.length ?? 0), text: element.textContent, jumps: jumps.length };
        },
        { code: outputFiles[0].text, piece },
      );
      assert.ok(Math.max(...lengths) <= 1700, `${piece}: ${lengths}`);
      assert.equal(text, piece.repeat(Math.ceil(20_000 / piece.length)));
      if (!piece.includes(".")) assert.equal(jumps, 0, `${piece}: a break that can be seen`);
    }
  });
});
