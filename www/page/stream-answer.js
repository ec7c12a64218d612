// From a session's pieces to text on the page.

import { asMambaError } from "../engine/errors.js";

/** @typedef {import("../mamba.js").MambaError} MambaError */
/** @typedef {"stop" | "length" | "cancelled"} Reason */

/**
 * @param {object} answer
 * @param {import("../mamba.js").Session} answer.session
 * @param {import("../engine/session/session.js").GenerateOptions} answer.request
 * @param {{ append(text: string): void, end(): void, weigh?(piece: import("../engine/session/session.js").Piece): void }} answer.text it may take
 *   what the model weighed for each piece too
 * @param {boolean} [answer.isWeighed] whether that is wanted
 * @param {AbortSignal} answer.signal
 * @param {(progress: { read: number, total: number }) => void} answer.onPrefill
 * @param {(text: string) => void} answer.onToken
 * @returns {Promise<{ reason: Reason } | { error: MambaError }>}
 */
export async function streamAnswer({ session, request, text, isWeighed = false, signal, onPrefill, onToken }) {
  try {
    const pieces = session.generate({ ...request, surprise: isWeighed, signal, onPrefill });
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return { reason: value };
      text.append(value.text);
      if (isWeighed) text.weigh?.(value);
      onToken(value.text);
    }
  } catch (thrown) {
    const error = asMambaError(thrown);
    // The visitor wanted to stop. The text so far stays.
    return error.code === "cancelled" && signal.aborted ? { reason: "cancelled" } : { error };
  } finally {
    text.end();
  }
}
