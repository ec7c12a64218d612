// Whether the page keeps up while a model writes: the tasks of its thread while somebody types and scrolls, from Chromium's
// trace. A task that takes longer than 50 ms keeps a key or the wheel waiting.
//
//   node benches/browser/long-tasks.mjs [seconds]
//
// A task's time is that of the clock and that of the processor: on a busy machine the first one has the waiting for others.

import { chromium } from "playwright-core";
import { modelIsReady, setSetting } from "../../tests/browser/support/chromium.mjs";
import { fillStore } from "../../tests/browser/support/chats.mjs";
import { CHROMIUM_FLAGS, findChromium } from "./support/browser.mjs";
import { machine, say, short, table } from "./support/report.mjs";
import { serve, siteFolder } from "./support/server.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {{ name: string, ph: string, cat: string, pid: number, tid: number, ts: number, dur?: number, tdur?: number, args?: any }} TraceEvent */

const SECONDS = Number(process.argv[2] ?? 20);
const LONG_MS = 50;
/** The names of the trace's events that hold a whole task. */
const TASK = "ThreadControllerImpl::RunTask";

/** What a model may write: all that is shown in a way of its own. @param {number} at */
const section = (at) => `## Part ${at}

Some *words*, **strong** ones and \`code${at}\`, then a formula \\(a_{${at}}^2 + b^2 = c^2\\) and [a link](https://example.org/${at}).
${"The lighthouse stood on a cliff, and the keeper wrote each evening what the sea had said. ".repeat(4)}

${Array.from({ length: 12 }, (_, i) => `${i + 1}. item ${i} of ${at}\n   - below it`).join("\n")}

\`\`\`js
${Array.from({ length: 40 }, (_, i) => `const value${i} = compute(${i}, "${at}"); // a remark`).join("\n")}
\`\`\`

| Name | Number |
|:-----|-------:|
${Array.from({ length: 30 }, (_, i) => `| row ${i} | ${i * at} |`).join("\n")}

$$\\sum_{i=1}^{${at}} \\frac{1}{i^2} \\int_0^1 x^{i} dx$$

`;

/** Puts another text, in larger pieces, in the place of what the model writes. @param {string} text */
const writeInstead = (text) => {
  const LETTERS = 24;
  let at = 0;
  window.Worker = class extends Worker {
    /** @param {string | URL} url @param {WorkerOptions} [options] */
    constructor(url, options) {
      super(url, options);
      this.addEventListener("message", ({ data }) => {
        for (const piece of data?.event?.pieces ?? []) {
          piece.text = text.slice(at, at + LETTERS);
          at = (at + LETTERS) % text.length;
        }
      });
    }
  };
};

/** Types and scrolls, as long as it is told, and sends a message whenever nothing is being answered. @param {Page} page @param {boolean} isAsking */
async function use(page, isAsking) {
  const end = Date.now() + SECONDS * 1000;
  await page.focus("#message");
  for (let step = 0; Date.now() < end; step++) {
    const isIdle = isAsking && step % 10 === 0 && (await page.evaluate(() => !document.querySelector(".turn.writing")));
    if (isIdle) {
      await page.fill("#message", "Tell me a long story about a lighthouse.");
      await page.keyboard.press("Enter");
    }
    await page.keyboard.press(step % 6 === 5 ? "Space" : "abcdefgh"[step % 8]);
    if (step % 3 === 0) await page.mouse.wheel(0, step % 12 < 6 ? -300 : 300);
    await page.waitForTimeout(40);
  }
  if (isAsking) await page.keyboard.press("Escape");
  await page.fill("#message", "");
  return page.evaluate(() => [...document.querySelectorAll(".answer .text")].reduce((sum, { textContent }) => sum + (textContent?.length ?? 0), 0));
}

/** The tasks of the page's thread while something is done. @param {Page} page @param {() => Promise<number>} act */
async function traced(page, act) {
  const cdp = await /** @type {import("playwright-core").Browser} */ (page.context().browser()).newBrowserCDPSession();
  /** @type {TraceEvent[]} */
  const events = [];
  cdp.on("Tracing.dataCollected", ({ value }) => void events.push(.../** @type {any} */ (value)));
  await cdp.send("Tracing.start", { transferMode: "ReportEvents", traceConfig: { includedCategories: ["toplevel", "devtools.timeline", "blink.user_timing"] } });
  await page.evaluate(() => void performance.mark("traced"));
  const letters = await act();
  const over = new Promise((resolve) => cdp.on("Tracing.tracingComplete", () => resolve(undefined)));
  await cdp.send("Tracing.end");
  await over;
  await cdp.detach();
  const mark = events.find(({ name, cat }) => name === "traced" && cat === "blink.user_timing");
  const own = events.filter(({ pid, tid, ph }) => pid === mark?.pid && tid === mark?.tid && ph === "X");
  const tasks = own.filter(({ name }) => name === TASK).map((task) => ({ ...task, ms: (task.dur ?? 0) / 1000, cpuMs: (task.tdur ?? 0) / 1000 }));
  const longest = tasks.toSorted((a, b) => b.cpuMs - a.cpuMs).slice(0, 3);
  for (const task of longest) {
    const inside = own.filter((event) => event !== task && event.ts >= task.ts && event.ts + (event.dur ?? 0) <= task.ts + (task.dur ?? 0) && event.name !== TASK);
    const parts = inside.toSorted((a, b) => (b.tdur ?? 0) - (a.tdur ?? 0)).slice(0, 6);
    say(`  ${short(task.cpuMs)} ms (${short(task.ms)} by the clock): ${parts.map(({ name, tdur, args }) => `${args?.data?.functionName || name} ${short((tdur ?? 0) / 1000)}`).join(", ")}`);
  }
  return { letters, tasks };
}

const server = await serve({ mounts: { "/": await siteFolder() } });
const browser = await chromium.launch({ executablePath: findChromium(), args: CHROMIUM_FLAGS });
const ran = machine();
/** @type {string[][]} */
const rows = [];

/** @param {string} name @param {(page: Page) => Promise<void>} prepare @param {boolean} isAsking @param {string | null} [text] that is written instead */
async function measure(name, prepare, isAsking, text = null) {
  const context = await browser.newContext({ serviceWorkers: "block", viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.on("pageerror", (error) => say(`page: ${error.message}`));
  if (text !== null) await page.addInitScript(writeInstead, text);
  await page.goto(`${server.origin}/`);
  await modelIsReady(page);
  await setSetting(page, "maxTokens", "20000");
  await prepare(page);
  say(name);
  const { letters, tasks } = await traced(page, () => use(page, isAsking));
  const most = (/** @type {"ms" | "cpuMs"} */ of) => Math.max(...tasks.map((task) => task[of]));
  const long = (/** @type {"ms" | "cpuMs"} */ of) => tasks.filter((task) => task[of] > LONG_MS).length;
  const busy = tasks.reduce((sum, { cpuMs }) => sum + cpuMs, 0) / (SECONDS * 1000);
  rows.push([name, letters.toLocaleString("en"), tasks.length.toLocaleString("en"), `${(100 * busy).toFixed(0)} %`, short(most("cpuMs")), String(long("cpuMs")), short(most("ms")), String(long("ms"))]);
  await context.close();
}

try {
  await measure("a story, as the default model writes it", async () => {}, true);
  await measure("a long answer with lists, code, tables and formulas", async () => {}, true, Array.from({ length: 60 }, (_, i) => section(i)).join(""));
  await measure(
    "a chat of 2,000 turns, nothing is written",
    async (page) => {
      await fillStore(page, { chats: 1000, turns: 4 });
      await fillStore(page, { chats: 1, turns: 2000 });
      await page.goto(`${server.origin}/#chat=made-2000-0`);
      await page.reload();
      await page.waitForSelector(".turn");
      await modelIsReady(page);
    },
    false,
  );
  say(`Chromium ${browser.version()}; ${ran.cores} cores; load before ${ran.loadBefore.join(" ")}; ${SECONDS} s each`);
  console.log(table(["while somebody types and scrolls", "letters shown", "tasks", "busy", "longest, ms of processor", "over 50", "longest, ms by the clock", "over 50"], rows));
} finally {
  await browser.close();
  await server.stop();
}
