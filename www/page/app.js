// The page: puts its parts together.

import { setUpEndless } from "./endless/endless.js";
import { EngineWatch } from "../engine/session/watch.js";
import { addressChoice, requireReachable } from "./address.js";
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
import { byId, make } from "./dom.js";
import { EngineEnd } from "./engine-end.js";
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
import { showCard } from "./notices.js";
import { Running } from "./running.js";
import { pageScroller } from "./scroller.js";
import { Sending } from "./sending.js";
import { keptSettings, Settings } from "./settings.js";
import { setUpSettings } from "./settings-view.js";
import { StateCard } from "./state-card.js";
import { openWeighed, wantsSurprise } from "./surprise/surprise-view.js";
import { setUpTheme } from "./theme.js";
import { beginVisit } from "./visit.js";
import { setUpExamples, showWelcome } from "./welcome.js";

/** @typedef {import("./model.js").Choice} Choice */

const model = new Model();
const settings = new Settings(keptSettings);
const running = new Running();
const stateCard = new StateCard();
const scroller = pageScroller(() => document.querySelector(".top"));
const scroll = new FollowScroll(scroller);
const showLoading = setUpLoading(() => model.cancel());
const engineEnd = new EngineEnd(model, () => {
  chat.detach();
  completion.detach();
});
const watch = new EngineWatch(() => model.engine, () => running.isLeaving, (error) => engineEnd.startAgain(error));

const library = new Library();
const shelf = new Shelf();
const parts = {
  engine: () => model.engine,
  whenEngine: () => model.whenEngine(),
  isLoading: () => model.state.loading !== null,
  modelName: () => model.state.current?.choice.name ?? "",
  settings,
  running,
  scroller,
  scroll,
  library,
  onChange: showState,
  onToken: showRead,
  onTurn: () => {},
  judge: (/** @type {import("../mamba.js").MambaError} */ error) => engineEnd.judge(error),
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
const readThis = setUpReadThis(parts, shelf, beginFrom);
const composer = new Composer((text) => sending.send(text), () => sending.stop());
const sending = new Sending(model, chat, composer, running);
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
  ...{ engine: parts.engine, whenEngine: parts.whenEngine, running, judge: parts.judge, modelName: parts.modelName, shelf, beginFrom },
  onToken: showRead,
  isInChat: () => !modes.isCompletion,
  showChat: () => {
    if (!chat.isEmpty) modes.choose("chat");
    showMode();
  },
  endAll: async () => {
    await running.stop();
    await chat.letGo();
    engineEnd.lose();
  },
});

const welcome = byId("welcome", HTMLElement);

/** Loads another model. Asks first if a text would lose its memory; a chat is read again. @param {Choice} choice */
async function load(choice) {
  const isWanted = (/** @type {string} */ text, /** @type {string} */ no) => ask({ title: `Load “${choice.name}”?`, text, yes: "Load it", no });
  const reads = "The present model is reading a long text. What it has read of it would be lost. “Stop and keep” keeps it.";
  if (model.engine && readThis.isReading && !(await isWanted(reads, "Go on reading"))) return;
  const remembers = `The present model goes on answering until the new one is ready. Then “${choice.name}” takes over. The text in “Completion” stays on the page, but the new model has not read it.`;
  if (model.engine && completion.isRemembered && !(await isWanted(remembers, "Keep this model"))) return;
  try {
    requireReachable(choice);
  } catch (error) {
    return model.fail(choice, error);
  }
  await model.load(choice);
}

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
  const isWithoutChat = model.engine !== null && !sending.canChat;
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
  const ofCurrent = current ? { keep: () => model.forget(), unload: () => engineEnd.lose() } : { keep: null, unload: null };
  showCard(failed && failedCard(failed, { load: (choice) => void load(choice), openDialog: dialog.open, ...ofCurrent }));
  if (!failed) return;
  // The “Cancel” button that had the focus is gone, so the focus comes here.
  if (failed.error.code === "cancelled") byId("problem", HTMLElement).querySelector("button")?.focus();
  if (current) return void chat.answerWaiting();
  sending.giveBack("Your message was not answered, because the model could not be loaded. It is back in the box.");
}

/** @param {import("./model.js").ModelState} state */
function showCurrent({ current }) {
  stateCard.showModel(current?.engine.info ?? null);
  if (!current) return showState();
  showCard(null);
  settings.useModelDefaults(current.engine.info.defaults);
  if (!sending.canChat) sending.giveBack(`${current.choice.name} cannot chat, so your message was not answered. It is back in the box.`);
  else composer.tell(null);
  completion.detach();
  if (!sending.canChat && chat.isEmpty && composer.isEmpty) modes.choose("completion");
  showMode();
  void chat.adopt().then(() => chat.answerWaiting());
}

running.onChange((isRunning) => {
  composer.showRunning(isRunning);
  stateCard.showBusy(isRunning);
  scroll.showGrowing(isRunning);
  watch.show(isRunning || running.isLeaving);
  showState();
});

document.addEventListener("keydown", (event) => {
  // In an open dialog Escape closes the dialog, in a menu the menu, and while a word is composed the suggestions.
  const isTaken = event.isComposing || event.defaultPrevented || document.querySelector("dialog[open], [popover=auto]:popover-open") !== null;
  if (event.key === "Escape" && running.isRunning && !isTaken) sending.stop();
});

// The address says which chat is open, so this link leaves it as it is.
document.querySelector(".skip")?.addEventListener("click", (event) => {
  event.preventDefault();
  byId("main", HTMLElement).focus();
});

// What is announced while a dialog is open.
for (const dialog of document.querySelectorAll("dialog")) dialog.append(make("div", { class: "unseen announcer", "aria-live": "polite" }));
setUpTheme();
setUpSettings(settings);
setUpExamples(
  (text) => {
    if (sending.send(text)) placeToWrite().focus({ preventScroll: true });
  },
  (text) => completion.suggest(text),
  (address) => void load(addressChoice(address)),
);
setUpLeaveGuard(() => chats.wouldBeLost(running.isRunning) || !completion.isEmpty || readThis.isReading || document.querySelector(".editor") !== null);
stateCard.showModel(null);
setUpOffline(model);
setUpLaunches(load, dialog.open);
void chats.start();
void beginVisit(model, { load: (choice) => void load(choice), openDialog: dialog.open, giveBack: (why) => sending.giveBack(why) });
document.documentElement.dataset.app = "started"; // boot.js waits for it
