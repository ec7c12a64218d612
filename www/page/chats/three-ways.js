// Three answers to one message, side by side, from one state. The visitor picks one; the others stay as branches.

import { asMambaError } from "../../engine/errors.js";
import { announce, byId, make } from "../dom.js";
import { shownError } from "../shown-text.js";
import { streamAnswer } from "../stream-answer.js";
import { StreamedText } from "../streamed-text.js";

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
  const ways = Array.from({ length: WAYS }, (_, at) => way(at));
  places.replaceChildren(...ways.map(({ element }) => element));
  dialog.showModal();
  const stop = () => void running.stop();
  dialog.addEventListener("close", stop, { once: true });
  const { current: open } = chat;
  await running.run(async (signal) => {
    try {
      for (const one of ways) await write(one, signal);
      announce("Three answers are there. Take one of them.");
    } catch (thrown) {
      const error = asMambaError(thrown);
      if (error.code === "cancelled") return;
      const told = await parts.judge(error);
      note.textContent = told ? shownError(told) : "The answers broke off.";
    }
  });
  dialog.removeEventListener("close", stop);

  /** @param {ReturnType<typeof way>} one @param {AbortSignal} signal */
  async function write({ element, text, take }, signal) {
    if (signal.aborted) return;
    element.setAttribute("aria-busy", "true");
    const { leaf } = open.tree;
    const { session: base, from } = await chat.standing.stand(open, asked.parent, { signal, onPrefill: () => parts.onToken() });
    const caughtUp = base.position - from;
    const session = await base.fork();
    const node = open.add({ parent: asked.parent, message: asked.message, modelHash: parts.engine()?.info.modelHash, modelName: parts.modelName() });
    open.go(leaf); // nothing is chosen yet
    const attempt = open.tree.siblings(node.id).indexOf(node);
    node.settings = parts.settings.values;
    try {
      const outcome = await streamAnswer({
        session,
        request: { ...parts.settings.request(attempt), message: asked.message },
        text,
        signal,
        onPrefill: () => parts.onToken(),
        onToken: () => {
          node.answer = text.text;
          open.touch(node);
          parts.onToken();
        },
      });
      node.answer = text.text;
      if ("error" in outcome) throw outcome.error;
      node.reason = outcome.reason;
      node.stats = session.stats;
      node.readTokens = caughtUp + session.stats.promptTokens;
      node.ids = session.lastRun?.ids ?? null;
      await chat.standing.keep(node, session);
    } catch (error) {
      node.reason = "failed";
      throw error;
    } finally {
      element.removeAttribute("aria-busy");
      open.touch(node);
      void session.close().catch(() => {});
    }
    take.hidden = false;
    take.addEventListener("click", () => {
      dialog.close();
      void chat.go(node.id);
    });
  }
}

/** @param {number} at */
function way(at) {
  const body = make("div", { class: "text" });
  const take = make("button", { class: "primary", type: "button", text: "Take this one", "aria-describedby": `way-${at}` });
  take.hidden = true;
  const element = make("section", { class: "way", "aria-labelledby": `way-${at}` }, make("h3", { id: `way-${at}`, text: `Answer ${at + 1}` }), body, take);
  return { element, text: new StreamedText(body), take };
}
