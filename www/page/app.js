// The page: puts its parts together.

import { choiceInAddress, defaultChoice, requireReachable } from "./address.js";
import { Chat } from "./chat.js";
import { Completion } from "./completion.js";
import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { FollowScroll } from "./follow-scroll.js";
import { setUpLaunches } from "./launched.js";
import { Model } from "./model.js";
import { showModelCard } from "./model-card.js";
import { setUpModelDialog } from "./model-dialog.js";
import { setUpOffline } from "./offline.js";
import { problemCard } from "./problem.js";
import { Running } from "./running.js";
import { Settings } from "./settings.js";
import { setUpSettings } from "./settings-view.js";
import { StateCard } from "./state-card.js";
import { setUpTheme } from "./theme.js";
import { setUpExamples, showWelcome } from "./welcome.js";

const model = new Model();
const settings = new Settings();
const running = new Running();
const stateCard = new StateCard();
const scroll = new FollowScroll();

const parts = { engine: () => model.engine, settings, running, scroll, onChange: showState, onToken: showRead, waysOut };
const chat = new Chat(parts);
const completion = new Completion(parts);
const composer = new Composer(send, () => void running.stop());
const dialog = setUpModelDialog(load);

const welcome = byId("welcome", HTMLElement);
const completeButton = byId("complete", HTMLButtonElement);
const problem = byId("problem", HTMLElement);
const modes = [...document.querySelectorAll("input[name=mode]")].filter((input) => input instanceof HTMLInputElement);

const COMPLETE = { begin: "Continue the text", "go on": "Go on", again: "Try another" };

/** @type {string | null} a message that waits for the model */
let waiting = null;

const isCompletion = () => modes.some((mode) => mode.checked && mode.value === "completion");

/** @param {import("./model.js").Choice} choice */
async function load(choice) {
  await Promise.all([chat.clear(), completion.clear()]);
  waiting = null;
  try {
    requireReachable(choice);
  } catch (error) {
    return model.fail(choice, error);
  }
  await model.load(choice);
}

/**
 * What can be done about an answer that broke off, besides asking again.
 *
 * @param {import("../mamba.js").MambaError} error
 */
function waysOut({ code }) {
  const { state } = model;
  const engineIsGone = code === "engine-stopped" || code === "out-of-memory" || code === "network";
  if (!engineIsGone || !state) return [];
  return [
    { name: "Load the model again", action: () => void load(state.choice) },
    { name: "Load another model", action: dialog.open },
  ];
}

/** @param {string} text @returns {boolean} whether it was taken */
function send(text) {
  if (text.trim() === "") {
    composer.tell("Write a message first.");
    return false;
  }
  if (model.state?.kind === "failed") {
    composer.tell("There is no model to answer. Load one first.");
    return false;
  }
  if (!model.engine) {
    waiting = text;
    composer.tell("Your message will be answered as soon as the model is loaded.");
    return true;
  }
  composer.tell(null);
  void chat.send(text);
  return true;
}

/** Called for every token, so nothing here may look at whole texts. */
function showRead() {
  stateCard.showRead((isCompletion() ? completion : chat).position);
}

function showState() {
  const isText = isCompletion();
  showRead();
  welcome.hidden = isText ? !isLoading() : !chat.isEmpty;
  completeButton.textContent = running.isRunning ? "Stop" : COMPLETE[completion.next];
}

const isLoading = () => model.state?.kind === "loading";

/** Shows the mode that is chosen. */
function showMode() {
  const isText = isCompletion();
  byId("chat", HTMLElement).hidden = isText;
  byId("completion", HTMLElement).hidden = !isText;
  byId("completion-bar", HTMLElement).hidden = !isText;
  byId("composer-note", HTMLElement).hidden = isText;
  byId("new-chat", HTMLElement).hidden = isText;
  composer.show(!isText);
  stateCard.showOf(isText ? "text" : "chat");
  showState();
}

model.onChange((state) => {
  showModelCard(state);
  showWelcome(state);
  stateCard.showModel(state.kind === "ready" ? state.engine.info : null);
  problem.hidden = state.kind !== "failed";
  if (state.kind === "failed") {
    const isCancelled = state.error.code === "cancelled";
    const ways = [
      { name: isCancelled ? "Resume" : "Try again", action: () => void load(state.choice) },
      { name: "Load another model", action: dialog.open },
    ];
    if (!state.choice.isDefault) ways.splice(1, 0, { name: "Use the model of this page", action: () => void load(defaultChoice()) });
    const title = isCancelled ? "Loading was cancelled" : "The model could not be loaded";
    problem.replaceChildren(problemCard(title, state.error, ways));
    problem.scrollIntoView({ block: "nearest" });
    // Whoever pressed “Cancel” goes on from here; the button is gone.
    if (isCancelled) problem.querySelector("button")?.focus();
    if (waiting !== null) composer.tell("Your message was not answered, because the model could not be loaded.");
  }
  if (state.kind === "ready") {
    const { info } = state.engine;
    settings.useModelDefaults(info.defaults);
    // Without a chat template there is no telling whose turn it is: such models only write on.
    const canChat = Boolean(info.chatTemplate);
    for (const mode of modes) {
      if (mode.value === "chat") mode.disabled = !canChat;
      if (!canChat) mode.checked = mode.value === "completion";
    }
    byId("modes-note", HTMLElement).hidden = canChat;
    const message = waiting;
    waiting = null;
    if (message !== null && canChat) send(message);
  }
  showMode();
});

running.onChange((isRunning) => {
  composer.showRunning(isRunning);
  stateCard.showBusy(isRunning);
  scroll.showGrowing(isRunning);
  showState();
});

for (const mode of modes) {
  mode.addEventListener("change", async () => {
    await running.stop();
    showMode();
  });
}

completeButton.addEventListener("click", () => {
  if (running.isRunning) return void running.stop();
  void complete();
});

function complete() {
  const box = byId("beginning", HTMLTextAreaElement);
  const note = byId("completion-note", HTMLElement);
  if (!model.engine) {
    note.textContent = isLoading() ? "The model is still loading." : "There is no model to write. Load one first.";
  } else if (box.value === "") {
    note.textContent = "Write how the text begins first.";
    box.focus();
  } else {
    return completion.continue();
  }
}

byId("beginning", HTMLTextAreaElement).addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  void complete();
});

byId("new-chat", HTMLButtonElement).addEventListener("click", async () => {
  await chat.clear();
  composer.tell(null);
  composer.focus();
  scrollTo({ top: 0, behavior: "instant" });
});

document.addEventListener("keydown", (event) => {
  // In an open dialog Escape closes the dialog.
  if (event.key === "Escape" && running.isRunning && !document.querySelector("dialog[open]")) void running.stop();
});

byId("cancel-loading", HTMLButtonElement).addEventListener("click", () => model.cancel());

setUpTheme();
setUpSettings(settings);
setUpExamples(send, (text) => completion.suggest(text));
stateCard.showModel(null);
setUpOffline(model);
setUpLaunches(load, dialog.open);
void load(choiceInAddress());
document.documentElement.dataset.app = "started"; // boot.js waits for it
