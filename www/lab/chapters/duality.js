// Chapter 6: the hidden attention.

import example from "../examples/duality.json" with { type: "json" };
import { LAYER, SENTENCE } from "../jobs/duality.js";
import { pageModelOf } from "../page-model.js";
import { shownText } from "../view/bars.js";
import { button, make, slider } from "../view/dom.js";
import { HeatMap } from "../view/heat.js";
import { LinePlot } from "../view/plot.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/duality.js").Timed} Timed */
/** @typedef {import("../jobs/duality.js").Attention} Attention */

const LENGTHS = [16, 32, 64, 128, 256, 512, 1024, 2048];
const CHUNK = 64;
/** L of the page's model. */
const LAYERS = 16;
const FORMS = /** @type {const} */ ([["recurrence", "recurrence, token by token"], ["chunked", "chunks of 64"], ["masked", "one masked matrix"]]);

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "duality",
  number: 6,
  title: "The hidden attention",
  claim: "A layer of Mamba is an attention without softmax: the same numbers come from a memory, word by word, and from one big matrix.",
  text: [
    "Write the recurrence out, and each output is a sum over all earlier words. The weight of word s in the output of word t is C of t times B of s, times what the decay between the two has left, times the step of s. That is a matrix, as in attention; but it never has to be written down.",
    "Below, a layer of the chat page's own model reads your sentence. Each of its 896 channels has a matrix of its own; you see the mean size of all, or one.",
  ],
  notice: [
    "Above the diagonal there is nothing: no word sees a later one. Along a row you see what the layer looks back at.",
    "Go through the layers: some see only the last words, others have columns of light, words that all later ones still read.",
    "All three forms give the same answer, up to the last digits that a 32-bit number has. The first one is what the page's kernels did.",
    "Mamba-2 gives all channels of a head one matrix. So the matrix is cheap for a short text; for a long one its cost is the square of the length. The recurrence never is. Chunks take the best of both: this is how a prompt is read.",
  ],
  source: [
    { text: "Ali et al. 2024, The Hidden Attention of Mamba Models, section 3: M[t, s] = C[t] exp(A (Δ[s+1] + … + Δ[t])) Δ[s] B[s]", href: "https://arxiv.org/abs/2403.01590" },
    { text: "Dao & Gu 2024, Transformers are SSMs, sections 3 and 6: the same with one A for each head", href: "https://arxiv.org/abs/2405.21060" },
    { text: "The timings are of one head of Mamba-2 with P = 64 and N = 64 whose inputs are filled by chance. src/lab/hidden.rs and src/lab/duality.rs compute all forms; their tests compare them with a second implementation and with listing 1 of the paper." },
  ],
  open({ picture, controls, lab }) {
    const heat = new HeatMap("What each token (row) takes from each earlier one (column)");
    const weights = new Table("What each token takes from earlier ones", ["Token", "Takes most from", "Weight"]);
    const plot = new LinePlot("Time of the three forms");
    const times = new Table("Time of the three forms", ["Tokens", ...FORMS.map(([, name]) => name), "Largest difference", "Largest value"]);
    const agreement = make("p", { className: "result", role: "status" });
    const said = make("p", { className: "result", role: "status" });
    const sentence = make("input", { type: "text", value: SENTENCE, maxLength: 200, autocomplete: "off" });
    const start = button("Time the three forms here", () => void measure(), "primary");
    const stop = button("Stop", () => lab.stop());
    stop.hidden = true;
    picture.append(heat.element, agreement, weights.element, make("h3", {}, "What each form costs"), make("div", { className: "row" }, start, stop), said, plot.element, times.element);

    /** @param {Attention} attention @param {string} from */
    const showAttention = ({ tokens, matrix, difference, size }, from) => {
      const rows = tokens.length;
      const named = (/** @type {number} */ at) => `“${shownText(tokens[at])}” (token ${at + 1})`;
      heat.show({ rows, columns: rows, values: matrix, rowName: named, columnName: (s) => `from ${named(s)}`, shown: (value) => value.toPrecision(2) });
      agreement.textContent = `${from} The three forms differ by ${difference.toExponential(1)} at most, in numbers up to ${size.toFixed(2)}.`;
      weights.show(tokens.map((token, t) => {
        const row = Array.from({ length: t + 1 }, (_, s) => matrix[t * rows + s]);
        const most = row.indexOf(Math.max(...row));
        return [`${t + 1} ${shownText(token)}`, `${most + 1} ${shownText(tokens[most])}`, row[most].toPrecision(3)];
      }));
    };

    let layer = LAYER;
    /** @type {number | null} all */
    let channel = null;
    const loaded = pageModelOf(lab, "duality", (text) => (agreement.textContent = text));
    let isBusy = false;
    let isLate = false;
    async function attend() {
      if (sentence.value.trim() === "") return;
      if (isBusy) return void (isLate = true);
      isBusy = true;
      try {
        await loaded();
        do {
          isLate = false;
          showAttention(await lab.run("duality.attend", { sentence: sentence.value, layer, channel }), "Read on your machine.");
        } while (isLate);
      } catch {
        // The frame says what happened.
      }
      isBusy = false;
    }
    sentence.addEventListener("input", () => void attend());
    controls.append(
      make("label", { className: "field is-wide" }, make("span", {}, "Your sentence"), sentence),
      slider("Layer", { min: 1, max: LAYERS, step: 1, value: layer + 1, shown: String }, (value) => {
        layer = value - 1;
        void attend();
      }),
      slider("Channel", { min: 0, max: example.attention.channels, step: 1, value: 0, shown: (value) => (value === 0 ? "all, mean size" : String(value)) }, (value) => {
        channel = value === 0 ? null : value - 1;
        void attend();
      }),
    );

    /** @param {Timed[]} timed */
    const showTimes = (timed) => {
      const lines = FORMS.map(([form, name]) => ({ name, hasDots: true, points: timed.map((one) => /** @type {[number, number]} */ ([one.tokens, one[form] * 1000])) }));
      const slower = timed.find(({ masked, recurrence }) => masked > recurrence);
      const crossing = slower ? `From ${slower.tokens} tokens on, the matrix is slower than the recurrence.` : "Up to here the matrix is the quicker one.";
      plot.show(lines, { x: { name: "tokens", isLog: true, domain: [16, 2048], shown: String }, y: { name: "ms", isLog: true, shown: String }, said: crossing });
      times.show(timed.map((one) => [one.tokens, ...FORMS.map(([form]) => `${(one[form] * 1000).toPrecision(3)} ms`), one.difference.toExponential(1), one.size.toFixed(1)]));
      return crossing;
    };

    async function measure() {
      /** @type {Timed[]} */
      const timed = [];
      [start.disabled, stop.hidden] = [true, false];
      const onPart = (/** @type {Timed} */ part) => {
        timed.push(part);
        said.textContent = `Measured on your machine. ${showTimes(timed)}`;
      };
      await lab.run("duality.measure", { lengths: LENGTHS, chunk: CHUNK }, { onPart }).catch(() => {});
      [start.disabled, stop.hidden] = [false, true];
    }

    showAttention(example.attention, "An example from another machine.");
    said.textContent = `An example from another machine. ${showTimes(example.timed)}`;
  },
};
