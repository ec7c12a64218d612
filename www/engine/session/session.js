// One conversation: a recurrent state in the worker, seen from the main thread.

import { generateOptions, prefillOptions, snapshotOptions, textOrIds as checkedTextOrIds, turns as checkedTurns } from "./arguments.js";
import { badArgument, cancelled, MambaError } from "../errors.js";

/** @import { Connection } from "./connection.js" */

/**
 * @typedef {object} Input
 * @property {string} [prompt] raw text
 * @property {string} [message] one chat turn, put through the model's chat template
 * @property {string} [answer] how the answer to the message begins
 * @property {boolean} [surprise] whether each piece says how likely its token was, and what else might have come
 * @property {number} [ahead] 0: no token is begun before the last one is taken, so who leaves finds the session exactly there
 * @property {Record<number, number>} [logitBias]
 * @property {string | string[]} [stop]
 * @property {import("./arguments.js").Constraint} [constraint] the shape that the answer gets
 * @property {number} [seed]
 * @property {AbortSignal} [signal]
 * @property {(progress: { read: number, total: number }) => void} [onPrefill] how much of the prompt is read
 *
 * @typedef {import("../../mamba.js").SamplingSettings & Input} GenerateOptions
 *
 * @typedef {object} Turn
 * @property {string} message
 * @property {string} answer in full, or as far as it came
 * @property {ArrayLike<number> | null} [ids] all tokens that were read in this turn, as `lastRun` gave them
 *
 * @typedef {object} LastRun
 * @property {"stop" | "length" | "read" | "cancelled"} reason
 * @property {Uint32Array | null} ids all tokens that it has read, the prompt and the answer; null if they were too many
 * @property {boolean} isClosed whether the text came to its own end, so that there is no more of it to be generated
 *
 * @typedef {object} SnapshotOptions
 * @property {"f32" | "f16" | "int8"} [packing] how the state's values are kept; "f32" is exact
 * @property {string} [text] any text of at most 16 MiB that goes with the state, such as the chat in JSON
 *
 * @typedef {object} Weighed
 * @property {number} surprise -ln of the token's probability by the model's scores alone, in nats
 * @property {{ id: number, text: string, probability: number }[]} alternatives the most likely tokens, at most five
 *
 * @typedef {{ text: string, id: number | null } & Partial<Weighed>} Piece
 *   `text` is whole characters and may be empty; `id` is null for the text that was still
 *   held back when the answer ended
 *
 * @typedef {object} Difference how far what a layer remembers is from the same in another state
 * @property {number} layer from 0
 * @property {string} kind "conv" or "ssm", in layers of attention "keys" or "vals", as docs/mstate.md names the sections
 * @property {number} relative norm of the difference, divided by the greater norm of the two
 * @property {number} cosine of the angle between them
 */

export class Session {
  #connection;
  #handle;
  #position;
  #stats;
  /** @type {LastRun | null} */
  #lastRun = null;
  /** @type {Float32Array} */
  #surprise = new Float32Array(0);
  #isBusy = false;
  #isClosed = false;

  /**
   * @internal
   * @param {Connection} connection
   * @param {import("./protocol.js").SessionHandle & { text?: string | null }} handle
   */
  constructor(connection, handle) {
    this.#connection = connection;
    this.#handle = handle.session;
    this.#position = handle.position;
    this.#stats = handle.stats;
    /** What the file that this session was restored from had as its text; null if it had none. */
    this.text = handle.text ?? null;
  }

  /**
   * What the worker calls a session that is free, for other parts of this module.
   *
   * @internal
   * @param {unknown} session
   * @param {Connection} connection of the engine that it has to be of
   */
  static handleIn(session, connection) {
    if (!(typeof session === "object" && session !== null && #handle in session)) {
      throw badArgument("“session” has to be a session of this engine.");
    }
    if (session.#connection !== connection) {
      throw badArgument("This session belongs to another engine.", "Use the engine that it was made by.");
    }
    session.#requireIdle();
    return session.#handle;
  }

  /** Tokens read so far. */
  get position() {
    return this.#position;
  }

  /** Of the last run. */
  get stats() {
    return this.#stats;
  }

  /** How the last run of this session ended, and what it has read; null before the first one and after a failure. */
  get lastRun() {
    return this.#lastRun;
  }

  /**
   * Reads turns of a chat that was had before, so that the session goes on as if they had been had in it.
   *
   * @param {Turn[]} turns
   * @param {Pick<GenerateOptions, "signal" | "onPrefill">} [options]
   */
  async read(turns, options = {}) {
    const known = checkedTurns(turns);
    for await (const _ of this.#run({ turns: known }, prefillOptions(options))); // reading gives no pieces
  }

  /**
   * Reads tokens into the state.
   *
   * @param {string | ArrayLike<number>} textOrIds
   * @param {Pick<GenerateOptions, "signal" | "onPrefill">} [options]
   */
  async prefill(textOrIds, options = {}) {
    const read = checkedTextOrIds(textOrIds);
    for await (const _ of this.#run({ read }, prefillOptions(options))); // reading gives no pieces
  }

  /**
   * Continues a raw prompt or answers one chat turn. Without either it goes on from where the
   * session stands. The generator's return value says how it ended.
   *
   * @param {GenerateOptions} [options]
   * @returns {AsyncGenerator<Piece, "stop" | "length", void>}
   */
  async *generate(options = {}) {
    const { signal, onPrefill, ...request } = generateOptions(options);
    if (request.message === undefined) request.prompt ??= "";
    const reason = yield* this.#run(request, { signal, onPrefill });
    return reason === "length" ? "length" : "stop";
  }

  /**
   * Reads tokens into the state, one at a time, and says how likely the model found each of them.
   *
   * @param {string | ArrayLike<number>} textOrIds
   * @param {Pick<GenerateOptions, "signal" | "onPrefill">} [options]
   * @returns {Promise<{ ids: Uint32Array | null, surprise: Float32Array }>} in nats; NaN for the first token of a session,
   *   which nothing came before. `ids` as in `lastRun`
   */
  async score(textOrIds, options = {}) {
    const weigh = checkedTextOrIds(textOrIds);
    for await (const _ of this.#run({ weigh }, prefillOptions(options))); // reading gives no pieces
    return { ids: this.#lastRun?.ids ?? null, surprise: this.#surprise };
  }

  /**
   * How far each layer's memory is from the other session's.
   *
   * @param {Session} other of the same engine
   * @returns {Promise<Difference[]>}
   */
  async difference(other) {
    const handle = Session.handleIn(other, this.#connection);
    this.#requireIdle();
    return this.#connection.call("difference", { session: this.#handle, other: handle });
  }

  /** The scores of the next token, V of them. */
  async logits() {
    this.#requireIdle();
    return this.#connection.call("logits", { session: this.#handle });
  }

  /**
   * The whole state as the bytes of an .mstate file.
   *
   * @param {SnapshotOptions} [options]
   * @returns {Promise<Uint8Array>}
   */
  async snapshot(options = {}) {
    const { packing, text } = snapshotOptions(options);
    this.#requireIdle();
    return this.#connection.call("snapshot", { session: this.#handle, packing, text });
  }

  /** A second session that goes on independently from here. It costs one copy of the state. */
  async fork() {
    this.#requireIdle();
    return new Session(this.#connection, await this.#connection.call("fork", { session: this.#handle }));
  }

  /** Frees the state. */
  async close() {
    if (this.#isClosed) return;
    this.#requireIdle();
    this.#isClosed = true;
    await this.#connection.call("close", { session: this.#handle });
  }

  /**
   * @param {Record<string, unknown> & { constraint?: import("./arguments.js").Constraint }} request
   * @param {Pick<GenerateOptions, "signal" | "onPrefill">} options
   * @returns {AsyncGenerator<Piece, import("./protocol.js").Ending["reason"], void>}
   */
  async *#run(request, { signal, onPrefill }) {
    this.#requireIdle();
    if (signal?.aborted) throw cancelled();
    this.#isBusy = true;
    this.#lastRun = null;

    /** @type {Piece[]} */
    const ready = [];
    /** @type {import("./protocol.js").Ending | undefined} */
    let ending;
    let wake = () => {};

    const { id, result } = this.#connection.start("run", { session: this.#handle, request }, (event) => {
      if ("progress" in event || "lost" in event || "info" in event) return;
      this.#stand(event.at);
      if ("pieces" in event) ready.push(...event.pieces);
      else onPrefill?.(event.prefill);
      wake();
    });
    const finished = result.then((last) => {
      this.#stand(last);
      this.#lastRun = { reason: last.reason, ids: last.ids, isClosed: last.reason === "stop" };
      this.#surprise = last.surprise;
      if (last.text) ready.push({ text: last.text, id: null });
      ending = last;
    });
    finished.catch(() => {}); // it may fail while the caller is busy with a piece
    const stop = () => this.#connection.tell({ id, stop: true });
    try {
      signal?.addEventListener("abort", stop);
      for (;;) {
        for (let piece = ready.shift(); piece; piece = ready.shift()) {
          yield piece;
          if (piece.id !== null) this.#connection.tell({ id, taken: 1 });
        }
        if (ending) break;
        await Promise.race([finished, new Promise((resolve) => (wake = () => resolve(undefined)))]);
      }
      // All tokens that the state holds have been passed on before this.
      if (ending.reason === "cancelled") throw cancelled();
      return ending.reason;
    } finally {
      signal?.removeEventListener("abort", stop);
      if (!ending) stop();
      // Only now is `position` final, so a caller that leaves the loop can fork at once.
      await finished.catch(() => {});
      this.#isBusy = false;
    }
  }

  /** @param {import("./protocol.js").Standing} at */
  #stand({ position, stats }) {
    this.#position = position;
    this.#stats = stats;
  }

  #requireIdle() {
    if (this.#isClosed) throw badArgument("This session is closed.", "Start a new session.");
    if (this.#isBusy) {
      throw new MambaError(
        "busy",
        "This session is still generating.",
        "Wait for the answer to end, or stop it first.",
      );
    }
  }
}
