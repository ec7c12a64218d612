// WebKit, as Debian's webkit2gtk-driver has it: MiniBrowser on a screen of its own, driven by plain WebDriver.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, stat } from "node:fs/promises";
import { lookUp } from "./find-browser.mjs";
import { freePort } from "./free-port.mjs";

const LIBRARIES = "/usr/lib";
/** WebDriver's name for the id of an element in its answers. */
const ELEMENT = "element-6066-11e4-a52e-4f735466cecf";

/** @returns {Promise<{ driver: string, screen: string, browser: string } | null>} null where a part of it is not installed */
export async function findWebKit() {
  const [driver, screen] = [lookUp(["WebKitWebDriver"]), lookUp(["Xvfb"])];
  if (!driver || !screen) return null;
  for (const machine of await readdir(LIBRARIES)) {
    const browser = `${LIBRARIES}/${machine}/webkit2gtk-4.1/MiniBrowser`;
    if (await stat(browser).catch(() => null)) return { driver, screen, browser };
  }
  return null;
}

export class WebKit {
  #processes;
  #session;

  /** @param {import("node:child_process").ChildProcess[]} processes @param {string} session its address */
  constructor(processes, session) {
    this.#processes = processes;
    this.#session = session;
  }

  /** @param {NonNullable<Awaited<ReturnType<typeof findWebKit>>>} found */
  static async start({ driver, screen, browser }) {
    // It looks for a free screen itself, and writes its number.
    const xvfb = spawn(screen, ["-displayfd", "3", "-screen", "0", "1280x900x24"], { stdio: ["ignore", "ignore", "ignore", "pipe"] });
    const [number] = await once(/** @type {import("node:stream").Readable} */ (xvfb.stdio[3]), "data");
    const port = await freePort();
    const env = { ...process.env, DISPLAY: `:${String(number).trim()}`, JSC_useSharedArrayBuffer: "1", LIBGL_ALWAYS_SOFTWARE: "1" };
    const webdriver = spawn(driver, [`--port=${port}`], { env, stdio: "ignore" });
    const processes = [webdriver, xvfb];
    const address = `http://127.0.0.1:${port}`;
    for (let tries = 0; tries < 100 && !(await fetch(`${address}/status`).catch(() => null)); tries++) await new Promise((resolve) => setTimeout(resolve, 100));
    try {
      const capabilities = { alwaysMatch: { browserName: "MiniBrowser", "webkitgtk:browserOptions": { binary: browser, args: ["--automation"] } } };
      const { sessionId } = await ask("POST", `${address}/session`, { capabilities });
      const webkit = new WebKit(processes, `${address}/session/${sessionId}`);
      await webkit.#post("timeouts", { script: 120_000 });
      return webkit;
    } catch (error) {
      for (const started of processes) started.kill();
      throw error;
    }
  }

  /** @param {string} path @param {object} body */
  #post = (path, body) => ask("POST", `${this.#session}/${path}`, body);

  /** @param {string} url */
  goto(url) {
    return this.#post("url", { url });
  }

  /** What a function, which may wait, gives in the page. @template T @param {(...args: any[]) => T} work @param {...unknown} args @returns {Promise<Awaited<T>>} */
  async evaluate(work, ...args) {
    const script = `const [...args] = arguments; const done = args.pop();
      Promise.resolve().then(() => (${work})(...args)).then((value) => done({ value }), (error) => done({ error: String(error) }));`;
    const { value, error } = await this.#post("execute/async", { script, args });
    if (error) throw new Error(error);
    return value;
  }

  /** @param {(...args: any[]) => unknown} isSo @param {...unknown} args */
  async waitFor(isSo, ...args) {
    for (let tries = 0; tries < 600; tries++) {
      if (await this.evaluate(isSo, ...args)) return;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(`This did not come to be: ${isSo}`);
  }

  /** @param {string} selector @param {string} text as it is typed */
  async type(selector, text) {
    const found = await this.#post("element", { using: "css selector", value: selector });
    await this.#post(`element/${found[ELEMENT]}/value`, { text });
  }

  /** @returns {Promise<Buffer>} PNG */
  async screenshot() {
    return Buffer.from(await ask("GET", `${this.#session}/screenshot`), "base64");
  }

  async close() {
    await ask("DELETE", this.#session).catch(() => {});
    for (const started of this.#processes) started.kill();
  }
}

/** @param {string} method @param {string} address @param {object} [body] */
async function ask(method, address, body) {
  const response = await fetch(address, { method, body: body && JSON.stringify(body) });
  const { value } = /** @type {{ value: any }} */ (await response.json());
  if (!response.ok) throw new Error(`${value.error}: ${value.message}`);
  return value;
}
