// The progress of a load: in the middle of an empty page, or in a strip above the box if something else is shown.

import { byId } from "./dom.js";
import { bytes, timeLeft } from "./format.js";
import { keepFocus } from "./keep-focus.js";
import { listed } from "./shown-text.js";

const PHASES = {
  connect: "Looking for the model",
  read: "Reading the model from this browser",
  download: "Downloading the model",
  wait: "Interrupted; trying again",
  prepare: "Getting the model ready",
};

const view = byId("loading", HTMLElement);
const what = byId("loading-what", HTMLElement);
const bar = byId("loading-bar", HTMLProgressElement);
const numbers = byId("loading-numbers", HTMLElement);
const stage = byId("stage", HTMLElement);
const strip = byId("loading-strip", HTMLElement);

/**
 * @param {import("./model.js").Loading | null} loading
 * @param {boolean} isOnStage whether it has the middle of the page
 */
export function showLoading(loading, isOnStage) {
  if (!loading) keepFocus();
  const place = isOnStage ? stage : strip;
  if (view.parentElement !== place) place.prepend(view);
  strip.hidden = isOnStage || !loading;
  // On the stage it keeps its space, so nothing jumps when the examples replace it.
  view.classList.toggle("away", !loading);
  if (loading) showProgress(loading.choice.name, loading.progress);
}

/**
 * @param {string} name
 * @param {import("../engine/fetch/progress.js").Progress | null} progress
 */
function showProgress(name, progress) {
  const phase = progress?.phase ?? "connect";
  // The program comes before the model and is not small either.
  const isProgram = phase === "connect" && progress !== null && progress.loadedBytes > 0;
  const text = `${isProgram ? "Downloading the program for" : `${PHASES[phase]}:`} ${name}`;
  if (what.textContent !== text) what.textContent = text;
  if (progress?.totalBytes && (phase === "download" || isProgram)) bar.value = Math.min(1, progress.loadedBytes / progress.totalBytes);
  else if (phase === "prepare") bar.value = 1;
  else bar.removeAttribute("value");
  numbers.textContent = progress ? listed(facts(progress)) || "\u00a0" : "\u00a0";
}

/** @param {import("../engine/fetch/progress.js").Progress} progress */
function facts({ phase, loadedBytes, totalBytes, bytesPerSecond, secondsLeft, kernels }) {
  const parts = [];
  if (loadedBytes > 0) {
    parts.push(totalBytes ? `${bytes(loadedBytes)} of ${bytes(totalBytes)}` : bytes(loadedBytes));
    // The rate is that of the network. A rate of the disk would say nothing.
    if (phase !== "read" && phase !== "prepare" && bytesPerSecond) parts.push(`${bytes(bytesPerSecond)}/s`);
    if (phase === "download" && secondsLeft !== null) parts.push(timeLeft(secondsLeft));
  }
  if (kernels && kernels.ready < kernels.of) parts.push(`compiling ${kernels.ready} of ${kernels.of} kernels`);
  return parts;
}
