// Chapter 2: a linear state space model.

import example from "../examples/linear.json" with { type: "json" };
import { SAMPLES, SIGNALS } from "../jobs/signals.js";
import { HIPPO, SYSTEMS } from "../jobs/systems.js";
import { PoleCircle } from "../view/circle.js";
import { button, choice, make, slider } from "../view/dom.js";
import { LinePlot } from "../view/plot.js";
import { Table } from "../view/table.js";

/** @typedef {import("../jobs/linear.js").Linear} Linear */
/** @typedef {import("../jobs/linear.js").Mode} Mode */
/** @typedef {import("../jobs/linear.js").Method} Method */

/** Every so many samples have a row in the table. */
const TABLE_STEP = 16;

/** @type {import("../chapter.js").Chapter} */
export const chapter = {
  id: "linear",
  number: 2,
  title: "A linear state space model",
  claim: "A few numbers that fade and turn are a memory of a signal, and the same memory can be computed step by step or all at once.",
  text: [
    "Before there was text there were signals. A state h of a few numbers is carried along: h' = A h + B x, and the output is read from it: y = C h. A, B and C stay as they are; only x, h and y change.",
    "Choose a signal or draw one into the first picture. Then drag the dots: each is an eigenvalue of A, and says how one part of the state fades (how near it is to the centre) and turns (how far from the line through the middle).",
  ],
  notice: [
    "A dot near the rim remembers for long, a dot near the centre forgets at once. Outside the rim the state explodes.",
    "HiPPO's six numbers hold the last second of the signal: the output is the signal of 0.7 seconds ago, a little blurred. They are tuned to each other: move one dot, and that memory is spoiled.",
    "The recurrence (one step for each sample) and the convolution (the whole signal with one long kernel) give the same output, to the last digits that a computer has.",
    "The step says how much time passes from one sample to the next. Later, Mamba will choose it anew for each word.",
  ],
  source: [
    { text: "Gu et al. 2022, Efficiently Modeling Long Sequences with Structured State Spaces, section 2: equations 1 to 5", href: "https://arxiv.org/abs/2111.00396" },
    { text: "Gu et al. 2020, HiPPO, theorem 2 (LegS): A[n, k] = -√(2n+1) √(2k+1) below the diagonal, -(n+1) on it", href: "https://arxiv.org/abs/2008.07669" },
    { text: "Zero-order hold: exp(step A); bilinear: (1 - step/2 A)⁻¹ (1 + step/2 A). src/lab/lti.rs computes both; its tests compare it with scipy." },
  ],
  open({ picture, controls, lab }) {
    const now = { signal: SIGNALS.heartbeat(), modes: /** @type {Mode[]} */ (/** @type {unknown} */ (example.modes)), step: 0.05, method: /** @type {Method} */ ("zoh") };

    const input = new LinePlot("Signal x and output y. Draw into it.");
    const states = new LinePlot("The state h: one line for each number", { height: 200 });
    const kernel = new LinePlot("The kernel: what is left of a single 1", { height: 200 });
    const circle = new PoleCircle("Eigenvalues of A, for one step", (number, pole) => void move(number, pole));
    const said = make("p", { className: "result", role: "status" });
    const table = new Table("Signal, output and kernel", ["Sample", "x", "y, step by step", "y, all at once", "kernel"]);
    picture.append(make("div", { className: "wide-and-round" }, input.element, circle.element), said, make("div", { className: "two" }, states.element, kernel.element), table.element);

    /** @param {Linear} linear */
    const show = (linear) => {
      const points = (/** @type {ArrayLike<number>} */ values, first = 0, by = 1) => Array.from({ length: SAMPLES }, (_, t) => /** @type {[number, number]} */ ([t, values[first + t * by]]));
      const x = { name: "samples", domain: /** @type {[number, number]} */ ([0, SAMPLES]) };
      const difference = Math.max(...linear.output.map((y, t) => Math.abs(y - linear.convolved[t])));
      input.show([{ name: "x, the signal", points: points(now.signal), isStepped: true }, { name: "y, the output", points: points(linear.output) }], { x, y: { name: "value" } });
      states.show(Array.from({ length: linear.statesOf }, (_, n) => ({ name: `h ${n + 1}`, points: points(linear.states, n, linear.statesOf) })), { x, y: { name: "value" } });
      kernel.show([{ name: "C Aᵏ B", points: points(linear.kernel), isStepped: true }], { x, y: { name: "value" } });
      circle.show(now.modes.map(([, im], at) => ({ re: linear.poles[2 * at], im: linear.poles[2 * at + 1], isPair: im !== 0 })));
      said.textContent = `Largest difference between the recurrence and the convolution: ${difference.toExponential(1)}.`;
      const rows = Array.from({ length: SAMPLES / TABLE_STEP }, (_, at) => at * TABLE_STEP);
      table.show(rows.map((t) => [t, ...[now.signal, linear.output, linear.convolved, linear.kernel].map((of) => of[t].toPrecision(5))]));
    };

    let isBusy = false;
    let isLate = false;
    /** Computes what is chosen now. While it is computed, only the latest choice waits. */
    async function compute() {
      if (isBusy) return void (isLate = true);
      isBusy = true;
      try {
        do {
          isLate = false;
          show(await lab.run("linear.run", now));
        } while (isLate);
      } catch {
        // The frame says what happened.
      }
      isBusy = false;
    }

    /** @param {number} number @param {[number, number]} pole */
    async function move(number, pole) {
      const { step, method, modes } = now;
      const moved = await lab.run("linear.move", { mode: modes[number], pole, step, method }).catch(() => null);
      if (!moved || now.modes !== modes) return;
      now.modes = modes.with(number, moved);
      await compute();
    }

    const signals = /** @type {[string, string][]} */ ([["heartbeat", "heartbeat"], ["step", "a step"], ["sine", "a sine"], ["noise", "noise"], ["drawn", "drawn by you"]]);
    const field = choice("Signal", signals, (name) => {
      if (name === "drawn") now.signal = now.signal.map(() => 0);
      else now.signal = SIGNALS[name]();
      void compute();
    });
    const begin = async (/** @type {string} */ name) => {
      now.modes = SYSTEMS[name] ?? (await lab.run("linear.hippo", HIPPO));
      await compute();
    };
    controls.append(
      field,
      choice("Memory", [["hippo", "HiPPO"], ["decay", "two that decay"], ["oscillation", "two that turn"]], (name) => void begin(name).catch(() => {})),
      choice("Discretised by", [["zoh", "zero-order hold"], ["bilinear", "bilinear"]], (method) => {
        now.method = method;
        void compute();
      }),
      slider("Step", { min: -2, max: 0, step: 0.02, value: Math.log10(now.step), shown: (value) => `${(10 ** value).toPrecision(2)} s` }, (value) => {
        now.step = 10 ** value;
        void compute();
      }),
      button("Begin again", () => void begin(/** @type {HTMLSelectElement} */ (controls.querySelectorAll("select")[1]).value).catch(() => {})),
    );

    drawInto(input, (t, value) => {
      now.signal = now.signal.with(t, value);
      /** @type {HTMLSelectElement} */ (field.querySelector("select")).value = "drawn";
      void compute();
    });

    show(/** @type {Linear} */ (/** @type {unknown} */ (example.linear)));
  },
};

/** A pointer draws the signal. @param {LinePlot} plot @param {(sample: number, value: number) => void} onPoint */
function drawInto({ svg, area }, onPoint) {
  const point = (/** @type {PointerEvent} */ event) => {
    const matrix = svg.getScreenCTM()?.inverse();
    if (!matrix) return;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
    const t = Math.round(((x - area.left) / (area.right - area.left)) * SAMPLES);
    if (t < 0 || t >= SAMPLES) return;
    // Three samples at a time, so that a quick hand leaves no gaps.
    for (let near = Math.max(t - 1, 0); near <= Math.min(t + 1, SAMPLES - 1); near++) onPoint(near, Math.min(Math.max(1 - (2 * (y - area.top)) / (area.bottom - area.top), -1), 1));
  };
  svg.classList.add("drawable");
  svg.addEventListener("pointerdown", (event) => {
    svg.setPointerCapture(event.pointerId);
    event.preventDefault();
    point(event);
  });
  svg.addEventListener("pointermove", (event) => svg.hasPointerCapture(event.pointerId) && point(event));
}
