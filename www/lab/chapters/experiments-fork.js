// Chapter 7's first experiment: one word of a message is read otherwise.

import example from "../examples/experiments.json" with { type: "json" };
import { ASKING, FORK } from "../jobs/experiments.js";
import { split, wordsIn } from "../jobs/words.js";
import { shownText } from "../view/bars.js";
import { button, choice, make } from "../view/dom.js";
import { HeatMap } from "../view/heat.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/experiments.js").Forked} Forked */

/** @param {{ picture: HTMLElement, controls: HTMLElement, run: (job: string, input: unknown) => Promise<any> }} parts */
export function openFork({ picture, controls, run }) {
  const heat = new HeatMap("How far the two states are apart: layers (rows) after each word (columns)");
  const branches = make("ul", { className: "answers" });
  const layers = example.forked.apart[0].length;
  const table = new Table("How far the two states are apart", ["After", ...Array.from({ length: layers }, (_, layer) => `Layer ${layer + 1}`)]);
  picture.append(make("h3", {}, "Fork: two futures from one past"), heat.element, branches, table.element);

  /** @param {Forked} forked */
  const show = ({ columns, apart, branches: both }) => {
    const values = Array.from({ length: layers * columns.length }, (_, at) => apart[at % columns.length][Math.floor(at / columns.length)]);
    heat.show({ rows: layers, columns: columns.length, values, range: [0, 1], rowName: (row) => `Layer ${row + 1}`, columnName: (column) => `after “${shownText(columns[column].trim())}”`, shown: (value) => value.toFixed(2) });
    table.show(columns.map((text, column) => [shownText(text.trim()), ...apart[column].map((value) => value.toFixed(2))]));
    branches.replaceChildren(...both.map(({ word, answer, asked }) => make("li", {}, make("b", {}, `${word}: `), `“${answer}” Asked “${ASKING.question}”, it says “${asked}”`)));
  };

  const message = make("input", { type: "text", value: FORK.message, maxLength: 300, autocomplete: "off" });
  const other = make("input", { type: "text", value: FORK.other, maxLength: 40, autocomplete: "off" });
  const choose = make("div", {});
  let chosen = 0;
  const renew = () => {
    const words = wordsIn(message.value).map(({ word }, at) => /** @type {[string, string]} */ ([String(at), word]));
    chosen = 0;
    choose.replaceChildren(choice("Fork before", words, (value) => (chosen = Number(value))));
  };
  const chooseWord = (/** @type {number} */ at) => {
    chosen = at;
    /** @type {HTMLSelectElement} */ (choose.querySelector("select")).value = String(at);
  };
  message.addEventListener("change", renew);

  async function fork() {
    const found = wordsIn(message.value)[chosen];
    if (!found || !other.value.trim()) return;
    start.disabled = true;
    try {
      show(await run("fork", { ...split({ message: message.value, other: other.value.trim(), ...found }), question: ASKING.question }));
    } catch {
      // The frame says what happened.
    }
    start.disabled = false;
  }
  const start = button("Fork it here", () => void fork(), "primary");
  controls.append(make("label", { className: "field is-wide" }, make("span", {}, "Your message"), message), choose, make("label", { className: "field" }, make("span", {}, "and read instead"), other), start);
  renew();
  chooseWord(wordsIn(FORK.message).findIndex(({ word }) => word === FORK.word));
  show(example.forked);
}
