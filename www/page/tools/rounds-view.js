// What the model did before its answer, as the conversation shows it: a line for each call, which unfolds.

import { AnswerText } from "../answer-text.js";
import { make } from "../dom.js";
import { shownText } from "../shown-text.js";
import { lineOf } from "./tools.js";

/** @typedef {import("./rounds.js").Round} Round */

const MOST_LINE = 200;
const MOST_DETAIL = 2000;

export class RoundsView {
  element = make("div", { class: "rounds" });

  /** @param {Round[]} [rounds] */
  show(rounds = []) {
    this.element.replaceChildren(...rounds.flatMap(elementsOf));
  }

  /** @param {Round} round */
  add(round) {
    this.element.append(...elementsOf(round));
  }
}

/** @param {Round} round */
function elementsOf({ said, calls }) {
  const used = calls.map((call) =>
    make(
      "details",
      { class: "thought used" },
      make("summary", { text: shownText(lineOf(call), MOST_LINE) }),
      make(
        "dl",
        { class: "thought-text" },
        make("dt", { text: "The model called" }),
        make("dd", {}, make("code", { text: shownText(`${call.name} ${call.arguments}`, MOST_DETAIL) })),
        make("dt", { text: "It got" }),
        make("dd", { text: shownText(call.answer, MOST_DETAIL) }),
      ),
    ),
  );
  if (said.trim() === "") return used;
  const text = make("div");
  const answer = new AnswerText(text);
  answer.append(said.trim());
  answer.end();
  return [text, ...used];
}
