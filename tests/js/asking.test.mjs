// What the visitor wants while something is being written, or asked: nothing of it is lost.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Asking } from "../../www/page/asking.js";
import { Running } from "../../www/page/running.js";

test("a message that is edited while an answer is written is asked, once that has stopped", async () => {
  const running = new Running();
  /** @type {string[]} */
  const told = [];
  const open = { tree: { siblings: () => [] }, add: (/** @type {{ message: string }} */ { message }) => ({ id: message }) };
  const shown = { open, isOpen: () => true, show: () => {}, view: () => ({}) };
  const answering = {
    run: (/** @type {(signal: AbortSignal) => Promise<void>} */ work) => running.run(work),
    answer: async (/** @type {unknown} */ _, /** @type {{ id: string }} */ { id }) => void told.push(id),
  };
  const asking = new Asking(/** @type {any} */ ({ running, engine: () => null, modelName: () => "" }), /** @type {any} */ (shown), /** @type {any} */ (answering), /** @type {any} */ ({}));
  const written = running.run((signal) => new Promise((resolve) => signal.addEventListener("abort", () => (told.push("stopped"), resolve()))));
  const asked = asking.ask(null, "edited");
  assert.equal(asking.isNext, true, "no message that waits may begin before");
  await Promise.all([written, asked]);
  assert.deepEqual(told, ["stopped", "edited"]);
  assert.equal(asking.isNext, false);
});

class FakeElement extends EventTarget {
  textContent = "";
}

/** Its end is told later, as browsers do it. */
class FakeDialog extends FakeElement {
  open = false;
  returnValue = "";

  showModal() {
    this.open = true;
  }

  /** @param {string} value */
  close(value) {
    this.open = false;
    this.returnValue = value;
    setTimeout(() => this.dispatchEvent(new Event("close")));
  }
}

test("a question that takes the place of another one has an answer of its own", async () => {
  Object.assign(globalThis, { HTMLElement: FakeElement, HTMLButtonElement: FakeElement, HTMLDialogElement: FakeDialog });
  const [dialog, part] = [new FakeDialog(), new FakeElement()];
  Object.assign(globalThis, { document: { getElementById: (/** @type {string} */ id) => (id === "ask" ? dialog : part) } });
  const { ask } = await import("../../www/page/ask.js");
  const question = { title: "", text: "", yes: "Yes", no: "No" };
  const first = ask({ ...question, title: "First" });
  const second = ask({ ...question, title: "Second" });
  assert.equal(await first, false);
  await new Promise((resolve) => setTimeout(resolve, 10));
  assert.equal(dialog.open, true);
  assert.equal(part.textContent, "No", "the second one is shown");
  dialog.close("yes");
  assert.equal(await second, true);
});
