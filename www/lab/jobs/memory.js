// Chapter 3: four small models are asked what they remember.

import { question } from "./tasks.js";

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {"lti" | "h3" | "gated" | "selective"} Kind */
/** @typedef {import("./tasks.js").Task} Task */
/** @typedef {(ids: number[]) => ArrayLike<number>} Reader gives the scores of the next token */

/** @type {Map<Kind, () => Reader>} each call begins a new sequence */
const models = new Map();

/** @param {Wasm} wasm @param {{ config: string, weights: Record<Kind, Uint8Array> }} input `config`: of the selective one */
export async function load(wasm, { config, weights }) {
  const selective = await wasm.labOpen(config, weights.selective);
  for (const kind of /** @type {const} */ (["lti", "h3", "gated"])) {
    const model = new wasm.LabSmall(kind, weights[kind]);
    models.set(kind, () => {
      model.restart();
      return (ids) => model.read(Uint32Array.from(ids));
    });
  }
  models.set("selective", () => {
    const watch = new wasm.LabWatch(selective);
    return (ids) => {
      watch.surprises(Uint8Array.from(ids));
      return watch.scores();
    };
  });
}

/** The token with the highest score. @param {ArrayLike<number>} scores */
function best(scores) {
  let most = 0;
  for (let id = 1; id < scores.length; id++) if (scores[id] > scores[most]) most = id;
  return most;
}

/** @typedef {{ ids: number[], answers: number[], said: Record<Kind, number[]> }} Asked */

/**
 * Asks all models one question. A wrong answer is put right before the next one, as in training.
 *
 * @param {Wasm} _wasm
 * @param {{ task: Task, length: number, seed: number }} input
 * @returns {Asked}
 */
export function ask(_wasm, { task, length, seed }) {
  const { ids, asked } = question(task, length, seed);
  const said = [...models].map(([kind, begin]) => {
    const read = begin();
    let done = 0;
    const answers = asked.map(({ after }) => {
      const scores = read(ids.slice(done, after));
      done = after;
      return best(scores);
    });
    return [kind, answers];
  });
  return { ids, answers: asked.map(({ answer }) => answer), said: Object.fromEntries(said) };
}

/** @typedef {{ length: number, right: Record<Kind, number> }} Point `right`: share of the answers */

/**
 * @param {Wasm} wasm
 * @param {{ task: Task, lengths: number[], repeats: number }} input
 * @param {(point: Point) => void} say
 */
export function measure(wasm, { task, lengths, repeats }, say) {
  for (const length of lengths) {
    const all = Array.from({ length: repeats }, (_, seed) => ask(wasm, { task, length, seed: 1000 + seed }));
    const count = all.reduce((sum, { answers }) => sum + answers.length, 0);
    const hits = (/** @type {Kind} */ kind) => all.reduce((sum, { answers, said }) => sum + answers.filter((answer, at) => said[kind][at] === answer).length, 0);
    say({ length, right: { lti: hits("lti") / count, h3: hits("h3") / count, gated: hits("gated") / count, selective: hits("selective") / count } });
  }
}
