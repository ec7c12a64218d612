// A small map of the chat's tree, to go anywhere in it.

import { byId, make } from "../dom.js";
import { count } from "../format.js";
import { closeOnBackdrop } from "../settings-view.js";
import { titleOf } from "./titles.js";
import { mapRows } from "./tree.js";

const dialog = byId("map", HTMLDialogElement);
const list = byId("map-tree", HTMLUListElement);
closeOnBackdrop(dialog);

/** Deeper branches are not indented any further. */
const MOST_DEPTH = 8;
/** A tree with more rows than this shows those around the present turn. */
const MOST_ROWS = 400;

/** @param {import("../chat.js").Chat} chat */
export function openMap(chat) {
  const rows = around(mapRows(chat.current.tree));
  list.replaceChildren(...rows.map((row) => item(row, () => void chat.go(row.node.id))));
  byId("map-empty", HTMLElement).hidden = rows.length > 0;
  dialog.showModal();
  focus(Math.max(0, rows.findIndex(({ isLeaf }) => isLeaf)));
}

/** @param {import("./tree.js").MapRow[]} rows */
function around(rows) {
  const leaf = rows.findIndex(({ isLeaf }) => isLeaf);
  const from = Math.max(0, Math.min(leaf - MOST_ROWS / 2, rows.length - MOST_ROWS));
  return rows.slice(from, from + MOST_ROWS);
}

/** @param {import("./tree.js").MapRow} row @param {() => void} go */
function item({ node, depth, hidden, isOnWay, isLeaf }, go) {
  const words = `${hidden > 0 ? `… ${count(hidden)} more, then ` : ""}${titleOf(node.message)}`;
  const element = make(
    "li",
    { class: `map-row${isOnWay ? " on-way" : ""}`, role: "treeitem", tabindex: "-1", "aria-level": String(depth + 1), "aria-selected": String(isLeaf), "data-depth": String(Math.min(depth, MOST_DEPTH)) },
    make("span", { class: "map-message", text: words, dir: "auto" }),
    make("span", { class: "map-answer", text: node.answer ? titleOf(node.answer) : "no answer", dir: "auto" }),
  );
  element.addEventListener("click", () => {
    dialog.close();
    go();
  });
  return element;
}

/** @param {number} at */
function focus(at) {
  const items = /** @type {HTMLElement[]} */ ([...list.children]);
  const to = items[Math.max(0, Math.min(at, items.length - 1))];
  for (const other of items) other.tabIndex = other === to ? 0 : -1;
  to?.focus();
}

list.addEventListener("keydown", (event) => {
  const items = [...list.children];
  const at = items.indexOf(/** @type {Element} */ (document.activeElement));
  if (event.key === "Enter" || event.key === " ") {
    event.preventDefault();
    return /** @type {HTMLElement | undefined} */ (items[at])?.click();
  }
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  focus(to);
});
