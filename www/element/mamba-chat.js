// <mamba-chat>: the page's chat as an element. docs/element.md describes it.

import { badArgument } from "../engine/errors.js";
import { chatsFromJson, chatsToJson } from "../page/chats/exchange/chats-json.js";
import { chatsFromState, chatToState } from "../page/chats/exchange/chat-state.js";
import { readSetting, SETTINGS } from "../page/settings.js";
import { addStyles } from "../page/styles.js";
import { Column } from "./column.js";
import styles from "./element.css";

/**
 * @typedef {{ role: "system" | "user" | "assistant", content: string }} Message
 * @typedef {{ message: string, answer: string, reason: string | null }} Turn `reason`: "stop", "length", "cancelled" or "failed"
 */

/** "maxTokens" -> "max-tokens" */
const attributeOf = (/** @type {string} */ name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
const OF_SETTINGS = new Map(SETTINGS.map((setting) => [attributeOf(setting.name), setting]));
const OF_MODEL = ["model", "backend", "precision"];

/** @param {import("../page/chats/tree.js").Node} node @returns {Turn} */
const turnOf = ({ message, answer, reason }) => ({ message, answer, reason });

export class MambaChat extends HTMLElement {
  static formAssociated = true;
  static observedAttributes = [...OF_MODEL, "system", "placeholder", "label", "model-name", ...OF_SETTINGS.keys()];

  #internals = this.attachInternals();
  #root = this.attachShadow({ mode: "open", delegatesFocus: true });
  /** @type {Column | null} */
  #column = null;
  /** Whether the model is about to be changed. */
  #isStale = false;

  constructor() {
    super();
    this.adoptedCallback();
  }

  /** A root that comes into another document leaves its sheets behind. */
  adoptedCallback() {
    addStyles(this.#root, styles);
  }

  connectedCallback() {
    if (this.#column) return this.#column.moved();
    this.#make();
    if (this.getAttribute("loading") !== "lazy") void this.load().catch(() => {}); // an event tells it
  }

  disconnectedCallback() {
    // An element that is only moved is in the document again by then.
    queueMicrotask(() => {
      if (this.isConnected || !this.#column) return;
      void this.#column.end();
      this.#column = null;
      this.#internals.setFormValue(null);
    });
  }

  /** @param {string} name @param {string | null} before @param {string | null} value */
  attributeChangedCallback(name, before, value) {
    const column = this.#column;
    if (!column || before === value) return;
    if (OF_MODEL.includes(name)) this.#changeModel(column);
    else if (OF_SETTINGS.has(name)) this.#set(column, name);
    else if (name === "placeholder") this.#placehold(column);
    else if (name === "system" && column.chat.isEmpty) column.chat.current.meta.system = this.system;
    else column.showNames(this.getAttribute("label") ?? "");
  }

  formResetCallback() {
    this.newChat();
  }

  /** @param {boolean} isDisabled */
  formDisabledCallback(isDisabled) {
    this.#column?.composer.lock(isDisabled);
  }

  get model() {
    return this.getAttribute("model") ?? "";
  }

  set model(model) {
    this.setAttribute("model", model);
  }

  /** What the model is told before the chat; it counts from the next chat on. */
  get system() {
    return this.getAttribute("system") ?? "";
  }

  set system(system) {
    this.setAttribute("system", system);
  }

  /** The engine, which other elements may use too; null before it is loaded. */
  get engine() {
    return this.#column?.engine ?? null;
  }

  /** What the engine says of itself; null before it is loaded. */
  get info() {
    return this.engine?.info ?? null;
  }

  get isRunning() {
    return this.#column?.isRunning ?? false;
  }

  /** What was said, as the chat shows it. @returns {Message[]} */
  get messages() {
    const { tree, meta } = this.#chat().chat.current;
    /** @type {Message[]} */
    const system = meta.system ? [{ role: "system", content: meta.system }] : [];
    return tree.path().reduce((all, { message, answer }) => [...all, { role: "user", content: message }, { role: "assistant", content: answer }], system);
  }

  /** Resolves when the model is there. */
  async load() {
    await this.#chat().load();
  }

  /**
   * Sends a message as if the visitor had written it.
   *
   * @param {string} text
   * @returns {Promise<Turn | null>} once it is answered; null where it was taken back before
   */
  async send(text) {
    if (typeof text !== "string" || text.trim() === "") throw badArgument("“send” takes a message: a text that is not empty.");
    const node = await this.#chat().send(text);
    return node && turnOf(node);
  }

  /** Ends the answer that is being written. */
  async stop() {
    await this.#chat().stop();
  }

  newChat() {
    this.#chat().begin();
  }

  /** The chat with all its branches, in the JSON of docs/chats.md. */
  save() {
    return chatsToJson([this.#chat().whole]);
  }

  /** The chat with what the model remembers of it: the bytes of an .mstate file. */
  async snapshot() {
    const column = this.#chat();
    return chatToState(await column.load(), column.whole);
  }

  /**
   * Shows a chat that `save` or `snapshot` gave.
   *
   * @param {string | Uint8Array} saved
   */
  async open(saved) {
    const column = this.#chat();
    const wholes = typeof saved === "string" ? chatsFromJson(saved) : await chatsFromState(await column.load(), saved);
    if (wholes.length === 0) throw badArgument("The file has no chat.");
    column.open(wholes[0]);
  }

  /** The column, which is there while the element is in a document. */
  #chat() {
    if (!this.#column) throw badArgument("The chat is not in a document.", "Append the element first.");
    return this.#column;
  }

  #make() {
    const attribute = (/** @type {string} */ name, /** @type {string} */ otherwise) => this.getAttribute(name) ?? otherwise;
    const column = new Column(
      this.#root,
      {
        model: () => ({ model: this.model, backend: attribute("backend", "auto"), precision: attribute("precision", "auto") }),
        name: () => attribute("model-name", this.model.replace(/\/+$/, "").split("/").at(-1) ?? ""),
        system: () => this.system,
      },
      {
        onReady: ({ info }) => this.#tell("ready", { info }),
        onToken: (text) => this.#tell("token", { text }),
        onTurn: (node) => this.#tell("message", turnOf(node)),
        onError: (error) => this.#tell("error", { error }),
        onChange: () => this.#internals.setFormValue(this.#column ? JSON.stringify(this.messages) : null),
      },
    );
    this.#column = column;
    column.showNames(attribute("label", ""));
    this.#placehold(column);
    for (const name of OF_SETTINGS.keys()) if (this.hasAttribute(name)) this.#set(column, name);
    column.composer.lock(this.matches(":disabled"));
  }

  /** @param {Column} column */
  #placehold(column) {
    column.composer.box.placeholder = this.getAttribute("placeholder") ?? "Write a message";
  }

  /** @param {Column} column @param {string} name of an attribute */
  #set(column, name) {
    const setting = OF_SETTINGS.get(name);
    if (!setting) return;
    const read = readSetting(setting, this.getAttribute(name) ?? "");
    if ("value" in read) column.settings.set(setting.name, read.value);
    else if (!this.hasAttribute(name)) column.settings.set(setting.name, null);
    else this.#tell("error", { error: badArgument(`The attribute ${name} cannot be used. ${read.problem}`) });
  }

  /** Attributes of a model are often changed together. @param {Column} column */
  #changeModel(column) {
    if (this.#isStale) return;
    this.#isStale = true;
    queueMicrotask(() => {
      this.#isStale = false;
      if (column !== this.#column) return;
      column.showNames(this.getAttribute("label") ?? "");
      void column.stop();
      void column.giveBack();
      if (this.getAttribute("loading") !== "lazy") void column.load().catch(() => {}); // an event tells it
    });
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
