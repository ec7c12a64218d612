// A table is the text alternative of each picture.

import { make } from "./dom.js";

/** It scrolls if it is wide, and then a keyboard must reach it. */
export class Table {
  element;
  #body = make("tbody", {});

  /** @param {string} title @param {string[]} columns @param {string} [summary] what opens it */
  constructor(title, columns, summary = "The picture as a table") {
    const head = make("tr", {}, ...columns.map((name) => make("th", { scope: "col" }, name)));
    const table = make("table", {}, make("caption", { className: "unseen" }, title), make("thead", {}, head), this.#body);
    const scroll = make("div", { className: "scroll", tabIndex: 0, role: "region", ariaLabel: title }, table);
    this.element = make("details", { className: "numbers" }, make("summary", {}, summary), scroll);
  }

  /** @param {(string | number)[][]} rows */
  show(rows) {
    const cells = (/** @type {(string | number)[]} */ row) => row.map((cell, at) => (at === 0 ? make("th", { scope: "row" }, String(cell)) : make("td", {}, String(cell))));
    this.#body.replaceChildren(...rows.map((row) => make("tr", {}, ...cells(row))));
  }
}
