// Chapter 5: what a word does to memory.

import example from "../examples/watch.json" with { type: "json" };
import { SENTENCE } from "../jobs/watch.js";
import { pageModelOf } from "../page-model.js";
import { barOf, shownText } from "../view/bars.js";
import { probabilities } from "../view/chances.js";
import { colour } from "../view/coloured.js";
import { button, choice, make, slider } from "../view/dom.js";
import { HeatMap } from "../view/heat.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/watch.js").Reading} Reading */
/** @typedef {"surprise" | "delta" | "halfLife" | "written"} Figure */

/** Place among a layer's figures. */
const AT = { delta: 0, halfLife: 1, written: 2 };
const MOST_BITS = 12;
const FRAME_MS = 350;
const BARS = 10;
/** N of the page's model. */
const STATES = 16;
/** @type {[Figure, string][]} */
const FIGURES = [["surprise", "Surprise (bits)"], ["delta", "Step size Δ"], ["written", "Norm of what was written"], ["halfLife", "Half-life (tokens)"]];

/** @param {Reading["tokens"][number]} token @param {Figure} figure @param {number} layer -1: the mean of all */
function valueOf(token, figure, layer) {
  if (figure === "surprise") return token.surprise;
  const values = token.layers.map((figures) => figures[AT[figure]]);
  return layer < 0 ? values.reduce((sum, value) => sum + value, 0) / values.length : values[layer];
}

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "watch",
  number: 5,
  title: "What a word does to memory",
  claim: "Each word decides for itself how strongly it is written into memory, and how much of the old it leaves there.",
  text: [
    "This is the chat page's own model. It computes a step size Δ from each word, in each of its 16 layers. A large Δ writes the word strongly and lets the old fade; a small one passes by.",
    "Type a sentence and colour it by what you want to know. <|user|> and <|bot|> are the marks of a chat; they are shown as ◇.",
  ],
  notice: [
    "Surprise is not Δ: the model is surprised by what it could not guess, and writes what it may need.",
    "The half-life says after how many such words half of a state is gone. Layers differ widely; choose one.",
    "Play the state: some rows change with every word, others keep what they hold.",
    "The bars are what memory is asked for. Temperature makes them more equal or less; top-k and top-p cut the tail.",
  ],
  source: [{ text: "Gu & Dao 2023, Mamba, section 3.2, algorithm 2: h[t] = exp(Δ[t] A) h[t-1] + Δ[t] B[t] x[t], y[t] = C[t] h[t]", href: "https://arxiv.org/abs/2312.00752" }, { text: "src/lab/trace.rs reads the numbers off the kernels that answer in the chat; its test compares them with a second implementation." }],
  open({ picture, controls, lab }) {
    const words = make("p", { className: "words", tabIndex: 0, role: "group", ariaLabel: "The sentence, coloured" });
    const said = make("p", { className: "result", role: "status" });
    const table = new Table("What each token does", ["Token", ...FIGURES.map(([, name]) => name)]);
    const heat = new HeatMap("The state of a layer: its 16 states (rows) of 896 channels (columns)");
    const frame = make("div", { className: "row" }, make("p", {}, "Press “Read it here” first: the states of a whole sentence are too large for an example."));
    const bars = make("ol", { className: "bars", ariaLabel: "The next words" });
    const chances = make("div", { className: "row" });
    picture.append(words, said, table.element, make("h3", {}, "The state, word by word"), frame, heat.element, make("h3", {}, "The next word"), chances, bars);
    heat.element.hidden = true;

    const sentence = make("input", { type: "text", value: SENTENCE, maxLength: 300, autocomplete: "off" });
    let figure = /** @type {Figure} */ ("surprise");
    let layer = -1;
    /** @type {Reading} */
    let reading = example.reading;
    /** @type {string} what `reading` is of */
    let readText = SENTENCE;

    const show = () => {
      const value = (/** @type {Reading["tokens"][number]} */ token, /** @type {Figure} */ of) => valueOf(token, of, layer);
      const text = (/** @type {number | null} */ number) => (number === null ? "none, it is the first" : number.toPrecision(3));
      // Half-lives reach from a token to thousands, so their colours are of the logarithm.
      const shade = (/** @type {number | null} */ number) => (figure === "halfLife" && number !== null ? Math.log2(1 + number) : number);
      const pieces = reading.tokens.map((token) => ({ text: shownText(token.text), value: shade(value(token, figure)), said: FIGURES.map(([of, name]) => `${name}: ${text(value(token, of))}`).join(", ") }));
      colour(words, pieces, figure === "surprise" ? MOST_BITS : undefined);
      table.show(reading.tokens.map((token) => [shownText(token.text), ...FIGURES.map(([of]) => text(value(token, of)))]));
      showBars();
    };

    let temperature = 1;
    let topK = 0;
    let topP = 1;
    const showBars = () => {
      const shares = probabilities(reading.scores, { temperature, topK, topP });
      bars.replaceChildren(...reading.candidates.slice(0, BARS).map((text, at) => barOf(text, shares[at])));
    };

    const loaded = pageModelOf(lab, "watch", (text) => (said.textContent = text));

    async function read() {
      const text = sentence.value;
      if (!text.trim()) return;
      start.disabled = true;
      try {
        await loaded();
        reading = await lab.run("watch.read", { sentence: text }, { onPart: ({ read, of }) => (said.textContent = `Reading: ${read} of ${of} tokens.`) });
        readText = text;
        said.textContent = `Read on your machine: ${reading.tokens.length} tokens.`;
        show();
        await film();
      } catch {
        // The frame says what happened.
      }
      start.disabled = false;
    }

    /** @type {Float32Array[]} */
    let states = [];
    let at = 0;
    let isDifference = false;
    let timer = 0;
    const showFrame = () => {
      if (states.length === 0) return;
      const channels = states[at].length / STATES;
      const values = isDifference && at > 0 ? states[at].map((value, place) => value - states[at - 1][place]) : states[at];
      // Of most use is the size: a few states are far larger than all others.
      heat.show({ rows: STATES, columns: channels, values: values.map((value) => Math.log10(1e-3 + Math.abs(value))), rowName: (row) => `state ${row + 1}`, columnName: (column) => `channel ${column + 1}`, shown: (value) => `size ${(10 ** value - 1e-3).toPrecision(2)}` });
      heat.element.hidden = false;
    };
    const rewind = () => {
      const place = slider("After token", { min: 0, max: Math.max(states.length - 1, 0), step: 1, value: at, shown: (place) => `${place + 1}: ${shownText(reading.tokens[place]?.text ?? "")}` }, (to) => {
        at = to;
        showFrame();
      });
      const difference = make("input", { type: "checkbox", checked: isDifference, autocomplete: "off" });
      difference.addEventListener("change", () => {
        isDifference = difference.checked;
        showFrame();
      });
      const play = button("Play", () => {
        clearInterval(timer);
        at = 0;
        const input = /** @type {HTMLInputElement} */ (place.querySelector("input"));
        timer = setInterval(() => {
          input.value = String(at);
          input.dispatchEvent(new Event("input"));
          if (++at >= states.length) clearInterval(timer);
        }, FRAME_MS);
      });
      frame.replaceChildren(place, make("label", { className: "tick" }, difference, " Only what changed"), play);
      showFrame();
    };

    /** The states of the chosen layer. */
    async function film() {
      clearInterval(timer);
      states = await lab.run("watch.frames", { sentence: readText, layer: Math.max(layer, 0) });
      at = states.length - 1;
      rewind();
    }

    const start = button("Read it here", () => void read(), "primary");
    const layers = /** @type {[string, string][]} */ ([["-1", "All (state: layer 1)"], ...Array.from({ length: example.reading.tokens[0].layers.length }, (_, number) => [String(number), `${number + 1}`])]);
    controls.append(
      make("label", { className: "field is-wide" }, make("span", {}, "Your sentence"), sentence),
      choice("Colour by", FIGURES, (chosen) => {
        figure = chosen;
        show();
      }),
      choice("Layer", layers, (chosen) => {
        layer = Number(chosen);
        show();
        if (states.length > 0) void film().catch(() => {});
      }),
      start,
    );
    chances.append(
      slider("Temperature", { min: 0.1, max: 3, step: 0.1, value: 1, shown: (value) => value.toFixed(1) }, (value) => {
        temperature = value;
        showBars();
      }),
      slider("Top-k", { min: 0, max: 10, step: 1, value: 0, shown: (value) => (value === 0 ? "all" : String(value)) }, (value) => {
        topK = value;
        showBars();
      }),
      slider("Top-p", { min: 0.1, max: 1, step: 0.05, value: 1, shown: (value) => value.toFixed(2) }, (value) => {
        topP = value;
        showBars();
      }),
    );
    said.textContent = "An example from another machine. Press the button to read on yours, and to see the state.";
    show();
  },
};
