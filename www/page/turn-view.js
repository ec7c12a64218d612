// One message and its answer, as the conversation shows them.

import { AnswerText } from "./answer-text.js";
import { showCopied } from "./copied.js";
import { actionButton, copyText, make } from "./dom.js";
import { count, counted, duration, rate } from "./format.js";
import { keepFocus } from "./keep-focus.js";
import { problemCard } from "./problem.js";
import { listed } from "./shown-text.js";
import { blocks } from "./streamed-text.js";

/** Laying out a pasted book would freeze the page for seconds. Its beginning is enough. */
const LONG_MESSAGE = 3000;

/**
 * @typedef {object} TurnActions
 * @property {() => void} regenerate
 * @property {() => void} goOn
 * @property {() => void} follow called whenever text has been added
 */

export class TurnView {
  element;
  answer;
  #status = make("p", { class: "status" });
  #numbers = make("span", { class: "numbers" });
  #buttons = make("span", { class: "actions" });
  #problem = make("div");
  #body;
  #copyButton;
  #asText;
  #regenerate;
  #goOn;

  /**
   * @param {string} message
   * @param {TurnActions} actions
   */
  constructor(message, actions) {
    this.#body = make("div", {});
    this.answer = new AnswerText(this.#body, actions.follow);
    this.#copyButton = actionButton("Copy", "copy", () => this.#copy());
    this.#asText = actionButton("Show as text", "text", () => this.#toggleText());
    this.#regenerate = actionButton("Regenerate", "again", actions.regenerate);
    this.#goOn = actionButton("Go on", "on", actions.goOn);
    this.#buttons.append(this.#copyButton, this.#asText, this.#regenerate, this.#goOn);
    this.element = make(
      "li",
      { class: "turn" },
      make("div", { class: "said" }, make("h3", { class: "unseen", text: "You wrote" }), shortened(message)),
      make(
        "div",
        { class: "answer" },
        make("h3", { class: "unseen", text: "The model answered" }),
        this.#body,
        this.#status,
        this.#problem,
        make("div", { class: "below" }, this.#numbers, this.#buttons),
      ),
    );
    this.showActions({ canRegenerate: false, canGoOn: false });
  }

  /** @param {{ isContinued: boolean }} how */
  begin({ isContinued }) {
    keepFocus(); // the buttons are hidden while it is written
    this.element.classList.remove("waiting");
    if (!isContinued) this.answer.clear();
    this.#problem.replaceChildren();
    this.#numbers.textContent = "";
    this.element.classList.add("writing");
    this.element.setAttribute("aria-busy", "true");
    this.#status.textContent = "";
  }

  /** @param {string} why it has no answer yet */
  showWaiting(why) {
    this.element.classList.add("waiting");
    this.#status.textContent = why;
  }

  /** A stop was requested. The numbers come once the engine has stopped. */
  showStopped() {
    this.#stopWriting();
    this.#numbers.textContent = "Stopped";
  }

  /** @param {{ read: number, total: number }} progress */
  showReading({ read, total }) {
    // A short message is read before anyone could see this.
    if (total > 500 && this.element.classList.contains("writing")) this.#status.textContent = `Reading ${count(read)} of ${count(total)} tokens`;
  }

  showWriting() {
    if (this.#status.textContent) this.#status.textContent = "";
  }

  /**
   * @param {import("../mamba.js").SessionStats} stats
   * @param {import("./stream-answer.js").Reason} reason
   */
  end(stats, reason) {
    this.#stopWriting();
    const parts = [];
    if (stats.tokens > 0) {
      parts.push(counted(stats.tokens, "token"));
      if (stats.tokens > 1) parts.push(`${rate(stats.tokensPerSecond)} tokens/s`);
      parts.push(`first token after ${duration(stats.timeToFirstTokenMs)}`);
    }
    if (reason === "cancelled") parts.push("stopped");
    if (reason === "length") parts.push("longest answer reached");
    this.#numbers.textContent = listed(parts);
    if (!this.answer.text.trim()) {
      this.#status.textContent = reason === "cancelled" ? "Stopped before the first word." : "The model had nothing to say.";
    }
  }

  /** @param {import("../mamba.js").MambaError | null} error null where it is told elsewhere */
  fail(error) {
    this.#stopWriting();
    this.#numbers.textContent = "";
    if (error) this.#problem.replaceChildren(problemCard("The answer broke off", error, []));
    else this.#status.textContent = "The answer broke off here.";
  }

  /** @param {{ canRegenerate: boolean, canGoOn: boolean }} can */
  showActions({ canRegenerate, canGoOn }) {
    this.#copyButton.hidden = this.#asText.hidden = !this.answer.text.trim();
    this.#regenerate.hidden = !canRegenerate;
    this.#goOn.hidden = !canGoOn;
  }

  #stopWriting() {
    this.element.classList.remove("writing");
    this.element.removeAttribute("aria-busy");
    this.#status.textContent = "";
  }

  #toggleText() {
    this.answer.isPlain = !this.answer.isPlain;
    const label = this.#asText.querySelector("span");
    if (label) label.textContent = this.answer.isPlain ? "Show formatted" : "Show as text";
  }

  async #copy() {
    showCopied(this.#copyButton, await copyText(this.answer.text.trim()));
  }
}

/** @param {string} message */
function shortened(message) {
  if (message.length <= LONG_MESSAGE) return make("div", { class: "text", text: message, dir: "auto" });
  const text = make("div", { class: "text", text: `${message.slice(0, LONG_MESSAGE)}…`, dir: "auto" });
  const more = make("button", { class: "link", type: "button", text: `Show all ${count(message.length)} characters` });
  more.addEventListener("click", () => {
    text.replaceChildren(...blocks(message));
    keepFocus();
    more.remove();
  });
  return make("div", {}, text, more);
}
