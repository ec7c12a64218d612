// The page: puts its parts together.

import { setUpEndless } from "./endless/endless.js";
import { EngineWatch } from "../engine/session/watch.js";
import { requireReachable } from "./address.js";
import { ask } from "./ask.js";
import { setUpReadThis } from "./books/read-this.js";
import { Shelf } from "./books/shelf.js";
import { Chat } from "./chat.js";
import { Library } from "./chats/library.js";
import { setUpChats } from "./chats/set-up.js";
import { answerInThreeWays } from "./chats/three-ways.js";
import { Completion } from "./completion.js";
import { setUpCompletionBar } from "./completion-bar.js";
import { Composer } from "./composer.js";
import { byId } from "./dom.js";
import { FollowScroll } from "./follow-scroll.js";
import { setUpLaunches } from "./launched.js";
import { isTouch, keepFocus, setPlaceToWrite } from "./keep-focus.js";
import { setUpLeaveGuard } from "./leave-guard.js";
import { setUpLoading } from "./loading-view.js";
import { Model } from "./model.js";
import { failedCard } from "./model-cards.js";
import { showModelCard, tellOfMove } from "./model-card.js";
import { setUpModelDialog } from "./model-dialog.js";
import { setUpOffline } from "./offline.js";
import { Modes } from "./modes.js";
import { showCard, tell } from "./notices.js";
import { Running } from "./running.js";
import { pageScroller } from "./scroller.js";
import { keptSettings, Settings } from "./settings.js";
import { setUpSettings } from "./settings-view.js";
import { StateCard } from "./state-card.js";
import { openWeighed, wantsSurprise } from "./surprise/surprise-view.js";
import { setUpTheme } from "./theme.js";
import { beginVisit } from "./visit.js";
import { setUpExamples, showWelcome } from "./welcome.js";

/** @typedef {import("./model.js").Choice} Choice */
/** @typedef {import("../mamba.js").MambaError} MambaError */

const model = new Model();
const settings = new Settings(keptSettings);
const running = new Running();
const stateCard = new StateCard();
const scroller = pageScroller(() => document.querySelector(".top"));
const scroll = new FollowScroll(scroller);
const showLoading = setUpLoading(() => model.cancel());
const watch = new EngineWatch(() => model.engine, () => running.isLeaving, (error) => startAgain(error));

const library = new Library();
const shelf = new Shelf();
const parts = {
  engine: () => model.engine,
  modelName: () => model.state.current?.choice.name ?? "",
  settings,
  running,
  scroller,
  scroll,
  library,
  onChange: showState,
  onToken: showRead,
  onTurn: () => {},
  judge,
  bookState: (/** @type {string} */ book) => shelf.state(book),
  onThreeWays: (/** @type {import("./chats/tree.js").Node} */ node) => void answerInThreeWays(chat, parts, node),
  weighing: { isWanted: wantsSurprise, show: openWeighed },
};
const chat = new Chat(parts);
byId("chat", HTMLElement).prepend(chat.element);
const completion = new Completion(parts);
const completionBar = setUpCompletionBar(model, completion, running);
setUpEndless(parts);
/** Begins a chat from a memory. @param {import("./books/shelf.js").Book} book */
const beginFrom = (book) => {
  modes.choose("chat");
  chats.begin();
  chat.beginFrom(book);
  composer.tell(`The next message is answered with the memory of “${book.name}”.`);
};
setUpReadThis(parts, shelf, beginFrom);
const composer = new Composer(send, () => stop());
byId("box-place", HTMLElement).replaceWith(stateCard.element, composer.element);
byId("update", HTMLElement).after(scroll.button);
byId("completion-bar", HTMLElement).after(composer.note);
/** The box of the mode that is shown, or what surrounds it. @returns {HTMLElement} */
const placeToWrite = () => {
  const shown = [composer.box, byId("beginning", HTMLTextAreaElement)].find((box) => box.checkVisibility());
  return shown && !isTouch() ? shown : byId("main", HTMLElement);
};
setPlaceToWrite(document, placeToWrite);
const dialog = setUpModelDialog((choice) => void load(choice));
const modes = new Modes(async () => {
  await running.stop();
  showMode();
});

const chats = setUpChats({
  chat,
  library,
  composer,
  scroller,
  engine: () => model.engine,
  whenEngine: () => model.whenEngine(),
  ...{ running, judge, modelName: parts.modelName, shelf, beginFrom },
  onToken: showRead,
  isInChat: () => !modes.isCompletion,
  showChat: () => {
    if (!chat.isEmpty) modes.choose("chat");
    showMode();
  },
  endAll: async () => {
    await running.stop();
    await chat.letGo();
    loseEngine();
  },
});

const welcome = byId("welcome", HTMLElement);

/** Loads another model. Asks first if a text would lose its memory; a chat is read again. @param {Choice} choice */
async function load(choice) {
  if (model.engine && completion.isRemembered) {
    const isWanted = await ask({
      title: `Load “${choice.name}”?`,
      text: `The present model goes on answering until the new one is ready. Then “${choice.name}” takes over. The text in “Completion” stays on the page, but the new model has not read it.`,
      yes: "Load it",
      no: "Keep this model",
    });
    if (!isWanted) return;
  }
  try {
    requireReachable(choice);
  } catch (error) {
    return model.fail(choice, error);
  }
  await model.load(choice);
}

/** Loads the same model again after its engine has ended. @param {MambaError} error why */
function startAgain(error) {
  const { current, loading } = model.state;
  if (!current) return;
  loseEngine();
  const { code, message } = error;
  tell("The engine is started again", { code, message, hint: "The text on the page stays." });
  if (!loading) void model.load(current.choice);
}

function loseEngine() {
  model.end();
  chat.detach();
  completion.detach();
}

/**
 * Handles an error of an answer that comes from the engine, and gives what is left to say about the answer.
 *
 * @param {MambaError} error
 */
async function judge(error) {
  const { current } = model.state;
  const isAlive = await current?.engine.memoryBytes().then(() => true, () => false);
  // Reported elsewhere: by the watch, or because another model took over.
  if (!current || current.engine !== model.engine || error.code === "cancelled") return null;
  if (isAlive) return error;
  if (error.code === "engine-stopped") startAgain(error);
  else {
    loseEngine();
    model.fail(current.choice, error);
  }
  return null;
}

/** Ends the answer that is being written. Messages that wait for their turn go back into the box. */
function stop() {
  composer.giveBack(chat.takeBack());
  void running.stop();
}

/** @param {string} text @returns {boolean} whether it was taken */
function send(text) {
  const { current, loading } = model.state;
  const isRefused =
    text.trim() === ""
      ? "Write a message first."
      : !current && !loading
        ? "There is no model to answer. Load one first."
        : current && !canChat()
          ? `${current.choice.name} cannot chat. Choose “Completion” above to let it continue a text.`
          : null;
  if (isRefused === null && !current) composer.tell("Your message will be answered as soon as the model is loaded.");
  else composer.tell(isRefused);
  if (isRefused !== null) return false;
  chat.send(text);
  return true;
}

/** Without a chat template a model cannot tell whose turn it is, so it only continues texts. */
const canChat = () => Boolean(model.engine?.info.chatTemplate);

/** Called for every token, so nothing here may read whole texts. */
function showRead() {
  watch.heard();
  stateCard.showRead((modes.isCompletion ? completion : chat).position);
}

function showState() {
  const { current, loading } = model.state;
  const isText = modes.isCompletion;
  stateCard.showRead((isText ? completion : chat).position);
  welcome.hidden = isText ? !loading || current !== null : !chat.isEmpty;
  chats.note();
  showLoading(loading, !welcome.hidden && !current);
  completionBar.show();
}

/** Shows the mode that is chosen. */
function showMode() {
  const isText = modes.isCompletion;
  const isWithoutChat = model.engine !== null && !canChat();
  // The text stays within reach.
  modes.show({ canChat: !isWithoutChat, hasChat: !chat.isEmpty || !composer.isEmpty });
  byId("chat", HTMLElement).hidden = isText;
  byId("completion", HTMLElement).hidden = !isText;
  byId("completion-bar", HTMLElement).hidden = !isText;
  composer.note.hidden = isText;
  byId("new-chat", HTMLElement).hidden = isText;
  byId("modes-note", HTMLElement).hidden = !isWithoutChat;
  composer.show(!isText);
  stateCard.showOf(isText ? "text" : "chat");
  showState();
}

model.onChange((state, before) => {
  keepFocus();
  showModelCard(state);
  showWelcome(state);
  // Questions and messages about another model are over.
  if (state.loading && state.loading.choice !== before.loading?.choice) showCard(null);
  if (state.failed !== before.failed) showFailed(state);
  tellOfMove(state, before);
  if (state.current?.engine !== before.current?.engine) showCurrent(state);
  else showState();
});

/** @param {import("./model.js").ModelState} state */
function showFailed({ failed, current }) {
  const ofCurrent = current ? { keep: () => model.forget(), unload: loseEngine } : { keep: null, unload: null };
  showCard(failed && failedCard(failed, { load: (choice) => void load(choice), openDialog: dialog.open, ...ofCurrent }));
  if (!failed) return;
  // The “Cancel” button that had the focus is gone, so the focus comes here.
  if (failed.error.code === "cancelled") byId("problem", HTMLElement).querySelector("button")?.focus();
  if (current) return void chat.answerWaiting();
  giveBack("Your message was not answered, because the model could not be loaded. It is back in the box.");
}

/** @param {import("./model.js").ModelState} state */
function showCurrent({ current }) {
  stateCard.showModel(current?.engine.info ?? null);
  if (!current) return showState();
  showCard(null);
  settings.useModelDefaults(current.engine.info.defaults);
  if (!canChat()) giveBack(`${current.choice.name} cannot chat, so your message was not answered. It is back in the box.`);
  else composer.tell(null);
  completion.detach();
  if (!canChat() && chat.isEmpty && composer.isEmpty) modes.choose("completion");
  showMode();
  void chat.adopt().then(() => chat.answerWaiting());
}

/** Puts messages that nobody answers back into the box. @param {string} why */
function giveBack(why) {
  if (!chat.isWaiting) return;
  composer.giveBack(chat.takeBack());
  composer.tell(why);
}

running.onChange((isRunning) => {
  composer.showRunning(isRunning);
  stateCard.showBusy(isRunning);
  scroll.showGrowing(isRunning);
  watch.show(isRunning || running.isLeaving);
  showState();
});

document.addEventListener("keydown", (event) => {
  // In an open dialog Escape closes the dialog.
  if (event.key === "Escape" && running.isRunning && !document.querySelector("dialog[open]")) stop();
});

setUpTheme();
setUpSettings(settings);
setUpExamples(
  (text) => {
    if (send(text)) placeToWrite().focus({ preventScroll: true });
  },
  (text) => completion.suggest(text),
);
setUpLeaveGuard(() => chats.wouldBeLost(running.isRunning) || (modes.isCompletion && running.isRunning));
stateCard.showModel(null);
setUpOffline(model);
setUpLaunches(load, dialog.open);
void chats.start();
void beginVisit(model, { load: (choice) => void load(choice), openDialog: dialog.open, giveBack });
document.documentElement.dataset.app = "started"; // boot.js waits for it
