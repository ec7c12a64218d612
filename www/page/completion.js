// Completion: the model continues a raw text. The state after that text is kept, so another
// continuation costs one copy of it and no second reading.

import { asMambaError } from "../engine/errors.js";
import { announce, byId, copyText, make } from "./dom.js";
import { count, counted, duration, rate } from "./format.js";
import { keepFocus } from "./keep-focus.js";
import { problemCard } from "./problem.js";
import { listed } from "./shown-text.js";
import { StreamedText } from "./streamed-text.js";
import { streamAnswer } from "./stream-answer.js";

/** @typedef {import("../mamba.js").Session} Session */

export class Completion {
  #parts;
  #beginning = byId("beginning", HTMLTextAreaElement);
  #output = byId("continuation", HTMLElement);
  #note = byId("completion-note", HTMLElement);
  #stale = byId("completion-stale", HTMLElement);
  #again = byId("completion-again", HTMLButtonElement);
  #copyButton = byId("completion-copy", HTMLButtonElement);
  #text;
  #emptyNote = this.#note.textContent ?? "";
  /** @type {Session | null} */
  #session = null;
  /** @type {{ text: string, state: Session, readMs: number } | null} the beginning that was read, and the state after it */
  #read = null;
  #attempt = 0;
  #isEnded = false;
  /** The beginning that the continuation on the page belongs to. */
  #continued = "";

  /** @param {import("./chat.js").ChatParts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.#text = this.#newText();
    this.#beginning.addEventListener("input", () => this.#show());
    this.#again.addEventListener("click", () => this.#start("again"));
    this.#copyButton.addEventListener("click", () => this.#copy());
    byId("completion-clear", HTMLButtonElement).addEventListener("click", () => {
      this.#beginning.value = "";
      this.#beginning.focus();
      this.clear();
    });
  }

  #newText() {
    const body = make("div", { class: "text" });
    this.#output.replaceChildren(body);
    return new StreamedText(body, () => this.#parts.scroll.follow());
  }

  get position() {
    return this.#session?.position ?? 0;
  }

  /**
   * What the main button does: begin with the text in the box, continue the text below it, or
   * write another one if the model has ended its text.
   *
   * @returns {"begin" | "go on" | "again"}
   */
  get next() {
    const isRead = this.#read !== null && this.#read.text === this.#beginning.value;
    if (!isRead || this.#text.text === "") return "begin";
    return this.#isEnded ? "again" : "go on";
  }

  /** Whether nothing is written here. */
  get isEmpty() {
    return this.#beginning.value.trim() === "" && this.#text.text === "";
  }

  /** Whether a model has read something of it. */
  get isRemembered() {
    return this.#read !== null;
  }

  /** Whether the box was edited since. Undoing the edit shows the continuation again. */
  get #isStale() {
    return this.#text.text !== "" && this.#beginning.value !== this.#continued;
  }

  /** @param {string} text */
  suggest(text) {
    this.#beginning.value = text;
    this.#beginning.focus();
    this.#show();
  }

  continue() {
    return this.#start(this.next);
  }

  /** Forgets the text and its states, but not what is in the box. It does not wait for the engine. */
  clear() {
    const { running } = this.#parts;
    const stopped = running.stop();
    const old = this.detach();
    this.#attempt = 0;
    this.#isEnded = false;
    this.#text = this.#newText(); // late pieces go into the old one
    this.#output.classList.remove("writing");
    this.#show();
    this.#note.textContent = this.#emptyNote;
    void stopped.then(() => running.letGo()).then(() => old.forEach((session) => session?.close().catch(() => {})));
  }

  /** Without the engine the text stays, and nothing can go on from it. @returns {(Session | null | undefined)[]} what it had */
  detach() {
    const old = [this.#session, this.#read?.state];
    this.#session = this.#read = null;
    this.#show();
    return old;
  }

  /** @param {"begin" | "again" | "go on"} how */
  async #start(how) {
    if (this.#parts.running.isRunning) return;
    if (how === "begin") this.clear();
    if (how === "again") this.#text.clear();
    const text = this.#text;
    const isCurrent = () => text === this.#text;
    await this.#parts.running.run(async (signal) => {
      keepFocus();
      this.#continued = this.#beginning.value;
      this.#note.replaceChildren();
      this.#output.hidden = false;
      this.#output.classList.add("writing");
      this.#parts.scroll.jump(this.#output);
      try {
        await this.#continue(how, signal);
      } catch (thrown) {
        const error = asMambaError(thrown);
        const isStopped = error.code === "cancelled" && signal.aborted;
        const told = isStopped ? null : await this.#parts.judge(error);
        if (isCurrent()) {
          if (isStopped) this.#note.textContent = "Stopped.";
          else if (told) this.#note.replaceChildren(problemCard("The text broke off", told, []));
          else this.#note.textContent = "The text broke off here.";
        }
      } finally {
        if (isCurrent()) this.#showDone();
      }
    }, () => this.#showDone());
  }

  #showDone() {
    this.#output.classList.remove("writing");
    this.#show();
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
      const text = this.#continued;
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
      onToken: () => this.#parts.onToken(""),
    });
    if ("error" in outcome) throw outcome.error;
    if (session !== this.#session) return;
    this.#isEnded = outcome.reason === "stop";
    const { stats } = session;
    const parts = [];
    if (stats.tokens > 1) parts.push(counted(stats.tokens, "token"), `${rate(stats.tokensPerSecond)} tokens/s`);
    const firstMs = stats.timeToFirstTokenMs + (how === "begin" ? (this.#read?.readMs ?? 0) : 0);
    if (stats.tokens > 0) parts.push(`first token after ${duration(firstMs)}`);
    if (outcome.reason === "cancelled") parts.push("stopped");
    if (outcome.reason === "stop") parts.push("the model ended its text here");
    this.#note.textContent = listed(parts);
    announce(outcome.reason === "cancelled" ? "Stopped." : `Continuation: ${this.#text.text.trim()}`);
  }

  /** @param {{ read: number, total: number }} progress */
  #showReading({ read, total }) {
    if (total > 500) this.#note.textContent = `Reading ${count(read)} of ${count(total)} tokens`;
    this.#parts.onToken("");
  }

  #show() {
    const isThere = this.#text.text !== "" && !this.#isStale;
    if (!this.#output.classList.contains("writing")) this.#output.hidden = !isThere;
    this.#copyButton.hidden = !isThere;
    this.#again.hidden = !isThere || this.#isEnded || this.#read === null;
    this.#stale.hidden = !this.#isStale;
    this.#parts.onChange();
  }

  async #copy() {
    const isCopied = await copyText(this.#continued + this.#text.text);
    this.#copyButton.textContent = isCopied ? "Copied" : "Not copied";
    announce(isCopied ? "Copied." : "The browser did not let this page copy.");
    setTimeout(() => (this.#copyButton.textContent = "Copy"), 2000);
  }
}
