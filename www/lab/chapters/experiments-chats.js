// Chapter 7's other experiments: the memories of two chats are cut, swapped, mixed, saved and opened.

import { saveFile } from "../../page/chats/exchange/save-file.js";
import example from "../examples/experiments.json" with { type: "json" };
import { ASKING, MESSAGES } from "../jobs/experiments.js";
import { barOf } from "../view/bars.js";
import { button, choice, make, slider } from "../view/dom.js";
import { HeatMap } from "../view/heat.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/experiments.js").Bench} Bench */
/** @typedef {import("../jobs/experiments.js").Change} Change */
/** @typedef {import("../jobs/experiments.js").Place} Place */

const NAMES = ["Chat A", "Chat B"];
/** Of a half-life in tokens, as powers of two. */
const SLOWEST = 11;

/** @param {string} name @param {string} value */
const field = (name, value) => {
  const input = make("input", { type: "text", value, maxLength: 200, autocomplete: "off" });
  return { input, label: make("label", { className: "field is-wide" }, make("span", {}, name), input) };
};

/** @param {string} name @param {string} message */
function cardOf(name, message) {
  const { input, label } = field(`You say in ${name}`, message);
  const story = make("ol", { className: "story" });
  const answer = make("p", { className: "says" });
  const after = make("p", { className: "quiet" });
  const bars = make("ol", { className: "bars", ariaLabel: `${name}: the next word` });
  return { element: make("section", { className: "card", ariaLabel: name }, make("h4", {}, name), label, story, answer, after, bars), input, story, answer, after, bars };
}

/** @param {{ picture: HTMLElement, run: (job: string, input: unknown) => Promise<any> }} parts */
export function openChats({ picture, run }) {
  const cards = NAMES.map((name, at) => cardOf(name, MESSAGES[at]));
  const question = field("Ask both", ASKING.question);
  const beginning = field("and weigh the word after", ASKING.beginning);
  const layers = example.bench.chats[0].apart.length;
  const heat = new HeatMap("How far each layer (column) is from what its chat (row) has read");
  const table = new Table("How far each layer is from what its chat has read", ["Layer", ...NAMES]);
  heat.element.classList.add("is-flat");

  /** @param {Bench} bench */
  const show = ({ chats, undoable }) => {
    chats.forEach(({ story, answer, beginning, next }, at) => {
      cards[at].after.textContent = next.length > 0 ? `If it begins with “${beginning}”, the next word is` : `It has nothing to add to “${beginning}”.`;
      cards[at].story.replaceChildren(...story.map((sentence) => make("li", {}, sentence)));
      cards[at].answer.textContent = `“${answer}”`;
      cards[at].bars.replaceChildren(...next.map(({ text, probability }) => barOf(text, probability)));
    });
    heat.show({ rows: NAMES.length, columns: layers, values: chats.flatMap(({ apart }) => apart), range: [0, 1], rowName: (row) => NAMES[row], columnName: (column) => `layer ${column + 1}`, shown: (value) => value.toFixed(2) });
    table.show(Array.from({ length: layers }, (_, layer) => [layer + 1, ...chats.map(({ apart }) => apart[layer].toFixed(2))]));
    back.disabled = undoable === 0;
    back.textContent = undoable === 0 ? "Undo" : `Undo (${undoable})`;
  };

  const asking = () => ({ question: question.input.value.trim() || ASKING.question, beginning: beginning.input.value.trim() });
  let hasBegun = false;
  /** @param {string} job @param {object} [input] */
  async function act(job, input) {
    try {
      // Whatever is pressed first, the chats are read before.
      if (!hasBegun || job === "begin") show(await run("begin", { messages: cards.map(({ input }) => input.value.trim() || "Hello!"), ...asking() }));
      hasBegun = true;
      if (job !== "begin") show(await run(job, { ...input, ...asking() }));
    } catch {
      // The frame says what happened.
    }
  }
  const change = (/** @type {Change} */ change) => void act("change", { change });

  let place = /** @type {Place} */ (0);
  let layer = "13";
  let halfLife = 2 ** 8;
  let share = 0.5;
  async function save() {
    try {
      if (!hasBegun) await act("begin");
      saveFile(place === 0 ? "chat-a.mstate" : "chat-b.mstate", await run("save", { place }), "application/octet-stream");
    } catch {
      // The frame says what happened.
    }
  }
  const file = make("input", { type: "file", accept: ".mstate" });
  file.addEventListener("change", async () => {
    const [chosen] = file.files ?? [];
    if (chosen) change({ kind: "open", place, name: chosen.name, bytes: new Uint8Array(await chosen.arrayBuffer()) });
    file.value = "";
  });

  const back = button("Undo", () => void act("undo"));
  const layerChoice = choice("Layer", [["all", "All"], ...Array.from({ length: layers }, (_, at) => /** @type {[string, string]} */ ([String(at), String(at + 1)]))], (chosen) => (layer = chosen));
  /** @type {HTMLSelectElement} */ (layerChoice.querySelector("select")).value = layer;
  const row = (/** @type {Node[]} */ ...parts) => make("div", { className: "row" }, ...parts);
  const tools = make(
    "div",
    { className: "tools", role: "group", ariaLabel: "Change a memory" },
    row(layerChoice, button("Set it to zero", () => change({ kind: "forget", place, layer: layer === "all" ? null : Number(layer) }))),
    row(
      slider("Half-life of at least", { min: 0, max: SLOWEST, step: 1, value: Math.log2(halfLife), shown: (power) => `${2 ** power} tokens` }, (power) => (halfLife = 2 ** power)),
      button("Keep only slow", () => change({ kind: "slow", place, tokens: halfLife })),
    ),
    row(
      slider("Share of the other chat", { min: 0, max: 1, step: 0.05, value: share, shown: (value) => `${Math.round(100 * value)} %` }, (value) => (share = value)),
      button("Mix", () => change({ kind: "mix", place, share })),
    ),
  );
  const whole = row(
    choice("Change", [["0", NAMES[0]], ["1", NAMES[1]]], (chosen) => (place = chosen === "0" ? 0 : 1)),
    button("Save as a file", () => void save()),
    make("label", { className: "plain file" }, file, make("span", {}, "Open a file")),
    button("Swap the two", () => change({ kind: "swap" })),
    back,
  );

  const ask = make("div", { className: "controls", role: "group", ariaLabel: "Ask the two chats" }, question.label, beginning.label, button("Tell both and ask", () => void act("begin"), "primary"), button("Only ask again", () => void act("ask")));
  picture.append(make("h3", {}, "Two chats, and what you can do to their memories"), make("div", { className: "two" }, ...cards.map(({ element }) => element)), ask, whole, tools, heat.element, table.element);
  show(example.bench);
}
