// The model that a visit begins with. The page asks first if it comes from a link or killed the tab last time.

import { choiceInAddress, requireReachable } from "./address.js";
import { findDied } from "./crash-guard.js";
import { lookAt, needsNoQuestion } from "./look.js";
import { diedCard, offerCard } from "./model-cards.js";
import { showCard, tell } from "./notices.js";

/**
 * @param {import("./model.js").Model} model
 * @param {object} ways
 * @param {(choice: import("./model.js").Choice) => void} ways.load
 * @param {() => void} ways.openDialog
 * @param {(why: string) => void} ways.giveBack what was written for a model that does not come
 */
export async function beginVisit(model, { load, openDialog, giveBack }) {
  const { choice, problems } = choiceInAddress();
  for (const message of problems) {
    tell("Part of the address was left out", { code: "bad-argument", message, hint: "The page chooses instead." });
  }
  const ways = { load, openDialog, keep: null, unload: null };
  model.expect(choice);
  const died = await findDied();
  try {
    requireReachable(choice);
    const isDead = died?.name === choice.name;
    const look = choice.isDefault || isDead || typeof choice.model !== "string" ? null : await lookAt(choice.model);
    // It was cancelled, or another model was chosen meanwhile.
    if (model.state.loading?.choice !== choice) return;
    if (isDead) return offer(diedCard(choice, died, ways));
    if (look && !needsNoQuestion(look)) return offer(offerCard(choice, look, ways));
  } catch (error) {
    return model.fail(choice, error);
  }
  load(choice);

  /** @param {HTMLElement} card a question without whose answer nothing is loaded */
  function offer(card) {
    model.wait();
    showCard(card);
    giveBack("Your message was not answered, because there is no model yet. It is back in the box.");
  }
}
