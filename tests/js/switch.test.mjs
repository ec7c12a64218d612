// Which chat is open, and whose it is: nothing that was written is lost on the way from one to another, or to another tab.

import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { ChatLock } from "../../www/page/chats/lock.js";

class FakeElement extends EventTarget {
  hidden = false;
}

/** @type {Map<string, string>} */
const kept = new Map();
const localStorage = {
  getItem: (/** @type {string} */ key) => kept.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => void kept.set(key, value),
  removeItem: (/** @type {string} */ key) => void kept.delete(key),
};
/** Of the present tab. @type {Map<string, string>} */
let inTab = new Map();
const sessionStorage = {
  getItem: (/** @type {string} */ key) => inTab.get(key) ?? null,
  setItem: (/** @type {string} */ key, /** @type {string} */ value) => void inTab.set(key, value),
};
const location = { hash: "", pathname: "/", search: "" };
const go = (/** @type {unknown} */ _, /** @type {string} */ __, /** @type {string} */ to) => (location.hash = to.includes("#") ? to.slice(to.indexOf("#")) : "");
const listeners = new EventTarget();
/** Locks as browsers have them, as far as they are used here. */
class Locks {
  /** @type {Map<string, (reason: Error) => void>} */
  held = new Map();
  /** @type {Error | null} */
  refusal = null;

  /** @param {string} name @param {LockOptions} options @param {(lock: unknown) => unknown} work */
  async request(name, { ifAvailable, steal }, work) {
    await null;
    if (this.refusal) throw this.refusal;
    if (steal) this.held.get(name)?.(new DOMException("stolen", "AbortError"));
    else if (this.held.has(name)) return ifAvailable ? work(null) : new Promise(() => {});
    const stolen = new Promise((_, reject) => this.held.set(name, reject));
    const own = this.held.get(name);
    try {
      return await Promise.race([work({}), stolen]);
    } finally {
      if (this.held.get(name) === own) this.held.delete(name);
    }
  }
}
let locks = new Locks();
Object.defineProperty(globalThis, "navigator", { configurable: true, get: () => ({ locks }) });
Object.assign(globalThis, { HTMLElement: FakeElement, HTMLButtonElement: FakeElement });
Reflect.deleteProperty(globalThis, "BroadcastChannel"); // it would keep the test from ending
Object.assign(globalThis, { document: { getElementById: () => new FakeElement() }, localStorage, sessionStorage, location, history: { pushState: go, replaceState: go }, scrollTo: () => {} });
Object.assign(globalThis, { addEventListener: listeners.addEventListener.bind(listeners) });

const { ChatSwitch } = await import("../../www/page/chats/switch.js");

beforeEach(() => {
  kept.clear();
  inTab = new Map();
  location.hash = "";
  locks = new Locks();
});

const wait = (ms = 5) => new Promise((resolve) => setTimeout(resolve, ms));
/** @param {string} id @param {{ draft?: string, isBegun?: boolean }} [how] */
const chatOf = (id, { draft = "", isBegun = true } = {}) => {
  const open = { meta: { id, draft }, isOwn: true, isBegun, saves: 0, get isWorthKeeping() { return this.isBegun; }, touch() { if (this.isOwn) this.saves += 1; }, letGo() { this.isOwn = false; }, flush: async () => {} };
  return open;
};

/** A page with a chat that is not begun. @param {Record<string, ReturnType<typeof chatOf>>} chats those that are kept */
function page(chats) {
  let number = 0;
  const fresh = () => chatOf(`new-${number++}`, { isBegun: false });
  /** @type {any} */
  const chat = {
    current: fresh(),
    waitingText: "",
    replace(/** @type {object} */ next) {
      show(); // what waits is taken back
      chat.current = next;
      show();
      return "";
    },
    clear: () => chat.replace(fresh()),
    open: (/** @type {{ chat: { id: string } }} */ opened) => chat.replace(chats[opened.chat.id]),
    showAnew: () => {},
  };
  /** @type {any} */
  const library = {
    onChange: (/** @type {(news: unknown) => unknown} */ listener) => (library.tell = listener),
    ready: () => wait(),
    openSoon: async (/** @type {string} */ id) => (await wait(), chats[id] ? { chat: chats[id].meta, nodes: [] } : null),
    open: async (/** @type {string} */ id) => (await wait(), { chat: chats[id].meta, nodes: [] }),
  };
  const composer = { text: "", onInput() {}, tell() {}, lock() {}, focus() {}, set(/** @type {string} */ text) { this.text = text; }, giveBack(/** @type {string} */ text) { if (text) this.text = this.text ? `${text}\n\n${this.text}` : text; } };
  const chatSwitch = new ChatSwitch(/** @type {any} */ ({ chat, library, composer }), () => show());
  const show = () => chatSwitch.noteDraft();
  return { chat, library, composer, chatSwitch };
}

test("what was written for a chat that is not begun waits while another chat is looked at", async () => {
  const { chatSwitch, composer, chat } = page({ a: chatOf("a", { draft: "for a" }) });
  await chatSwitch.start();
  composer.text = "A long message";
  chatSwitch.noteDraft();
  await chatSwitch.open("a");
  assert.equal(composer.text, "for a");
  composer.text = "";
  chatSwitch.noteDraft();
  chatSwitch.begin();
  assert.equal(composer.text, "A long message");
  assert.equal(chat.current.meta.id, "new-1");
  assert.equal(kept.get("mamba-web.draft"), "A long message");
});

test("what is in the box comes along into a new chat, and is not the old one's any more", async () => {
  const a = chatOf("a", { draft: "half a message" });
  const { chatSwitch, composer } = page({ a });
  await chatSwitch.start();
  await chatSwitch.open("a");
  chatSwitch.begin();
  assert.equal(composer.text, "half a message");
  assert.equal(a.meta.draft, "");
});

test("what was written before the visit's chat was there comes into it; where it is gone, the kept draft comes back", async () => {
  location.hash = "#chat=a";
  const { chatSwitch, composer } = page({ a: chatOf("a", { draft: "kept" }) });
  const started = chatSwitch.start();
  composer.text = "quickly typed";
  await started;
  assert.equal(composer.text, "kept\n\nquickly typed");

  kept.set("mamba-web.draft", "of no chat");
  inTab = new Map(); // a new visit
  location.hash = "#chat=gone";
  const second = page({});
  await second.chatSwitch.start();
  second.chatSwitch.noteDraft();
  assert.equal(second.composer.text, "of no chat");
  assert.equal(kept.get("mamba-web.draft"), "of no chat");
});

test("what waits for the model stays with the chat that is left, once", async () => {
  const { chatSwitch, composer, chat } = page({ a: chatOf("a") });
  await chatSwitch.start();
  chat.waitingText = "hello";
  chatSwitch.noteDraft();
  const { replace } = chat;
  chat.replace = (/** @type {object} */ next) => {
    const waited = chat.waitingText;
    chat.waitingText = "";
    replace(next);
    return waited;
  };
  await chatSwitch.open("a");
  assert.equal(composer.text, "", "the other chat has nothing of it");
  chatSwitch.begin();
  assert.equal(composer.text, "hello");
});

test("two tabs whose chats are not begun have a draft each, and an empty one takes nothing from the other", async () => {
  const tabs = [new Map(), new Map()];
  const [first, second] = [page({}), page({})];
  inTab = tabs[0];
  await first.chatSwitch.start();
  inTab = tabs[1];
  await second.chatSwitch.start();
  inTab = tabs[0];
  first.composer.text = "A long message";
  first.chatSwitch.noteDraft();
  inTab = tabs[1];
  second.chatSwitch.noteDraft();
  assert.equal(kept.get("mamba-web.draft"), "A long message");
  second.composer.text = "Another";
  second.chatSwitch.noteDraft();
  for (const [at, text] of ["A long message", "Another"].entries()) {
    inTab = tabs[at];
    const again = page({});
    await again.chatSwitch.start();
    assert.equal(again.composer.text, text, "after a reload");
  }
  inTab = new Map();
  const fresh = page({});
  await fresh.chatSwitch.start();
  assert.equal(fresh.composer.text, "Another", "a new visit has the last one");
});

test("a link within the page, and one that brings a chat, leave the chat that is open; an empty address does not", async () => {
  location.hash = "#chat=a";
  const { chatSwitch, chat } = page({ a: chatOf("a") });
  await chatSwitch.start();
  for (const hash of ["#main", "#c=abc"]) {
    location.hash = hash;
    listeners.dispatchEvent(new Event("popstate"));
    assert.equal(chat.current.meta.id, "a");
  }
  location.hash = "";
  listeners.dispatchEvent(new Event("popstate"));
  assert.equal(chat.current.meta.id, "new-1");
});

test("a chat that another tab has deleted is not saved again", async () => {
  const a = chatOf("a");
  const { chatSwitch, chat, library } = page({ a });
  await chatSwitch.open("a");
  a.saves = 0;
  await library.tell({ removed: ["a"] });
  assert.equal(chat.current.meta.id, "new-1");
  assert.deepEqual([a.saves, a.isOwn], [0, false]);
});

test("a reader sees what the writer has changed last, also while it was reading", async () => {
  const a = chatOf("a");
  const { chatSwitch, chat, library } = page({ a });
  await chatSwitch.open("a");
  a.isOwn = false;
  let written = "";
  /** @type {string[]} */
  const shown = [];
  library.open = async () => {
    const now = written;
    await wait();
    return { chat: a.meta, nodes: now };
  };
  chat.showAnew = (/** @type {{ nodes: string }} */ { nodes }) => shown.push(nodes);
  for (written of ["one", "two", "three"]) void library.tell({ changed: "a" });
  await wait(30);
  assert.deepEqual(shown, ["one", "three"]);
});

test("of two chats that are opened one after the other, only the last is this tab's", async () => {
  const lock = new ChatLock({ onAsked: async () => {}, onLost: () => {} });
  const taken = await Promise.all([lock.take("a"), lock.take("b")]);
  assert.deepEqual(taken, [false, true]);
  await wait();
  assert.deepEqual([...locks.held.keys()], ["mamba-web-chat/b"]);
  assert.equal(await lock.take("a"), true, "it can be opened again");
});

test("a chat that was taken over, and then stolen, is lost", async () => {
  /** @type {string[]} */
  const lost = [];
  const lock = new ChatLock({ onAsked: async () => {}, onLost: (chat) => lost.push(chat) });
  await lock.takeOver("a");
  void locks.request("mamba-web-chat/a", { steal: true }, () => {});
  await wait();
  assert.deepEqual(lost, ["a"]);
});

test("a site that may keep nothing, and so has no locks, has its chats to itself", async () => {
  locks.refusal = new DOMException("The request was denied.", "SecurityError");
  const lock = new ChatLock({ onAsked: async () => {}, onLost: () => assert.fail("nobody takes it") });
  assert.equal(await lock.take("a"), true);
});
