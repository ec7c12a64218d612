// Chapter 6: the hidden attention.

import example from "../examples/duality.json" with { type: "json" };
import { SENTENCE, wordsOf } from "../jobs/duality.js";
import { button, make, slider } from "../view/dom.js";
import { HeatMap } from "../view/heat.js";
import { LinePlot } from "../view/plot.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/duality.js").Timed} Timed */
/** @typedef {import("../jobs/duality.js").Attention} Attention */

const LENGTHS = [16, 32, 64, 128, 256, 512, 1024, 2048];
const CHUNK = 64;
const FORMS = /** @type {const} */ ([["recurrence", "recurrence, token by token"], ["chunked", "chunks of 64"], ["masked", "one masked matrix"]]);

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "duality",
  number: 6,
  title: "The hidden attention",
  claim: "A Mamba-2 layer is an attention without softmax: the same numbers come from a recurrence and from one big matrix.",
  text: [
    "Write the recurrence out, and each output is a sum over all earlier words. The weight of word s in the output of word t is C of t times B of s, times the decay between the two, times the step of s. That is a matrix, as in attention; but it never has to be written down.",
    "Below, one head reads your sentence. Its B and C come from the letters of each word, so that alike words find each other; the slider says how fast it forgets.",
  ],
  notice: [
    "Above the diagonal there is nothing: no word sees a later one. Along a row you see what the head looks back at.",
    "More forgetting pulls the light to the diagonal. Equal words light up together, however far apart.",
    "For a short text the matrix is as quick as anything; for a long one its cost is the square of the length. The recurrence never is. Chunks take the best of both: this is how the page reads a prompt.",
    "All three give the same answer, up to the last digits that a 32-bit number has.",
  ],
  source: [
    { text: "Dao & Gu 2024, Transformers are SSMs, sections 3 and 6: M[t, s] = C[t] · B[s] exp(A (dt[s+1] + … + dt[t])) dt[s]", href: "https://arxiv.org/abs/2405.21060" },
    { text: "Ali et al. 2024, The Hidden Attention of Mamba Models, section 3", href: "https://arxiv.org/abs/2403.01590" },
    { text: "The timings are of one head with P = 64 and N = 64 whose inputs are filled by chance. src/lab/duality.rs computes all forms; its tests compare them with listing 1 of the paper." },
  ],
  open({ picture, controls, lab }) {
    const heat = new HeatMap("What each word (row) takes from each earlier word (column)");
    const weights = new Table("What each word takes from earlier words", ["Word", "Takes most from", "Weight"]);
    const plot = new LinePlot("Time of the three forms");
    const times = new Table("Time of the three forms", ["Tokens", ...FORMS.map(([, name]) => name), "Largest difference", "Largest value"]);
    const agreement = make("p", { className: "result", role: "status" });
    const said = make("p", { className: "result", role: "status" });
    const sentence = make("input", { type: "text", value: SENTENCE, maxLength: 200, autocomplete: "off" });
    const start = button("Time the three forms here", () => void measure(), "primary");
    const stop = button("Stop", () => lab.stop());
    stop.hidden = true;
    picture.append(heat.element, agreement, weights.element, make("div", { className: "row" }, start, stop), said, plot.element, times.element);

    let forgetting = 0.1;
    /** @param {Attention} attention */
    const showAttention = ({ words, matrix, difference, size }) => {
      const rows = words.length;
      heat.show({ rows, columns: rows, values: matrix, rowName: (t) => `“${words[t]}” (word ${t + 1})`, columnName: (s) => `from “${words[s]}” (word ${s + 1})`, shown: (value) => value.toFixed(3) });
      agreement.textContent = `The three forms differ by ${difference.toExponential(1)} at most, in numbers up to ${size.toFixed(2)}.`;
      weights.show(words.map((word, t) => {
        const row = Array.from({ length: t + 1 }, (_, s) => matrix[t * rows + s]);
        const most = row.indexOf(Math.max(...row));
        return [`${t + 1} ${word}`, `${most + 1} ${words[most]}`, row[most].toFixed(3)];
      }));
    };

    let isBusy = false;
    let isLate = false;
    async function attend() {
      if (wordsOf(sentence.value).length === 0) return;
      if (isBusy) return void (isLate = true);
      isBusy = true;
      try {
        do {
          isLate = false;
          showAttention(await lab.run("duality.attend", { sentence: sentence.value, forgetting }));
        } while (isLate);
      } catch {
        // The frame says what happened.
      }
      isBusy = false;
    }
    sentence.addEventListener("input", () => void attend());
    controls.append(
      make("label", { className: "field is-wide" }, make("span", {}, "Your sentence"), sentence),
      slider("Forgetting", { min: 0, max: 1, step: 0.01, value: forgetting, shown: (value) => value.toFixed(2) }, (value) => {
        forgetting = value;
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

    showAttention(/** @type {Attention} */ (example.attention));
    said.textContent = `An example from another machine. ${showTimes(example.timed)}`;
  },
};
