import { fetchPageModel } from "./files.js";

/**
 * The chat page's model in the worker of a chapter. It is loaded when it is first needed, and tried again after a failure.
 *
 * @param {import("./lab.js").Lab} lab
 * @param {string} id of the chapter
 * @param {(text: string) => void} say
 * @returns {() => Promise<void>} resolves when it is loaded
 */
export function pageModelOf(lab, id, say) {
  /** @type {Promise<void> | null} */
  let model = null;
  const load = async () => {
    say("Loading the page's model.");
    await lab.run(`${id}.load`, await fetchPageModel());
  };
  return () =>
    (model ??= load().catch((error) => {
      model = null;
      say("The model could not be loaded.");
      throw error;
    }));
}
