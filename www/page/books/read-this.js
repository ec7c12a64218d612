// “Read this”: a text of megabytes becomes a memory, from which chats begin at once.

import { asMambaError } from "../../engine/errors.js";
import { announce, byId, make } from "../dom.js";
import { beforeLoading } from "../drop.js";
import { bytes, count, counted, rate, timeLeft } from "../format.js";
import { listed, shownError, shownName } from "../shown-text.js";
import { fileName, saveFile } from "../chats/exchange/save-file.js";
import { bookToFile } from "./book-file.js";
import { Reading } from "./reading.js";

/** @typedef {import("./shelf.js").Book} Book */

/** Of these a model cannot read a word. */
const TEXT_FILE = /\.(txt|md|markdown|text|csv|log|html?|xml|tex|rst|srt|py|rs|js|ts|c|h|cpp|java|go)$/i;
const MOST_NAME = 80;

/**
 * @param {object} parts
 * @param {() => import("../../mamba.js").Engine | null} parts.engine
 * @param {() => string} parts.modelName
 * @param {import("../running.js").Running} parts.running
 * @param {(error: import("../../mamba.js").MambaError) => Promise<import("../../mamba.js").MambaError | null>} parts.judge
 * @param {() => void} parts.onToken
 * @param {import("./shelf.js").Shelf} shelf
 * @param {(book: Book) => void} begin begins a chat from a book
 */
export function setUpReadThis({ engine, modelName, running, judge, onToken }, shelf, begin) {
  const dialog = byId("read-this", HTMLDialogElement);
  const box = byId("read-text", HTMLTextAreaElement);
  const start = byId("read-start", HTMLButtonElement);
  const pause = byId("read-pause", HTMLButtonElement);
  const bar = byId("read-bar", HTMLProgressElement);
  const note = byId("read-note", HTMLElement);
  const list = byId("books", HTMLUListElement);
  /** What is read: the file that was chosen, or what is in the box. @type {File | null} */
  let file = null;
  /** @type {Reading | null} */
  let reading = null;

  byId("open-read-this", HTMLButtonElement).addEventListener("click", () => open(null));
  byId("read-file", HTMLInputElement).addEventListener("change", ({ target }) => {
    if (target instanceof HTMLInputElement && target.files?.[0]) choose(target.files[0]);
    if (target instanceof HTMLInputElement) target.value = "";
  });
  box.addEventListener("input", () => choose(null));
  start.addEventListener("click", () => {
    if (reading) void running.stop();
    else void read();
  });
  pause.addEventListener("click", () => {
    reading?.pause(!reading.isPaused);
    pause.textContent = reading?.isPaused ? "Go on" : "Pause";
  });
  beforeLoading((files) => {
    if (files.length !== 1 || !TEXT_FILE.test(files[0].name)) return false;
    open(files[0]);
    return true;
  });

  /** @param {File | null} chosen */
  function open(chosen) {
    if (!dialog.open) dialog.showModal();
    if (chosen) choose(chosen);
    void showBooks();
  }

  /** @param {File | null} chosen */
  function choose(chosen) {
    if (reading) return;
    file = chosen;
    if (chosen) box.value = "";
    note.textContent = chosen ? `${shownName(chosen.name)}, ${bytes(chosen.size)}. Press “Read it”.` : "";
  }

  async function read() {
    const now = engine();
    const text = file ?? box.value;
    const isEmpty = typeof text === "string" && text.trim() === "";
    if (!now || isEmpty) {
      note.textContent = now ? "Paste a text or choose a file first." : "There is no model to read. Load one first.";
      return;
    }
    if (running.isRunning) return void (note.textContent = "The model is still writing. Stop it first.");
    const name = (file ? file.name.replace(/\.\w+$/, "") : box.value.trim().replace(/\s+/g, " ")).slice(0, MOST_NAME);
    await running.run(async (signal) => {
      showReading(true);
      const session = await now.session();
      try {
        reading = new Reading(session, text, signal, showProgress);
        const isWhole = await reading.run();
        const { characters, tokens } = reading.progress;
        if (tokens === 0) return void (note.textContent = "Stopped before anything was read.");
        const { modelHash } = now.info;
        const book = await shelf.add({ name, modelHash, modelName: modelName(), characters, tokens, isWhole }, await session.snapshot());
        note.textContent = shelf.problem ?? (isWhole ? `Read to its end: ${counted(tokens, "token")} in ${bytes(now.info.stateBytes)}.` : `Stopped. The first ${count(characters)} characters are remembered.`);
        announce(note.textContent);
        await showBooks(book.id);
      } catch (thrown) {
        const told = await judge(asMambaError(thrown));
        note.textContent = told ? shownError(told) : "The reading broke off.";
      } finally {
        reading = null;
        showReading(false);
        void session.close().catch(() => {});
      }
    });
  }

  /** @param {import("./reading.js").Progress} progress */
  function showProgress({ tokens, share, tokensPerSecond, secondsLeft }) {
    onToken();
    bar.value = share;
    note.textContent = listed([counted(tokens, "token"), `${rate(tokensPerSecond)} tokens/s`, ...(secondsLeft === null ? [] : [timeLeft(secondsLeft)])]);
  }

  /** @param {boolean} isReading */
  function showReading(isReading) {
    start.textContent = isReading ? "Stop and keep" : "Read it";
    pause.hidden = bar.hidden = !isReading;
    pause.textContent = "Pause";
    bar.value = 0;
    box.readOnly = isReading;
  }

  /** @param {string} [newest] whose button gets the focus */
  async function showBooks(newest) {
    const books = await shelf.list();
    list.replaceChildren(...books.map(row));
    byId("books-title", HTMLElement).hidden = books.length === 0;
    if (newest) list.querySelector("button")?.focus();
  }

  /** @param {Book} book */
  function row(book) {
    const isOurs = engine()?.info.modelHash === book.modelHash;
    const go = make("button", { class: "plain", type: "button", text: "Start a chat", "aria-label": `Start a chat from ${shownName(book.name)}` });
    go.disabled = !isOurs;
    go.addEventListener("click", () => {
      dialog.close();
      begin(book);
    });
    const save = make("button", { class: "link", type: "button", text: "Save", "aria-label": `Save the memory ${shownName(book.name)} as a file` });
    save.disabled = !isOurs;
    save.addEventListener("click", () => void saveBook(book));
    const remove = make("button", { class: "link", type: "button", text: "Delete", "aria-label": `Delete the memory ${shownName(book.name)}` });
    remove.addEventListener("click", async () => {
      await shelf.remove(book.id);
      await showBooks();
      box.focus();
    });
    const facts = [`${count(book.tokens)} tokens`, book.isWhole ? "" : "not to its end", isOurs ? "" : `only ${shownName(book.modelName)} remembers it`];
    return make(
      "li",
      { class: "book" },
      make("div", {}, make("p", { text: shownName(book.name), dir: "auto" }), make("p", { class: "quiet", text: listed(facts.filter(Boolean)) })),
      go,
      save,
      remove,
    );
  }

  /** @param {Book} book */
  async function saveBook(book) {
    const [now, state] = [engine(), await shelf.state(book.id)];
    if (!now || !state) return;
    try {
      saveFile(fileName(book.name, "mstate"), /** @type {BlobPart} */ (await bookToFile(now, book, state)), "application/octet-stream");
      note.textContent = "Saved. Whoever opens the file here, with the same model, begins chats from it.";
    } catch (error) {
      note.textContent = shownError(asMambaError(error));
    }
  }

  return {
    get isReading() {
      return reading !== null;
    },
  };
}
