// From a session's pieces to text on the page.

import { asMambaError } from "../engine/errors.js";

/** @typedef {import("../mamba.js").MambaError} MambaError */
/** @typedef {"stop" | "length" | "cancelled"} Reason */

/**
 * @param {object} answer
 * @param {import("../mamba.js").Session} answer.session
 * @param {import("../engine/session/session.js").GenerateOptions} answer.request
 * @param {{ append(text: string): void, end(): void }} answer.text
 * @param {AbortSignal} answer.signal
 * @param {(progress: { read: number, total: number }) => void} answer.onPrefill
 * @param {() => void} answer.onToken
 * @returns {Promise<{ reason: Reason } | { error: MambaError }>}
 */
export async function streamAnswer({ session, request, text, signal, onPrefill, onToken }) {
  try {
    const pieces = session.generate({ ...request, signal, onPrefill });
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return { reason: value };
      text.append(value.text);
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
