// A chat in which nothing was said yet, and names for chats and turns.

import { UNTITLED } from "./titles.js";

/** @returns {import("./store.js").Chat} */
export function newChat() {
  const now = Date.now();
  return { id: crypto.randomUUID?.() ?? randomId(), title: UNTITLED, pinned: false, renamed: false, createdAt: now, changedAt: now, system: "", leaf: null, draft: "", scroll: null };
}

/** Plain http has no randomUUID. */
export const randomId = () => [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
