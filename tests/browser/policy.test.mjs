// The content security policy as the browser reports it: what is tried and refused in the page, in the engine's worker and in a
// helper, on a host that sends our headers and on one that sends none.

import assert from "node:assert/strict";
import { availableParallelism } from "node:os";
import { after, test } from "node:test";
import { ISOLATION, SECURITY } from "../../www/offline/headers.js";
import { launchChromium, modelIsReady } from "./support/chromium.mjs";
import { StaticHost } from "./support/static-host.mjs";

const browser = await launchChromium();
after(() => browser.close());

/**
 * Tries what strangers' words would try, and gives what the browser refused: directives of the policy, and errors. Runs
 * anywhere.
 */
async function tries() {
  /** @type {Set<string>} */
  const refused = new Set();
  addEventListener("securitypolicyviolation", (event) => refused.add(/** @type {any} */ (event).effectiveDirective));
  const attempt = async (/** @type {string} */ what, /** @type {() => unknown} */ work) => {
    try {
      await work();
    } catch (error) {
      refused.add(`${what}: ${/** @type {Error} */ (error).name}`);
    }
  };
  const elsewhere = "http://elsewhere.invalid/";
  await attempt("eval", () => (0, eval)("1"));
  await attempt("Function", () => new Function("return 1")());
  await attempt("fetch", () => fetch(elsewhere));
  await attempt("import", () => import(`${elsewhere}x.js`));
  await attempt("import blob", () => import(URL.createObjectURL(new Blob(["1"], { type: "text/javascript" }))));
  await attempt("socket", () => new WebSocket("ws://elsewhere.invalid/"));
  await attempt("worker", () => new Worker(URL.createObjectURL(new Blob(["1"], { type: "text/javascript" }))));
  if (globalThis.document) {
    const { body } = document;
    const make = (/** @type {string} */ name, /** @type {object} */ values) => body.append(Object.assign(document.createElement(name), values));
    await attempt("inline script", () => make("script", { text: "globalThis.ran = true" }));
    await attempt("markup", () => (body.appendChild(document.createElement("p")).innerHTML = "<b>x</b>"));
    await attempt("frame", () => make("iframe", { src: elsewhere }));
    await attempt("picture", () => make("img", { src: `${elsewhere}x.png` }));
    await attempt("sound", () => make("audio", { src: `${elsewhere}x.mp3` }));
    await attempt("style", () => make("style", { textContent: "p { color: red }" }));
    await attempt("sheet", () => make("link", { rel: "stylesheet", href: `${elsewhere}x.css` }));
    await attempt("base", () => make("base", { href: elsewhere }));
    const form = Object.assign(document.createElement("form"), { action: elsewhere });
    body.append(form);
    await attempt("form", () => form.submit());
  }
  await new Promise((resolve) => setTimeout(resolve, 500));
  return { refused: [...refused].sort(), ran: "ran" in globalThis };
}

/** @param {string[]} refused */
function requireEverywhere(refused, /** @type {string} */ where) {
  // In Chromium a worker's blob: worker is an attempt to load a script.
  for (const what of ["eval: EvalError", "Function: EvalError", "connect-src", "fetch: TypeError", "import: TypeError", "import blob: TypeError"]) {
    assert.ok(refused.includes(what), `${where}: ${what} was not refused, but ${refused}`);
  }
  assert.ok(refused.some((what) => /^(script-src|worker-src|require-trusted-types-for)/.test(what)), `${where}: ${refused}`);
}

for (const sends of [true, false]) {
  test(`page, worker and helper are bound, on a host that sends ${sends ? "the headers" : "none, from the second visit on"}`, async () => {
    const host = await StaticHost.start({ headers: () => (sends ? { ...SECURITY, ...ISOLATION } : {}) });
    const context = await browser.newContext({ serviceWorkers: "allow", reducedMotion: "reduce" });
    context.setDefaultTimeout(60_000);
    try {
      const page = await context.newPage();
      await page.goto(host.page());
      await modelIsReady(page);
      await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
      await page.reload();
      await modelIsReady(page);

      const worker = page.workers().find((one) => one.url().endsWith("/worker.js"));
      // Not at once: a debugger's own code may do what the page's may not.
      const late = `(() => { const tries = ${tries}; return new Promise((resolve) => setTimeout(() => tries().then(resolve), 50)); })()`;
      const inWorker = /** @type {Awaited<ReturnType<typeof tries>>} */ (await worker?.evaluate(late));
      requireEverywhere(inWorker.refused, "worker");

      if (availableParallelism() > 1) {
        const helper = page.workers().find((one) => one.url().endsWith("/pool-worker.js"));
        assert.ok(helper, "there is a helper");
        // A helper at work never hears a question, so another one of the same file is asked.
        const idle = page.waitForEvent("worker");
        await page.evaluate((address) => {
          const policy = /** @type {any} */ (window).trustedTypes.createPolicy("mamba-web", { createScriptURL: (/** @type {string} */ url) => url });
          Object.assign(window, { idle: new Worker(policy.createScriptURL(address), { type: "module" }) });
        }, helper.url());
        const inHelper = /** @type {Awaited<ReturnType<typeof tries>>} */ (await (await idle).evaluate(late));
        requireEverywhere(inHelper.refused, "helper");
        console.log(`helper: ${inHelper.refused.join(", ")}`);
      }

      const inPage = /** @type {Awaited<ReturnType<typeof tries>>} */ (await page.evaluate(late));
      requireEverywhere(inPage.refused, "page");
      for (const what of ["frame-src", "img-src", "media-src", "style-src-elem", "form-action", "base-uri", "markup: TypeError", "inline script: TypeError"]) {
        assert.ok(inPage.refused.includes(what), `page: ${what} was not refused, but ${inPage.refused}`);
      }
      assert.equal(inPage.ran, false);
      console.log(`page: ${inPage.refused.join(", ")}\nworker: ${inWorker.refused.join(", ")}`);
    } finally {
      await context.close();
      await host.stop();
    }
  });
}
