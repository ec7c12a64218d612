// What the model weighed: the words of an answer, shaded by how surprising each was, and what else it might have written.

import { asMambaError } from "../../engine/errors.js";
import { announce, byId, make } from "../dom.js";
import { counted } from "../format.js";
import { closeOnBackdrop } from "../settings-view.js";
import { seenText, shownError, shownText } from "../shown-text.js";
import { recall, remember } from "../storage.js";
import { levelOf, MOST_WEIGHED, percent, wordsOf } from "./levels.js";

/** @typedef {import("./levels.js").Weighed} Weighed */

const KEY = "surprise";

/** Whether the visitor wants it noted. */
export const wantsSurprise = () => recall(KEY) === "on";

const dialog = byId("weighed", HTMLDialogElement);
const place = byId("weighed-words", HTMLElement);
const chosen = byId("weighed-chosen", HTMLElement);
const list = byId("weighed-others", HTMLOListElement);
const progress = byId("weighed-progress", HTMLElement);
const change = byId("weighed-change", HTMLElement);
/** @type {readonly Weighed[]} */
let shown = [];
/** Ends the reading when the dialog is closed. */
let reading = new AbortController();

closeOnBackdrop(dialog);
dialog.addEventListener("close", () => reading.abort());
const box = byId("note-surprise", HTMLInputElement);
box.checked = wantsSurprise();
box.addEventListener("change", () => remember(KEY, box.checked ? "on" : null));

place.addEventListener("pointerover", ({ target }) => look(target, false));
place.addEventListener("click", ({ target }) => look(target, true));
place.addEventListener("keydown", (event) => {
  const now = [...place.children].indexOf(/** @type {Element} */ (document.activeElement));
  const to = { ArrowRight: now + 1, ArrowDown: now + 1, ArrowLeft: now - 1, ArrowUp: now - 1, Home: 0, End: place.childElementCount - 1 }[event.key];
  const next = to === undefined ? null : place.children[to];
  if (!(next instanceof HTMLElement)) return;
  event.preventDefault();
  look(next, true);
});

/** @type {import("./levels.js").Weighing["show"]} */
export function openWeighed(answer, again) {
  shown = answer.weighed;
  place.replaceChildren(...shown.map(word));
  chosen.textContent = progress.textContent = change.textContent = "";
  list.replaceChildren();
  place.removeAttribute("aria-busy");
  dialog.showModal();
  const { signal } = (reading = new AbortController());
  const first = place.firstElementChild;
  if (first) look(first, true);
  void (first ? Promise.resolve() : readAgain(answer, again, signal)).then(() => tellChange(again, signal));
}

/** @param {import("./levels.js").Again} again @param {AbortSignal} signal */
async function tellChange({ changed }, signal) {
  if (signal.aborted) return;
  try {
    const share = await changed(signal);
    if (share !== null && !signal.aborted) change.textContent = `This turn changed ${percent(share)} of the memory: the mean over the layers, each by the norm of its state.`;
  } catch (thrown) {
    if (!signal.aborted) change.textContent = shownError(asMambaError(thrown));
  }
}

/** @param {{ weighed: Weighed[] }} answer @param {import("./levels.js").Again} again @param {AbortSignal} signal */
async function readAgain(answer, { tokens, read }, signal) {
  const most = Math.min(tokens, MOST_WEIGHED);
  /** @type {Weighed[]} */
  const weighed = [];
  shown = weighed;
  progress.textContent = "The model reads the answer once more.";
  place.setAttribute("aria-busy", "true");
  try {
    for await (const one of read(signal)) {
      if (signal.aborted) return;
      weighed.push(one);
      place.append(word(one));
      progress.textContent = `The model reads the answer once more: ${weighed.length} of ${counted(most, "token")}.`;
      if (weighed.length === 1) look(place.children[0], true);
    }
    answer.weighed = weighed;
    progress.textContent = "";
    announce(`${counted(weighed.length, "token")} weighed.`);
  } catch (thrown) {
    if (!signal.aborted) progress.textContent = shownError(asMambaError(thrown));
  } finally {
    if (!signal.aborted) place.removeAttribute("aria-busy");
  }
}

/** @param {Weighed} weighed */
function word({ text, surprise }) {
  // Some tokens are a part of a character, or a space: a screen reader needs a name for them, and a pointer something to hit.
  const isBlank = text.trim() === "";
  return make("span", {
    role: "option",
    tabindex: "-1",
    "aria-selected": "false",
    "aria-label": isBlank ? named(text) : undefined,
    class: `level-${levelOf(surprise)}`,
    text: text === "" ? "·" : seenText(text),
  });
}

/** @param {EventTarget | null} target @param {boolean} isChosen whether it gets the focus too */
function look(target, isChosen) {
  if (!(target instanceof HTMLElement) || target.parentElement !== place) return;
  const { surprise, text, alternatives } = shown[[...place.children].indexOf(target)];
  for (const before of place.querySelectorAll('[aria-selected="true"]')) {
    before.setAttribute("aria-selected", "false");
    before.setAttribute("tabindex", "-1");
  }
  target.setAttribute("aria-selected", "true");
  target.setAttribute("tabindex", "0");
  if (isChosen) target.focus();
  chosen.textContent = `“${named(text)}” was ${wordsOf(surprise)}: ${percent(Math.exp(-surprise))}.`;
  list.replaceChildren(
    ...alternatives.map(({ text: other, probability }) => make("li", { class: other === text ? "taken" : undefined }, make("span", { text: named(other), dir: "auto" }), make("span", { class: "share", text: percent(probability) }))),
  );
}

/** A token may be a blank or a line break. @param {string} text */
const named = (text) => (text.trim() === "" ? text.replaceAll("\n", "↵").replaceAll(" ", "␣") || "nothing" : shownText(text, 80));
