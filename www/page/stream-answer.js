// From a session's pieces to text on the page.

import { asMambaError } from "../engine/errors.js";

/** @typedef {import("../mamba.js").MambaError} MambaError */
/** @typedef {"stop" | "length" | "cancelled"} Reason */

/**
 * What a piece shows: its text, or the mark that its token is.
 *
 * @param {import("../engine/session/session.js").Piece} piece
 * @param {Map<number, string>} marks special tokens whose text is wanted too, by their ids
 */
export const shownOf = ({ text, id }, marks) => text || (id === null ? "" : (marks.get(id) ?? ""));

/**
 * @param {object} answer
 * @param {import("../mamba.js").Session} answer.session
 * @param {import("../engine/session/session.js").GenerateOptions} answer.request
 * @param {{ append(text: string): void, end(): void, weigh?(piece: import("../engine/session/session.js").Piece): void }} answer.text it may take
 *   what the model weighed for each piece too
 * @param {Map<number, string>} [answer.marks]
 * @param {boolean} [answer.isWeighed] whether that is wanted
 * @param {AbortSignal} answer.signal
 * @param {(progress: { read: number, total: number }) => void} answer.onPrefill
 * @param {(text: string) => void} answer.onToken
 * @returns {Promise<{ reason: Reason } | { error: MambaError }>}
 */
export async function streamAnswer({ session, request, text, marks = new Map(), isWeighed = false, signal, onPrefill, onToken }) {
  try {
    const pieces = session.generate({ ...request, surprise: isWeighed, signal, onPrefill });
    for (;;) {
      const { done, value } = await pieces.next();
      if (done) return { reason: value };
      const more = shownOf(value, marks);
      text.append(more);
      if (isWeighed) text.weigh?.(value);
      onToken(more);
    }
  } catch (thrown) {
    const error = asMambaError(thrown);
    // The visitor wanted to stop. The text so far stays.
    return error.code === "cancelled" && signal.aborted ? { reason: "cancelled" } : { error };
  } finally {
    text.end();
  }
}
