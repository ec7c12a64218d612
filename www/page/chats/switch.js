// Which chat is open. The address says it, so a reload, a bookmark and the browser's Back find it again, and a chat in the
// list is a link.

import { fetchParser } from "../answer-text.js";
import { byId } from "../dom.js";
import { Draft } from "../draft.js";
import { ChatLock } from "./lock.js";

const KEY = "chat";
/** Longer than this a chat does not wait for the parser, which a slow network may bring late. */
const PARSER_MS = 1000;

/** @param {string} id */
export const addressOf = (id) => `#${KEY}=${id}`;

const idInAddress = () => new URLSearchParams(location.hash.slice(1)).get(KEY);

export class ChatSwitch {
  #chat;
  #library;
  #composer;
  #lock;
  /** Of a chat that is not begun. */
  #draft = new Draft();
  #elsewhere = byId("elsewhere", HTMLElement);
  /** Of the last opening; earlier ones are over. */
  #attempt = 0;
  #isReading = false;
  /** Whether the other tab has changed the chat since that reading began. */
  #isLate = false;
  /** Whether what is in the box is not this chat's: while the visit begins, and while another chat is opened. */
  #isSwitching = true;

  /**
   * @param {object} parts
   * @param {import("../chat.js").Chat} parts.chat
   * @param {import("./library.js").Library} parts.library
   * @param {import("../composer.js").Composer} parts.composer
   * @param {() => void} onOpened
   */
  constructor({ chat, library, composer }, onOpened) {
    this.#chat = chat;
    this.#library = library;
    this.#composer = composer;
    this.onOpened = onOpened;
    this.#lock = new ChatLock({
      onAsked: () => this.#chat.letGo(),
      onLost: () => void this.#lost(),
    });
    byId("take-over", HTMLButtonElement).addEventListener("click", () => void this.takeOver());
    addEventListener("popstate", () => {
      const id = idInAddress();
      if (id === this.current) return;
      if (id) void this.open(id, { isNew: false });
      // An address with anything else leaves the chat: a link that brings one is a question first.
      else if (location.hash === "" && this.#chat.current.isWorthKeeping) this.begin({ isNew: false });
    });
    library.onChange((news) => void this.#hear(news));
    composer.onInput(() => this.noteDraft());
  }

  get current() {
    return this.#chat.current.meta.id;
  }

  /** What the visit begins with. */
  async start() {
    const id = idInAddress();
    if (!id) this.#composer.giveBack(this.#draft.recall());
    // Until now what is in the box is no draft: it would take the place of the one that is kept.
    if (!id) this.#isSwitching = false;
    await (id ? this.open(id, { isNew: false }) : this.#library.ready());
    // The chat of the address is gone, so this is a visit without one.
    if (this.#isSwitching && id && !this.#chat.current.isWorthKeeping) this.#composer.giveBack(this.#draft.recall());
    this.#isSwitching = false;
  }

  /**
   * @param {string} id
   * @param {{ isNew?: boolean }} [how] whether the browser's Back leads back to what is open now
   */
  async open(id, { isNew = true } = {}) {
    const attempt = ++this.#attempt;
    await this.#library.ready();
    const opened = await this.#library.openSoon(id);
    if (attempt !== this.#attempt) return;
    if (!opened) {
      history.replaceState(null, "", location.pathname + location.search);
      return this.#composer.tell("This browser does not have that chat any more, or cannot read it.");
    }
    const isOwn = await this.#lock.take(id);
    // Or the place that is read would move when the answers become Markdown.
    await Promise.race([fetchParser(), new Promise((resolve) => setTimeout(resolve, PARSER_MS))]);
    if (attempt !== this.#attempt) return;
    this.noteDraft();
    if (isNew && id !== idInAddress()) history.pushState(null, "", addressOf(id));
    this.#put(opened, isOwn);
  }

  /** @param {import("./library.js").Opened} opened @param {boolean} isOwn */
  #put(opened, isOwn) {
    // What was written before the visit's chat was there comes into it. Else it was kept with the chat that is left.
    const isFirst = this.#isSwitching;
    const written = isFirst ? this.#composer.text : "";
    this.#isSwitching = true;
    const waited = this.#chat.open(opened, isOwn);
    this.#composer.set([isFirst ? waited : "", opened.chat.draft, written].filter((text) => text.trim() !== "").join("\n\n"));
    this.#isSwitching = false;
    this.#show();
  }

  /**
   * Begins another chat. What is in the box comes along.
   *
   * @param {{ isNew?: boolean }} [how]
   */
  begin({ isNew = true } = {}) {
    this.#attempt += 1;
    const { current } = this.#chat;
    // What was written for a chat that was never begun.
    const left = current.isWorthKeeping ? this.#draft.recall() : "";
    current.meta.draft = "";
    current.touch();
    this.#isSwitching = true; // or the chat that is left would keep it too
    this.#composer.giveBack(this.#chat.clear());
    this.#composer.giveBack(left);
    this.#isSwitching = false;
    this.#lock.release();
    if (isNew && idInAddress()) history.pushState(null, "", location.pathname + location.search);
    this.#composer.tell(null);
    this.#show();
    scrollTo({ top: 0, behavior: "instant" });
  }

  /** Leaves the open chat, which is going to be deleted: nothing of it is saved any more. */
  async abandon() {
    const { current } = this.#chat;
    await current.flush();
    current.letGo();
    this.begin();
  }

  /** The first message makes it a chat that can be found again. */
  noteBegun() {
    const { isWorthKeeping, isOwn } = this.#chat.current;
    if (!isWorthKeeping || !isOwn || idInAddress() === this.current) return;
    history.replaceState(null, "", addressOf(this.current));
    this.#draft.remember("");
    void this.#lock.take(this.current);
  }

  /** What is in the box, and what waits, belongs to the chat. */
  noteDraft() {
    const { current } = this.#chat;
    if (!current.isOwn || this.#isSwitching) return;
    const draft = [this.#chat.waitingText, this.#composer.text].filter((text) => text.trim() !== "").join("\n\n");
    if (!current.isWorthKeeping) return this.#draft.remember(draft);
    if (draft === current.meta.draft) return;
    current.meta.draft = draft;
    current.touch();
  }

  /** Brings the chat from the other tab here. */
  async takeOver() {
    const attempt = ++this.#attempt;
    const id = this.current;
    await this.#lock.takeOver(id);
    const whole = await this.#library.open(id);
    if (attempt !== this.#attempt || !whole) return;
    this.#put(whole, true);
    this.#composer.focus();
  }

  async #lost() {
    if (this.#chat.current.isOwn) await this.#chat.letGo();
    this.#show();
  }

  /** @param {import("./library.js").News | null} news from another tab */
  async #hear(news) {
    if (!news) return;
    if ("removed" in news) {
      if (!news.removed.includes(this.current)) return;
      // Or the last save would bring back its title, without its turns.
      this.#chat.current.letGo();
      return this.begin({ isNew: false });
    }
    if (news.changed !== this.current || this.#chat.current.isOwn) return;
    this.#isLate = this.#isReading;
    if (this.#isReading) return;
    this.#isReading = true;
    try {
      do {
        this.#isLate = false;
        const whole = await this.#library.open(this.current);
        if (whole && whole.chat.id === this.current && !this.#chat.current.isOwn) this.#chat.showAnew(whole);
      } while (this.#isLate);
    } finally {
      this.#isReading = false;
    }
  }

  #show() {
    const { isOwn } = this.#chat.current;
    this.#elsewhere.hidden = isOwn;
    this.#composer.lock(!isOwn);
    this.onOpened();
  }
}
