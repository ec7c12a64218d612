// From a session's pieces to text on the page.

import { asMambaError } from "../engine/errors.js";
import { wantsSurprise } from "./surprise/surprise-view.js";

/** @typedef {import("../mamba.js").MambaError} MambaError */
/** @typedef {"stop" | "length" | "cancelled"} Reason */

/**
 * @param {object} answer
 * @param {import("../mamba.js").Session} answer.session
 * @param {import("../engine/session/session.js").GenerateOptions} answer.request
 * @param {{ append(text: string): void, end(): void, weigh?(piece: import("../engine/session/session.js").Piece): void }} answer.text it may take
 *   what the model weighed for each piece too
 * @param {AbortSignal} answer.signal
 * @param {(progress: { read: number, total: number }) => void} answer.onPrefill
 * @param {() => void} answer.onToken
 * @returns {Promise<{ reason: Reason } | { error: MambaError }>}
 */
export async function streamAnswer({ session, request, text, signal, onPrefill, onToken }) {
  try {
    const surprise = text.weigh !== undefined && wantsSurprise();
    const pieces = session.generate({ ...request, surprise, signal, onPrefill });
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return { reason: value };
      text.append(value.text);
      if (surprise) text.weigh?.(value);
      onToken();
    }
  } catch (thrown) {
    const error = asMambaError(thrown);
    // The visitor wanted to stop. The text so far stays.
    return error.code === "cancelled" && signal.aborted ? { reason: "cancelled" } : { error };
  } finally {
    text.end();
  }
}
