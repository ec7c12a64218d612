// What an empty chat shows: the download, then something to try and what to expect.

import { byId, make } from "./dom.js";
import { ANY_MODEL, CHAT_EXAMPLES, DEFAULT_MODEL } from "./default-model.js";
import { bytes, timeLeft } from "./format.js";

const PHASES = {
  connect: "Looking for the model",
  read: "Reading the model from this browser",
  download: "Downloading the model",
  wait: "Interrupted; trying again",
  prepare: "Getting the model ready",
};

const loading = byId("loading", HTMLElement);
const what = byId("loading-what", HTMLElement);
const bar = byId("loading-bar", HTMLProgressElement);
const numbers = byId("loading-numbers", HTMLElement);
const stage = byId("stage", HTMLElement);
const examples = byId("examples", HTMLUListElement);
const abilities = byId("abilities", HTMLElement);

/** @type {import("./model.js").Choice | null} */
let shown = null;
/** @type {(text: string) => void} */
let begin = () => {};

/** @param {import("./model.js").ModelState} state */
export function showWelcome(state) {
  stage.hidden = abilities.hidden = state.kind === "failed";
  // Both stand in the same place, which is as high as the higher one: nothing jumps at the end.
  loading.classList.toggle("away", state.kind !== "loading");
  examples.classList.toggle("away", state.kind !== "ready");
  if (state.kind === "loading") showProgress(state.choice.name, state.progress);
  if (state.choice === shown) return;
  shown = state.choice;
  const words = shown.isDefault ? DEFAULT_MODEL : ANY_MODEL;
  showAbilities(words, shown.isDefault);
  fill(byId("beginnings", HTMLUListElement), words.beginnings, begin);
  byId("beginnings-note", HTMLElement).textContent = words.beginningsNote;
}

/**
 * @param {string} name
 * @param {import("../engine/progress.js").Progress | null} progress
 */
function showProgress(name, progress) {
  const phase = progress?.phase ?? "connect";
  what.textContent = `${PHASES[phase]}: ${name}`;
  if (progress?.totalBytes && phase === "download") bar.value = Math.min(1, progress.loadedBytes / progress.totalBytes);
  else if (phase === "prepare") bar.value = 1;
  else bar.removeAttribute("value");
  const parts = [];
  if (progress && progress.loadedBytes > 0) {
    const { loadedBytes, totalBytes, bytesPerSecond, secondsLeft, kernels } = progress;
    parts.push(totalBytes ? `${bytes(loadedBytes)} of ${bytes(totalBytes)}` : bytes(loadedBytes));
    if (phase === "download" && bytesPerSecond) parts.push(`${bytes(bytesPerSecond)}/s`);
    if (phase === "download" && secondsLeft !== null) parts.push(timeLeft(secondsLeft));
    if (kernels && kernels.ready < kernels.of) parts.push(`compiling ${kernels.ready} of ${kernels.of} kernels`);
  }
  numbers.textContent = parts.join(" · ") || "\u00a0";
}

/** @param {import("./default-model.js").ModelWords} model @param {boolean} isDefault */
function showAbilities({ can, cannot }, isDefault) {
  /** @param {string} title @param {string[]} items */
  const list = (title, items) =>
    make("div", {}, make("h3", { text: title }), make("ul", {}, ...items.map((text) => make("li", { text }))));
  abilities.replaceChildren(
    list(isDefault ? "A model this small can" : "A model like this can", can),
    list("It cannot", cannot),
  );
}

/**
 * @param {(text: string) => void} send what an example in the chat does
 * @param {(text: string) => void} suggest what one in completion mode does
 */
export function setUpExamples(send, suggest) {
  fill(examples, CHAT_EXAMPLES, send);
  begin = suggest;
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
