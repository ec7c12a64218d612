// Three answers to one message, side by side, from one state. The visitor picks one; the others stay as branches.

import { asMambaError } from "../../engine/errors.js";
import { AnswerText } from "../answer-text.js";
import { announce, byId, make } from "../dom.js";
import { shownError } from "../shown-text.js";
import { shownOf } from "../stream-answer.js";
import { thoughtMarks } from "./template-traits.js";

/** @typedef {import("./tree.js").Node} Node */

const WAYS = 3;

const dialog = byId("ways", HTMLDialogElement);
const places = byId("ways-answers", HTMLElement);
const note = byId("ways-note", HTMLElement);

/**
 * @param {import("../chat.js").Chat} chat
 * @param {import("../chat.js").ChatParts} parts
 * @param {Node} asked the turn whose message is answered
 */
export async function answerInThreeWays(chat, parts, asked) {
  const { running } = parts;
  if (running.isRunning) return;
  byId("ways-message", HTMLElement).textContent = asked.message.slice(0, 500);
  note.textContent = "";
  const ways = Array.from({ length: WAYS }, (_, at) => new Way(at));
  places.replaceChildren(...ways.map(({ element }) => element));
  dialog.showModal();
  const stop = () => void running.stop();
  dialog.addEventListener("close", stop, { once: true });
  await running.run(async (signal) => {
    try {
      await write(chat, parts, asked, ways, signal);
      announce("Three answers are there. Take one of them.");
    } catch (thrown) {
      const error = asMambaError(thrown);
      if (error.code === "cancelled") return;
      const told = await parts.judge(error);
      note.textContent = told ? shownError(told) : "The answers broke off.";
    }
  });
  dialog.removeEventListener("close", stop);
}

/**
 * @param {import("../chat.js").Chat} chat
 * @param {import("../chat.js").ChatParts} parts
 * @param {Node} asked
 * @param {Way[]} ways
 * @param {AbortSignal} signal
 */
async function write(chat, parts, asked, ways, signal) {
  const { current: open, standing } = chat;
  const { settings } = parts;
  const engine = parts.engine();
  if (!engine) return;
  const onPrefill = () => parts.onToken("");
  const marks = await thoughtMarks(engine);
  const { session: base, from } = await standing.stand(open, asked.parent, { signal, onPrefill });
  const caughtUp = base.position - from;
  const { leaf } = open.tree;
  const sessions = await Promise.all(ways.map(() => base.fork()));
  const nodes = ways.map(() => open.add({ parent: asked.parent, message: asked.message, modelHash: engine.info.modelHash, modelName: parts.modelName() }));
  open.go(leaf); // nothing is chosen yet
  const siblings = open.tree.siblings(asked.id);
  const requests = nodes.map((node, at) => {
    const request = settings.request(siblings.indexOf(node));
    node.settings = request;
    return { session: sessions[at], ...request, message: asked.message, signal, onPrefill };
  });
  try {
    const pieces = engine.generateTogether(requests);
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) {
        nodes.forEach((node, at) => (node.reason = value[at]));
        break;
      }
      ways[value.index].text.append(shownOf(value, marks));
      nodes[value.index].answer = ways[value.index].text.text;
      open.touch(nodes[value.index]);
      parts.onToken("");
    }
    for (const [at, node] of nodes.entries()) {
      const { stats, lastRun } = sessions[at];
      Object.assign(node, { stats, ids: lastRun?.ids ?? null, readTokens: stats.promptTokens + (at === 0 ? caughtUp : 0) });
      await standing.keep(node, sessions[at]);
      ways[at].offer(() => void chat.go(node.id));
    }
  } finally {
    for (const [at, node] of nodes.entries()) {
      node.reason ??= signal.aborted ? "cancelled" : "failed";
      ways[at].end();
      open.touch(node);
      void sessions[at].close().catch(() => {});
    }
    standing.release(base);
  }
}

/** One of the answers, as the dialog shows it. */
class Way {
  element;
  text;
  #take = make("button", { class: "primary", type: "button", text: "Take this one" });

  /** @param {number} at */
  constructor(at) {
    const body = make("div", { class: "text" });
    this.text = new AnswerText(body);
    this.#take.setAttribute("aria-describedby", `way-${at}`);
    this.#take.hidden = true;
    this.element = make("section", { class: "way", "aria-labelledby": `way-${at}`, "aria-busy": "true" }, make("h3", { id: `way-${at}`, text: `Answer ${at + 1}` }), body, this.#take);
  }

  /** @param {() => void} take */
  offer(take) {
    this.#take.hidden = false;
    this.#take.addEventListener("click", () => {
      dialog.close();
      take();
    });
  }

  end() {
    this.text.end();
    this.element.removeAttribute("aria-busy");
  }
}
