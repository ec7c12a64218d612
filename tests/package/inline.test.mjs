// “mamba-web/inline” as a stranger has it: examples built by bundlers that take over no files, and the pages that need it.
// Before it, `make package`.

import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { after, test } from "node:test";
import { launchChromium, withPage } from "../browser/support/chromium.mjs";
import { ISOLATING, StaticHost } from "../browser/support/static-host.mjs";
import { answer, chatsAnswer, freshExamples, modelAnswers, root, run, withExample } from "./support.mjs";

const fresh = await freshExamples();
const browser = await launchChromium();
after(() => browser.close());

/** The strictest policy that it works with, for the engine and for the element. */
const policy = (/** @type {string} */ workers, scripts = "'self' 'wasm-unsafe-eval'") => ({
  "Content-Security-Policy": `default-src 'none'; script-src ${scripts}; worker-src ${workers}; connect-src 'self'; require-trusted-types-for 'script'; trusted-types mamba-web`,
});

/** Which wasm a page has fetched. @param {StaticHost} host */
const wasmOf = ({ asked }) => asked.filter((name) => /wasm|(plain|relaxed|threads|guide)[\w-]*\.js$/.test(name)).map((name) => name.replace(/-.*/, ""));

for (const [name, headers, build] of /** @type {const} */ ([
  ["inline-esbuild", policy("blob:"), "relaxed"],
  ["inline-rollup", { ...policy("blob:"), ...ISOLATING }, "threads"],
])) {
  test(`${name}: nothing but scripts is needed, and of the wasm only one`, () =>
    withExample(path.join(fresh, name), ["build"], headers, async (host) => {
      await modelAnswers(browser, host.page(), new RegExp(`^${build}, `));
      assert.deepEqual(wasmOf(host), [build]);
    }));
}

test("inline-esbuild: all of it in one file, with threads", () =>
  withExample(path.join(fresh, "inline-esbuild"), ["one-file"], ISOLATING, async (host) => {
    await modelAnswers(browser, host.page(), /^threads, [2-4]$/);
    assert.deepEqual(host.asked.filter((name) => !/^models\/|favicon/.test(name)), ["", "main.js"]);
  }));

test("inline-clients: a constraint, OpenAI's client and Vercel's AI SDK", () =>
  withExample(path.join(fresh, "inline-clients"), ["build"], {}, async (host) => {
    await withPage(browser, host.page(), async (page) => {
      await page.waitForSelector("#answer[title]");
      const said = await page.locator("#answer").evaluate((/** @type {HTMLElement} */ { dataset, textContent }) => [dataset.likes, dataset.openai, textContent]);
      assert.match(said[0] ?? "", /^"(yes|no)"$/);
      assert.deepEqual(said.slice(1), [answer, answer]);
    });
    assert.deepEqual(wasmOf(host), ["relaxed", "guide"]);
  }));

for (const script of ["esbuild", "rollup"]) {
  test(`inline-element, ${script}: two chats with one engine`, () =>
    withExample(path.join(fresh, "inline-element"), [script], policy("blob:"), (host) => chatsAnswer(browser, host.page())));
}

/** What a page is told. @param {string} address @param {string} module to load from */
async function refusal(address, module) {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    await page.goto(address);
    return await page.evaluate(async (module) => {
      const { load } = await import(module);
      return load("./models/default/").then(
        (/** @type {import("../../www/mamba.js").Engine} */ { info }) => info.build,
        (/** @type {{ message: string, hint: string }} */ { message, hint }) => `${message} ${hint}`,
      );
    }, module);
  } finally {
    await context.close();
  }
}

/** A page without a bundler, with the package's folder beside it. */
const plain = path.join(fresh, "bare");
await mkdir(plain);
await writeFile(path.join(plain, "index.html"), "<!doctype html>\n<title>mamba-web</title>\n");
await symlink(path.join(root, "www/models"), path.join(plain, "models"));
await symlink(path.join(fresh, "node_modules/mamba-web"), path.join(plain, "mamba-web"));

for (const [what, headers, sentence] of /** @type {const} */ ([
  ["workers from blobs", policy("'self'"), /allows no workers from blob: addresses\. .* add blob: to worker-src/],
  ["WebAssembly", policy("blob:", "'self'"), /does not allow WebAssembly\. .* add 'wasm-unsafe-eval' to script-src/],
])) {
  test(`a policy that forbids ${what} is told in a sentence`, async () => {
    const host = await StaticHost.start({ headers: () => headers }, plain);
    try {
      assert.match(await refusal(host.page(), host.page("mamba-web/inline/index.js")), sentence);
    } finally {
      await host.stop();
    }
  });
}

test("it can be imported from another site, which the module with files says of itself", async () => {
  const [host, other] = await Promise.all([
    StaticHost.start({}, plain),
    StaticHost.start({ headers: () => ({ "Access-Control-Allow-Origin": "*" }) }, plain),
  ]);
  try {
    assert.equal(await refusal(host.page(), other.page("mamba-web/inline/index.js")), "relaxed");
    assert.match(await refusal(host.page(), other.page("mamba-web/mamba.js")), /lies on another site .* import mamba-web\/inline/);
  } finally {
    await Promise.all([host.stop(), other.stop()]);
  }
});

test("in Node it is the same module", async () => {
  const program = 'const all = await Promise.all(["", "/inline"].map((name) => import(`mamba-web${name}`))); await import("mamba-web/inline/element"); console.log(all[0] === all[1])';
  const { stdout, stderr } = await run("node", ["--input-type=module", "-e", program], { cwd: fresh });
  assert.deepEqual([stdout, stderr], ["true\n", ""]);
});
