// The box that messages are written in.

import { byId, setIcon } from "./dom.js";
import { shownText } from "./shown-text.js";

const USUAL_NOTE = "Enter sends, Shift+Enter starts a new line, Escape stops.";

export class Composer {
  #form = byId("composer", HTMLFormElement);
  #box = byId("message", HTMLTextAreaElement);
  #button = byId("send", HTMLButtonElement);
  #note = byId("composer-note", HTMLElement);
  #isRunning = false;
  #onInput = () => {};

  /**
   * @param {(text: string) => boolean} send whether the message was taken
   * @param {() => void} stop
   */
  constructor(send, stop) {
    this.tell(null);
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#isRunning) return stop();
      if (send(this.#box.value)) this.set("");
      this.#box.focus();
    });
    this.#box.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!this.#isRunning) this.#form.requestSubmit();
    });
    this.#box.addEventListener("input", () => {
      this.tell(null);
      this.#fit();
      this.#onInput();
    });
  }

  /** @param {() => void} listener called when the visitor has written something */
  onInput(listener) {
    this.#onInput = listener;
  }

  focus() {
    this.#box.focus();
  }

  get text() {
    return this.#box.value;
  }

  /** Replaces what is in the box. @param {string} text */
  set(text) {
    this.#box.value = text;
    this.#fit();
  }

  /** @param {boolean} isLocked whether nothing can be written, because another tab has the chat */
  lock(isLocked) {
    this.#box.disabled = this.#button.disabled = isLocked;
  }

  get isEmpty() {
    return this.#box.value.trim() === "";
  }

  /** Puts a text that was not answered back into the box, before what is in it. @param {string} text */
  giveBack(text) {
    if (text === "") return;
    this.#box.value = this.isEmpty ? text : `${text}\n\n${this.#box.value}`;
    this.#fit();
  }

  /** @param {boolean} isShown */
  show(isShown) {
    this.#form.hidden = !isShown;
  }

  /** @param {boolean} isRunning */
  showRunning(isRunning) {
    this.#isRunning = isRunning;
    // One button for both, so that the focus stays where it is.
    const [svg, label] = [this.#button.querySelector("svg"), this.#button.querySelector("span")];
    if (svg) setIcon(svg, isRunning ? "stop" : "send");
    if (label) label.textContent = isRunning ? "Stop" : "Send";
    this.#button.classList.toggle("is-stop", isRunning);
  }

  /** @param {string | null} text below the box; null for the usual line */
  tell(text) {
    const note = text === null ? USUAL_NOTE : shownText(text);
    if (this.#note.textContent !== note) this.#note.textContent = note;
    this.#note.classList.toggle("is-told", text !== null);
  }

  /** Browsers that have `field-sizing` do this by themselves. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    // Measuring lays out the whole text, which is slow for a pasted book. The box has its full height by then anyway.
    const isLong = this.#box.value.length > 5000;
    this.#box.rows = isLong ? 8 : Math.min(8, Math.max(1, this.#box.value.split("\n").length));
  }
}
