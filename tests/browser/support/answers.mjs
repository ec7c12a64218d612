// The text of an answer in the built page, without a model: tests write it themselves.

import { readdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { partsStayFiles } from "../../../scripts/parts.mjs";

const www = fileURLToPath(new URL("../../../www", import.meta.url));
const dist = fileURLToPath(new URL(`../../../${process.env.MAMBA_WEB_SITE ?? "dist"}`, import.meta.url));

/**
 * Puts an empty answer into the page. `window.write(pieces, { ends })` writes into it.
 *
 * @param {import("playwright-core").Page} page
 */
export async function openAnswer(page) {
  const { outputFiles } = await build({
    stdin: { contents: 'export * from "./page/answer-text.js"; export * from "./page/markdown/markdown-text.js";', resolveDir: www },
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    plugins: [partsStayFiles(www)],
  });
  const [home] = await readdir(`${dist}/build`);
  await page.route(`**/build/${home}/answers.js`, (route) => route.fulfill({ body: outputFiles[0].text, contentType: "text/javascript" }));
  await page.evaluate(async (home) => {
    const { AnswerText, MarkdownText, fetchParser } = await import(new URL(`build/${home}/answers.js`, document.baseURI).href);
    const parse = await fetchParser();
    document.getElementById("welcome")?.remove();
    const turns = document.getElementById("turns");
    if (!turns) throw new Error("no turns");
    /** @param {(body: HTMLElement) => unknown} make */
    const put = (make) => {
        const [turn, answer, title, body] = ["li", "div", "h3", "div"].map((name) => document.createElement(name));
        turn.className = "turn";
        answer.className = "answer";
        title.textContent = "The model answered";
        answer.append(title, body);
        turn.append(answer);
        turns.replaceChildren(turn);
        return Object.assign(window, { answer: make(body) }).answer;
    };
    Object.assign(window, {
      open: () => put((body) => new AnswerText(body)),
      /** One that counts the characters that are parsed. */
      openCounted: () => {
        const counts = { parsed: 0 };
        const counted = (/** @type {string} */ text) => {
          counts.parsed += text.length;
          return parse(text);
        };
        return { counts, answer: put((body) => new MarkdownText(body, counted)) };
      },
      /** The structure. Where a long line is divided depends on what was laid out when, and nobody sees it. */
      structure: () => turns.querySelector(".text")?.innerHTML.replaceAll('</div><div class="line" dir="auto">', "") ?? "",
      frame: () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
    });
  }, home);
}

/**
 * A whole text as an answer.
 *
 * @param {import("playwright-core").Page} page
 * @param {string} text
 */
export async function show(page, text) {
  await page.evaluate((text) => {
    const answer = /** @type {any} */ (window).open();
    answer.append(text);
    answer.end();
  }, text);
}
