// <mamba-chat> and embed.html, in the pages of examples/web/, served without the headers that isolate a page.

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { createRequire } from "node:module";
import path from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { serve } from "../../scripts/serve.mjs";
import { launchChromium, withPage } from "./support/chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../www/element/mamba-chat.js").MambaChat} MambaChat */

const root = fileURLToPath(new URL("../../", import.meta.url));
const dist = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const TYPES = /** @type {Record<string, string>} */ ({ ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm", ".json": "application/json" });

/** The site as its own host sends it, for the frame. */
const hosted = await serve(dist);
const originOf = (/** @type {import("node:http").Server} */ server) => `http://127.0.0.1:${/** @type {import("node:net").AddressInfo} */ (server.address()).port}`;

/** A stranger's site: the examples, mamba-web in /mamba-web/, and a small model in the place of its own. */
const stranger = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const places = /** @type {[string, string][]} */ ([
    ["/mamba-web/models/default/", path.join(root, "tests/golden/chat/")],
    ["/mamba-web/", `${dist}/`],
    ["/", path.join(root, "examples/web/")],
  ]);
  const [start, folder] = places.find(([start]) => pathname.startsWith(start)) ?? ["/", dist];
  try {
    let content = await readFile(path.join(folder, pathname.slice(start.length)));
    if (pathname.endsWith("iframe-embed/index.html")) content = Buffer.from(String(content).replace("https://mamba-web.example/", `${originOf(hosted)}/`));
    response.writeHead(200, { "Content-Type": TYPES[path.extname(pathname)] ?? "application/octet-stream" });
    response.end(content);
  } catch {
    response.writeHead(404).end();
  }
});
await new Promise((resolve) => stranger.listen(0, "127.0.0.1", () => resolve(undefined)));
const browser = await launchChromium();
after(async () => {
  await browser.close();
  for (const server of [stranger, hosted]) {
    server.closeAllConnections();
    server.close();
  }
});
const elements = `${originOf(stranger)}/element/index.html`;

const isReady = (/** @type {Page} */ page) => page.waitForFunction(() => ["plain", "themed"].every((id) => /** @type {MambaChat} */ (document.getElementById(id))?.info));
const isDone = (/** @type {Page} */ page, /** @type {string} */ id, turns = 1) =>
  page.waitForFunction(([id, turns]) => {
    const { shadowRoot } = /** @type {HTMLElement} */ (document.getElementById(String(id)));
    return shadowRoot?.querySelectorAll(".turn").length === turns && !shadowRoot.querySelector(".turn:is(.writing, .waiting)");
  }, [id, turns]);
/** What has the focus, inside of shadow roots. */
const focus = (/** @type {Page} */ page) =>
  page.evaluate(() => {
    let at = document.activeElement;
    while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
    return at?.id || at?.getAttribute("aria-label") || at?.textContent;
  });

test("two elements share one engine, and both are answered at once", async () => {
  await withPage(browser, elements, async (page) => {
    const weights = /** @type {string[]} */ ([]);
    page.on("request", (request) => void (/safetensors/.test(request.url()) && weights.push(request.url())));
    await page.reload();
    await isReady(page);
    assert.equal(page.workers().length, 1, "one worker for both");
    assert.equal(new Set(weights).size, 1);
    const order = await page.evaluate(async () => {
      const [plain, themed] = ["plain", "themed"].map((id) => /** @type {MambaChat} */ (document.getElementById(id)));
      /** @type {string[]} */
      const order = [];
      for (const chat of [plain, themed]) for (const name of ["token", "message"]) chat.addEventListener(name, () => order.push(`${chat.id} ${name}`));
      const turns = await Promise.all([plain.send("One"), themed.send("Two")]);
      return { order, turns, messages: plain.messages, value: new FormData(/** @type {HTMLFormElement} */ (document.getElementById("order"))).get("talk") };
    });
    const tokens = order.order.filter((one) => one.endsWith("token"));
    assert.ok(new Set(tokens.slice(0, tokens.length / 2)).size === 2, "the second one does not wait for the end of the first");
    assert.deepEqual(order.turns.map((turn) => turn?.message), ["One", "Two"]);
    for (const turn of order.turns) assert.ok(turn && turn.answer.length > 0 && turn.reason);
    assert.deepEqual(order.messages.map(({ role }) => role), ["user", "assistant"]);
    assert.equal(JSON.parse(String(order.value))[1].content, order.turns[1]?.answer);
    assert.equal(await page.textContent("#said"), order.turns[0]?.answer);

    // Moved, the chat stays, and so does its engine; removed, the last one ends the engine.
    await page.evaluate(() => document.querySelector("main")?.append(/** @type {Node} */ (document.getElementById("plain"))));
    await page.waitForTimeout(50);
    await isDone(page, "plain");
    assert.equal((await page.evaluate(() => /** @type {MambaChat} */ (document.getElementById("plain")).send("Three")))?.message, "Three");
    const states = () => page.evaluate(async () => (await /** @type {MambaChat} */ (document.getElementById("themed")).engine?.states.usage())?.memory.states);
    assert.equal(await states(), 3, "one after each turn");
    await page.evaluate(() => document.getElementById("plain")?.remove());
    for (let i = 0; i < 50 && (await states()) !== 1; i++) await page.waitForTimeout(100);
    assert.equal(await states(), 1, "those of the other one");
    assert.equal(page.workers().length, 1, "the other one still has it");
    await page.evaluate(() => document.getElementById("themed")?.remove());
    for (let i = 0; i < 50 && page.workers().length > 0; i++) await page.waitForTimeout(100);
    assert.equal(page.workers().length, 0);
  });
});

test("a chat is saved, opened elsewhere, and begun anew; what cannot be is said", async () => {
  await withPage(browser, elements, async (page) => {
    await isReady(page);
    const result = await page.evaluate(async () => {
      const [plain, themed] = ["plain", "themed"].map((id) => /** @type {MambaChat} */ (document.getElementById(id)));
      await plain.send("Keep this");
      const before = plain.messages;
      const bytes = await plain.snapshot();
      await themed.open(plain.save());
      const opened = themed.messages;
      plain.newChat();
      const empty = plain.messages;
      await plain.open(bytes);
      const errors = /** @type {string[]} */ ([]);
      plain.addEventListener("error", (event) => errors.push(/** @type {any} */ (event).detail.error.code));
      await plain.send("").catch((error) => errors.push(error.code));
      plain.setAttribute("temperature", "99");
      const states = async () => (await themed.engine?.states.usage())?.memory.states;
      const kept = [await states()];
      plain.setAttribute("model", "/nothing-there/");
      await new Promise((resolve) => plain.addEventListener("error", resolve, { once: true }));
      for (let i = 0; i < 50 && (await states()) !== 0; i++) await new Promise((resolve) => setTimeout(resolve, 100));
      kept.push(await states());
      const isAgain = await plain.load().then(() => "loaded", (error) => error.code);
      return { before, opened, empty, restored: plain.messages, errors, kept, isAgain };
    });
    assert.deepEqual(result.opened, result.before);
    assert.deepEqual(result.restored, result.before);
    assert.deepEqual(result.empty, []);
    assert.deepEqual(result.kept, [1, 0], "what the shared engine had of the chat is freed when it takes another model");
    assert.equal(result.isAgain, "not-found", "it is tried again");
    assert.deepEqual(result.errors.slice(0, 2), ["bad-argument", "bad-argument"]);
    await page.locator("#plain .problem").getByText("The model was not loaded").waitFor();
  });
});

test("keys do what they do on the page, and the focus stays in the element", async () => {
  await withPage(browser, elements, async (page) => {
    await isReady(page);
    await page.locator("#plain #message").focus();
    await page.keyboard.type("one");
    await page.keyboard.press("Shift+Enter");
    await page.keyboard.type("two");
    await page.keyboard.press("Enter");
    assert.equal(await focus(page), "message");
    await isDone(page, "plain");
    assert.match((await page.locator("#plain .announcer").textContent()) ?? "", /^Answer: /);
    assert.equal(await page.locator("#themed .announcer").textContent(), "", "the other one says nothing");
    await page.keyboard.press("ArrowUp");
    assert.equal(await focus(page), "Your message");
    await page.keyboard.press("Escape");
    await page.waitForFunction(() => document.getElementById("plain")?.shadowRoot?.activeElement?.id === "message");
    await page.locator("#plain").getByRole("button", { name: "Regenerate" }).press("Enter");
    await page.waitForFunction(() => document.getElementById("plain")?.shadowRoot?.querySelector(".branch-place")?.textContent === "2 of 2");
    await isDone(page, "plain");
    assert.equal(await focus(page), "message");
    await page.keyboard.press("Alt+ArrowUp");
    await page.waitForFunction(() => document.getElementById("plain")?.shadowRoot?.querySelector(".branch-place")?.textContent === "1 of 2");
    await page.locator("#plain").getByRole("button", { name: "More" }).press("Enter");
    await page.keyboard.press("End");
    await page.keyboard.press("Escape");
    assert.equal(await focus(page), "More");
    await page.keyboard.press("Alt+z");
    await page.locator("#plain #taken-back").waitFor();
    await isDone(page, "plain", 0);
    await page.evaluate(() => document.getElementById("plain")?.setAttribute("max-tokens", "5000"));
    await page.locator("#plain #message").fill("A long one");
    await page.keyboard.press("Enter");
    await page.locator("#plain .writing .text:not(:empty)").first().waitFor();
    await page.keyboard.press("Escape");
    await isDone(page, "plain");
    assert.match((await page.locator("#plain .numbers").textContent()) ?? "", /topped/);
  });
});

for (const colorScheme of /** @type {const} */ (["light", "dark"])) {
  test(`axe finds nothing wrong, themes hold, and nothing is cut off at 390 pixels (${colorScheme})`, async () => {
    await withPage(
      browser,
      elements,
      async (page) => {
        await isReady(page);
        const look = async (/** @type {string} */ view) => {
          const wrong = await page.evaluate(async () => {
            // Its “preload” writes inline styles, which the page's policy forbids.
            const { violations } = await /** @type {any} */ (window).axe.run(document, { preload: false, runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
            return violations.map((/** @type {any} */ { id, nodes }) => `${id}: ${nodes.map((/** @type {any} */ one) => one.html).join(" ")}`);
          });
          assert.deepEqual(wrong, [], view);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          assert.ok(wide <= 0, `${view}: ${wide} pixels too wide`);
        };
        await page.evaluate(axe);
        await look("empty");
        for (const id of ["plain", "themed"]) {
          await page.locator(`#${id} #message`).fill("Hello, how are you?");
          await page.locator(`#${id} #message`).press("Enter");
        }
        await isDone(page, "plain");
        await isDone(page, "themed");
        await look("answered");
        const colours = await page.evaluate(() =>
          ["plain", "themed"].map((id) => getComputedStyle(/** @type {Element} */ (document.getElementById(id)?.shadowRoot?.querySelector(".send"))).backgroundColor),
        );
        assert.deepEqual(colours, colorScheme === "light" ? ["rgb(28, 107, 76)", "rgb(122, 31, 92)"] : ["rgb(123, 203, 165)", "rgb(240, 163, 211)"]);
        await page.setViewportSize({ width: 390, height: 800 });
        await look("narrow");
      },
      { colorScheme },
    );
  });
}

test("a frame of another site talks with the page around it, and with no other", async () => {
  const context = await browser.newContext({ reducedMotion: "reduce" });
  try {
    const page = await context.newPage();
    await page.goto(`${originOf(stranger)}/iframe-embed/index.html`);
    await page.waitForFunction(() => !(/** @type {HTMLButtonElement} */ (document.getElementById("ask")).disabled), null, { timeout: 60_000 });
    await page.click("#ask");
    await page.waitForFunction(() => document.getElementById("answer")?.textContent);
    const frame = /** @type {import("playwright-core").Frame} */ (page.frames().find((one) => one.url().includes("embed.html")));
    assert.equal(await frame.evaluate(() => crossOriginIsolated), false);
    const ask = (/** @type {unknown} */ message) =>
      page.evaluate(
        (message) =>
          new Promise((resolve) => {
            addEventListener("message", function hear({ data }) {
              if (!["done", "error"].includes(data.type)) return;
              removeEventListener("message", hear);
              resolve(data);
            });
            /** @type {HTMLIFrameElement} */ (document.getElementById("chat")).contentWindow?.postMessage(message, "*");
          }),
        message,
      );
    const done = /** @type {any} */ (await ask({ type: "stop", id: "s" }));
    assert.ok(["done"].includes(done.type), JSON.stringify(done));
    const messages = /** @type {any} */ (await ask({ type: "messages", id: 7 }));
    assert.deepEqual([messages.type, messages.id, messages.result[0].content], ["done", 7, "Tell me a joke."]);
    for (const wrong of [{ type: "format-the-disk", id: 1 }, { type: "toString" }, "hello", null, { type: "send", text: 5 }, { type: "open", chat: {} }, { type: "open", chat: "hello" }]) {
      const told = /** @type {any} */ (await ask(wrong));
      assert.deepEqual([told.from, told.type, told.error.code], ["mamba-web", "error", "bad-argument"], JSON.stringify(wrong));
    }
    assert.equal(/** @type {any} */ (await ask({ type: "open", chat: new Uint8Array(40) })).error.code, "bad-state");
    // An address that names another origin, or none, talks to nobody.
    for (const origin of ["", "?origin=https://elsewhere.example", `?origin=${originOf(stranger)}/path`]) {
      const heard = await page.evaluate(async (address) => {
        const heard = /** @type {unknown[]} */ ([]);
        const frame = document.createElement("iframe");
        addEventListener("message", ({ source, data }) => source === frame.contentWindow && heard.push(data));
        frame.src = address;
        document.body.append(frame);
        await new Promise((resolve) => frame.addEventListener("load", resolve));
        frame.contentWindow?.postMessage({ type: "messages", id: 1 }, "*");
        await new Promise((resolve) => setTimeout(resolve, 500));
        frame.remove();
        return heard;
      }, `${originOf(hosted)}/embed.html${origin}${origin ? "&" : "?"}loading=lazy`);
      assert.deepEqual(heard, [], origin);
    }
    // The page itself stays out of foreign frames.
    const refused = await page.evaluate(async (address) => {
      const frame = document.createElement("iframe");
      frame.src = address;
      document.body.append(frame);
      await new Promise((resolve) => frame.addEventListener("load", resolve));
      return frame.contentWindow?.length;
    }, `${originOf(hosted)}/index.html`);
    assert.equal(refused, 0);
    assert.ok(page.frames().some((one) => one.url().startsWith("chrome-error:")), "the browser shows its error in the place of the page");
  } finally {
    await context.close();
  }
});
