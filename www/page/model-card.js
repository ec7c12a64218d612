// The line about the model: name, parameters, precision, backend, memory. And why it is this backend.

import { byId, make } from "./dom.js";
import { big, bytes } from "./format.js";

const BACKENDS = new Map([
  ["cpu", "CPU"],
  ["gpu", "GPU"],
  ["reference", "reference (slow)"],
]);

/** @param {import("./model.js").ModelState} state */
export function showModelCard(state) {
  byId("model-name", HTMLElement).textContent = state.choice.name;
  const facts = byId("model-facts", HTMLElement);
  const reason = byId("backend-reason", HTMLElement);
  reason.hidden = state.kind !== "ready" || state.choice.backend !== "auto";
  const notKept = byId("not-kept", HTMLElement);
  // The page's own model is small; that it comes again each time is not worth a word.
  const problem = state.kind === "ready" && !state.choice.isDefault ? state.engine.info.storage.problem : null;
  notKept.hidden = problem === null;
  notKept.textContent = problem && `${problem.message} ${problem.hint}`;
  if (state.kind !== "ready") {
    facts.replaceChildren(...fact("State", state.kind === "loading" ? "loading" : "not loaded"));
    return;
  }
  const { info } = state.engine;
  const backend = BACKENDS.get(info.backend) ?? info.backend;
  reason.textContent = `Now the ${backend}. ${info.backendReason}`;
  facts.replaceChildren(
    ...fact("Size", `${big(info.parameters)} parameters`),
    ...fact("Weights", info.precision),
    ...fact("Runs on", info.adapter ? `${backend}, ${info.adapter}` : backend),
    ...fact("Memory", bytes(state.memoryBytes)),
  );
}

/** @param {string} name @param {string} value */
const fact = (name, value) => [make("dt", { text: name }), make("dd", { text: value })];
