// Chats as the tests make and count them.

import { answerIsDone, modelIsReady, setSetting } from "./chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../../www/page/chats/tree.js").Node} Node */
/** @typedef {import("../../../www/page/chats/store.js").Chat} Chat */

export const DATABASE = "mamba-web-chats-2";

/** Counts what the engine says that it has read, in all runs of all sessions. @param {Page} page */
export const countReading = (page) =>
  page.addInitScript(() => {
    const count = { read: 0 };
    Object.assign(window, { count });
    window.Worker = class extends Worker {
      /** @param {string | URL} url @param {WorkerOptions} [options] */
      constructor(url, options) {
        super(url, options);
        this.addEventListener("message", ({ data }) => {
          const { result } = data ?? {};
          if (result?.reason && result.stats) count.read += result.stats.readTokens;
        });
      }
    };
  });

/** What the engine has read since the page was opened. @param {Page} page @returns {Promise<number>} */
export const engineRead = (page) => page.evaluate(() => /** @type {any} */ (window).count.read);

/** The model is there and gives short answers, always the same. @param {Page} page */
export async function shortAnswers(page, tokens = 5) {
  await modelIsReady(page);
  await setSetting(page, "maxTokens", String(tokens));
  await setSetting(page, "temperature", "0");
}

/** Sends a message and waits for its answer. @param {Page} page @param {string} message */
export async function say(page, message) {
  await page.fill("#message", message);
  await page.keyboard.press("Enter");
  await page.waitForFunction((message) => [...document.querySelectorAll(".turn .said .text")].at(-1)?.textContent === message, message);
  await answerIsDone(page);
}

/** What is stored. @param {Page} page @returns {Promise<{ chats: Chat[], nodes: Node[] }>} */
export const stored = (page) =>
  page.evaluate(
    (name) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open(name);
        // One that is not there, because it was cleared, must not be made: the page would find it without its object stores.
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const db = opening.result;
          const all = (/** @type {string} */ store) => new Promise((done) => (db.transaction(store).objectStore(store).getAll().onsuccess = (event) => done(/** @type {any} */ (event.target).result)));
          void Promise.all([all("chats"), all("nodes")]).then(([chats, nodes]) => {
            db.close();
            resolve({ chats, nodes });
          });
        };
      }),
    DATABASE,
  );

/** Waits until what is on the screen is stored. @param {Page} page @param {number} turns */
export const isStored = async (page, turns) => {
  for (let tries = 0; tries < 100; tries++) {
    const { nodes } = await stored(page).catch(() => ({ nodes: [] }));
    if (nodes.filter(({ reason }) => reason !== null).length >= turns) return;
    await page.waitForTimeout(100);
  }
  throw new Error(`${turns} turns were not stored`);
};

/**
 * Fills the store with chats, as an earlier visit would have left them. The page must not be open in it.
 *
 * @param {Page} page in which the page's store was made already
 * @param {{ chats: number, turns: number }} how many chats, and how many turns each has
 */
export const fillStore = (page, how) =>
  page.evaluate(
    async ({ name, chats, turns }) => {
      /** @type {IDBDatabase} */
      const db = await new Promise((resolve) => {
        const opening = indexedDB.open(name);
        opening.onsuccess = () => resolve(opening.result);
      });
      /** Eighty words, as a model may write them: prose, a list in every fourth answer, and code in every tenth. */
      const answerOf = (/** @type {number} */ turn, /** @type {number} */ chat) => {
        const word = (/** @type {number} */ at) => `${"bcdfgklmnprst"[at % 13]}${"aeiou"[at % 5]}${"lmnrst"[at % 6]}${at % 7 ? "" : "ing"}`;
        const words = Array.from({ length: 80 }, (_, i) => word(chat * 7919 + turn * 104_729 + i * i * 31));
        const list = turn % 4 === 0 ? `\n\n* **${words[3]}** ${words[4]}\n* \`${words[5]}\`` : "";
        const code = turn % 10 === 0 ? `\n\n~~~js\nconst ${words[6]} = ${turn};\nreturn ${words[6]} + 1;\n~~~` : "";
        return `Answer ${turn}: ${words.slice(0, 40).join(" ")}.\n\n${words.slice(40).join(" ")}.${list}${code}`;
      };
      const writing = db.transaction(["chats", "nodes", "said"], "readwrite");
      const put = (/** @type {string} */ store, /** @type {object} */ record) => writing.objectStore(store).put(record);
      for (let c = 0; c < chats; c++) {
        const chat = `made-${turns}-${c}`;
        const at = 1_700_000_000_000 + c * 60_000;
        /** @type {Map<string, number>} */
        const words = new Map();
        put("chats", { id: chat, title: `Chat ${c} of ${turns}`, pinned: false, renamed: false, createdAt: at, changedAt: at, system: "", leaf: `${turns - 1}`, draft: "", scroll: null });
        for (let t = 0; t < turns; t++) {
          const message = `Message ${t} about topic${c}`;
          const answer = answerOf(t, c);
          put("nodes", { id: `${t}`, chat, parent: t === 0 ? null : `${t - 1}`, message, answer, ids: new Uint32Array(60), settings: null, stats: null, readTokens: 9, reason: "stop", modelHash: "other", modelName: "Other", createdAt: at + t });
          for (const word of `${message} ${answer}`.toLowerCase().match(/[a-z\d]+/g) ?? []) if (!words.has(word)) words.set(word, t);
        }
        put("said", { chat, words: ` ${[...words].map(([word, turn]) => `${word}:${turn} `).join("")}`, turns: Array.from({ length: turns }, (_, turn) => `${turn}`) });
      }
      await new Promise((resolve, reject) => {
        writing.oncomplete = resolve;
        writing.onerror = () => reject(writing.error);
      });
      db.close();
    },
    { name: DATABASE, ...how },
  );

/**
 * How long it takes, in ms, from what the visitor does in a store that was filled (1,000 chats and one of 2,000 turns) until
 * the frame that shows it is painted: to find a word of one chat, one of every chat and one of the long chat, to show the
 * whole list again, and to open the long chat.
 *
 * @param {Page} page
 * @returns {Promise<{ rare: number, common: number, long: number, list: number, open: number }>}
 */
export const timeList = (page) =>
  page.evaluate(async () => {
    const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
    const painted = () => {
      const { port1, port2 } = new MessageChannel();
      const come = new Promise((resolve) => (port1.onmessage = resolve));
      port2.postMessage(null);
      return come;
    };
    const timed = async (/** @type {() => void} */ act, /** @type {() => unknown} */ isDone) => {
      await frame();
      await painted();
      const start = performance.now();
      act();
      do await frame();
      while (!isDone());
      await painted(); // a message that was sent in a frame comes after it
      return performance.now() - start;
    };
    const search = /** @type {HTMLInputElement} */ (document.getElementById("search-chats"));
    const write = (/** @type {string} */ text) => {
      search.value = text;
      search.dispatchEvent(new Event("input"));
    };
    const rows = () => [...document.querySelectorAll(".chat-title")].map((title) => title.textContent);
    const note = () => document.getElementById("chats-note")?.textContent ?? "";
    const rare = await timed(() => write("topic777"), () => note() === "1 chat found." && rows().length === 1);
    const common = await timed(() => write("message"), () => note() === "1,001 chats found.");
    const list = await timed(() => write(""), () => note() === "");
    const long = await timed(() => write("1999"), () => rows().length === 1 && rows()[0] === "Chat 0 of 2000");
    const click = () => document.querySelector("a.chat-link")?.dispatchEvent(new MouseEvent("click", { bubbles: true, cancelable: true }));
    const last = () => [...document.querySelectorAll(".said .text")].at(-1)?.textContent;
    const open = await timed(click, () => last() === "Message 1999 about topic0");
    return { rare, common, long, list, open };
  });
