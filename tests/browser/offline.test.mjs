// The page without a network, its new versions, and the headers that its service worker adds.

import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import { after, test } from "node:test";
import puppeteer from "puppeteer-core";
import { answerIsDone, lastAnswer, launchChromium, loadByAddress, modelIsCalled, modelIsReady, openContext, send, setSetting } from "./support/chromium.mjs";
import { lookUp } from "./support/find-browser.mjs";
import { ISOLATING, StaticHost, buildOf, builtSite, republished } from "./support/static-host.mjs";
import { turnsAreOver } from "./support/turns.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("playwright-core").BrowserContext} Context */

const browser = await launchChromium();
after(() => browser.close());

/**
 * A host, and a browser profile that has never seen it. All requests of the profile are kept, those of workers too.
 *
 * @param {Partial<import("./support/static-host.mjs").Manners>} manners
 * @param {(at: { host: StaticHost, context: Context, requests: URL[] }) => Promise<void>} use
 * @param {import("playwright-core").BrowserContextOptions} [options]
 */
async function withHost(manners, use, options) {
  const host = await StaticHost.start(manners);
  const context = await openContext(browser, { serviceWorkers: "allow", ...options });
  /** @type {URL[]} */
  const requests = [];
  context.on("request", (request) => requests.push(new URL(request.url())));
  try {
    await use({ host, context, requests });
  } finally {
    await context.close();
    await host.stop().catch(() => {}); // a test may have stopped it
  }
}

/** @param {Context} context @param {string} address */
async function open(context, address) {
  const page = await context.newPage();
  await page.goto(address);
  await modelIsReady(page);
  return page;
}

/** Waits until the page's build is kept as a whole. @param {Page} page */
const isKept = (page) => page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");

/** @param {Page} page */
const threads = (page) => page.evaluate(() => crossOriginIsolated);

/** @param {Page} page */
const cacheNames = (page) => page.evaluate(() => caches.keys());

/** @param {Page} page */
async function chats(page) {
  await setSetting(page, "maxTokens", "8");
  await send(page, "Hello");
  await answerIsDone(page);
  assert.notEqual(await lastAnswer(page), "");
}

/** Another model than the page's own. @param {Page} page */
async function loadOther(page) {
  await loadByAddress(page, "/golden/chat/");
  await modelIsCalled(page, "chat");
}

test("with the server stopped: reload, chat, new chat, a kept model, and the page's own again", async () => {
  await withHost({ headers: () => ISOLATING }, async ({ host, context, requests }) => {
    const page = await open(context, host.page());
    await isKept(page);
    await loadOther(page);
    await host.stop();

    await page.reload();
    await modelIsReady(page);
    await chats(page);
    await page.click("#new-chat");
    await chats(page);
    await loadOther(page);
    await chats(page);
    await page.goto(host.page("index.html?model=/golden/chat/"));
    await modelIsReady(page);
    assert.equal(await threads(page), true);

    // Models are in their own store and nowhere else, and of the wasm what this browser may come to need is kept.
    const kept = await page.evaluate(async () => {
      const names = [];
      for (const name of await caches.keys()) {
        for (const request of await (await caches.open(name)).keys()) names.push(request.url);
      }
      return names;
    });
    assert.deepEqual(kept.filter((url) => /safetensors|tokenizer/.test(url)), []);
    const wasm = kept.map((url) => /mamba_web\w*\.wasm$/.exec(url)?.[0]).filter((name) => name !== undefined);
    assert.deepEqual(wasm.sort(), ["mamba_web_guide_bg.wasm", "mamba_web_relaxed_bg.wasm", "mamba_web_threads_bg.wasm"]);

    // Where threads do harm, the build with one of them is there.
    await page.goto(host.page("?isolate=0"));
    await modelIsReady(page);
    assert.equal(await threads(page), false);
    await chats(page);

    assert.ok(requests.length > 10);
    assert.deepEqual(requests.filter((url) => url.origin !== host.origin), [], "no request leaves the site");
  });
});

test("a whole use of the page, twice, and nothing is asked for beyond its site", async () => {
  // All that leaves the machine has to pass here, whoever asks for it: page, worker, helper or service worker.
  /** @type {string[]} */
  const left = [];
  const exit = createServer((request, response) => {
    left.push(request.url ?? "");
    response.writeHead(502).end();
  });
  exit.on("connect", (request, socket) => {
    // Chromium itself asks its maker what kinds of fields a page's forms have, whatever their `autocomplete` says.
    if (request.url !== "content-autofill.googleapis.com:443") left.push(request.url ?? "");
    socket.end("HTTP/1.1 502 Nothing\r\n\r\n");
  });
  exit.listen(0, "127.0.0.1");
  await once(exit, "listening");
  const { port } = /** @type {import("node:net").AddressInfo} */ (exit.address());
  const proxy = { server: `http://127.0.0.1:${port}`, bypass: "127.0.0.1" };
  try {
    await withHost({}, async ({ host, context, requests }) => {
      const page = await open(context, host.page());
      for (let visit = 0; visit < 2; visit++) {
        await chats(page);
        await page.click("#dark-theme");
        await page.click("#new-chat");
        await page.getByRole("radio", { name: "Completion" }).check();
        await page.fill("#beginning", "Once upon a time");
        await page.click("#complete");
        await page.waitForFunction(() => (document.getElementById("continuation")?.textContent?.length ?? 0) > 0);
        await page.getByRole("radio", { name: "Chat" }).check();
        await loadOther(page);
        await page.click("#open-models");
        await page.locator("#catalogue .model").first().waitFor();
        await page.locator("#models").getByRole("button", { name: /^Delete/ }).first().click();
        await page.getByText(/was deleted/).waitFor();
        await page.click("#load-default");
        await modelIsReady(page);
        await isKept(page);
        await page.reload();
        await modelIsReady(page);
      }
      assert.deepEqual(requests.filter((url) => url.origin !== host.origin), []);
      assert.deepEqual(left, []);
      // And this is how it would show.
      await page.evaluate(() => fetch("https://elsewhere.example/").catch(() => {}));
      assert.deepEqual(left, ["elsewhere.example:443"]);
    }, { proxy });
  } finally {
    exit.close();
  }
});

test("a host that sends no headers: one thread at first, more from the second visit on, until ?isolate=0", async () => {
  await withHost({}, async ({ host, context }) => {
    const page = await open(context, host.page());
    assert.equal(await threads(page), false);
    await chats(page);
    await isKept(page);
    await page.reload();
    await modelIsReady(page);
    assert.equal(await threads(page), true);
    await chats(page);

    // The worker is bound by the policy, which its host does not send.
    const engine = page.workers().find((worker) => worker.url().endsWith("/worker.js"));
    assert.ok(engine, "the first of all workers may be a helper, which waits and cannot be asked");
    const refused = await engine.evaluate(async (elsewhere) => {
      /** @type {string[]} */
      const refused = [];
      addEventListener("securitypolicyviolation", (event) => refused.push(/** @type {any} */ (event).effectiveDirective));
      // Not at once, because a debugger's own code may do what the page's may not.
      setTimeout(() => {
        try {
          (0, eval)("1");
        } catch {
          refused.push("eval");
        }
      });
      await fetch(elsewhere).catch(() => {});
      await import(elsewhere).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 100));
      return refused;
    }, "http://elsewhere.invalid/");
    for (const what of ["eval", "connect-src", "script-src-elem"]) assert.ok(refused.includes(what), `${what}: ${refused}`);

    await page.goto(host.page("?isolate=0"));
    await modelIsReady(page);
    assert.equal(await threads(page), false);
    await chats(page);
    await page.goto(host.page());
    await modelIsReady(page);
    assert.equal(await threads(page), false, "it stays off");
    await page.goto(host.page("?isolate=1"));
    await modelIsReady(page);
    await page.reload();
    assert.equal(await threads(page), true, "until it is switched on");
  });
});

test("a tab that died while a model was loaded with threads has one thread at the next visit", async () => {
  await withHost({}, async ({ host, context }) => {
    const page = await open(context, host.page());
    await isKept(page);
    await page.reload();
    await modelIsReady(page);
    assert.equal(await threads(page), true);
    // What a tab that was killed leaves behind; one that was left leaves nothing.
    await page.addInitScript(() => {
      if (!sessionStorage.getItem("once")) sessionStorage.setItem("mamba-web.loading-with-threads", "yes");
      sessionStorage.setItem("once", "yes");
    });
    await page.reload();
    await modelIsReady(page);
    await page.reload();
    await modelIsReady(page);
    assert.equal(await threads(page), false);
    await chats(page);
  });
});

test("a new version is told, taken at the next visit, and never mixed with the old one", async () => {
  const next = await republished("Second build");
  try {
    await withHost({}, async ({ host, context }) => {
      const old = await open(context, host.page());
      await isKept(old);
      await chats(old);
      const first = await buildOf(builtSite);
      host.folder = next.folder; // the first build is gone from the host

      const fresh = await context.newPage();
      await fresh.goto(host.page()); // still the first one; the browser finds the second by the way
      await old.locator("#update").waitFor();
      await fresh.locator("#update").waitFor();
      assert.match(await fresh.title(), /^mamba-web/);
      assert.equal(await old.locator(".turn").count(), 1, "nothing was reloaded");
      await loadOther(old); // by programs that only the cache has
      await chats(old);

      await fresh.click("#update-now");
      await fresh.waitForFunction(() => document.title === "Second build");
      await modelIsReady(fresh);
      await chats(fresh);
      assert.ok(await fresh.locator("#update").isHidden());
      await loadOther(old);
      await chats(old);
      const scripts = await old.evaluate(() => performance.getEntriesByType("resource").map(({ name }) => name));
      assert.deepEqual(scripts.filter((name) => name.includes(next.build)), []);
      assert.ok((await cacheNames(old)).some((name) => name.endsWith(first)));

      await old.close();
      await fresh.reload();
      await modelIsReady(fresh);
      await fresh.waitForFunction(async (first) => !(await caches.keys()).some((name) => name.endsWith(first)), first);
    });
  } finally {
    await next.remove();
  }
});

for (const [what, file] of /** @type {const} */ ([
  ["a program", "worker.js"],
  ["the new page", "index.html"],
])) {
  test(`a new version that is published without ${what} is not taken, and the old one goes on`, async () => {
    const next = await republished("Half a build");
    try {
      await withHost({}, async ({ host, context }) => {
        const page = await open(context, host.page());
        await isKept(page);
        host.folder = next.folder;
        host.manners.gone = new Set([file === "index.html" ? file : `build/${next.build}/${file}`]);
        const result = await page.evaluate(async () => {
          const registration = await navigator.serviceWorker.ready;
          await registration.update();
          const fresh = registration.installing;
          if (!fresh) return "no update";
          await new Promise((resolve) => fresh.addEventListener("statechange", () => resolve(undefined)));
          return fresh.state;
        });
        assert.equal(result, "redundant");
        await page.reload();
        await modelIsReady(page);
        assert.match(await page.title(), /^mamba-web/);
        await chats(page);
        assert.ok(await page.locator("#update").isHidden());
      });
    } finally {
      await next.remove();
    }
  });
}

test("a kept page that cannot start removes itself", async () => {
  await withHost({}, async ({ host, context }) => {
    const page = await open(context, host.page());
    await isKept(page);
    await page.evaluate(async () => {
      for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys()) {
          if (!request.url.endsWith("/app.js")) continue;
          await cache.put(request, new Response("not a program (", { headers: { "Content-Type": "text/javascript" } }));
        }
      }
    });
    await page.reload();
    await page.locator("#not-started").waitFor();
    assert.match((await page.textContent("#not-started")) ?? "", /stopped while it was starting: .*SyntaxError/);
    await page.getByRole("button", { name: "Open the page again" }).click();
    await modelIsReady(page);
    await chats(page);
  });
});

test("the page can be installed, and its manifest has what it promises", async () => {
  await withHost({}, async ({ host, context }) => {
    const page = await open(context, host.page());
    await isKept(page);
    const session = await context.newCDPSession(page);
    const { errors, data } = await session.send("Page.getAppManifest");
    assert.deepEqual(errors, []);
    const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
    // Playwright's contexts are private windows, in which nothing can be installed.
    assert.deepEqual(installabilityErrors.map(({ errorId }) => errorId).filter((id) => id !== "in-incognito"), []);
    const manifest = JSON.parse(data ?? "");
    for (const { src, sizes, type } of manifest.icons) {
      const response = await page.request.get(host.page(src));
      assert.equal(response.headers()["content-type"], type);
      if (type !== "image/png") continue;
      const bytes = await response.body();
      assert.equal(`${bytes.readUInt32BE(16)}x${bytes.readUInt32BE(20)}`, sizes);
    }
  });
});

test("what is shared with the installed page is put where it can be looked at", async () => {
  await withHost({}, async ({ host, context, requests }) => {
    const page = await open(context, host.page("?shared-text=Why%20is%20the%20sky%20blue%3F"));
    assert.equal(await page.inputValue("#message"), "Why is the sky blue?");
    assert.equal(await page.locator(".turn").count(), 0);
    assert.equal(page.url(), host.page());
    await page.goto(host.page("?shared-text=https://huggingface.co/state-spaces/mamba-130m-hf"));
    assert.equal(await page.inputValue("#model-address"), "https://huggingface.co/state-spaces/mamba-130m-hf");
    await modelIsReady(page);
    assert.deepEqual(requests.filter((url) => url.origin !== host.origin), []);
  });
});

test("a model's file that is opened with the installed page is loaded", async () => {
  await withHost({}, async ({ host, context }) => {
    const page = await context.newPage();
    await page.addInitScript(() => {
      const queue = { setConsumer: (/** @type {any} */ take) => Object.assign(window, { launch: take }) };
      Object.defineProperty(window, "launchQueue", { value: queue });
    });
    await page.goto(host.page());
    await modelIsReady(page);
    await page.evaluate(() => {
      const file = new File(["GGUF is not what this is"], "strange.gguf");
      /** @type {any} */ (window).launch({ files: [{ getFile: async () => file }] });
    });
    await page.locator("#problem").waitFor();
    assert.match((await page.textContent("#problem")) ?? "", /GGUF|strange\.gguf/);
  });
});

const firefox = process.env.FIREFOX || lookUp(["firefox-esr", "firefox"]);

for (const isIsolated of [false, true]) {
  const what = `Firefox: with the server stopped, the page reloads with threads and chats; the host ${isIsolated ? "isolates it" : "sends no headers"}`;
  test(what, { skip: firefox ? false : "no Firefox" }, () => reloadsInFirefox(isIsolated));
}

/** @param {boolean} isIsolated by its host */
async function reloadsInFirefox(isIsolated) {
  const host = await StaticHost.start({ headers: () => (isIsolated ? ISOLATING : {}) });
  const fox = await puppeteer.launch({ browser: "firefox", executablePath: firefox, headless: true });
  try {
    const page = await fox.newPage();
    page.setDefaultTimeout(60_000);
    const isReady = () => page.waitForFunction(() => /parameters/.test(document.getElementById("model-facts")?.textContent ?? ""));
    await page.goto(host.page());
    await isReady();
    assert.equal(await page.evaluate(() => crossOriginIsolated), isIsolated);
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
    await host.stop();
    await page.goto(host.page());
    await isReady();
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await page.type("#message", "Hello");
    await page.keyboard.press("Enter");
    await page.waitForFunction(turnsAreOver);
    assert.notEqual(await page.evaluate(() => document.querySelector(".answer .text")?.textContent), "");
  } finally {
    await fox.close();
    await host.stop().catch(() => {});
  }
}
