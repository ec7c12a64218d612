// The list of chats at the side, which is a drawer on a narrow screen.

import { ask } from "../ask.js";
import { byId, icon, make } from "../dom.js";
import { counted } from "../format.js";
import { menuButton } from "../menu.js";
import { recall, remember } from "../storage.js";
import { toast } from "../toast.js";
import { addressOf } from "./switch.js";
import { renamed } from "./titles.js";
import { excerpt } from "./words.js";

/** @typedef {import("./store.js").Chat} Chat */

/** Rows that are in the document at first; more come as the visitor scrolls. */
const STEP = 60;
const wide = matchMedia("(width >= 68rem)");

export class SideList {
  #library;
  #switch;
  #side = byId("chats", HTMLElement);
  #opener = byId("open-chats", HTMLButtonElement);
  #search = byId("search-chats", HTMLInputElement);
  #note = byId("chats-note", HTMLElement);
  #list = byId("chats-list", HTMLUListElement);
  #removeAll = byId("remove-chats", HTMLButtonElement);
  #onRemoved;
  #itemsOf;
  /** What is searched; "" for nothing. */
  #query = "";
  /** @type {{ chat: Chat, said: string }[]} */
  #rows = [];
  #shown = 0;
  #frame = 0;
  /** The rows in the document and what they show. One that is as it was stays, with its focus and its menu. @type {Map<string, { shows: string, element: HTMLElement }>} */
  #made = new Map();

  /**
   * @param {import("./library.js").Library} library
   * @param {import("./switch.js").ChatSwitch} chatSwitch
   * @param {(ids: string[]) => void} onRemoved some chats were deleted
   * @param {(chat: Chat) => import("../menu.js").MenuItem[]} itemsOf what more can be done with a chat
   */
  constructor(library, chatSwitch, onRemoved, itemsOf) {
    this.#library = library;
    this.#switch = chatSwitch;
    this.#onRemoved = onRemoved;
    this.#itemsOf = itemsOf;
    library.onChange(() => this.show());
    this.#opener.addEventListener("click", () => this.#toggle());
    byId("close-chats", HTMLButtonElement).addEventListener("click", () => this.#toggle(false));
    this.#search.addEventListener("focus", () => void library.prepareToFind());
    this.#search.addEventListener("input", () => void this.#find());
    this.#removeAll.addEventListener("click", () => void this.#askToRemoveAll());
    this.#list.addEventListener("click", (event) => this.#follow(event));
    this.#side.addEventListener("keydown", (event) => this.#onKey(event));
    this.#side.addEventListener("toggle", () => this.#showState());
    this.#side.querySelector(".chats-scroll")?.addEventListener("scroll", () => this.#addRows(), { passive: true });
    wide.addEventListener("change", () => this.#fit());
    this.#fit();
  }

  get #isOpen() {
    return wide.matches ? !this.#side.hidden : this.#side.matches(":popover-open");
  }

  /** Opens the list at its search. */
  search() {
    this.#toggle(true);
    this.#search.focus();
    this.#search.select();
  }

  /** On a narrow screen the list covers the chat. */
  closeIfNarrow() {
    if (!wide.matches) this.#toggle(false);
  }

  /** Shows what has changed, once a frame. */
  show() {
    this.#frame ||= requestAnimationFrame(() => {
      this.#frame = 0;
      if (this.#query === "") this.#fill(this.#library.list().map((chat) => ({ chat, said: "" })));
      else void this.#find();
    });
  }

  /** @param {boolean} [isOpen] */
  #toggle(isOpen = !this.#isOpen) {
    if (wide.matches) {
      this.#side.hidden = !isOpen;
      remember("chats", isOpen ? null : "closed");
      this.#showState();
    } else this.#side.togglePopover(isOpen);
  }

  /** A column on a wide screen, a drawer on a narrow one. */
  #fit() {
    if (wide.matches) {
      this.#side.removeAttribute("popover");
      this.#side.hidden = recall("chats") === "closed";
    } else {
      this.#side.hidden = false;
      this.#side.setAttribute("popover", "auto");
    }
    this.#showState();
  }

  #showState() {
    const isOpen = this.#isOpen;
    this.#opener.setAttribute("aria-expanded", String(isOpen));
    document.documentElement.classList.toggle("has-side", isOpen && wide.matches);
    if (isOpen) this.#addRows();
  }

  async #find() {
    const query = this.#search.value.trim();
    this.#query = query;
    if (query === "") return this.show();
    const found = await this.#library.find(query);
    if (query !== this.#query) return;
    this.#fill(found.map(({ chat, node, words }) => ({ chat, said: node ? excerpt(saidIn(node, words), words) : "" })));
  }

  /** @param {{ chat: Chat, said: string }[]} rows */
  #fill(rows) {
    this.#rows = rows;
    const before = document.activeElement;
    const focused = before?.closest?.("#chats-list [data-chat]")?.getAttribute("data-chat");
    if (this.#list.querySelector("form")) return; // a title is being written
    const count = Math.max(STEP, Math.min(this.#shown, rows.length));
    const there = rows.slice(0, count).map((row) => this.#row(row));
    if (there.length !== this.#list.children.length || there.some((row, at) => row !== this.#list.children[at])) this.#list.replaceChildren(...there);
    this.#shown = Math.min(count, rows.length);
    if (focused && document.activeElement !== before) {
      const again = before instanceof HTMLElement && before.isConnected ? before : this.#rowOf(focused)?.querySelector("a");
      again?.focus({ preventScroll: true });
    }
    const { problem } = this.#library;
    const isEmpty = rows.length === 0;
    const what = this.#query !== "" ? (isEmpty ? "Nothing was said like that." : `${counted(rows.length, "chat")} found.`) : isEmpty ? "Your chats will be here. They stay on this device." : "";
    this.#note.textContent = problem ?? what;
    this.#note.hidden = this.#note.textContent === "";
    byId("save-all", HTMLElement).hidden = this.#query !== "" || isEmpty;
    this.#removeAll.hidden = this.#query !== "" || isEmpty;
  }

  #addRows() {
    const scroll = this.#side.querySelector(".chats-scroll");
    if (!scroll || this.#shown >= this.#rows.length) return;
    if (scroll.scrollHeight - scroll.clientHeight - scroll.scrollTop > 600) return;
    const more = this.#rows.slice(this.#shown, this.#shown + STEP);
    this.#list.append(...more.map((row) => this.#row(row)));
    this.#shown += more.length;
  }

  /** @param {{ chat: Chat, said: string }} row @returns {HTMLElement} */
  #row({ chat, said }) {
    const isCurrent = chat.id === this.#switch.current;
    const shows = JSON.stringify([chat.title, chat.pinned, said, isCurrent]);
    const known = this.#made.get(chat.id);
    if (known?.shows === shows) return known.element;
    const link = make(
      "a",
      { class: "chat-link", href: addressOf(chat.id), ...(isCurrent && { "aria-current": "page" }) },
      make("span", { class: "chat-title", text: chat.title, dir: "auto" }),
      ...(said ? [make("span", { class: "chat-said", text: said, dir: "auto" })] : []),
    );
    const more = menuButton(`More for ${chat.title}`, () => [
      { name: "Rename", icon: "edit", action: () => this.#rename(chat) },
      { name: chat.pinned ? "Unpin" : "Pin", icon: "pin", action: () => void this.#library.change(chat.id, { pinned: !chat.pinned }) },
      ...this.#itemsOf(chat),
      { name: "Delete", icon: "delete", action: () => void this.#remove([chat.id], `“${chat.title}” was deleted.`) },
    ]);
    const element = make("li", { class: "chat-row", "data-chat": chat.id }, ...(chat.pinned ? [pinned()] : []), link, more);
    this.#made.set(chat.id, { shows, element });
    return element;
  }

  /** @param {string} id */
  #rowOf(id) {
    return this.#list.querySelector(`[data-chat="${CSS.escape(id)}"]`);
  }

  /** @param {MouseEvent} event */
  #follow(event) {
    const link = event.target instanceof Element ? event.target.closest("a") : null;
    // Another tab or window is the browser's.
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return;
    event.preventDefault();
    const id = link.closest("[data-chat]")?.getAttribute("data-chat");
    this.closeIfNarrow();
    if (id && id !== this.#switch.current) void this.#switch.open(id);
  }

  /** The arrows walk through the list. @param {KeyboardEvent} event */
  #onKey(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const { target } = event;
    if (!step || !(target instanceof Element) || target.closest("form")) return;
    const links = [this.#search, ...this.#list.querySelectorAll("a")];
    const at = links.findIndex((link) => link === target || link.parentElement === target.closest("li"));
    const next = links[at + step];
    if (at < 0 || !(next instanceof HTMLElement)) return;
    event.preventDefault();
    next.focus();
    this.#addRows();
  }

  /** @param {Chat} chat */
  #rename(chat) {
    const row = this.#rowOf(chat.id);
    if (!row) return;
    this.#made.delete(chat.id);
    const box = make("input", { type: "text", "aria-label": "Title of the chat", maxlength: "120", dir: "auto" });
    box.value = chat.title;
    const form = make("form", { class: "rename" }, box);
    let isOver = false;
    const end = (/** @type {boolean} */ isKept) => {
      if (isOver) return;
      isOver = true;
      const title = renamed(box.value);
      const hadFocus = form.contains(document.activeElement);
      form.remove();
      if (isKept && title !== null && title !== chat.title) void this.#library.change(chat.id, { title, renamed: true });
      row.replaceWith(this.#row({ chat, said: "" }));
      if (hadFocus) this.#rowOf(chat.id)?.querySelector("a")?.focus();
    };
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      end(true);
    });
    box.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.preventDefault();
      event.stopPropagation();
      end(false);
    });
    box.addEventListener("blur", () => end(true));
    row.replaceChildren(form);
    box.focus();
    box.select();
  }

  /** @param {string[]} ids @param {string} said */
  async #remove(ids, said) {
    if (ids.includes(this.#switch.current)) await this.#switch.abandon();
    const bringBack = await this.#library.remove(ids);
    // The row that had the focus is gone. On a narrow screen the list would cover the way back.
    this.closeIfNarrow();
    const next = wide.matches ? this.#search : byId("open-chats", HTMLElement);
    next.focus({ preventScroll: true });
    // The states go at once: they are only a cache of what may come back.
    this.#onRemoved(ids);
    toast(said, "Undo", () => void bringBack());
  }

  async #askToRemoveAll() {
    const ids = this.#library.list().map(({ id }) => id);
    const isWanted = await ask({
      title: `Delete ${counted(ids.length, "chat")}?`,
      text: "All chats of this page in this browser are deleted, pinned ones too. You can undo it for some seconds.",
      yes: "Delete them",
      no: "Keep them",
    });
    if (isWanted) await this.#remove(ids, `${counted(ids.length, "chat")} deleted.`);
  }
}

const pinned = () => make("span", { class: "pinned" }, icon("pin"), make("span", { class: "unseen", text: "Pinned" }));

/** The side of a turn on which the words stand. @param {import("./tree.js").Node} node @param {string[]} words */
const saidIn = ({ message, answer }, words) => (words.some((word) => message.toLowerCase().includes(word)) ? message : answer);
