// The progress of a load: what is done, a bar, and its numbers.

import { make } from "./dom.js";
import { bytes, timeLeft } from "./format.js";
import { listed } from "./shown-text.js";

const PHASES = {
  connect: "Looking for the model",
  read: "Reading the model from this browser",
  download: "Downloading the model",
  wait: "Interrupted; trying again",
  prepare: "Getting the model ready",
};

export class LoadingBar {
  #what = make("p", { id: "loading-what", class: "loading-what", text: "Starting" });
  #bar = make("progress", { id: "loading-bar", "aria-labelledby": "loading-what", max: "1" });
  #numbers = make("p", { id: "loading-numbers", class: "loading-numbers", text: "\u00a0" });
  #cancel = make("button", { id: "cancel-loading", class: "link", type: "button" }, "Cancel", make("span", { class: "unseen", text: " loading the model" }));
  element = make("div", { id: "loading", class: "loading", part: "loading" }, this.#what, this.#bar, this.#numbers, this.#cancel);

  /** @param {() => void} cancel */
  constructor(cancel) {
    this.#cancel.addEventListener("click", cancel);
  }

  /**
   * @param {string} name
   * @param {import("../engine/fetch/progress.js").Progress | null} progress
   */
  show(name, progress) {
    const phase = progress?.phase ?? "connect";
    // The program comes before the model and is not small either.
    const isProgram = phase === "connect" && progress !== null && progress.loadedBytes > 0;
    const text = `${isProgram ? "Downloading the program for" : `${PHASES[phase]}:`} ${name}`;
    if (this.#what.textContent !== text) this.#what.textContent = text;
    if (progress?.totalBytes && (phase === "download" || isProgram)) this.#bar.value = Math.min(1, progress.loadedBytes / progress.totalBytes);
    else if (phase === "prepare") this.#bar.value = 1;
    else this.#bar.removeAttribute("value");
    this.#numbers.textContent = progress ? listed(facts(progress)) || "\u00a0" : "\u00a0";
  }
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
