// The endless line: the model writes on for ever, and two lines show that neither its time per token nor its memory grows.

import { asMambaError } from "../../engine/errors.js";
import { announce, byId } from "../dom.js";
import { bytes, count, duration } from "../format.js";
import { shownError } from "../shown-text.js";
import { cacheBytes, tokensUntilLarger } from "./cache-size.js";
import { Chart } from "./chart.js";
import { LastLines } from "./last-lines.js";
import { Series } from "./series.js";

/** @typedef {import("../../mamba.js").Session} Session */

const BEGINNING = "Once upon a time";
/** What follows where the model ends its text. */
const NEXT = "\n\n";
/** One run; another follows it. */
const TOKENS_AT_ONCE = 1_000_000;
/** The lines get a point, and the page its numbers, so often. */
const POINT_MS = 250;

/**
 * @param {object} parts
 * @param {() => import("../../mamba.js").Engine | null} parts.engine
 * @param {() => Promise<import("../../mamba.js").Engine>} parts.whenEngine resolves when a model is there
 * @param {() => boolean} parts.isLoading
 * @param {import("../settings.js").Settings} parts.settings
 * @param {import("../running.js").Running} parts.running
 * @param {() => void} parts.onToken
 * @param {(error: import("../../mamba.js").MambaError) => Promise<import("../../mamba.js").MambaError | null>} parts.judge
 */
export function setUpEndless({ engine, whenEngine, isLoading, settings, running, onToken, judge }) {
  const dialog = byId("endless", HTMLDialogElement);
  const button = byId("endless-go", HTMLButtonElement);
  const note = byId("endless-note", HTMLElement);
  const text = new LastLines(byId("endless-text", HTMLElement));
  const timeChart = new Chart(byId("endless-time", SVGSVGElement), ["ours"]);
  const memoryChart = new Chart(byId("endless-memory", SVGSVGElement), ["theirs", "ours"]);
  /** @type {{ session: Session, of: import("../../mamba.js").Engine, times: Series, positions: Series } | null} */
  let line = null;
  let waiting = "";

  byId("open-endless", HTMLButtonElement).addEventListener("click", () => {
    if (engine()) note.textContent = running.isRunning ? "Another text is being written. Go on stops it." : "";
    else note.textContent = isLoading() ? "It begins when the model is loaded." : "There is no model to write. Load one first.";
    button.disabled = !engine();
    dialog.showModal();
    void whenEngine().then(begin);
  });

  function begin() {
    if (!dialog.open) return;
    button.disabled = false;
    if (!running.isRunning) void write();
  }
  button.addEventListener("click", async () => {
    const wasOurs = isOurs;
    await running.stop();
    if (!wasOurs) void write();
  });
  dialog.addEventListener("close", () => {
    if (isOurs) void running.stop();
  });

  let isOurs = false;

  async function write() {
    const now = engine();
    if (!now) return;
    await running.run(async (signal) => {
      isOurs = true;
      button.textContent = "Pause";
      note.textContent = "";
      try {
        await writeOn(now, signal);
      } catch (thrown) {
        const error = asMambaError(thrown);
        if (error.code === "cancelled" && signal.aborted) return;
        const told = await judge(error);
        note.textContent = told ? shownError(told) : "The text broke off here.";
      } finally {
        isOurs = false;
        button.textContent = "Go on";
        show(now);
        announce("Paused.");
      }
    });
  }

  /** @param {import("../../mamba.js").Engine} now @param {AbortSignal} signal */
  async function writeOn(now, signal) {
    // The state of an engine that has ended is gone.
    if (line?.of !== now) {
      text.clear();
      line = { session: await now.session(), of: now, times: new Series(), positions: new Series() };
      const from = byId("beginning", HTMLTextAreaElement).value || BEGINNING;
      text.append(from.slice(-2000));
      await line.session.prefill(from, { signal });
    }
    const { session, times, positions } = line;
    let [at, tokens] = [performance.now(), 0];
    for (let attempt = 0; !signal.aborted; attempt++) {
      const { maxTokens: _, ...request } = settings.request(attempt);
      // A run that ended with the model's own end goes on with a new paragraph.
      const isNew = attempt > 0;
      const pieces = session.generate({ ...request, ...(isNew && { prompt: NEXT }), maxTokens: TOKENS_AT_ONCE, signal });
      if (isNew) waiting += NEXT;
      for await (const piece of pieces) {
        waiting += piece.text;
        tokens += 1;
        onToken();
        const passed = performance.now() - at;
        if (passed < POINT_MS) continue;
        times.add(passed / tokens);
        positions.add(session.position);
        [at, tokens] = [performance.now(), 0];
        show(now);
      }
    }
  }

  /** @param {import("../../mamba.js").Engine} now */
  function show({ info }) {
    if (!line) return;
    if (waiting) text.append(waiting);
    waiting = "";
    const { position } = line.session;
    const { values: times } = line.times;
    const theirs = cacheBytes(info, position);
    byId("endless-tokens", HTMLElement).textContent = count(position);
    byId("endless-ms", HTMLElement).textContent = times.length > 0 ? duration(times[times.length - 1]) : "–";
    byId("endless-ours", HTMLElement).textContent = bytes(info.stateBytes);
    byId("endless-theirs", HTMLElement).textContent = bytes(theirs);
    byId("endless-formula", HTMLElement).textContent =
      `2 (keys and values) × ${count(info.layers)} layers × ${count(info.dModel)} wide × 2 bytes × ${count(position)} tokens = ${bytes(theirs)}. ` +
      `It is larger than this model's memory from token ${count(tokensUntilLarger(info))} on.`;
    timeChart.show({ ours: times }, `Milliseconds per token from the beginning until now, ${times.length} points. The last is ${duration(times.at(-1) ?? 0)}.`);
    const { values: positions } = line.positions;
    memoryChart.show(
      { theirs: positions.map((one) => cacheBytes(info, one)), ours: positions.map(() => info.stateBytes) },
      `Memory: this model ${bytes(info.stateBytes)} all the time, a Transformer ${bytes(theirs)} by now.`,
    );
  }
}
