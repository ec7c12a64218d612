// Chapter 3: why signals and not words.

import example from "../examples/memory.json" with { type: "json" };
import { fetchBytes, fetchText } from "../files.js";
import { NAMES, shown } from "../jobs/tasks.js";
import { button, choice, make, slider } from "../view/dom.js";
import { LinePlot } from "../view/plot.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/memory.js").Kind} Kind */
/** @typedef {import("../jobs/memory.js").Point} Point */
/** @typedef {import("../jobs/memory.js").Asked} Asked */
/** @typedef {import("../jobs/tasks.js").Task} Task */

/** @type {[Kind, string][]} */
const KINDS = [["selective", "Selective (Mamba)"], ["h3", "H3"], ["lti", "Time-invariant (S4)"], ["gated", "Gate and convolution only"]];
/** @type {[Task, string][]} */
const TASKS = [["copy", "Copy the letters"], ["induction", "What followed the bell?"], ["book", "Phone book"]];
/** @type {Record<Task, number[]>} */
const LENGTHS = { copy: [16, 32, 64, 112, 256, 512, 1024], induction: [16, 32, 64, 112, 256, 512, 1024], book: [1, 2, 4, 8, 16, 32, 64, 128] };
const REPEATS = 8;
/** Where the picture ends. @type {Record<Task, number>} */
const MOST = { copy: 4096, induction: 4096, book: 128 };
/** @type {Record<Task, string>} */
const WORDS = { copy: "tokens with 8 letters among them", induction: "letters with a bell among them", book: "entries" };
/** Of the training's sequences; a book of 32 names and letters. @type {Record<Task, number>} */
const TRAINED = { copy: 118, induction: 126, book: 32 };

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "memory",
  number: 3,
  title: "Why signals and not words",
  claim: "A memory that treats every word alike cannot keep what matters; a selective one chooses, and still has an end.",
  text: [
    "Four small models read the same tokens. They are equally wide and deep, and we trained them alike; only what stands between two projections differs. Ask them.",
    "Copy: say the letters that stood among the dots. Bell (!): say which letter followed the first bell. Phone book: say the letter of a name.",
  ],
  notice: [
    "Without a state, the last model sees the last seven tokens. It can only guess: 1 in 16 is right by chance.",
    "The time-invariant model learned a timer for the lengths it was trained on. Go a little further, and it falls.",
    "H3 multiplies what it reads with what it remembers, which helps. Only the selective model decides anew at each token whether to write.",
    "No state of fixed size holds any number of names: the phone book goes wrong for Mamba too, from some 48 entries on. Attention would look them up.",
  ],
  source: [
    { text: "Gu & Dao 2023, Mamba, section 3.1 and 4.1: selective copying and induction heads", href: "https://arxiv.org/abs/2312.00752" },
    { text: "Fu et al. 2023, Hungry Hungry Hippos, section 3: H3", href: "https://arxiv.org/abs/2212.14052" },
    { text: "Jelassi et al. 2024, Repeat After Me: the phone book", href: "https://arxiv.org/abs/2402.01032" },
    { text: "training/lab/README.md says how the four were trained, on sequences of up to 128 tokens." },
  ],
  open({ picture, controls, lab }) {
    const asked = make("p", { className: "asked", tabIndex: 0, role: "group", ariaLabel: "What the models read" });
    const answers = make("ul", { className: "answers" });
    const plot = new LinePlot("Right answers by length");
    const table = new Table("Right answers by length", ["Length", ...KINDS.map(([, name]) => name)]);
    const said = make("p", { className: "result", role: "status" });
    picture.append(asked, answers, said, plot.element, table.element);

    let task = /** @type {Task} */ ("copy");
    let place = 3;
    let seed = 1;
    /** @type {Record<Task, Point[]>} */
    const points = { copy: example.points.copy, induction: example.points.induction, book: example.points.book };

    const show = () => {
      const lines = KINDS.map(([kind, name]) => ({ name, hasDots: true, points: points[task].map(({ length, right }) => /** @type {[number, number]} */ ([length, 100 * right[kind]])) }));
      plot.show(lines, { x: { name: WORDS[task], isLog: true, domain: /** @type {[number, number]} */ ([points[task][0]?.length ?? 1, MOST[task]]), shown: (value) => value.toLocaleString("en") }, y: { name: "% right", domain: [0, 100] }, said: `Right answers: ${points[task].map(({ length, right }) => `at ${length} ${KINDS.map(([kind, name]) => `${name} ${Math.round(100 * right[kind])} %`).join(", ")}`).join("; ")}.` });
      table.show(points[task].map(({ length, right }) => [length.toLocaleString("en"), ...KINDS.map(([kind]) => `${Math.round(100 * right[kind])} %`)]));
    };

    /** @type {Promise<void> | null} */
    let model = null;
    const load = async () => {
      const names = /** @type {Kind[]} */ (KINDS.map(([kind]) => kind));
      const [config, ...weights] = await Promise.all([fetchText("models/lab/selective.json"), ...names.map((kind) => fetchBytes(`models/lab/${kind}.safetensors`))]);
      await lab.run("memory.load", { config, weights: Object.fromEntries(names.map((kind, at) => [kind, weights[at]])) });
    };
    const loaded = () =>
      (model ??= load().catch((error) => {
        model = null; // the next click tries again
        throw error;
      }));

    async function ask() {
      try {
        await loaded();
        /** @type {Asked} */
        const answer = await lab.run("memory.ask", { task, length: LENGTHS[task][place], seed: seed++ });
        asked.textContent = answer.ids.slice(-400).map(shown).join(" ");
        const lines = KINDS.map(([kind, name]) => {
          const hits = answer.said[kind].filter((id, at) => id === answer.answers[at]).length;
          const letters = answer.said[kind].map((id, at) => make("span", { className: id === answer.answers[at] ? "hit" : "miss" }, shown(id)));
          return make("li", {}, make("b", {}, `${name}: ${hits} of ${answer.answers.length}`), " ", ...letters);
        });
        answers.replaceChildren(make("li", {}, make("b", {}, "Right"), " ", answer.answers.map(shown).join("")), ...lines);
      } catch {
        // The frame says what happened.
      }
    }

    async function measure() {
      const of = task;
      [start.disabled, stop.hidden] = [true, false];
      try {
        await loaded();
        points[of] = [];
        await lab.run("memory.measure", { task: of, lengths: LENGTHS[of], repeats: REPEATS }, { onPart: (/** @type {Point} */ point) => {
          points[of].push(point);
          show();
        } });
        said.textContent = "Measured on your machine.";
      } catch {
        model = null; // a stopped worker has lost its models
      }
      [start.disabled, stop.hidden] = [false, true];
    }

    const start = button("Measure the curve here", () => void measure());
    const stop = button("Stop", () => lab.stop());
    stop.hidden = true;
    const lengthOf = (/** @type {number} */ at) => `${LENGTHS[task][at]} ${task === "book" ? "entries" : "tokens"}${LENGTHS[task][at] > TRAINED[task] ? ", longer than in training" : ""}`;
    const length = make("div", {});
    const renew = () => {
      place = Math.min(place, LENGTHS[task].length - 1);
      length.replaceChildren(slider("Length", { min: 0, max: LENGTHS[task].length - 1, step: 1, value: place, shown: lengthOf }, (at) => (place = at)));
      show();
    };
    controls.append(
      choice("Task", TASKS, (chosen) => {
        task = chosen;
        renew();
      }),
      length,
      button("Ask all four", () => void ask(), "primary"),
      start,
      stop,
    );
    said.textContent = `The curve is from training; measure it here. A phone book has at most ${NAMES} names.`;
    renew();
  },
};
