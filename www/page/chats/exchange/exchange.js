// Chats out and in: the menu of a chat, files that are chosen or dropped, and links.

import { asMambaError } from "../../../engine/errors.js";
import { bookIn } from "../../books/book-file.js";
import { ask } from "../../ask.js";
import { announce, byId, copyText } from "../../dom.js";
import { counted } from "../../format.js";
import { beforeLoading } from "../../drop.js";
import { tell, untell } from "../../notices.js";
import { toast } from "../../toast.js";
import { shownName, shownPlace, shownText } from "../../shown-text.js";
import { chatFromLink } from "./chat-link.js";
import { chatsToMarkdown, chatToMarkdown } from "./chat-markdown.js";
import { chatsOf, chatToState } from "./chat-state.js";
import { BadChats, chatsFromJson, chatsToJson, MOST_FILE_BYTES } from "./chats-json.js";
import { ReplayView } from "./replay-view.js";
import { fileName, saveFile } from "./save-file.js";
import { openShare } from "./share-view.js";

/**
 * @typedef {import("../library.js").Whole} Whole
 * @typedef {import("../store.js").Chat} ChatMeta
 * @typedef {import("../../../mamba.js").Engine} Engine
 *
 * @typedef {object} Parts
 * @property {import("../library.js").Library} library
 * @property {import("../../chat.js").Chat} chat
 * @property {import("../switch.js").ChatSwitch} chatSwitch
 * @property {() => Promise<Engine>} whenEngine resolves when a model is there
 * @property {() => Engine | null} engine
 * @property {() => string} modelName
 * @property {import("../../books/shelf.js").Shelf} shelf the memories of this browser
 * @property {(book: import("../../books/shelf.js").Book) => void} beginFrom begins a chat from a memory
 * @property {import("../../running.js").Running} running
 * @property {(error: import("../../../mamba.js").MambaError) => Promise<import("../../../mamba.js").MambaError | null>} judge
 * @property {() => void} onToken
 */

/** Files of a model. Another .json may have chats. */
const OF_A_MODEL = /^(config|tokenizer\w*|generation_config|special_tokens_map|added_tokens|chat_template|model\.safetensors\.index|vocab|preprocessor_config)\.json$/;
const MOST_STATE_BYTES = 2 ** 30;
/** Of the notice that a file of a memory waits. */
const WAITS = "state-waits";

export class Exchange {
  #parts;
  /** Says how a chat from a link was replayed. */
  replayed;

  /** @param {Parts} parts */
  constructor(parts) {
    this.#parts = parts;
    this.replayed = new ReplayView(parts);
    const files = byId("chat-files", HTMLInputElement);
    files.addEventListener("change", () => {
      const chosen = [...(files.files ?? [])];
      files.value = ""; // so that the same file can be chosen again
      if (chosen.length > 0) void this.take(chosen);
    });
    byId("save-chats", HTMLButtonElement).addEventListener("click", () => void this.#saveAll());
    beforeLoading((dropped) => {
      const isChats = dropped.every(({ name }) => /\.mstate$/i.test(name) || (/\.json$/i.test(name) && !OF_A_MODEL.test(name)));
      if (isChats) void this.take(dropped);
      return isChats;
    });
  }

  /** @param {ChatMeta} chat @returns {import("../../menu.js").MenuItem[]} */
  itemsOf({ id }) {
    /** @param {(whole: Whole) => unknown} act */
    const withWhole = (act) => async () => {
      const whole = await this.#whole(id);
      if (whole) await act(whole);
    };
    return [
      { name: "Copy the chat", icon: "copy", action: withWhole(copyChat) },
      { name: "Share by a link", icon: "share", action: withWhole(openShare) },
      { name: "Save as Markdown", icon: "save", action: withWhole((whole) => saveFile(fileName(whole.chat.title, "md"), chatToMarkdown(whole), "text/markdown")) },
      { name: "Save as JSON", icon: "save", action: withWhole((whole) => saveFile(fileName(whole.chat.title, "json"), chatsToJson([whole]), "application/json")) },
      { name: "Save with its memory", icon: "save", action: withWhole((whole) => this.#saveState(whole)), isDisabled: !this.#parts.engine() },
    ];
  }

  /** Takes chats from files and opens the first of them. @param {File[]} files */
  async take(files) {
    const isState = (/** @type {File} */ { name }) => /\.mstate$/i.test(name);
    await this.#takeEach(files.filter((file) => !isState(file)), MOST_FILE_BYTES, async (file) => chatsFromJson(await file.text()));
    // These wait for a model.
    await this.#takeEach(files.filter(isState), MOST_STATE_BYTES, async (file) => this.#takeState(new Uint8Array(await file.arrayBuffer()), file.name));
  }

  /** @param {File[]} files @param {number} mostBytes @param {(file: File) => Promise<Whole[]>} read */
  async #takeEach(files, mostBytes, read) {
    /** @type {Whole[]} */
    const taken = [];
    for (const file of files) {
      try {
        if (file.size > mostBytes) throw new BadChats("The file is too large.");
        taken.push(...(await read(file)));
      } catch (error) {
        tellWhy(`“${shownName(file.name)}” was not taken`, error);
      }
    }
    await this.#add(taken);
  }

  /** Opens what the address brings: a chat, or a memory at another address. @returns {Promise<boolean>} whether it brought one */
  async openLink() {
    const hash = location.hash.slice(1);
    const state = new URLSearchParams(hash).get("state");
    try {
      if (state !== null) return await this.#openState(state);
      const found = await chatFromLink(hash);
      if (!found) return false;
      const { whole, modelName } = found;
      const turns = counted(whole.nodes.length, "turn");
      const isWanted = await ask({
        title: `Open the chat “${shownName(whole.chat.title)}”?`,
        text: `Somebody has put ${turns}${modelName ? ` with the model “${shownName(modelName)}”` : ""}${whole.chat.system ? " and instructions for the model" : ""} into this link. It is kept with your chats on this device, and you can go on with it. The same model writes the answers again here, to see whether they come out the same.`,
        yes: "Open it",
        no: "Leave it",
      });
      forgetLink();
      if (!isWanted) return false;
      await this.#add([whole]);
      void this.#replay(whole.chat.id);
      return true;
    } catch (error) {
      forgetLink();
      tellWhy("The link was not opened", error);
      return false;
    }
  }

  /** @param {string} id of a chat that was just opened */
  async #replay(id) {
    const engine = await this.#parts.whenEngine();
    if (this.#parts.chat.current.meta.id === id) await this.replayed.run(engine);
  }

  /** @param {string} address of an .mstate file */
  async #openState(address) {
    const url = new URL(address, document.baseURI);
    if (url.protocol !== "https:" && url.origin !== location.origin) throw new BadChats("This page opens memories from other sites only over https.");
    const isWanted = await ask({
      title: "Open a memory?",
      text: `The link asks this page to fetch a memory from ${shownPlace(url.host)}. What it holds was chosen by whoever made the link.`,
      yes: "Fetch it",
      no: "Leave it",
    });
    forgetLink();
    if (!isWanted) return false;
    const response = await fetch(url, { credentials: "omit", referrerPolicy: "no-referrer" });
    if (!response.ok) throw new BadChats(`${url.host} does not have it (status ${response.status}).`);
    if (Number(response.headers.get("content-length") ?? 0) > MOST_STATE_BYTES) throw new BadChats("The file is too large.");
    await this.#add(await this.#takeState(new Uint8Array(await response.arrayBuffer()), url.pathname.split("/").at(-1) ?? ""));
    return true;
  }

  /**
   * @param {Uint8Array} bytes of an .mstate file
   * @param {string} name of the file
   * @returns {Promise<Whole[]>} the chats in it; none where it was a memory, from which a new chat has begun
   */
  async #takeState(bytes, name) {
    if (!this.#parts.engine()) {
      tell(`“${shownName(name)}” waits for a model`, { code: WAITS, message: "A memory is opened by the model that it is of.", hint: "It opens as soon as a model is loaded." });
    }
    const engine = await this.#parts.whenEngine();
    untell(WAITS);
    const { shelf, beginFrom, modelName } = this.#parts;
    const session = await engine.restore(bytes);
    try {
      const book = bookIn(session, name);
      if (!book) return await chatsOf(engine, session);
      beginFrom(await shelf.take({ ...book, modelHash: engine.info.modelHash, modelName: modelName() }, bytes));
      return [];
    } finally {
      void session.close().catch(() => {});
    }
  }

  /** @param {Whole} whole */
  async #saveState(whole) {
    const engine = this.#parts.engine();
    if (!engine) return;
    try {
      const bytes = await chatToState(engine, whole);
      saveFile(fileName(whole.chat.title, "mstate"), /** @type {BlobPart} */ (bytes), "application/octet-stream");
    } catch (error) {
      tellWhy("The memory was not saved", error);
    }
  }

  async #saveAll() {
    const wholes = (await Promise.all(this.#parts.library.list().map(({ id }) => this.#whole(id)))).filter((whole) => whole !== null);
    const isMarkdown = byId("save-chats-as", HTMLSelectElement).value === "md";
    if (isMarkdown) saveFile("chats.md", chatsToMarkdown(wholes), "text/markdown");
    else saveFile("chats.json", chatsToJson(wholes), "application/json");
  }

  /** The open chat may have turns that are not saved yet. @param {string} id @returns {Promise<Whole | null>} */
  async #whole(id) {
    const { current } = this.#parts.chat;
    if (current.meta.id !== id) return this.#parts.library.open(id);
    await current.whole;
    return { chat: { ...current.meta, leaf: current.tree.leaf }, nodes: current.tree.nodes };
  }

  /** @param {Whole[]} wholes */
  async #add(wholes) {
    if (wholes.length === 0) return;
    for (const { chat, nodes } of wholes) await this.#parts.library.save(chat, nodes);
    await this.#parts.chatSwitch.open(wholes[0].chat.id);
    announce(`${counted(wholes.length, "chat")} taken.`);
  }
}

/** @param {Whole} whole */
async function copyChat(whole) {
  toast((await copyText(chatToMarkdown(whole))) ? "Copied." : "The browser did not let this page copy.");
}

/** A reload must not ask again. */
const forgetLink = () => history.replaceState(null, "", location.pathname + location.search);

/** @param {string} title @param {unknown} error */
function tellWhy(title, error) {
  const { message, hint } = asMambaError(error);
  tell(title, { code: "not-taken", message: shownText(message), hint });
}
