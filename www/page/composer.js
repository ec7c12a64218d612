// The box that messages are written in, its button, and the line below it.

import { icon, make, setIcon } from "./dom.js";
import { shownText } from "./shown-text.js";

const USUAL_NOTE = "Enter sends, Shift+Enter starts a new line, Escape stops.";

export class Composer {
  #box = make("textarea", { id: "message", part: "input", rows: "1", dir: "auto", autocomplete: "off", placeholder: "Write a message", "aria-describedby": "composer-note", enterkeyhint: "send" });
  #icon = icon("send");
  #name = make("span", { class: "send-name", text: "Send" });
  #button = make("button", { id: "send", class: "send", part: "send", type: "submit" }, this.#icon, this.#name);
  /** The form. */
  element = make("form", { id: "composer", class: "composer", part: "composer" }, make("label", { class: "unseen", for: "message", text: "Message" }), this.#box, this.#button);
  note = make("p", { id: "composer-note", class: "quiet composer-note", part: "note", role: "status" });
  #isRunning = false;
  #onInput = () => {};

  /**
   * @param {(text: string) => boolean} send whether the message was taken
   * @param {() => void} stop
   */
  constructor(send, stop) {
    this.tell(null);
    this.element.addEventListener("submit", (event) => {
      event.preventDefault();
      if (this.#isRunning) return stop();
      if (send(this.#box.value)) {
        this.set("");
        this.#onInput(); // or what was sent would stay a draft too
      }
      this.#box.focus();
    });
    this.#box.addEventListener("keydown", (event) => {
      // While an input method composes, Enter chooses a character.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      if (!this.#isRunning) this.element.requestSubmit();
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

  /** Where one writes. */
  get box() {
    return this.#box;
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
    this.element.hidden = !isShown;
  }

  /** @param {boolean} isRunning */
  showRunning(isRunning) {
    this.#isRunning = isRunning;
    // One button for both, so that the focus stays where it is.
    setIcon(this.#icon, isRunning ? "stop" : "send");
    this.#name.textContent = isRunning ? "Stop" : "Send";
    this.#button.classList.toggle("is-stop", isRunning);
  }

  /** @param {string | null} text below the box; null for the usual line */
  tell(text) {
    const note = text === null ? USUAL_NOTE : shownText(text);
    if (this.note.textContent !== note) this.note.textContent = note;
    this.note.classList.toggle("is-told", text !== null);
  }

  /** Browsers that have `field-sizing` do this by themselves. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    // Measuring lays out the whole text, which is slow for a pasted book. The box has its full height by then anyway.
    const isLong = this.#box.value.length > 5000;
    this.#box.rows = isLong ? 8 : Math.min(8, Math.max(1, this.#box.value.split("\n").length));
  }
}
