// Chapter 5: the page's model is watched while it reads a sentence.

import { theEngine } from "./page-model.js";

export { load } from "./page-model.js";

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {{ text: string, surprise: number | null, layers: number[][] }} Token of each layer delta, half-life, norm written, norm of the state, norm of y */
/** @typedef {{ tokens: Token[], candidates: string[], scores: number[] }} Reading `scores`: of all next tokens, falling; `candidates`: the texts of the first */

const CANDIDATES = 12;
export const SENTENCE = "<|user|>My name is Ada and I have a red cat.<|bot|>Hello Ada!<|user|>What is my name?<|bot|>Your name is";

/**
 * @param {Wasm} wasm
 * @param {{ sentence: string }} input
 * @param {(said: { read: number, of: number }) => void} say
 * @returns {Reading}
 */
export function read(wasm, { sentence }, say) {
  const engine = theEngine();
  const ids = engine.tokenize(sentence);
  const watch = new wasm.LabWatch(engine);
  const tokens = Array.from(ids, (id, at) => {
    const [surprise, ...figures] = watch.read(id);
    say({ read: at + 1, of: ids.length });
    const layers = Array.from({ length: figures.length / 5 }, (_, layer) => figures.slice(5 * layer, 5 * layer + 5));
    return { text: engine.detokenize(Uint32Array.of(id)), surprise: Number.isNaN(surprise) ? null : surprise, layers };
  });
  const scores = Array.from(watch.scores(), (score, id) => ({ id, score })).sort((a, b) => b.score - a.score);
  watch.free();
  const candidates = scores.slice(0, CANDIDATES).map(({ id }) => engine.detokenize(Uint32Array.of(id)));
  return { tokens, candidates, scores: scores.map(({ score }) => score) };
}

/**
 * The state of a layer after each token, `[N, E]`.
 *
 * @param {Wasm} wasm
 * @param {{ sentence: string, layer: number }} input
 * @returns {Float32Array[]}
 */
export function frames(wasm, { sentence, layer }) {
  const engine = theEngine();
  const watch = new wasm.LabWatch(engine);
  const all = Array.from(engine.tokenize(sentence), (id) => {
    watch.read(id);
    return watch.state(layer);
  });
  watch.free();
  return all;
}
