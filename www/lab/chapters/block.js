// Chapter 4: the block.

import example from "../examples/block.json" with { type: "json" };
import { fetchBytes, fetchText } from "../files.js";
import { LAYERS } from "../jobs/block.js";
import { question, shown } from "../jobs/tasks.js";
import { Diagram } from "../view/diagram.js";
import { button, choice, make, slider } from "../view/dom.js";
import { HeatMap } from "../view/heat.js";
import { Table } from "../view/table.js";
import { BLOCKS, PARTS, SIZE, columnsOf } from "./block-boxes.js";

/** @typedef {import("../jobs/block.js").Kind} Kind */
/** @typedef {import("../jobs/block.js").Boxes} Boxes */
/** @typedef {import("../jobs/block.js").Reading} Reading */
/** @typedef {import("./block-boxes.js").Part} Part */
/** @typedef {"copy" | "induction"} Task */

/** Both give 28 tokens, so the slider stays as it is. @type {Record<Task, number>} */
const LENGTHS = { copy: 20, induction: 27 };
const STEP_MS = 600;

/** The root of the mean square. @param {ArrayLike<number>} values */
const sizeOf = (values) => Math.sqrt(Array.from(values).reduce((sum, value) => sum + value * value, 0) / values.length);
/** @param {number} value */
const text = (value) => (Number.isFinite(value) ? String(Number(value.toPrecision(3))) : "not known");

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "block",
  number: 4,
  title: "The block",
  claim: "Mamba's block is the memory of H3 inside a gated MLP, with one thing new: each token decides how it is written and read.",
  text: [
    "A model is a stack of blocks. A block takes what the layers before it say of a token, computes, and adds its result to it. Here are three kinds, with the weights of three models of chapter 3.",
    "All three read the same tokens. Move to a token, and the boxes light up: the number in a box is the size of its values now, and light is the largest size in this sequence. Choose a box to see its formula and its numbers.",
  ],
  notice: [
    "The gated MLP has no box that goes back to itself. When a letter is more than a few tokens old, nothing in its block can tell.",
    "The state of H3 is a loop, but each token goes into it in the same way. Mark “New: selection” to see what Mamba adds.",
    "Choose layer 2 and step through the letters: Δ is some ten times larger at a letter among the dots than at a dot. Letters are written, dots pass by.",
    "Two blocks, H3 and an MLP, used to take turns. Mamba is one kind of block, repeated.",
  ],
  source: [
    { text: "Gu & Dao 2023, Mamba, section 3.4 and figure 3: the block from H3 and the gated MLP", href: "https://arxiv.org/abs/2312.00752" },
    { text: "Fu et al. 2023, Hungry Hungry Hippos, section 3: H3", href: "https://arxiv.org/abs/2212.14052" },
    { text: "Letters: D is the width of the stream, E the channels (here 128), N the states of a channel (16), K the taps of the convolution (4), R the rank of Δ (4). u is [D]. A dot multiplies value by value." },
  ],
  open({ picture, controls, lab }) {
    const words = make("p", { className: "words block-tokens", role: "group", ariaLabel: "The tokens; the current one is marked" });
    const said = make("p", { className: "result", role: "status" });
    const parts = new Map(Object.entries(PARTS).map(([id, { name, says }]) => [id, make("li", {}, make("b", {}, `${name}. `), says)]));
    const table = new Table("All boxes at this token", ["Box", "Size", "Smallest", "Largest", "Values", "Part", "Formula"]);
    const diagrams = BLOCKS.map((block) => new Diagram(block, SIZE, (box) => select(block.kind, box)));
    const title = make("h3", {});
    const formula = make("p", { className: "formula" });
    const explained = make("p", {});
    const heat = new HeatMap("The values of the box: 16 channels in a row; of h, a state in a row");
    const numbers = make("div", {});
    const detail = make("div", { className: "block-detail" }, make("div", { ariaLive: "polite" }, title, explained, formula), heat.element, numbers);
    picture.append(words, said, make("div", { className: "block-diagrams" }, ...diagrams.map(({ element }) => element)), table.element, make("h3", {}, "How Mamba comes from the other two"), make("ol", { className: "block-parts" }, ...parts.values()));

    let task = /** @type {Task} */ ("copy");
    let seed = example.seed;
    let ids = example.ids;
    let token = example.token;
    let layer = 0;
    /** @type {Part | ""} */
    let part = "";
    let chosen = { kind: /** @type {Kind} */ ("mamba"), box: "delta" };
    /** @type {Reading | null} of `ids`; the example has one token of one layer */
    let reading = null;
    /** @type {Record<string, number>} the largest size of a box in this sequence, by block and box */
    let most = example.most;

    const boxesOf = (/** @type {Kind} */ kind) => /** @type {Boxes} */ (reading ? reading[kind][token][layer] : example.boxes[kind]);

    const measure = () => {
      most = {};
      for (const { kind, boxes } of BLOCKS) for (const { id } of boxes) most[`${kind} ${id}`] = Math.max(...(reading?.[kind].map((of) => sizeOf(of[layer][id])) ?? [0]));
    };
    const showTokens = () => words.replaceChildren(...ids.map((id, at) => make("span", { className: at === token ? "token is-now" : "token", ariaCurrent: at === token ? "true" : null }, shown(id))));
    const chosenBox = () => {
      const at = BLOCKS.findIndex(({ kind }) => kind === chosen.kind);
      const box = /** @type {import("./block-boxes.js").Box} */ (BLOCKS[at].boxes.find(({ id }) => id === chosen.box));
      return { at, box, name: `${BLOCKS[at].name}: ${box.name}` };
    };
    /** What stays the same from token to token. */
    const showChosen = () => {
      const { at, box, name } = chosenBox();
      title.textContent = name;
      explained.textContent = box.says;
      formula.textContent = `${box.formula}    ${box.shape}`;
      diagrams[at].element.after(detail); // on a phone the other drawings would be in between
    };
    const showNumbers = () => {
      const { box, name } = chosenBox();
      const values = boxesOf(chosen.kind)[box.id];
      const columns = columnsOf(box.id, values.length);
      const rows = values.length / columns;
      const [isState, entry] = [box.id === "h", box.shape === "[N]" ? "State" : "Channel"];
      heat.show({
        rows,
        columns,
        values,
        rowName: (row) => (isState ? `state ${row + 1}` : `row ${row + 1}`),
        columnName: (column) => (isState ? `channel ${column + 1}` : `column ${column + 1}`),
        shown: text,
      });
      const isOpen = numbers.querySelector("details")?.open ?? false;
      const columnNames = isState ? Array.from({ length: rows }, (_, n) => `State ${n + 1}`) : ["Value"];
      const list = new Table(`${name}, numbers`, [entry, ...columnNames], "The numbers as a table");
      list.show(isState ? Array.from({ length: columns }, (_, e) => [e + 1, ...columnNames.map((_, n) => text(values[n * columns + e]))]) : Array.from(values, (value, at) => [at + 1, text(value)]));
      list.element.open = isOpen;
      numbers.replaceChildren(list.element);
    };
    const mark = () => {
      diagrams.forEach((diagram, at) => diagram.mark(BLOCKS[at].kind === chosen.kind ? chosen.box : null, part));
      for (const [id, element] of parts) element.classList.toggle("is-marked", id === part);
    };
    const show = () => {
      showTokens();
      diagrams.forEach((diagram, at) => {
        const { kind } = BLOCKS[at];
        const boxes = boxesOf(kind);
        diagram.light((id) => ({ share: sizeOf(boxes[id]) / (most[`${kind} ${id}`] || 1), shown: text(sizeOf(boxes[id])) }));
      });
      table.show(
        BLOCKS.flatMap(({ kind, name, boxes }) =>
          boxes.map(({ id, name: box, formula, shape, part: of }) => {
            const values = Array.from(boxesOf(kind)[id]);
            return [`${name}: ${box}`, text(sizeOf(values)), text(Math.min(...values)), text(Math.max(...values)), shape, of ? PARTS[of].name : "", formula];
          }),
        ),
      );
      showNumbers();
    };
    /** @param {Kind} kind @param {string} box */
    function select(kind, box) {
      chosen = { kind, box };
      mark();
      showChosen();
      showNumbers();
    }

    /** @type {Promise<void> | null} */
    let models = null;
    const load = async () => {
      said.textContent = "Loading the three models.";
      const [config, h3, gated, mamba] = await Promise.all([fetchText("models/lab/selective.json"), ...["h3", "gated", "selective"].map((name) => fetchBytes(`models/lab/${name}.safetensors`))]);
      await lab.run("block.load", { config, weights: { h3, gated, mamba } });
    };
    const loaded = () =>
      (models ??= load().catch((error) => {
        models = null; // the next click tries again
        throw error;
      }));

    /** Only the last call's answer is shown. */
    let calls = 0;
    async function read() {
      const call = ++calls;
      const { ids: asked } = question(task, LENGTHS[task], seed);
      try {
        await loaded();
        const answer = await lab.run("block.read", { ids: asked });
        if (call !== calls) return;
        [reading, ids] = [answer, asked];
        said.textContent = `Computed on your machine: ${ids.length} tokens, ${BLOCKS.length} models.`;
        measure();
        show();
      } catch {
        // The frame says what happened.
        models = null; // a worker that broke off has lost its models
        said.textContent = "";
      }
    }
    /** What the example lacks is computed. */
    const renew = () => {
      if (!reading) return void read();
      measure();
      show();
    };

    const place = slider("Token", { min: 1, max: ids.length, step: 1, value: token + 1, shown: (value) => `${value} of ${ids.length}: “${shown(ids[value - 1])}”` }, (value) => {
      token = value - 1;
      renew();
    });
    let timer = 0;
    const input = /** @type {HTMLInputElement} */ (place.querySelector("input"));
    const move = (/** @type {number} */ to) => {
      input.value = String(to + 1);
      input.dispatchEvent(new Event("input"));
    };
    const halt = () => {
      clearInterval(timer);
      [timer, play.textContent] = [0, "Play"];
    };
    const play = button("Play", () => {
      if (timer) return halt();
      play.textContent = "Pause";
      let next = token + 1 < ids.length ? token + 1 : 0;
      timer = setInterval(() => {
        move(next++);
        if (next >= ids.length) halt();
      }, STEP_MS);
    });
    /** Another sequence. */
    const change = async () => {
      halt();
      await read();
      move(token); // its name is in the slider
    };
    controls.append(
      place,
      play,
      choice("Layer", Array.from({ length: LAYERS }, (_, at) => /** @type {[string, string]} */ ([String(at), `${at + 1}`])), (value) => {
        layer = Number(value);
        renew();
      }),
      choice("Mark", [["", "Nothing"], .../** @type {[Part, string][]} */ (Object.entries(PARTS).map(([id, { name }]) => [id, name]))], (value) => {
        part = /** @type {Part | ""} */ (value);
        mark();
      }),
      choice("Tokens", /** @type {[Task, string][]} */ ([["copy", "Letters among dots, to be copied"], ["induction", "Letters with a bell"]]), (value) => {
        task = value;
        void change();
      }),
      button("Other tokens", () => {
        seed++;
        void change();
      }),
    );
    said.textContent = "An example from another machine. Move the slider to compute on yours.";
    mark();
    showChosen();
    show();
  },
};
