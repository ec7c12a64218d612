// Chats as JSON, in and out. docs/chats.md has the format. What comes in was written by anybody, so every field is checked
// and nothing of it replaces a chat that is there.

import { MambaError } from "../../../engine/errors.js";
import { shownName, shownText } from "../../shown-text.js";
import { soundRounds } from "../../tools/rounds.js";
import { newChat, randomId } from "../new-chat.js";
import { MOST_TITLE, UNTITLED } from "../titles.js";

/**
 * @typedef {import("../library.js").Whole} Whole
 * @typedef {import("../tree.js").Node} Node
 */

export const FORMAT = "mamba-web-chats";
export const VERSION = 1;
/** A file beyond it is not read. */
export const MOST_FILE_BYTES = 128 * 2 ** 20;
const MOST_CHATS = 10_000;
const MOST_TURNS = 200_000;
const MOST_TEXT = 16 * 2 ** 20;
/** Between turns of one time: the smallest power of two that is not rounded away in ms since 1970. */
const STEP_MS = 2 ** -11;
const SHOWN_STATS = ["promptTokens", "tokens", "tokensPerSecond", "timeToFirstTokenMs"];
const REASONS = ["stop", "length", "cancelled", "failed", "cut", "given"];

/** A file that cannot be taken. */
export class BadChats extends MambaError {
  /** @param {string} message a sentence, which says what to do as well */
  constructor(message) {
    super("bad-argument", message, "");
  }
}

/** @param {Whole[]} wholes @param {Date} [now] @returns {string} */
export function chatsToJson(wholes, now = new Date()) {
  const chats = wholes.map(({ chat, nodes }) => ({
    title: chat.title,
    pinned: chat.pinned,
    renamed: chat.renamed,
    createdAt: chat.createdAt,
    changedAt: chat.changedAt,
    system: chat.system,
    ...(chat.tools ? { tools: true } : {}),
    ...(chat.book && { book: chat.book }),
    leaf: chat.leaf,
    turns: nodes.map(({ chat: _, ids, ...turn }) => ({ ...turn, ids: ids ? [...ids] : null })),
  }));
  return `${JSON.stringify({ format: FORMAT, version: VERSION, savedAt: now.toISOString(), chats }, null, 1)}\n`;
}

/**
 * @param {string} text
 * @returns {Whole[]} with names of their own, so that they stand beside what is there
 * @throws {BadChats}
 */
export function chatsFromJson(text) {
  const file = parsed(text);
  if (file.format !== FORMAT) throw new BadChats("The file has no chats of this page.");
  if (typeof file.version !== "number" || file.version > VERSION) {
    throw new BadChats("The chats were saved by a newer version of this page. Open the page again to get that version.");
  }
  const chats = list(file.chats, MOST_CHATS);
  let turns = 0;
  return chats.map((one) => {
    turns += list(one.turns, MOST_TURNS).length;
    if (turns > MOST_TURNS) throw new BadChats("The file has too many turns.");
    return wholeOf(one);
  });
}

/** @param {Record<string, unknown>} from @returns {Whole} */
function wholeOf(from) {
  const chat = newChat();
  const turns = list(from.turns, MOST_TURNS);
  /** Of two turns with one name, the first has it. @type {Map<string, string>} */
  const names = new Map();
  const nodes = turns.map((turn) => {
    const node = nodeOf(turn, chat.id);
    if (typeof turn.id === "string" && !names.has(turn.id)) names.set(turn.id, node.id);
    return node;
  });
  for (const [at, { parent }] of turns.entries()) nodes[at].parent = names.get(string(parent)) ?? null;
  keepOrder(nodes);
  // In a chat from whose end all turns were taken back, none is shown.
  const leaf = from.leaf === null ? null : (names.get(string(from.leaf)) ?? nodes.at(-1)?.id ?? null);
  const title = shownText(string(from.title).trim(), 2 * MOST_TITLE) || UNTITLED;
  const createdAt = time(from.createdAt);
  const book = /^[\w-]{8,64}$/.test(string(from.book)) ? { book: string(from.book) } : {};
  return {
    chat: {
      ...chat,
      title,
      renamed: from.renamed === true,
      pinned: from.pinned === true,
      createdAt,
      system: string(from.system),
      leaf,
      ...(from.tools === true && { tools: true }),
      ...book,
    },
    nodes,
  };
}

/**
 * @param {Record<string, unknown>} turn
 * @param {string} chat
 * @returns {Node} without its parent
 */
function nodeOf(turn, chat) {
  const rounds = soundRounds(turn.rounds);
  const reason = REASONS.find((known) => known === turn.reason) ?? "cut";
  return {
    id: randomId(),
    chat,
    parent: null,
    message: string(turn.message),
    answer: string(turn.answer),
    ...(rounds ? { rounds } : {}),
    ids: idsOf(turn.ids),
    settings: numbers(turn.settings),
    stats: statsOf(turn.stats),
    readTokens: number(turn.readTokens),
    reason: /** @type {Node["reason"]} */ (reason),
    modelHash: string(turn.modelHash).slice(0, 64),
    modelName: shownName(string(turn.modelName)),
    createdAt: time(turn.createdAt),
  };
}

/** The times order the turns, also where the file gives several the same one. @param {Node[]} nodes as the file has them */
function keepOrder(nodes) {
  let last = 0;
  for (const node of [...nodes].sort((a, b) => a.createdAt - b.createdAt)) last = node.createdAt = Math.max(node.createdAt, last + STEP_MS);
}

/** @param {string} text @returns {Record<string, unknown>} */
function parsed(text) {
  try {
    return record(JSON.parse(text));
  } catch {
    throw new BadChats("The file is damaged: it is not JSON.");
  }
}

/** @param {unknown} value @returns {Record<string, unknown>} */
const record = (value) => (typeof value === "object" && value !== null && !Array.isArray(value) ? /** @type {Record<string, unknown>} */ (value) : {});

/** @param {unknown} value @param {number} most */
function list(value, most) {
  if (!Array.isArray(value)) throw new BadChats("The file is damaged: a list is missing.");
  if (value.length > most) throw new BadChats("The file has too many chats or turns.");
  return value.map(record);
}

/** @param {unknown} value */
const string = (value) => (typeof value === "string" ? value.slice(0, MOST_TEXT) : "");
/** @param {unknown} value */
const number = (value) => (typeof value === "number" && Number.isFinite(value) && value >= 0 ? value : 0);
/** @param {unknown} value ms since 1970, not in the future */
const time = (value) => Math.min(number(value), Date.now()) || Date.now();

/** Settings or statistics: names and numbers. @param {unknown} value @returns {any} */
function numbers(value) {
  if (value === null || typeof value !== "object") return null;
  const entries = Object.entries(value).filter(([, one]) => one === null || Number.isFinite(one));
  return Object.fromEntries(entries.slice(0, 32));
}

/** Statistics of which the page shows some. @param {unknown} value */
function statsOf(value) {
  const stats = numbers(value);
  return stats && SHOWN_STATS.every((name) => typeof stats[name] === "number") ? stats : null;
}

/** @param {unknown} value @returns {Uint32Array | null} */
function idsOf(value) {
  if (!Array.isArray(value) || value.length > 2 ** 20) return null;
  return value.every((id) => Number.isInteger(id) && id >= 0 && id < 2 ** 32) ? Uint32Array.from(value) : null;
}
