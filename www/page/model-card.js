// The line about the model that answers: name, where it comes from, parameters, precision, backend, memory.
// And why it is this backend.

import { byId, make } from "./dom.js";
import { big, bytes } from "./format.js";
import { tell } from "./notices.js";
import { shownError, shownName, shownText } from "./shown-text.js";

const BACKENDS = new Map([
  ["cpu", "CPU"],
  ["gpu", "GPU"],
  ["reference", "reference (slow)"],
]);

/** @param {import("./model.js").ModelState} state */
export function showModelCard({ current, loading, failed }) {
  const choice = (current ?? loading ?? failed)?.choice;
  byId("model-name", HTMLElement).textContent = choice?.name ?? "Model";
  const facts = byId("model-facts", HTMLElement);
  const reason = byId("backend-reason", HTMLElement);
  reason.hidden = current?.choice.backend !== "auto";
  const notKept = byId("not-kept", HTMLElement);
  // The page's own model is small, so it does not matter that it is downloaded each time.
  const problem = current && !current.choice.isDefault ? current.engine.info.storage.problem : null;
  notKept.hidden = problem === null;
  notKept.textContent = problem && shownError(problem);
  // A stranger's folder can have the same name as the page's own model, so the origin is shown too.
  const origin = choice?.origin ? fact("Origin", `from ${choice.origin}`) : [];
  if (!current) {
    facts.replaceChildren(...origin, ...fact("State", loading ? "loading" : "not loaded"));
    return;
  }
  const { info } = current.engine;
  const backend = BACKENDS.get(info.backend) ?? info.backend;
  const runsOn = info.adapter ? `${backend}, ${shownName(info.adapter)}` : backend;
  reason.textContent = `Now the ${backend}. ${shownText(info.backendReason)}`;
  facts.replaceChildren(
    ...origin,
    ...fact("Size", `${big(info.parameters)} parameters`),
    ...fact("Weights", info.precision),
    ...fact("Runs on", current.isMoving ? "nothing, until it is loaded again" : runsOn),
    ...fact("Memory", bytes(current.memoryBytes)),
  );
}

/**
 * Says that a GPU was lost, and then where the model is instead.
 *
 * @param {import("./model.js").ModelState} state
 * @param {import("./model.js").ModelState} before
 */
export function tellOfMove({ current }, before) {
  if (!current || current.engine !== before.current?.engine || current.isMoving === before.current.isMoving) return;
  const hint = "Nothing is lost: the answer goes on by itself.";
  if (current.isMoving) tell("The GPU was lost", { code: "moved", message: "The browser took the GPU away, so the model is loaded again.", hint });
  else tell("The model was loaded again", { code: "moved", message: current.engine.info.backendReason, hint });
}

/** @param {string} name @param {string} value */
const fact = (name, value) => [make("dt", { text: name }), make("dd", { text: value })];
