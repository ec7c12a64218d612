// Faults of the engine, the browser and the network, injected one by one. In each the page recovers or says what to do, Stop
// and New chat work, and no text is lost. docs/reliability.md lists them all.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { test } from "node:test";
import { answerIsDone, lastAnswer, loadByAddress, modelIsReady, send, setSetting, withPage } from "./support/chromium.mjs";
import { beginsAnew, beginWith, engine, inTheMiddle, isIdle, isLonger, stops } from "./support/faults.mjs";
import { openSite } from "./support/site.mjs";
import { painted, turnsAreOver } from "./support/turns.mjs";

/** @typedef {import("playwright-core").Page} Page */

const { site, browser } = await openSite();
const small = () => site.page("?model=/golden/chat/");
const alone = availableParallelism() === 1 ? "the machine has one core" : false;

/** The card or notice that is shown last. @param {Page} page */
async function told(page) {
  const card = page.locator(".problem, .notice").last();
  await card.waitFor({ timeout: 60_000 });
  return { code: await card.getAttribute("data-code"), text: (await card.textContent()) ?? "" };
}

/** The answer goes on, can be stopped, and a new chat works; nothing was reported. @param {Page} page */
async function goesOn(page) {
  await isLonger(page, (await lastAnswer(page)).length + 20);
  await stops(page);
  await beginsAnew(page);
  assert.equal(await page.locator(".problem, .notice").count(), 0);
}

test("wasm traps in the middle of an answer: it is told, the engine is started again, and the chat goes on", async () => {
  await withPage(browser, small(), async (page) => {
    const first = await inTheMiddle(page);
    await engine(page).evaluate(async (build) => {
      const name = performance.getEntriesByType("resource").map(({ name }) => name).find((name) => /mamba_web\w*\.js$/.test(name));
      // The module of the wasm that runs, not another instance of it.
      const { WasmSession } = await import(name ?? build);
      WasmSession.prototype.advance = () => {
        throw new WebAssembly.RuntimeError("unreachable");
      };
    }, site.page());
    assert.equal((await told(page)).code, "engine-stopped");
    await modelIsReady(page);
    await isIdle(page);
    assert.equal(await page.locator(".answer .text").first().textContent(), first);
    await setSetting(page, "maxTokens", "5");
    await send(page, "And on");
    await answerIsDone(page);
    assert.notEqual(await lastAnswer(page), "");
    await beginsAnew(page);
  });
});

test("a thread is killed between two answers: the others do its work", { skip: alone }, async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    await page.addInitScript(() => {
      const Original = Worker;
      const made = Object.assign(window, { made: /** @type {Worker[]} */ ([]) }).made;
      window.Worker = class extends Original {
        /** @param {string | URL} url @param {WorkerOptions} [options] */
        constructor(url, options) {
          super(url, options);
          if (String(url).includes("pool-worker")) made.push(this);
        }
      };
    });
    await page.goto(site.page());
    await modelIsReady(page);
    const kill = () => page.evaluate(() => /** @type {any} */ (window).made[0].terminate());
    await setSetting(page, "maxTokens", "5");
    await send(page, "Hello");
    await answerIsDone(page);
    await kill();
    await send(page, "And now");
    await answerIsDone(page);
    assert.notEqual(await lastAnswer(page), "");
    await beginsAnew(page);
    assert.equal(await page.locator(".problem, .notice").count(), 0);
  });
});

test("a thread fails: it is told, and the next try works", { skip: alone }, async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    await page.route("**/mamba_web_threads.js*", async (route) => {
      const response = await route.fetch();
      const failing = "if (self.name.startsWith('mamba kernels')) KernelHelper.prototype.work = () => { throw new WebAssembly.RuntimeError('internal words'); };";
      await route.fulfill({ response, body: `${await response.text()}\n${failing}` });
    });
    await page.goto(site.page());
    const { code, text } = await told(page);
    assert.equal(code, "engine-stopped");
    assert.doesNotMatch(text, /internal words/);
    await page.unroute("**/mamba_web_threads.js*");
    await page.getByRole("button", { name: "Try again" }).click();
    await modelIsReady(page);
    await beginsAnew(page);
  });
});

test("the engine hangs while it loads: the page ends it and says so", async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    // A hundredth of the time; the worker hangs when the first bytes of the weights have come.
    await page.addInitScript(() => {
      const { setInterval: original } = window;
      Object.assign(window, { setInterval: (/** @type {() => void} */ work, /** @type {number} */ ms) => original(work, ms / 100) });
    });
    await beginWith(page, "worker.js", "const { fetch: original } = self; self.fetch = async (...args) => { const r = await original(...args); if (/safetensors/.test(r.url)) for (;;); return r; }");
    await page.goto(small());
    const { code, text } = await told(page);
    assert.equal(code, "engine-stopped");
    assert.match(text, /stopped answering/);
    await page.unroute("**/worker.js*");
    await page.getByRole("button", { name: "Try again" }).click();
    await modelIsReady(page);
    await beginsAnew(page);
  });
});

test("the clock jumps by a day, back by two, and the machine sleeps for an hour: the answer goes on", async () => {
  await withPage(browser, small(), async (page) => {
    await inTheMiddle(page);
    for (const [date, slept] of [[86_400_000, 0], [-86_400_000, 0], [-86_400_000, 3_600_000]]) {
      const jump = (/** @type {number[]} */ [date, slept]) => {
        const clock = /** @type {any} */ (globalThis);
        clock.realNow ??= { date: Date.now.bind(Date), ms: performance.now.bind(performance) };
        Date.now = () => clock.realNow.date() + date;
        performance.now = () => clock.realNow.ms() + slept;
      };
      await page.evaluate(jump, [date, slept]);
      await engine(page).evaluate(jump, [date, slept]);
      await isLonger(page, (await lastAnswer(page)).length + 20);
    }
    await goesOn(page);
    assert.doesNotMatch((await page.locator(".numbers").last().textContent()) ?? "", /-\d|NaN|Infinity/);
  });
});

test("the page is frozen for a while and thawed: the answer goes on", async () => {
  await withPage(browser, small(), async (page) => {
    await inTheMiddle(page);
    const devtools = await page.context().newCDPSession(page);
    await devtools.send("Page.setWebLifecycleState", { state: "frozen" });
    await new Promise((resolve) => setTimeout(resolve, 1500));
    await devtools.send("Page.setWebLifecycleState", { state: "active" });
    await goesOn(page);
  });
});

test("in the background, where timers and pictures stand still, the answer is finished, and is all there afterwards", async () => {
  await withPage(browser, `${site.origin}/empty/`, async (page) => {
    // As browsers do after a while: no frames, and a timer once a minute.
    await page.addInitScript(() => {
      const { requestAnimationFrame: frame, setTimeout: timeout, setInterval: interval } = window;
      const state = Object.assign(window, { isAway: false });
      /** @type {FrameRequestCallback[]} */
      let waiting = [];
      Object.assign(window, {
        requestAnimationFrame: (/** @type {FrameRequestCallback} */ draw) => (state.isAway ? waiting.push(draw) : frame(draw)),
        setTimeout: (/** @type {() => void} */ work, ms = 0) => timeout(work, state.isAway ? Math.max(ms, 60_000) : ms),
        setInterval: (/** @type {() => void} */ work, ms = 0) => interval(work, state.isAway ? Math.max(ms, 60_000) : ms),
        comeBack() {
          state.isAway = false;
          for (const draw of waiting.splice(0)) frame(draw);
        },
      });
    });
    const write = async (/** @type {boolean} */ isAway) => {
      await page.goto(small());
      await modelIsReady(page);
      await setSetting(page, "maxTokens", "60");
      await setSetting(page, "seed", "5");
      await page.evaluate((isAway) => Object.assign(window, { isAway }), isAway);
      await page.fill("#message", "Hello");
      await page.keyboard.press("Enter");
      // Playwright's own waiting needs frames or timers of the page.
      while (!(await page.evaluate(turnsAreOver))) {
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      await page.evaluate(() => /** @type {any} */ (window).comeBack());
      await page.evaluate(painted);
      return lastAnswer(page);
    };
    const here = await write(false);
    assert.ok(here.length > 20, here);
    assert.equal(await write(true), here);
    await beginsAnew(page);
  });
});

test("the page's own thread stands still for half a second, again and again: the text is the same, and Stop works", async () => {
  await withPage(browser, small(), async (page) => {
    await modelIsReady(page);
    await setSetting(page, "seed", "5");
    await setSetting(page, "maxTokens", "60");
    const write = async () => {
      await send(page, "Hello");
      await answerIsDone(page);
      return lastAnswer(page);
    };
    const right = await write();
    await page.click("#new-chat");
    await page.evaluate(() => {
      const stall = () => {
        const until = performance.now() + 500;
        while (performance.now() < until);
      };
      Object.assign(window, { stalls: setInterval(stall, 520) });
    });
    assert.equal(await write(), right);
    await setSetting(page, "maxTokens", "100000");
    await send(page, "Tell me more");
    await isLonger(page, 20);
    await stops(page);
    await page.evaluate(() => clearInterval(/** @type {any} */ (window).stalls));
    await beginsAnew(page);
  });
});

test("the tab is discarded or crashes in the middle of an answer: opened again, it has its model and settings", async () => {
  await withPage(browser, small(), async (page) => {
    await inTheMiddle(page);
    const context = page.context();
    const crashed = page.waitForEvent("crash");
    await page.goto("chrome://crash").catch(() => {});
    await crashed;
    const again = await context.newPage();
    await again.goto(small());
    await modelIsReady(again);
    assert.equal(await again.inputValue("#setting-seed"), "1");
    await beginsAnew(again);
  });
});

/** What a visit asks for, in order. */
const PHASES = ["worker.js", "_bg.wasm", "config.json", "tokenizer.json", "model.safetensors"];

for (const file of PHASES) {
  test(`the network goes when ${file} is asked for: it is told, and “Try again” works`, async () => {
    await withPage(browser, `${site.origin}/empty/`, async (page) => {
      const cut = new RegExp(`${file.replace(".", "\\.")}(\\?|$)`);
      await page.route(cut, (route) => route.abort("internetdisconnected"));
      // The engine tries again for a while.
      await page.addInitScript(() => {
        const { setTimeout: original } = globalThis;
        Object.assign(globalThis, { setTimeout: (/** @type {() => void} */ work, /** @type {number} */ ms) => original(work, ms / 100) });
      });
      await beginWith(page, "build/*/worker.js", "{ const original = self.setTimeout; self.setTimeout = (work, ms) => original(work, ms / 100); }");
      if (file === "worker.js") await page.route(cut, (route) => route.abort("internetdisconnected"));
      await page.goto(small());
      const { code, text } = await told(page);
      assert.equal(code, "network", text);
      assert.match(text, /network|could not be loaded|reach/i);
      await page.unroute(cut);
      await page.getByRole("button", { name: "Try again" }).click();
      await page.locator("#problem").waitFor({ state: "hidden" });
      await modelIsReady(page);
      await beginsAnew(page);
    });
  });
}

test("the server goes while a model answers: the answer goes on, and another model's failure ends nothing", async () => {
  await withPage(browser, small(), async (page) => {
    await inTheMiddle(page);
    await page.context().setOffline(true);
    await stops(page);
    await setSetting(page, "maxTokens", "5");
    await loadByAddress(page, "/made/base/");
    assert.equal((await told(page)).code, "network");
    await send(page, "Still there?");
    await answerIsDone(page);
    assert.notEqual(await lastAnswer(page), "");
    assert.equal(await page.textContent("#model-name"), "chat");
  });
});
