// Where the page shows the progress of a load: in the middle of an empty page, or in a strip above the box if something else
// is shown.

import { byId } from "./dom.js";
import { keepFocus } from "./keep-focus.js";
import { LoadingBar } from "./loading-bar.js";

const stage = byId("stage", HTMLElement);
const strip = byId("loading-strip", HTMLElement);

/**
 * @param {() => void} cancel
 * @returns {(loading: import("./model.js").Loading | null, isOnStage: boolean) => void} shows it. `isOnStage`: it has the
 *   middle of the page
 */
export function setUpLoading(cancel) {
  const bar = new LoadingBar(cancel);
  // Until here the page has shown the same without a program.
  byId("loading", HTMLElement).replaceWith(bar.element);
  return (loading, isOnStage) => {
    if (!loading) keepFocus();
    const place = isOnStage ? stage : strip;
    if (bar.element.parentElement !== place) place.prepend(bar.element);
    strip.hidden = isOnStage || !loading;
    // On the stage it keeps its space, so nothing jumps when the examples replace it.
    bar.element.classList.toggle("away", !loading);
    if (loading) bar.show(loading.choice.name, loading.progress);
  };
}
