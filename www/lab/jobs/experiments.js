// Chapter 7: the memory of real sessions of the page's model is forked, changed, swapped, mixed and saved.

import { theEngine } from "./page-model.js";

export { load } from "./page-model.js";

/** @typedef {typeof import("../../mamba_web_lab.js")} Wasm */
/** @typedef {import("../../mamba_web_lab.js").WasmSession} WasmSession */
/** @typedef {{ question: string, beginning: string }} Asking `beginning`: of the answer whose next word is weighed */
/** @typedef {0 | 1} Place of a chat */

/** What the chapter begins with. */
export const FORK = { message: "Hello! My name is Ada. I live in an old house by the sea, and I like to read books on the warm roof.", word: "Ada", other: "Tom" };
export const MESSAGES = ["My name is Ada.", "Hi, I am called Tom."];
export const ASKING = { question: "What is my name?", beginning: "Your name is" };

const ANSWER_TOKENS = 40;
/** Pairs of states that can be come back to, 1.6 MB each. */
const MOST_UNDONE = 20;

/** Reads and answers to the end. Gives the answer. @param {WasmSession} session @param {object} request */
function finish(session, request) {
  session.begin({ temperature: 0, maxTokens: ANSWER_TOKENS, ...request });
  for (let said = ""; ; ) {
    const step = session.advance();
    if (step.kind === "token" || step.kind === "end") said += step.text;
    if (step.kind === "end") return said.trim();
  }
}

/** The most likely next words of an answer that has begun, at most five. @param {WasmSession} session @param {{ message: string, answer: string }} request */
function nextWords(session, request) {
  session.begin({ temperature: 0, maxTokens: 1, surprise: true, ...request });
  for (;;) {
    const { kind } = session.advance();
    if (kind === "token") return (session.weighed()?.alternatives ?? []).map(({ text, probability }) => ({ text, probability }));
    if (kind === "end") return []; // it had nothing to add
  }
}

/** Does something with a copy, so that the session stays as it is. @template Answer @param {WasmSession} session @param {(copy: WasmSession) => Answer} act */
function withCopy(session, act) {
  const copy = session.fork();
  try {
    return act(copy);
  } finally {
    copy.free();
  }
}

/** How far each layer's state is from that of the other. @param {WasmSession} session @param {WasmSession} other */
const apart = (session, other) => session.difference(other).filter(({ kind }) => kind === "ssm").map(({ relative }) => relative);

/** @typedef {{ word: string, answer: string, asked: string }} Branch `asked`: its answer to the question */
/** @typedef {{ columns: string[], apart: number[][], branches: Branch[] }} Forked `apart`: of each token read since the fork, layer by layer */

/**
 * A chat in which one word is read otherwise: the session is forked before it.
 *
 * @param {Wasm} _wasm
 * @param {{ before: string, words: [string, string], after: string, question: string }} input parts of a message, with their spaces
 * @returns {Forked}
 */
export function fork(_wasm, { before, words, after, question }) {
  const engine = theEngine();
  const first = engine.session();
  finish(first, { read: `<|user|>${before}` });
  const sessions = [first, first.fork()]; // the past is read once
  sessions.forEach((session, at) => finish(session, { read: words[at] }));
  const columns = [words[0]];
  const all = [apart(sessions[0], sessions[1])];
  for (const id of engine.tokenize(`${after}<|bot|>`)) {
    for (const session of sessions) finish(session, { read: Uint32Array.of(id) });
    columns.push(engine.detokenize(Uint32Array.of(id)));
    all.push(apart(sessions[0], sessions[1]));
  }
  const branches = sessions.map((session, at) => {
    const answer = finish(session, { prompt: "" });
    return { word: words[at].trim(), answer, asked: finish(session, { message: question }) };
  });
  for (const session of sessions) session.free();
  return { columns, apart: all, branches };
}

/** @typedef {{ session: WasmSession, story: string[] }} Chat `story`: what happened to it, in sentences */

/** Both chats now, as they were read, and as they were before each change, the newest last. @type {{ now: Chat[], read: Chat[], before: Chat[][] } | null} */
let bench = null;

function theBench() {
  if (!bench) throw new Error("The chats have read nothing yet.");
  return bench;
}

/** @param {Chat[]} chats */
const copies = (chats) => chats.map(({ session, story }) => ({ session: session.fork(), story }));

/** @param {Chat[]} chats */
const free = (chats) => chats.forEach(({ session }) => session.free());

/** @typedef {{ story: string[], answer: string, beginning: string, next: { text: string, probability: number }[], apart: number[] }} Seen `apart`: of each layer, from what the chat has read */
/** @typedef {{ chats: Seen[], undoable: number }} Bench */

/** @param {Asking} asking @returns {Bench} */
function look({ question, beginning }) {
  const { now, read, before } = theBench();
  const chats = now.map(({ session, story }, at) => ({
    story,
    answer: withCopy(session, (copy) => finish(copy, { message: question })),
    beginning,
    next: withCopy(session, (copy) => nextWords(copy, { message: question, answer: beginning })),
    apart: apart(session, read[at].session),
  }));
  return { chats, undoable: before.length };
}

/**
 * Two new chats, each with one message and the model's answer to it.
 *
 * @param {Wasm} _wasm
 * @param {Asking & { messages: string[] }} input
 */
export function begin(_wasm, { messages, ...asking }) {
  const now = messages.map((message) => {
    const session = theEngine().session();
    const answer = finish(session, { message });
    return { session, story: [`You said “${message}” It said “${answer}”`] };
  });
  if (bench) [bench.now, bench.read, ...bench.before].forEach(free);
  bench = { now, read: copies(now), before: [] };
  return look(asking);
}

/** Asks both chats once more. @param {Wasm} _wasm @param {Asking} asking */
export const ask = (_wasm, asking) => look(asking);

/**
 * @typedef {{ kind: "forget", place: Place, layer: number | null }
 *   | { kind: "slow", place: Place, tokens: number }
 *   | { kind: "mix", place: Place, share: number }
 *   | { kind: "swap" }
 *   | { kind: "open", place: Place, name: string, bytes: Uint8Array }} Change `layer`: from 0, null for all; `share`: of the other chat
 */

/** The two chats after a change. @param {Wasm} wasm @param {Chat[]} chats copies, which may be changed @param {Change} change @returns {Chat[]} */
function changed(wasm, chats, change) {
  if (change.kind === "swap") return [chats[1], chats[0]].map(({ session, story }) => ({ session, story: [...story, "It was swapped into this chat."] }));
  const [own, other] = [chats[change.place], chats[1 - change.place]];
  /** @param {WasmSession} session @param {string} what */
  const replaced = (session, what) => chats.with(change.place, { session, story: [...own.story, what] });
  switch (change.kind) {
    case "forget":
      wasm.labForget(own.session, change.layer ?? undefined);
      return replaced(own.session, change.layer === null ? "All layers were set to zero." : `Layer ${change.layer + 1} was set to zero.`);
    case "slow": {
      const [id] = theEngine().tokenize(" the");
      const share = wasm.labKeepSlow(own.session, id, change.tokens);
      return replaced(own.session, `Only what needs ${change.tokens} tokens to halve was kept: ${(100 * share).toFixed(1)} % of the states.`);
    }
    case "mix": {
      const session = own.session.blend(other.session, change.share);
      own.session.free();
      return replaced(session, `It became ${Math.round(100 * (1 - change.share))} % itself and ${Math.round(100 * change.share)} % the other chat.`);
    }
    case "open": {
      const session = theEngine().restore(change.bytes);
      own.session.free();
      return chats.with(change.place, { session, story: [`It was opened from ${change.name}.`] });
    }
  }
}

/** Changes copies of the two chats, so that the change can be undone. @param {Wasm} wasm @param {Asking & { change: Change }} input */
export function change(wasm, { change, ...asking }) {
  const bench = theBench();
  const trial = copies(bench.now);
  try {
    const now = changed(wasm, trial, change);
    bench.before.push(bench.now);
    bench.now = now;
  } catch (error) {
    free(trial); // a file that is no state of this model
    throw error;
  }
  if (bench.before.length > MOST_UNDONE) free(bench.before.splice(0, 1)[0]);
  return look(asking);
}

/** @param {Wasm} _wasm @param {Asking} asking */
export function undo(_wasm, asking) {
  const bench = theBench();
  const last = bench.before.pop();
  if (last) {
    free(bench.now);
    bench.now = last;
  }
  return look(asking);
}

/** The bytes of an .mstate file. @param {Wasm} _wasm @param {{ place: Place }} input */
export const save = (_wasm, { place }) => theBench().now[place].session.snapshot();
