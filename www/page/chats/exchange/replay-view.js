// Under a chat that was opened from a link: how far it is replayed here, and whether the answers came out the same.

import { asMambaError } from "../../../engine/errors.js";
import { announce, make } from "../../dom.js";
import { counted } from "../../format.js";
import { shownError, shownName } from "../../shown-text.js";
import { isReplayable, replay } from "./replay.js";

/** @typedef {import("./replay.js").Outcome} Outcome */

export class ReplayView {
  element = make("p", { class: "quiet replayed", id: "replayed" });
  #chat;
  #running;
  #judge;
  #onToken;
  /** The chat of which is told. @type {import("../open-chat.js").OpenChat | null} */
  #of = null;

  /**
   * @param {object} parts
   * @param {import("../../chat.js").Chat} parts.chat
   * @param {import("../../running.js").Running} parts.running
   * @param {(error: import("../../../mamba.js").MambaError) => Promise<import("../../../mamba.js").MambaError | null>} parts.judge
   * @param {() => void} parts.onToken
   */
  constructor({ chat, running, judge, onToken }) {
    this.#chat = chat;
    this.#running = running;
    this.#judge = judge;
    this.#onToken = onToken;
    this.element.hidden = true;
  }

  /** Another chat may be open. */
  show() {
    if (this.#chat.current !== this.#of) this.element.hidden = true;
  }

  /** Replays the open chat, which has just come from a link. @param {import("../../../mamba.js").Engine} engine */
  async run(engine) {
    const open = this.#chat.current;
    await open.whole;
    const turns = open.tree.path();
    const { modelHash } = engine.info;
    const written = turns.find((node) => node.modelHash !== "");
    this.#of = open;
    if (written && written.modelHash !== modelHash) return this.#tell(`The answers are those of “${shownName(written.modelName)}”. Another model is loaded here, so it reads them when it answers.`);
    if (!turns.some((node) => isReplayable(node, modelHash))) return;
    await this.#running.run(async (signal) => {
      try {
        const outcomes = await replay(engine, await this.#chat.standing.begin(engine, open.meta), turns, {
          signal,
          onTurn: (at) => this.#tell(`The model writes the answers again, to see whether they come out the same: ${at + 1} of ${turns.length}.`, { isProgress: true }),
          onToken: this.#onToken,
        });
        for (const node of turns) open.touch(node);
        this.#tell(inWords(outcomes));
      } catch (thrown) {
        const error = asMambaError(thrown);
        const told = error.code === "cancelled" ? null : await this.#judge(error);
        this.#tell(told ? shownError(told) : "Stopped. The model reads what is left of the chat when it answers.");
      }
    });
    if (this.#chat.current === open) await this.#chat.lookAgain();
  }

  /** @param {string} text @param {{ isProgress?: boolean }} [how] */
  #tell(text, { isProgress = false } = {}) {
    if (this.#chat.current !== this.#of) return;
    this.element.hidden = false;
    this.element.textContent = text;
    if (!isProgress) announce(text);
  }
}

/** @param {Outcome[]} outcomes */
function inWords(outcomes) {
  const written = outcomes.filter((outcome) => outcome !== "read").length;
  const same = outcomes.filter((outcome) => outcome === "same").length;
  const read = outcomes.length - written;
  const why = "A GPU, another precision or another browser can change a word, and then all that follows it. What is shown is what the link holds.";
  const all = written === 1 ? "the answer" : written === 2 ? "both answers" : `all ${written} answers`;
  const some = written === 1 ? "the answer came out differently." : `${same === 0 ? "none" : same} of ${written} answers came out the same.`;
  return `Replayed here: ${same === written ? `${all} came out the same.` : `${some} ${why}`}${read > 0 ? ` ${counted(read, "answer")} could not be replayed, and ${read === 1 ? "was" : "were"} read.` : ""}`;
}
