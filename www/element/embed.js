// embed.html: a <mamba-chat> that fills an <iframe> and talks with the page around it by messages. docs/element.md has them.

import { asMambaError, badArgument, toPlain } from "../engine/errors.js";

/**
 * @typedef {import("./mamba-chat.js").MambaChat} MambaChat
 * @typedef {Record<string, unknown> & { type: string, id?: string | number }} Asked
 */

/** Parameters that become attributes. */
const ATTRIBUTES = ["model", "model-name", "system", "placeholder", "label", "backend", "precision", "loading", "theme", "temperature", "max-tokens", "seed"];
const MOST_LETTERS = 2 ** 20;
const MOST_SAVED_BYTES = 2 ** 28;

const query = new URLSearchParams(location.search);
const chat = /** @type {MambaChat} */ (document.createElement("mamba-chat"));
for (const name of ATTRIBUTES) {
  const value = query.get(name);
  if (value !== null) chat.setAttribute(name, value);
}
if (!chat.hasAttribute("model")) chat.setAttribute("model", "./models/default/");

/** Sites that the host of this file lets talk to it; null: all. */
const hosted = document.documentElement.dataset.origins?.trim() ?? "";
const allowed = hosted === "*" ? null : hosted.split(/\s+/);
/** Those that the address names, of which none is talked to otherwise. */
const origins = query.getAll("origin").filter((origin) => isOrigin(origin) && (allowed === null || allowed.includes(origin)));

/** @param {string} text */
function isOrigin(text) {
  return URL.canParse(text) && new URL(text).origin === text;
}

/** @param {unknown} value @param {string} name */
function text(value, name) {
  if (typeof value !== "string") throw badArgument(`“${name}” has to be a text.`);
  if (value.length > MOST_LETTERS) throw badArgument(`“${name}” is too long.`, `Send at most ${MOST_LETTERS} characters.`);
  return value;
}

/** @param {unknown} value */
function saved(value) {
  if (value instanceof Uint8Array && value.byteLength <= MOST_SAVED_BYTES) return value;
  if (typeof value === "string" && value.length <= MOST_SAVED_BYTES) return value;
  throw badArgument("“chat” has to be what “save” or “snapshot” gave.");
}

/** What may be asked for. Each gives what the answer has as its result. @type {Record<string, (asked: Asked) => unknown>} */
const WORK = {
  load: () => chat.load(),
  send: (asked) => chat.send(text(asked.text, "text")),
  stop: () => chat.stop(),
  newChat: () => chat.newChat(),
  messages: () => chat.messages,
  save: () => chat.save(),
  snapshot: () => chat.snapshot(),
  open: (asked) => chat.open(saved(asked.chat)),
};

/** @param {Record<string, unknown>} message @param {string[]} [to] */
function post(message, to = origins) {
  // The browser gives it only to the one that the page around really has.
  for (const origin of to) parent.postMessage({ from: "mamba-web", ...message }, origin);
}

/** @param {unknown} error */
const plain = (error) => toPlain(asMambaError(error));

addEventListener("message", async ({ data, origin, source }) => {
  if (source !== parent || parent === window || !origins.includes(origin)) return;
  const isAsked = typeof data === "object" && data !== null && typeof data.type === "string";
  const id = isAsked && (typeof data.id === "string" || typeof data.id === "number") ? data.id : null;
  try {
    if (!isAsked) throw badArgument("A message to the chat is an object with a “type”.");
    const work = Object.hasOwn(WORK, data.type) ? WORK[data.type] : null;
    if (!work) throw badArgument(`The chat does not know the message “${String(data.type).slice(0, 80)}”.`, `It knows ${Object.keys(WORK).join(", ")}.`);
    post({ type: "done", id, result: (await work(data)) ?? null }, [origin]);
  } catch (error) {
    post({ type: "error", id, error: plain(error) }, [origin]);
  }
});

/** @param {string} name @param {(detail: any) => Record<string, unknown>} of */
const pass = (name, of) => chat.addEventListener(name, (event) => post({ type: name, ...of(/** @type {CustomEvent} */ (event).detail) }));
pass("ready", ({ info }) => ({ model: info.modelHash, backend: info.backend, threads: info.threads }));
pass("token", ({ text }) => ({ text }));
pass("message", ({ message, answer, reason }) => ({ message, answer, reason }));
pass("error", ({ error }) => ({ id: null, error: plain(error) }));

document.querySelector("main")?.append(chat);
