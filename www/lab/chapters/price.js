// Chapter 1: the price of looking back.

import example from "../examples/price.json" with { type: "json" };
import { button, make } from "../view/dom.js";
import { LinePlot } from "../view/plot.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/price.js").Cost} Cost */
/** @typedef {import("../jobs/price.js").Peak} Peak */
/** @typedef {import("../jobs/price.js").Said} Said */

const POSITIONS = [1, 10, 100, 1_000, 3_000, 10_000, 30_000, 100_000];
/** Attention is stopped when a token takes longer. */
const MOST_SECONDS = 3;
const NAMES = { mamba: "Mamba", attention: "Attention" };

const three = new Intl.NumberFormat("en", { maximumSignificantDigits: 3 });
const milliseconds = (/** @type {number} */ seconds) => `${three.format(seconds * 1000)} ms`;
const megabytes = (/** @type {number} */ bytes) => `${three.format(bytes / 1e6)} MB`;
const percent = (/** @type {number} */ share) => `${Math.round(100 * share)} %`;

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "price",
  number: 1,
  title: "The price of looking back",
  claim: "Attention pays for every word it has read, again and again; Mamba pays the same for each word, however long the text.",
  text: [
    "A Transformer keeps two lists of numbers for every word, keys and values, and looks at all of them before it writes the next word. Mamba keeps one state of fixed size.",
    "Press the button. Your machine runs this page's model and an attention model of the same width, depth and number of parameters, both in int8, on the same kernels and one thread.",
  ],
  notice: [
    "Mamba's line is flat, in time and in memory. Attention's lines climb with the number of words.",
    "If each word costs as much as all words before it, a whole text costs the square of its length.",
    "Short texts are no contest: attention may even win there. The price shows only when the text grows.",
    "The race is fair: the table says which share of your machine's peak each of them reaches.",
  ],
  source: [
    { text: "Gu & Dao 2023, Mamba, sections 3.1 and 4.5: a state of E x N numbers in each of L layers", href: "https://arxiv.org/abs/2312.00752" },
    { text: "Vaswani et al. 2017, Attention Is All You Need, table 1: y = softmax(q kᵀ) v over all tokens", href: "https://arxiv.org/abs/1706.03762" },
    { text: "The weights and the past are filled by chance, since no kernel is faster for some numbers than for others. The state and the keys are f32; the attention model has a gated MLP in each layer, so that both have as many parameters. Peaks are measured on one thread before the race; what lies in a cache, and products of int8, can pass them." },
  ],
  open({ picture, controls, lab }) {
    const time = new LinePlot("Time for the next token, after so many tokens");
    const memory = new LinePlot("Memory of the text, after so many tokens");
    const table = new Table("What a token costs", ["Model", "Tokens before", "Time", "Memory", "Bytes moved", "Of the peak of reading", "Of the peak of f32 arithmetic"]);
    const said = make("p", { className: "result", role: "status" });
    picture.append(said, make("div", { className: "two" }, time.element, memory.element), table.element);

    /** @type {Cost[]} */
    let costs = [];
    /** @type {Peak} */
    let peak = { multiplyAdds: 1, bytes: 1 };

    const show = () => {
      const line = (/** @type {Cost["model"]} */ model, /** @type {(cost: Cost) => number} */ of) => ({
        name: NAMES[model],
        hasDots: true,
        points: costs.filter((cost) => cost.model === model).map((cost) => /** @type {[number, number]} */ ([cost.position, of(cost)])),
      });
      const x = { name: "tokens before it", isLog: true, domain: /** @type {[number, number]} */ ([1, 100_000]), shown: short };
      const both = (/** @type {(cost: Cost) => number} */ of) => [line("mamba", of), line("attention", of)];
      time.show(both(({ seconds }) => seconds * 1000), { x, y: { name: "ms per token", isLog: true, shown: String }, said: sentence(costs) });
      memory.show(both(({ keptBytes }) => keptBytes / 1e6), { x, y: { name: "MB", isLog: true, shown: String }, said: sentence(costs) });
      table.show(
        costs.map((cost) => [
          NAMES[cost.model],
          cost.position.toLocaleString("en"),
          milliseconds(cost.seconds),
          megabytes(cost.keptBytes),
          megabytes(cost.movedBytes),
          percent(cost.movedBytes / cost.seconds / peak.bytes),
          percent(cost.multiplyAdds / cost.seconds / peak.multiplyAdds),
        ]),
      );
    };

    const start = button("Measure it here", () => void measure(), "primary");
    const stop = button("Stop", () => lab.stop());
    const csv = make("a", { className: "plain", download: "price-of-looking-back.csv" }, "Data as CSV");
    stop.hidden = true;
    controls.append(start, stop, csv);

    const offer = () => {
      URL.revokeObjectURL(csv.href);
      csv.href = URL.createObjectURL(new Blob([csvOf(costs)], { type: "text/csv" }));
    };

    async function measure() {
      [costs, start.disabled, stop.hidden] = [[], true, false];
      said.textContent = "Measuring: Mamba first.";
      try {
        const config = await fetchConfig();
        const ended = await lab.run("price.measure", { config, positions: POSITIONS, mostSeconds: MOST_SECONDS }, { onPart: hear });
        said.textContent = `Measured on your machine. ${sentence(costs)} ${ended}`;
      } catch (error) {
        said.textContent = error instanceof Error && error.name === "AbortError" ? `Stopped. ${sentence(costs)}` : "";
      }
      [start.disabled, stop.hidden] = [false, true];
      start.textContent = "Measure it again";
      offer();
    }

    /** @param {Said} part */
    function hear(part) {
      if ("peak" in part) peak = part.peak;
      if (!("cost" in part)) return;
      costs.push(part.cost);
      said.textContent = `${NAMES[part.cost.model]} after ${part.cost.position.toLocaleString("en")} tokens: ${milliseconds(part.cost.seconds)} for the next one.`;
      show();
    }

    for (const part of /** @type {Said[]} */ (example.said)) hear(part);
    said.textContent = `An example from another machine. ${sentence(costs)}`;
    offer();
  },
};

async function fetchConfig() {
  const response = await fetch(new URL("models/default/config.json", document.baseURI));
  if (!response.ok) throw new Error(`The server has no config.json of the page's model (status ${response.status}).`);
  return response.text();
}

/** @param {Cost[]} costs */
function sentence(costs) {
  const part = (/** @type {Cost["model"]} */ model) => {
    const [first, last] = [costs.find((cost) => cost.model === model), costs.findLast((cost) => cost.model === model)];
    if (!first || !last || first === last) return "";
    return `${NAMES[model]}: ${milliseconds(first.seconds)} and ${megabytes(first.keptBytes)} after ${first.position} token, ${milliseconds(last.seconds)} and ${megabytes(last.keptBytes)} after ${last.position.toLocaleString("en")}.`;
  };
  return `${part("mamba")} ${part("attention")}`.trim();
}

/** @param {number} tokens */
const short = (tokens) => (tokens >= 1000 ? `${tokens / 1000}k` : String(tokens));

/** @param {Cost[]} costs */
const csvOf = (costs) =>
  ["model,tokens_before,seconds,kept_bytes,moved_bytes,multiply_adds", ...costs.map((cost) => [cost.model, cost.position, cost.seconds, cost.keptBytes, cost.movedBytes, cost.multiplyAdds].join(","))].join("\n");
