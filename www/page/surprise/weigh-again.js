// What the model weighed for an answer that it wrote earlier: it reads the tokens once more from the state before the turn, one
// at a time, and the scores before each say how likely it was.

import { MOST_WEIGHED } from "./levels.js";

/**
 * @typedef {import("../../mamba.js").Engine} Engine
 * @typedef {import("../../mamba.js").Session} Session
 * @typedef {import("../chats/tree.js").Node} Node
 * @typedef {import("./levels.js").Weighed} Weighed
 */

/** As many others as `generate` tells. */
const ALTERNATIVES = 5;
/** A character has at most so many bytes, and a byte may be a token. */
const MOST_PARTS = 4;

/**
 * The tokens that were read before the answer, and those of the answer; null where they are not known, or mean nothing to this
 * model.
 *
 * @param {Node} node
 * @param {string} modelHash
 */
export function tokensOf({ ids, stats, modelHash: of }, modelHash) {
  // An answer in two runs has the numbers of the last one only.
  if (!ids || !stats || of !== modelHash || stats.tokens === 0 || ids.length !== stats.promptTokens + stats.tokens) return null;
  return { before: ids.subarray(0, stats.promptTokens), answer: ids.subarray(stats.promptTokens) };
}

/**
 * @param {Engine} engine
 * @param {Session} session before the turn. It is closed
 * @param {{ before: Uint32Array, answer: Uint32Array }} tokens
 * @param {AbortSignal} signal
 * @returns {AsyncGenerator<Weighed, void, void>}
 */
export async function* weighAgain(engine, session, { before, answer }, signal) {
  const textOf = texts(engine);
  const nextText = growing(engine);
  /** @type {Promise<void>} */
  let reading = Promise.resolve();
  const read = (/** @type {Uint32Array | number[]} */ ids) => {
    reading = session.prefill(ids, { signal });
    reading.catch(() => {}); // it may fail while the caller is busy with a token
  };
  try {
    read(before);
    for (const id of answer.subarray(0, MOST_WEIGHED)) {
      await reading;
      const scores = await session.logits();
      read([id]); // meanwhile the texts are asked for
      const { surprise, likeliest } = weighed(scores, id);
      const alternatives = await Promise.all(likeliest.map(async ({ id, probability }) => ({ text: await textOf(id), probability })));
      yield { text: await nextText(id), surprise, alternatives };
    }
  } finally {
    // An engine that has ended has freed it.
    void reading.catch(() => {}).then(() => session.close()).catch(() => {});
  }
}

/**
 * How much of the memory a turn has changed: the norm of the change of a layer's state by the greater norm of the two, the mean
 * over the layers.
 *
 * @param {Session} before the turn. It is closed
 * @param {Session} after it. It is closed
 * @returns {Promise<number | null>} 0 to 1; null where no layer has a state
 */
export async function changeBetween(before, after) {
  try {
    const states = (await after.difference(before)).filter(({ kind }) => kind === "ssm");
    return states.length === 0 ? null : states.reduce((sum, { relative }) => sum + relative, 0) / states.length;
  } finally {
    for (const session of [before, after]) void session.close().catch(() => {}); // an engine that has ended has freed it
  }
}

/**
 * @param {Float32Array} scores of all tokens, `[V]`
 * @param {number} id the token that came
 * @returns {{ surprise: number, likeliest: { id: number, probability: number }[] }} the surprise in nats
 */
export function weighed(scores, id) {
  let most = -Infinity;
  for (const score of scores) if (score > most) most = score;
  let sum = 0;
  for (const score of scores) sum += Math.exp(score - most);
  const all = most + Math.log(sum);
  /** @type {number[]} */
  const top = [];
  for (let at = 0; at < scores.length; at++) {
    if (top.length === ALTERNATIVES && !(scores[at] > scores[top[ALTERNATIVES - 1]])) continue;
    const place = top.findIndex((other) => scores[at] > scores[other]);
    top.splice(place < 0 ? top.length : place, 0, at);
    top.length = Math.min(top.length, ALTERNATIVES);
  }
  return { surprise: all - scores[id], likeliest: top.map((at) => ({ id: at, probability: Math.exp(scores[at] - all) })) };
}

/** The texts of single tokens. @param {Engine} engine @returns {(id: number) => Promise<string>} */
function texts(engine) {
  /** @type {Map<number, Promise<string>>} */
  const known = new Map();
  return (id) => {
    const text = known.get(id) ?? engine.detokenize([id]);
    known.set(id, text);
    return text;
  };
}

/** What each token adds to a text, in whole characters. @param {Engine} engine @returns {(id: number) => Promise<string>} */
function growing(engine) {
  /** The token before, because some tokenizers drop a blank at a beginning. @type {number[]} */
  let context = [];
  /** Tokens of a character that is not whole. @type {number[]} */
  let parts = [];
  return async (id) => {
    parts.push(id);
    const [start, text] = await Promise.all([context.length > 0 ? engine.detokenize(context) : "", engine.detokenize([...context, ...parts])]);
    const added = text.startsWith(start) ? text.slice(start.length) : text;
    if (added.endsWith("\ufffd") && parts.length < MOST_PARTS) return "";
    context = [id];
    parts = [];
    return added;
  };
}
