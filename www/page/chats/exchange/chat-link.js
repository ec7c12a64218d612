// A chat in a link: the turns on the screen, packed into the part of the address behind #, which browsers do not send to any
// server.

import { hasThought } from "../../thoughts.js";
import { hasRounds } from "../../tools/rounds.js";
import { newChat, randomId } from "../new-chat.js";
import { Tree } from "../tree.js";
import { BadChats, chatsFromJson, FORMAT } from "./chats-json.js";

/** @typedef {import("../library.js").Whole} Whole */

export const LINK_KEY = "c";
const VERSION = 1;
/** Longer addresses are cut by mail programs and chats. */
export const MOST_LINK = 32_000;
/** Packed text can be a thousand times as long as its link. */
const MOST_UNPACKED_BYTES = 4 * 2 ** 20;

/**
 * What a link holds, one name a letter: v version, t title, s system message, o whether the model may use tools, m model (hash and name), u turns, each with
 * its message, its answer, its settings where they are not those of the turn before, and the rounds in which the model used tools.
 *
 * @param {Whole} whole
 * @returns {Promise<string>} what stands behind #
 */
export async function chatToLink({ chat, nodes }) {
  const path = new Tree(nodes, chat.leaf).path();
  const last = path.at(-1);
  // Without the memory that the chat began from nobody can write its answers again. With tools an answer has no one run, and
  // thoughts may be left out of what is read later.
  const mayReplay = !chat.book && !chat.tools && !path.some((node) => hasRounds(node) || hasThought(node.answer));
  let before = "";
  const u = path.map((node) => {
    const { message, answer, rounds } = node;
    const settings = mayReplay ? settingsToReplay(node) : null;
    const now = JSON.stringify(settings);
    const turn = rounds ? [message, answer, settings, rounds] : now === before ? [message, answer] : [message, answer, settings];
    before = now;
    return turn;
  });
  const packed = await pack(JSON.stringify({ v: VERSION, t: chat.title, s: chat.system, o: chat.tools, m: [last?.modelHash ?? "", last?.modelName ?? ""], u }));
  return `${LINK_KEY}=${packed}`;
}

/**
 * @param {string} hash of an address, without #
 * @returns {Promise<{ whole: Whole, modelHash: string, modelName: string } | null>} null if there is no chat in it
 * @throws {BadChats}
 */
export async function chatFromLink(hash) {
  const packed = new URLSearchParams(hash).get(LINK_KEY);
  if (packed === null) return null;
  /** @type {any} */
  let link;
  try {
    link = JSON.parse(await unpack(packed));
  } catch (error) {
    if (error instanceof BadChats) throw error;
    throw new BadChats("The link is damaged or cut off. Ask for it again.");
  }
  if (typeof link?.v !== "number" || link.v > VERSION) throw new BadChats("The link was made by a newer version of this page.");
  if (!Array.isArray(link.u) || !link.u.every(Array.isArray)) throw new BadChats("The link is damaged or cut off. Ask for it again.");
  const [modelHash, modelName] = Array.isArray(link.m) ? link.m.map(String) : ["", ""];
  const { createdAt } = newChat();
  /** @type {unknown} */
  let settings = null;
  /** @type {string | null} */
  let parent = null;
  const turns = link.u.map((/** @type {unknown[]} */ [message, answer, own, rounds], /** @type {number} */ at) => {
    if (own !== undefined) settings = own;
    const turn = { id: randomId(), parent, message, answer, settings, rounds, reason: "stop", modelHash, modelName, createdAt: createdAt - link.u.length + at };
    parent = turn.id;
    return turn;
  });
  // The same checks as for a file.
  const file = { format: FORMAT, version: 1, chats: [{ title: link.t, renamed: true, system: link.s, tools: link.o, leaf: parent, createdAt, turns }] };
  const [whole] = chatsFromJson(JSON.stringify(file));
  return { whole, modelHash, modelName };
}

/** Settings with which the same model writes exactly this answer, or null. @param {import("../tree.js").Node} node */
function settingsToReplay({ settings, reason, stats }) {
  if (reason === "stop" || reason === "length") return settings;
  return reason === "cancelled" && settings && stats ? { ...settings, maxTokens: stats.tokens } : null;
}

/** @param {string} text */
async function pack(text) {
  const packed = new Blob([text]).stream().pipeThrough(new CompressionStream("deflate-raw"));
  const bytes = new Uint8Array(await new Response(packed).arrayBuffer());
  let letters = "";
  for (let at = 0; at < bytes.length; at += 8192) letters += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return btoa(letters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @param {string} packed @returns {Promise<string>} */
async function unpack(packed) {
  const letters = atob(packed.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(letters, (letter) => letter.charCodeAt(0));
  const reader = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw")).getReader();
  const parts = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return new Blob(parts).text();
    length += value.length;
    if (length > MOST_UNPACKED_BYTES) {
      await reader.cancel();
      throw new BadChats("The chat in this link is too long.");
    }
    parts.push(value);
  }
}
