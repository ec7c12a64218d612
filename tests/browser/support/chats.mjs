// Chats as the tests make and count them.

import { answerIsDone, modelIsReady, setSetting } from "./chromium.mjs";

/** @typedef {import("playwright-core").Page} Page */
/** @typedef {import("../../../www/page/chats/tree.js").Node} Node */
/** @typedef {import("../../../www/page/chats/store.js").Chat} Chat */

export const DATABASE = "mamba-web-chats-1";

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
      const writing = db.transaction(["chats", "nodes", "words"], "readwrite");
      const put = (/** @type {string} */ store, /** @type {object} */ record) => writing.objectStore(store).put(record);
      for (let c = 0; c < chats; c++) {
        const chat = `made-${turns}-${c}`;
        const at = 1_700_000_000_000 + c * 60_000;
        put("chats", { id: chat, title: `Chat ${c} of ${turns}`, pinned: false, renamed: false, createdAt: at, changedAt: at, system: "", leaf: `${turns - 1}`, draft: "", scroll: null });
        for (let t = 0; t < turns; t++) {
          const message = `Message ${t} about topic${c}`;
          const answer = `Answer ${t}. `.repeat(20);
          put("nodes", { id: `${t}`, chat, parent: t === 0 ? null : `${t - 1}`, message, answer, ids: new Uint32Array(60), settings: null, stats: null, readTokens: 9, reason: "stop", modelHash: "other", modelName: "Other", createdAt: at + t });
          put("words", { chat, id: `${t}`, words: ["message", "about", `topic${c}`, "answer", `${t}`] });
        }
      }
      await new Promise((resolve, reject) => {
        writing.oncomplete = resolve;
        writing.onerror = () => reject(writing.error);
      });
      db.close();
    },
    { name: DATABASE, ...how },
  );
