// Puts together what belongs to the kept chats: the list at the side, the address, drafts, branches and keys.

import { keysOf } from "../chat-keys.js";
import { byId } from "../dom.js";
import { tell, untell } from "../notices.js";
import { setUpShortcuts } from "../shortcuts.js";
import { TakenBack } from "../taken-back.js";
import { setUpToolsSwitch } from "../tools/tools-switch.js";
import { Exchange } from "./exchange/exchange.js";
import { setUpForgetAll } from "./forget-all.js";
import { setUpInstructions } from "./instructions.js";
import { openMap } from "./map-view.js";
import { goToPlace, placeIn } from "./place.js";
import { SideList } from "./side-list.js";
import { dropStates } from "./states.js";
import { ChatSwitch } from "./switch.js";

/**
 * @param {object} parts
 * @param {() => Promise<import("../../mamba.js").Engine>} parts.whenEngine resolves when a model is there
 * @param {import("../chat.js").Chat} parts.chat
 * @param {import("./library.js").Library} parts.library
 * @param {import("../composer.js").Composer} parts.composer
 * @param {import("../scroller.js").Scroller} parts.scroller
 * @param {() => import("../../mamba.js").Engine | null} parts.engine
 * @param {() => string} parts.modelName
 * @param {import("../books/shelf.js").Shelf} parts.shelf
 * @param {(book: import("../books/shelf.js").Book) => void} parts.beginFrom begins a chat from a memory
 * @param {import("../running.js").Running} parts.running
 * @param {(error: import("../../mamba.js").MambaError) => Promise<import("../../mamba.js").MambaError | null>} parts.judge
 * @param {() => void} parts.onToken
 * @param {() => boolean} parts.isInChat whether the chat is what is on the screen
 * @param {() => void} parts.showChat
 * @param {() => Promise<void>} parts.endAll ends everything that writes
 */
export function setUpChats({ chat, library, composer, scroller, engine, whenEngine, modelName, shelf, beginFrom, running, judge, onToken, isInChat, showChat, endAll }) {
  const takenBack = new TakenBack(chat);
  byId("chat", HTMLElement).append(takenBack.element);
  const chatSwitch = new ChatSwitch({ chat, library, composer }, () => {
    showChat();
    if (!chat.isEmpty) goToPlace(scroller, chat.current.meta.scroll, chat.viewAt(chat.current.meta.scroll));
    side.show();
  });
  const exchange = new Exchange({ library, chat, chatSwitch, engine, whenEngine, modelName, shelf, beginFrom, running, judge, onToken });
  takenBack.element.before(exchange.replayed.element);
  const side = new SideList(
    library,
    chatSwitch,
    (ids) => ids.forEach((id) => void dropStates(engine(), id)),
    // What they say, and what they open, would be under the list.
    (of) => exchange.itemsOf(of).map((item) => ({ ...item, action: () => (side.closeIfNarrow(), item.action()) })),
  );
  addEventListener("hashchange", () => void exchange.openLink());

  const begin = () => {
    side.closeIfNarrow();
    chatSwitch.begin();
    composer.focus();
  };
  for (const id of ["new-chat", "begin-in-list"]) byId(id, HTMLButtonElement).addEventListener("click", begin);
  byId("open-map", HTMLButtonElement).addEventListener("click", () => {
    byId("settings", HTMLDialogElement).close();
    openMap(chat);
  });
  setUpInstructions(chat, engine);
  setUpToolsSwitch(chat, engine);
  setUpForgetAll({ library, endAll });
  setUpShortcuts(
    {
      search: () => side.search(),
      begin,
      ...keysOf(chat),
      map: () => openMap(chat),
    },
    isInChat,
  );

  library.onChange(() => {
    if (library.problem === null) {
      told = null;
      untell("chat-not-kept");
    }
    if (library.problem === null || !chat.current.isWorthKeeping) return;
    if (library.problem !== told) tell("This chat is not kept", { code: "chat-not-kept", message: library.problem, hint: "You can go on with it as long as this page is open." });
    told = library.problem;
  });
  /** @type {string | null} */
  let told = null;

  addEventListener(
    "scroll",
    () => {
      const { current } = chat;
      if (!isInChat() || !current.isWorthKeeping || chat.isEmpty) return;
      place ??= setTimeout(() => {
        place = undefined;
        if (current !== chat.current || chat.isEmpty) return;
        current.meta.scroll = placeIn(scroller, chat.shown);
        current.touch();
      }, 300);
    },
    { passive: true },
  );
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let place;

  // A page that is hidden may be ended without another word.
  const save = () => void chat.current.flush();
  addEventListener("pagehide", save);
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && save());

  return {
    /** Something has changed in the chat. */
    note() {
      chatSwitch.noteBegun();
      chatSwitch.noteDraft();
      takenBack.show();
      exchange.replayed.show();
    },
    begin,
    /** Shows the chat that the address names or brings. */
    start: async () => {
      if (!(await exchange.openLink())) await chatSwitch.start();
    },
    /** Whether what is on the page would be lost with it. */
    wouldBeLost: (/** @type {boolean} */ isBusy) => library.problem !== null && (isBusy || !composer.isEmpty || chat.isWaiting),
  };
}
