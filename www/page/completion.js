// Completion: the model goes on from a raw text. The state after that text is kept, so
// another continuation costs one copy of it and no second reading.

import { asMambaError } from "../engine/errors.js";
import { announce, byId, copyText, make } from "./dom.js";
import { count, counted, duration, rate } from "./format.js";
import { problemCard } from "./problem.js";
import { StreamedText } from "./streamed-text.js";
import { streamAnswer } from "./stream-answer.js";

/** @typedef {import("../mamba.js").Session} Session */

export class Completion {
  #parts;
  #beginning = byId("beginning", HTMLTextAreaElement);
  #output = byId("continuation", HTMLElement);
  #note = byId("completion-note", HTMLElement);
  #again = byId("completion-again", HTMLButtonElement);
  #copyButton = byId("completion-copy", HTMLButtonElement);
  #body = make("div", { class: "text" });
  #text;
  #emptyNote = this.#note.textContent ?? "";
  /** @type {Session | null} */
  #session = null;
  /** @type {{ text: string, state: Session, readMs: number } | null} the beginning that was read, and the state after it */
  #read = null;
  #attempt = 0;
  #isEnded = false;

  /** @param {import("./chat.js").ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#text = new StreamedText(this.#body, () => parts.scroll.follow());
    this.#output.append(this.#body);
    this.#beginning.addEventListener("input", () => parts.onChange());
    this.#again.addEventListener("click", () => this.#start("again"));
    this.#copyButton.addEventListener("click", () => this.#copy());
    byId("completion-clear", HTMLButtonElement).addEventListener("click", async () => {
      await this.clear();
      this.#beginning.value = "";
      this.#beginning.focus();
    });
  }

  get position() {
    return this.#session?.position ?? 0;
  }

  /**
   * What the main button does: begin with the text in the box, go on with what stands below
   * it, or, where the model has ended its text, write another.
   *
   * @returns {"begin" | "go on" | "again"}
   */
  get next() {
    const isRead = this.#read !== null && this.#read.text === this.#beginning.value;
    if (!isRead || this.#text.text === "") return "begin";
    return this.#isEnded ? "again" : "go on";
  }

  get isEmpty() {
    return this.#read === null;
  }

  /** @param {string} text */
  suggest(text) {
    this.#beginning.value = text;
    this.#beginning.focus();
    this.#parts.onChange();
  }

  continue() {
    return this.#start(this.next);
  }

  /** Forgets the text and its states, but not what is in the box. */
  async clear() {
    await this.#parts.running.stop();
    const old = [this.#session, this.#read?.state];
    this.#session = this.#read = null;
    this.#attempt = 0;
    this.#isEnded = false;
    this.#text.clear();
    this.#show();
    this.#note.textContent = this.#emptyNote;
    for (const session of old) session?.close().catch(() => {});
  }

  /** @param {"begin" | "again" | "go on"} how */
  async #start(how) {
    if (this.#parts.running.isRunning) return;
    if (how === "begin") await this.clear();
    if (how === "again") this.#text.clear();
    await this.#parts.running.run(async (signal) => {
      this.#note.replaceChildren();
      this.#output.hidden = false;
      this.#output.classList.add("writing");
      this.#parts.scroll.jump();
      try {
        await this.#continue(how, signal);
      } catch (thrown) {
        const error = asMambaError(thrown);
        if (error.code === "cancelled" && signal.aborted) this.#note.textContent = "Stopped.";
        else this.#note.replaceChildren(problemCard("The text broke off", error, this.#parts.waysOut(error)));
      } finally {
        this.#output.classList.remove("writing");
        this.#show();
      }
    });
  }

  /**
   * @param {"begin" | "again" | "go on"} how
   * @param {AbortSignal} signal
   */
  async #continue(how, signal) {
    const engine = this.#parts.engine();
    if (!engine) return;
    if (how === "begin") {
      this.#session = await engine.session();
      const text = this.#beginning.value;
      await this.#session.prefill(text, { signal, onPrefill: (progress) => this.#showReading(progress) });
      const readMs = this.#session.stats.prefillMs;
      this.#read = { text, state: await this.#session.fork(), readMs };
    } else if (how === "again" && this.#read) {
      this.#attempt += 1;
      const old = this.#session;
      this.#session = await this.#read.state.fork();
      await old?.close();
    }
    const session = this.#session;
    if (!session) return;
    this.#note.textContent = "";
    const outcome = await streamAnswer({
      session,
      request: this.#parts.settings.request(this.#attempt),
      text: this.#text,
      signal,
      onPrefill: () => {},
      onToken: () => this.#parts.onToken(),
    });
    if ("error" in outcome) throw outcome.error;
    this.#isEnded = outcome.reason === "stop";
    const { stats } = session;
    const parts = [];
    if (stats.tokens > 1) parts.push(counted(stats.tokens, "token"), `${rate(stats.tokensPerSecond)} tokens/s`);
    const firstMs = stats.timeToFirstTokenMs + (how === "begin" ? (this.#read?.readMs ?? 0) : 0);
    if (stats.tokens > 0) parts.push(`first token after ${duration(firstMs)}`);
    if (outcome.reason === "cancelled") parts.push("stopped");
    if (outcome.reason === "stop") parts.push("the model ended its text here");
    this.#note.textContent = parts.join(" · ");
    announce(outcome.reason === "cancelled" ? "Stopped." : `Continuation: ${this.#text.text.trim()}`);
  }

  /** @param {{ read: number, total: number }} progress */
  #showReading({ read, total }) {
    if (total > 500) this.#note.textContent = `Reading ${count(read)} of ${count(total)} tokens`;
    this.#parts.onToken();
  }

  #show() {
    const isThere = this.#text.text !== "";
    this.#output.hidden = this.#copyButton.hidden = !isThere;
    this.#again.hidden = !isThere || this.#isEnded;
    this.#parts.onChange();
  }

  async #copy() {
    const isCopied = await copyText((this.#read?.text ?? "") + this.#text.text);
    this.#copyButton.textContent = isCopied ? "Copied" : "Not copied";
    announce(isCopied ? "Copied." : "The browser did not let this page copy.");
    setTimeout(() => (this.#copyButton.textContent = "Copy"), 2000);
  }
}
