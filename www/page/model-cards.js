// The cards about a model that is not loaded: why not, and questions before it is.

import { defaultChoice } from "./address.js";
import { bytes } from "./format.js";
import { problemCard } from "./problem.js";
import { shownName } from "./shown-text.js";

/** @typedef {import("./model.js").Choice} Choice */
/** @typedef {import("./problem.js").WayOut} WayOut */

/**
 * @typedef {object} Ways
 * @property {(choice: Choice) => void} load
 * @property {() => void} openDialog
 * @property {(() => void) | null} keep goes on with the model that is there, where there is one
 * @property {(() => void) | null} unload gives its memory back
 */

/** @param {Choice} choice */
const isAutomatic = ({ backend, precision }) => backend === "auto" && precision === "auto";

/** @param {Choice} choice @param {Ways} ways @returns {WayOut[]} what can be done instead of loading it as it was asked for */
function otherWays(choice, { load, openDialog, keep }) {
  /** @type {WayOut[]} */
  const ways = [];
  if (keep) ways.push({ name: "Keep the present model", action: keep });
  if (!isAutomatic(choice)) {
    ways.push({ name: "Let the page choose how it runs", action: () => load({ ...choice, backend: "auto", precision: "auto" }) });
  }
  if (!choice.isDefault && !keep) ways.push({ name: "Use the model of this page", action: () => load(defaultChoice()) });
  ways.push({ name: "Load another model", action: openDialog });
  return ways;
}

/** @param {import("./model.js").Failed} failed @param {Ways} ways */
export function failedCard({ choice, error }, ways) {
  const isCancelled = error.code === "cancelled";
  const again = { name: isCancelled ? "Resume" : "Try again", action: () => ways.load(choice) };
  const title = isCancelled ? "Loading was cancelled" : ways.keep ? `“${choice.name}” could not be loaded` : "The model could not be loaded";
  // Until the new model is ready, two are in memory, which may be too much.
  const { unload } = ways;
  const room = {
    name: "Unload the present model, and try again",
    action: () => {
      unload?.();
      ways.load(choice);
    },
  };
  const first = unload && error.code === "out-of-memory" ? [room] : [again];
  return problemCard(title, error, [...first, ...otherWays(choice, ways)]);
}

/**
 * The card that asks before a link's model is downloaded.
 *
 * @param {Choice} choice
 * @param {import("./look.js").Look} look
 * @param {Ways} ways
 */
export function offerCard(choice, { bytes: size, isElsewhere }, ways) {
  const what = {
    code: "offer",
    message: `This link asks for the model “${choice.name}”, from ${choice.origin}. ${size === null ? "Its size could not be found out." : `To load it, ${bytes(size)} are downloaded.`}`,
    hint: isElsewhere ? "It is not part of this page. Load it if you trust where the link came from." : "Nothing is downloaded until you agree.",
  };
  return problemCard(`Load “${choice.name}”?`, what, [{ name: "Load it", action: () => ways.load(choice) }, ...otherWays(choice, ways)], { isCalm: true });
}

/**
 * @param {Choice} choice
 * @param {import("./crash-guard.js").Died} died
 * @param {Ways} ways
 */
export function diedCard(choice, died, ways) {
  const what = {
    code: "died",
    message: `The browser closed this page last time, while it was loading ${shownName(died.name)} (${bytes(died.bytes)}).`,
    hint: "The device probably did not have enough memory. Close other tabs, or choose a smaller model.",
  };
  const onCpu = { name: "Load it on the CPU", action: () => ways.load({ ...choice, backend: "cpu", precision: "int8" }) };
  const again = { name: "Try again", action: () => ways.load(choice) };
  const others = otherWays(choice, ways);
  const first = choice.isDefault ? [onCpu, again] : [again, onCpu];
  return problemCard("The page was closed while loading", what, [...first, ...others], { isCalm: true });
}
