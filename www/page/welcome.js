// What an empty chat shows: something to try, and what to expect of the model.

import { byId, make } from "./dom.js";
import { about } from "./format.js";
import { ANY_MODEL, CHAT_EXAMPLES, LARGER_MODEL, OWN_MODELS } from "./own-models.js";

const stage = byId("stage", HTMLElement);
const examples = byId("examples", HTMLUListElement);
const abilities = byId("abilities", HTMLElement);
const larger = byId("larger", HTMLElement);

/** @type {import("./model.js").Choice | null} */
let shown = null;
/** @type {(text: string) => void} */
let begin = () => {};

/** @param {import("./model.js").ModelState} state */
export function showWelcome({ current, loading }) {
  const choice = current?.choice ?? loading?.choice ?? null;
  stage.hidden = abilities.hidden = choice === null;
  larger.hidden = !choice?.isDefault;
  examples.classList.toggle("away", !current);
  if (choice === null || choice === shown) return;
  shown = choice;
  const own = OWN_MODELS.find(({ model }) => model === choice.model);
  const words = own ?? ANY_MODEL;
  showAbilities(words, own ? (choice.isDefault ? "A model this small can" : "This model can") : "A model like this can");
  fill(byId("beginnings", HTMLUListElement), words.beginnings, begin);
  byId("beginnings-note", HTMLElement).textContent = words.beginningsNote;
}

/** @param {import("./own-models.js").ModelWords} model @param {string} beginning of the sentences about what it can */
function showAbilities({ can, cannot }, beginning) {
  /** @param {string} title @param {string[]} items */
  const list = (title, items) =>
    make("div", {}, make("h3", { text: title }), make("ul", {}, ...items.map((text) => make("li", { text }))));
  abilities.replaceChildren(
    list(beginning, can),
    list("It cannot", cannot),
  );
}

/**
 * @param {(text: string) => void} send what an example in the chat does
 * @param {(text: string) => void} suggest what one in completion mode does
 * @param {(address: string) => void} load
 */
export function setUpExamples(send, suggest, load) {
  fill(examples, CHAT_EXAMPLES, send);
  begin = suggest;
  byId("larger-bytes", HTMLElement).textContent = about(LARGER_MODEL.downloadBytes);
  byId("load-larger", HTMLButtonElement).addEventListener("click", () => load(LARGER_MODEL.model));
}

/** @param {HTMLUListElement} list @param {string[]} texts @param {(text: string) => void} action */
function fill(list, texts, action) {
  list.replaceChildren(
    ...texts.map((text) => {
      const button = make("button", { class: "example", type: "button", text });
      button.addEventListener("click", () => action(text));
      return make("li", {}, button);
    }),
  );
}
