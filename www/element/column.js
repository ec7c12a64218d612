// A chat in a shadow root: the parts of the page's chat, with an engine that is shared with others.

import { EngineWatch } from "../engine/session/watch.js";
import { Chat } from "../page/chat.js";
import { chatShortcuts, keysOf, press } from "../page/chat-keys.js";
import { dropStates } from "../page/chats/states.js";
import { Composer } from "../page/composer.js";
import { iconButton, make } from "../page/dom.js";
import { FollowScroll } from "../page/follow-scroll.js";
import { isTouch, keepFocus, setPlaceToWrite } from "../page/keep-focus.js";
import { LoadingBar } from "../page/loading-bar.js";
import { problemCard } from "../page/problem.js";
import { Running } from "../page/running.js";
import { boxScroller } from "../page/scroller.js";
import { Settings } from "../page/settings.js";
import { shownName } from "../page/shown-text.js";
import { StateCard } from "../page/state-card.js";
import { TakenBack } from "../page/taken-back.js";
import { Loader } from "./loader.js";

/**
 * @typedef {import("../engine/errors.js").MambaError} MambaError
 * @typedef {import("../mamba.js").Engine} Engine
 * @typedef {import("../page/chats/tree.js").Node} Node
 *
 * @typedef {object} Wishes what the element's attributes ask for
 * @property {() => { model: string, backend: string, precision: string }} model
 * @property {() => string} name of the model, as it is shown
 * @property {() => string} system
 *
 * @typedef {object} Events
 * @property {(engine: Engine) => void} onReady
 * @property {(text: string) => void} onToken
 * @property {(node: Node) => void} onTurn
 * @property {(error: MambaError) => void} onError
 * @property {() => void} onChange
 */

export class Column {
  #wishes;
  #events;
  #life = new AbortController();
  #running = new Running();
  #state = new StateCard();
  #settings = new Settings(null);
  #loading = new LoadingBar(() => this.#loader.cancel());
  #title = make("h2", { class: "column-title", part: "title" });
  #problem = make("div", { class: "column-problem", part: "problem" });
  #loadingPlace = make("div", { class: "loading-strip" }, this.#loading.element);
  #empty = make("div", { class: "column-empty", part: "empty" }, make("slot", { name: "empty" }, make("p", { class: "lead", text: "Write a message to begin." }), make("p", { class: "quiet", text: "The model runs on your own device. Nothing that you write is sent anywhere." })));
  #scrolled = make("section", { class: "column-scroll", part: "conversation", tabindex: "0", "aria-label": "Conversation" }, this.#empty);
  #loader;
  #y = 0;
  #watch;
  #takenBack;
  chat;
  composer;
  element;

  /** @param {ShadowRoot} root @param {Wishes} wishes @param {Events} events */
  constructor(root, wishes, events) {
    this.#wishes = wishes;
    this.#events = events;
    this.#loader = new Loader(wishes.model, {
      onProgress: (progress) => this.#showLoading(progress),
      onLoaded: (engine) => this.#begin(engine),
      onFailed: (error) => this.#fail(error),
    });
    const scroller = boxScroller(this.#scrolled, this.#life.signal);
    scroller.onMove(() => {
      // An element that is out of the document has no height, and forgets where it was scrolled to.
      if (scroller.height > 0) this.#y = scroller.y;
    });
    const scroll = new FollowScroll(scroller);
    this.composer = new Composer((text) => this.#take(text), () => this.stop());
    this.chat = new Chat({
      engine: () => this.#loader.engine,
      modelName: wishes.name,
      settings: this.#settings,
      running: this.#running,
      scroller,
      scroll,
      // Whoever has the element decides what is kept: see save().
      library: { get: () => null, save: async () => {}, nodesOf: () => null },
      bookState: async () => null,
      onChange: () => this.#show(),
      onToken: (text) => {
        this.#watch.heard();
        this.#state.showRead(this.chat.position);
        if (text !== "") events.onToken(text);
      },
      onTurn: (node, failure) => {
        if (failure) events.onError(failure);
        events.onTurn(node);
      },
      judge: (error) => this.#judge(error),
      onThreeWays: null,
      weighing: null,
    });
    this.#watch = new EngineWatch(() => this.#loader.engine, () => this.#running.isLeaving, () => this.#startAgain());
    this.#running.onChange((isRunning) => {
      this.composer.showRunning(isRunning);
      this.#state.showBusy(isRunning);
      scroll.showGrowing(isRunning);
      this.#watch.show(isRunning || this.#running.isLeaving);
    });
    this.#takenBack = new TakenBack(this.chat);
    this.#scrolled.append(this.chat.element, this.#takenBack.element, this.#problem);
    const begin = iconButton("New chat", "new", () => {
      this.begin();
      this.composer.focus();
    });
    begin.setAttribute("part", "new-chat");
    this.element = make(
      "div",
      { class: "chat-column", part: "column" },
      make("header", { class: "column-head", part: "header" }, make("slot", { name: "header" }, this.#title), begin),
      this.#scrolled,
      make("div", { class: "column-foot", part: "footer" }, scroll.button, this.#loadingPlace, this.#state.element, this.composer.element, this.composer.note),
      make("div", { class: "unseen announcer", "aria-live": "polite" }),
    );
    this.#loadingPlace.hidden = true;
    root.append(this.element);
    setPlaceToWrite(root, () => (isTouch() ? this.#scrolled : this.composer.box));
    this.#listenToKeys();
    this.#state.showModel(null);
    this.chat.current.meta.system = wishes.system();
    this.showNames("");
  }

  #listenToKeys() {
    const shortcuts = chatShortcuts(keysOf(this.chat));
    this.element.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !event.defaultPrevented && this.#running.isRunning) this.stop();
      else press(shortcuts, event);
    });
  }

  get engine() {
    return this.#loader.engine;
  }

  get settings() {
    return this.#settings;
  }

  get isRunning() {
    return this.#running.isRunning;
  }

  /** @param {string} label what the chat is called to those who listen; "" for the model's name */
  showNames(label) {
    const name = shownName(this.#wishes.name());
    this.#title.textContent = name;
    this.#scrolled.setAttribute("aria-label", label || `Conversation with ${name || "the model"}`);
  }

  /** @returns {Promise<Engine>} */
  load() {
    return this.#loader.load();
  }

  /** @param {Engine} engine */
  async #begin(engine) {
    this.#hideLoading();
    this.#settings.useModelDefaults(engine.info.defaults);
    this.#state.showModel(engine.info);
    this.composer.tell(null);
    await this.chat.adopt();
    this.#events.onReady(engine);
    void this.chat.answerWaiting();
  }

  /** @param {import("../engine/fetch/progress.js").Progress | null} progress */
  #showLoading(progress) {
    if (progress === null) this.#problem.replaceChildren();
    this.#loadingPlace.hidden = false;
    this.#loading.show(shownName(this.#wishes.name()), progress);
  }

  #hideLoading() {
    keepFocus();
    this.#loadingPlace.hidden = true;
  }

  /** @param {MambaError} error */
  #fail(error) {
    this.#hideLoading();
    this.composer.giveBack(this.chat.takeBack());
    const again = { name: "Try again", action: () => void this.load().catch(() => {}) }; // a failure is shown
    this.#problem.replaceChildren(problemCard("The model was not loaded", error, [again]));
    this.#events.onError(error);
  }

  /** Lets go of the engine, and frees what it has of this chat. What was said stays. */
  async giveBack() {
    const { id } = this.chat.current.meta;
    const stopped = this.#running.stop();
    const close = this.chat.standing.forget();
    const given = this.#loader.giveBack(async (engine) => {
      await stopped;
      await this.#running.letGo();
      await close();
      await dropStates(engine, id);
    });
    this.#detach();
    await given;
  }

  #detach() {
    this.chat.detach();
    this.#state.showModel(null);
  }

  /** The engine has ended by itself: another one takes over. */
  #startAgain() {
    this.#loader.drop();
    this.#detach();
    void this.load().catch(() => {}); // it is shown
  }

  /** @param {MambaError} error */
  async #judge(error) {
    const engine = this.#loader.engine;
    if (!engine || error.code === "cancelled") return null;
    const isAlive = await engine.memoryBytes().then(() => true, () => false);
    if (!isAlive && engine === this.#loader.engine) this.#startAgain();
    return isAlive ? error : null;
  }

  /** @param {string} text @returns {boolean} whether it was taken */
  #take(text) {
    if (text.trim() === "") this.composer.tell("Write a message first.");
    else void this.send(text);
    return text.trim() !== "";
  }

  /** @param {string} text @returns {Promise<Node | null>} the turn once it is over; null where it was not answered */
  send(text) {
    const over = this.chat.send(text);
    if (!this.#loader.engine) {
      this.composer.tell("Your message will be answered as soon as the model is loaded.");
      void this.load().catch(() => {}); // it is shown
    }
    return over;
  }

  /** Ends the answer that is being written. Messages that wait go back into the box. */
  stop() {
    this.composer.giveBack(this.chat.takeBack());
    return this.#running.stop();
  }

  /** Begins another chat. */
  begin() {
    const { id } = this.chat.current.meta;
    this.composer.giveBack(this.chat.clear());
    void dropStates(this.#loader.engine, id);
    this.chat.current.meta.system = this.#wishes.system();
    this.#show();
  }

  /** @param {import("../page/chats/library.js").Whole} whole */
  open(whole) {
    const { id } = this.chat.current.meta;
    this.composer.giveBack(this.chat.open(whole, true));
    void dropStates(this.#loader.engine, id);
  }

  /** @returns {import("../page/chats/library.js").Whole} */
  get whole() {
    const { meta, tree } = this.chat.current;
    return { chat: { ...meta, leaf: tree.leaf }, nodes: tree.nodes };
  }

  /** It stands in another place of the document. */
  moved() {
    this.#scrolled.scrollTo({ top: this.#y, behavior: "instant" });
  }

  /** Frees all that it has. */
  async end() {
    this.#life.abort();
    this.#watch.show(false);
    this.element.remove();
    await this.giveBack();
  }

  #show() {
    this.#empty.hidden = !this.chat.isEmpty;
    this.#state.showRead(this.chat.position);
    this.#takenBack.show();
    this.#events.onChange();
  }
}
