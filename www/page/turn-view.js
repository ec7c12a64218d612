// One message and its answer, as the conversation shows them.

import { AnswerText } from "./answer-text.js";
import { showCopied } from "./copied.js";
import { actionButton, copyText, iconButton, make } from "./dom.js";
import { editor } from "./edit-in-place.js";
import { count, counted, duration, rate } from "./format.js";
import { keepFocus } from "./keep-focus.js";
import { menuButton } from "./menu.js";
import { problemCard } from "./problem.js";
import { listed } from "./shown-text.js";
import { RoundsView } from "./tools/rounds-view.js";
import { withoutThought } from "./thoughts.js";
import { blocks } from "./streamed-text.js";

/** Laying out a pasted book would freeze the page for seconds. Its beginning is enough. */
const LONG_MESSAGE = 3000;

/**
 * @typedef {import("./chats/tree.js").Node} Node
 *
 * @typedef {object} TurnActions
 * @property {() => void} regenerate
 * @property {() => void} goOn
 * @property {() => void} follow called whenever text has been added
 * @property {(step: 1 | -1) => void} turnTo shows the branch beside this one
 * @property {(message: string) => void} ask asks something else instead
 * @property {(answer: string) => void} answer gives an answer instead
 * @property {() => import("./menu.js").MenuItem[]} more
 * @property {((weighed: import("./surprise/levels.js").Weighed[]) => void) | null} showWeighed
 *
 * @typedef {object} TurnState
 * @property {boolean} canEdit
 * @property {boolean} canRegenerate
 * @property {boolean} canGoOn
 * @property {boolean} hasMore whether there is more that can be done with it
 * @property {{ at: number, of: number }} branch its place among its siblings, from 1
 */

export class TurnView {
  element;
  answer;
  message;
  #actions;
  #status = make("p", { class: "status" });
  #numbers = make("span", { class: "numbers" });
  #problem = make("div");
  #divider = make("p", { class: "divider" });
  #rounds = new RoundsView();
  #body;
  #said;
  #answerBox;
  #edit;
  #copyButton;
  #regenerate;
  #goOn;
  #more;
  #branches;

  /**
   * @param {string} message
   * @param {TurnActions} actions
   */
  constructor(message, actions) {
    this.message = message;
    this.#actions = actions;
    this.#body = make("div", {});
    this.answer = new AnswerText(this.#body, actions.follow);
    this.#edit = iconButton("Edit", "edit", () => this.editMessage());
    this.#copyButton = actionButton("Copy", "copy", () => this.#copy());
    this.#regenerate = actionButton("Regenerate", "again", actions.regenerate);
    this.#goOn = actionButton("Go on", "on", actions.goOn);
    this.#more = menuButton("More", () => [...actions.more(), ...this.#waysToShow()]);
    this.#branches = new Branches(actions.turnTo);
    this.#said = make("div", { class: "said", part: "message" }, make("h3", { class: "unseen", text: "You wrote" }), shortened(message));
    this.#answerBox = make(
      "div",
      { class: "answer", part: "answer" },
      make("h3", { class: "unseen", text: "The model answered" }),
      this.#rounds.element,
      this.#body,
      this.#status,
      this.#problem,
      make(
        "div",
        { class: "below" },
        this.#numbers,
        this.#branches.element,
        make("span", { class: "actions" }, this.#copyButton, this.#regenerate, this.#goOn, this.#more),
      ),
    );
    this.element = make(
      "li",
      { class: "turn" },
      make("div", { class: "said-row" }, this.#edit, this.#said),
      this.#answerBox,
    );
    this.show({ canEdit: false, canRegenerate: false, canGoOn: false, hasMore: false, branch: { at: 1, of: 1 } });
  }

  /** A turn that is over. @param {Node} node @param {TurnActions} actions */
  static of(node, actions) {
    const view = new TurnView(node.message, actions);
    view.#rounds.show(node.rounds);
    view.answer.append(node.answer);
    view.answer.end();
    view.#end(node);
    return view;
  }

  /** What has changed before this turn. @param {string} text "" for nothing */
  showDivider(text) {
    this.#divider.textContent = text;
    if (text) this.element.prepend(this.#divider);
    else this.#divider.remove();
  }

  /** @param {{ isContinued: boolean }} how */
  begin({ isContinued }) {
    keepFocus(); // the buttons are hidden while it is written
    this.element.classList.remove("waiting");
    if (!isContinued) {
      this.answer.clear();
      this.#rounds.show();
    }
    this.#problem.replaceChildren();
    this.#numbers.textContent = "";
    this.element.classList.add("writing");
    this.element.setAttribute("aria-busy", "true");
    this.#status.textContent = "";
  }

  /** @param {string} why it has no answer yet */
  showWaiting(why) {
    this.element.classList.add("waiting");
    this.#status.textContent = why;
  }

  /** A stop was requested. The numbers come once the engine has stopped. */
  showStopped() {
    this.#stopWriting();
    this.#numbers.textContent = "Stopped";
  }

  /** @param {{ read: number, total: number }} progress */
  showReading({ read, total }) {
    // A short message is read before anyone could see this.
    if (total > 500 && this.element.classList.contains("writing")) this.#status.textContent = `Reading ${count(read)} of ${count(total)} tokens`;
  }

  /** The chat is read before an answer with tools, of which no progress is told. */
  showReadingAll() {
    this.#status.textContent = "Reading the chat";
  }

  showWriting() {
    if (this.#status.textContent) this.#status.textContent = "";
  }

  /** The model has used tools; what it said before is in the round now. @param {import("./tools/rounds.js").Round} round */
  addRound(round) {
    this.#rounds.add(round);
    this.#actions.follow();
  }

  /** Another tab has gone on with it. @param {Node} node */
  update(node) {
    this.#rounds.show(node.rounds);
    const { text } = this.answer;
    if (!node.answer.startsWith(text)) this.answer.clear();
    this.answer.append(node.answer.slice(this.answer.text.length));
    if (node.reason === null) this.answer.flush();
    else this.answer.end();
    this.end(node);
  }

  /** @param {Node} node */
  end(node) {
    this.#stopWriting();
    this.#end(node);
  }

  /** @param {Node} node */
  #end({ stats, reason, readTokens }) {
    const parts = [];
    if (stats && stats.tokens > 0) {
      parts.push(counted(stats.tokens, "token"));
      if (stats.tokens > 1) parts.push(`${rate(stats.tokensPerSecond)} tokens/s`);
      parts.push(`first token after ${duration(stats.timeToFirstTokenMs)}`);
    }
    if (readTokens > 0) parts.push(`${count(readTokens)}\u00a0read`);
    if (reason === "cancelled") parts.push("stopped");
    if (reason === "length") parts.push("longest answer reached");
    if (reason === "given") parts.push("your words");
    if (reason === "cut") parts.push("the page was closed here");
    if (reason === "failed") parts.push("broke off");
    this.#numbers.textContent = reason === "cancelled" && !this.answer.text ? "Stopped" : listed(parts);
    if (this.answer.text.trim()) return;
    if (reason === "cancelled") this.#status.textContent = "Stopped before the first word.";
    if (reason === "stop") this.#status.textContent = "The model had nothing to say.";
  }

  /** @param {import("../mamba.js").MambaError | null} error null where it is told elsewhere */
  fail(error) {
    this.#stopWriting();
    this.#numbers.textContent = "";
    if (error) this.#problem.replaceChildren(problemCard("The answer broke off", error, []));
    else this.#status.textContent = "The answer broke off here.";
  }

  /** What can be done with it. @param {TurnState} state */
  show({ canEdit, canRegenerate, canGoOn, hasMore, branch }) {
    this.#edit.hidden = !canEdit;
    const hasText = this.answer.text.trim() !== "";
    this.#copyButton.hidden = !hasText;
    this.#regenerate.hidden = !canRegenerate;
    this.#goOn.hidden = !canGoOn;
    this.#more.hidden = !hasMore && !hasText;
    this.#branches.show(branch);
  }

  editMessage() {
    if (this.#edit.hidden) return;
    editor(this.#said, { text: this.message, label: "Your message", yes: "Send", onDone: this.#actions.ask });
  }

  editAnswer() {
    editor(this.#answerBox, { text: this.answer.text, label: "The answer", yes: "Keep", onDone: this.#actions.answer });
  }

  #stopWriting() {
    this.element.classList.remove("writing");
    this.element.removeAttribute("aria-busy");
    this.#status.textContent = "";
  }

  /** @returns {import("./menu.js").MenuItem[]} */
  #waysToShow() {
    const { isPlain, weighed } = this.answer;
    /** @type {import("./menu.js").MenuItem[]} */
    const items = [{ name: isPlain ? "Show formatted" : "Show as text", icon: "text", action: () => (this.answer.isPlain = !isPlain) }];
    const { showWeighed } = this.#actions;
    if (showWeighed && weighed.length > 0) items.push({ name: "What it weighed", icon: "weigh", action: () => showWeighed(weighed) });
    return items;
  }

  /** People want the answer, without what was thought before it; whoever sees the text as it was written gets all of it. */
  async #copy() {
    const { isPlain, text } = this.answer;
    showCopied(this.#copyButton, await copyText((isPlain ? text : withoutThought(text)).trim()));
  }
}

/** The arrows that lead to the branches of a turn. */
class Branches {
  element;
  #place = make("span", { class: "branch-place" });
  #before;
  #after;

  /** @param {(step: 1 | -1) => void} turnTo */
  constructor(turnTo) {
    this.#before = iconButton("Previous branch", "left", () => turnTo(-1));
    this.#after = iconButton("Next branch", "right", () => turnTo(1));
    this.element = make("span", { class: "branches", role: "group", "aria-label": "Branches" }, this.#before, this.#place, this.#after);
  }

  /** @param {{ at: number, of: number }} branch */
  show({ at, of }) {
    this.element.hidden = of < 2;
    this.#place.textContent = `${count(at)} of ${count(of)}`;
    this.#before.disabled = at <= 1;
    this.#after.disabled = at >= of;
  }
}

/** @param {string} message */
function shortened(message) {
  if (message.length <= LONG_MESSAGE) return make("div", { class: "text", text: message, dir: "auto" });
  const text = make("div", { class: "text", text: `${message.slice(0, LONG_MESSAGE)}…`, dir: "auto" });
  const more = make("button", { class: "link", type: "button", text: `Show all ${count(message.length)} characters` });
  more.addEventListener("click", () => {
    text.replaceChildren(...blocks(message));
    keepFocus();
    more.remove();
  });
  return make("div", {}, text, more);
}
