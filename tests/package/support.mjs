// The packed package in a fresh folder, beside the examples, and what is asked of a page that uses it. Before it, `make package`.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { withPage } from "../browser/support/chromium.mjs";
import { StaticHost } from "../browser/support/static-host.mjs";

/** @typedef {import("../../www/element/mamba-chat.js").MambaChat} MambaChat */

export const root = fileURLToPath(new URL("../../", import.meta.url));
export const run = promisify(execFile);

const packed = (await readdir(path.join(root, "pkg")).catch(() => [])).filter((name) => name.endsWith(".tgz"));
if (packed.length !== 1) throw new Error("pkg/ has to have one package. “make package” makes it.");
export const tarball = path.join(root, "pkg", packed[0]);

/** What the examples ask. */
export const question = "How many legs does a spider have?";
const END_OF_ANSWER = new Set([0, 2]); // <|endoftext|>, <|user|>
/** In logits. The engine keeps int8, transformers f32: they say the same only where no two words are nearly as likely. */
const LEAST_MARGIN = 1;
const { prompts } = JSON.parse(await readFile(path.join(root, "tests/golden/default/model.json"), "utf8"));
const { greedy_text: generated, greedy_ids: ids, greedy_margins: margins } = prompts.find((/** @type {{ messages?: { content: string }[] }} */ { messages }) => messages?.[0].content === question);
if (Math.min(...margins.slice(0, ids.findIndex((/** @type {number} */ id) => END_OF_ANSWER.has(id)))) < LEAST_MARGIN) {
  throw new Error("The answer to the examples' question hangs on a near tie: choose another question, here, in examples/web and in tests/golden/make/default_model.py.");
}
/** What transformers generates (tests/golden/default), up to the end of the answer. */
export const answer = generated.split("<|")[0];

/** The examples with the bundlers and the package installed; removed after the tests. @returns {Promise<string>} the folder */
export async function freshExamples() {
  const fresh = await mkdtemp(path.join(tmpdir(), "mamba-web-package-"));
  after(() => rm(fresh, { recursive: true, force: true }));
  await cp(path.join(root, "examples/web"), fresh, { recursive: true, filter: (name) => !/\/(node_modules|dist)$/.test(name) });
  const npm = (/** @type {string[]} */ ...words) => run("npm", [...words, "--no-audit", "--no-fund", "--loglevel=error"], { cwd: fresh });
  await npm("ci", "--prefer-offline", "--ignore-scripts");
  // Nothing but the file itself is needed.
  await npm("install", "--no-save", "--offline", tarball);
  return fresh;
}

/**
 * Builds an example and serves it with the models beside it.
 *
 * @param {string} project its folder
 * @param {string[]} script its name, and options
 * @param {Record<string, string>} headers of all files
 * @param {(host: StaticHost) => Promise<void>} use
 */
export async function withExample(project, [script, ...options], headers, use) {
  const dist = path.join(project, "dist");
  await rm(dist, { recursive: true, force: true });
  await run("npm", ["run", script, ...(options.length > 0 ? ["--", ...options] : [])], { cwd: project });
  await symlink(path.join(root, "www/models"), path.join(dist, "models"));
  const host = await StaticHost.start({ headers: () => headers }, dist);
  try {
    await use(host);
  } finally {
    await host.stop();
  }
}

/** @param {import("playwright-core").Browser} browser @param {string} address @param {RegExp} build what runs in the page */
export const modelAnswers = (browser, address, build) =>
  withPage(browser, address, async (page) => {
    await page.waitForSelector("#answer[title]");
    assert.equal(await page.textContent("#answer"), answer);
    assert.match((await page.getAttribute("#answer", "title")) ?? "", build);
  });

/** A saved chat whose answer needs all that is fetched when an answer needs it. @param {string} saved */
const withFormula = (saved) => {
  const chats = JSON.parse(saved);
  chats.chats[0].turns[0].answer = "So \\(x^2\\):\n\n```js\nconst x = 1;\n```\n";
  return JSON.stringify(chats);
};

/**
 * Two chats on a page: their looks, their one engine, an answer, and one with a formula and code.
 *
 * @param {import("playwright-core").Browser} browser
 * @param {string} address
 */
export const chatsAnswer = (browser, address) =>
  withPage(browser, address, async (page) => {
    const failed = /** @type {string[]} */ ([]);
    page.on("response", (response) => void (response.status() >= 400 && !/\/models\//.test(response.url()) && failed.push(response.url())));
    await page.evaluate(() => customElements.whenDefined("mamba-chat"));
    const [first, second] = ["#first", "#second"].map((name) => page.locator(name));
    const turn = await first.evaluate((chat, question) => /** @type {MambaChat} */ (chat).send(question), question);
    assert.equal(turn?.answer, answer);
    assert.equal(await page.textContent("#said"), answer);
    await second.evaluate((chat) => /** @type {MambaChat} */ (chat).load());
    assert.equal(page.workers().length, 1, "one engine for both");
    const [width, lines] = await second.evaluate((chat) => [getComputedStyle(chat).borderTopWidth, chat.shadowRoot?.querySelectorAll(".turn").length]);
    assert.deepEqual([width, lines], ["1px", 0]);
    const saved = withFormula(await first.evaluate((chat) => /** @type {MambaChat} */ (chat).save()));
    await second.evaluate((chat, saved) => /** @type {MambaChat} */ (chat).open(saved), saved);
    await second.locator(".formula .katex").waitFor();
    await second.locator("code .hljs-keyword").waitFor();
    await page.waitForFunction(() => [...document.fonts].some(({ status }) => status === "loaded"));
    assert.deepEqual(failed, []);
  });
