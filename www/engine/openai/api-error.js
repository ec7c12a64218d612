// Failures in the form of OpenAI's API, which are the engine's own failures besides.

import { asMambaError, MambaError } from "../errors.js";

/** The statuses of HTTP that stand for the engine's codes; every other failure is the server's own, 500. */
const STATUSES = new Map([
  ["bad-argument", 400],
  ["bad-tokenizer", 400], // the chat template refuses the messages, in most cases
  ["not-found", 404],
  ["busy", 409],
  ["cancelled", 499],
]);

export class ApiError extends MambaError {
  /**
   * @param {MambaError} error
   * @param {{ param?: string | null, status?: number }} [more] the parameter that is wrong
   */
  constructor(error, { param = null, status = STATUSES.get(error.code) ?? 500 } = {}) {
    super(error.code, error.message, error.hint, { cause: error });
    this.param = param;
    this.status = status;
    this.type = status < 500 ? "invalid_request_error" : "server_error";
  }

  /** What such an API answers under the name `error`. */
  get error() {
    return { message: `${this.message} ${this.hint}`, type: this.type, param: this.param, code: this.code };
  }
}

/** @param {unknown} reason @param {{ param?: string | null, status?: number }} [more] */
export const asApiError = (reason, more) => (reason instanceof ApiError ? reason : new ApiError(asMambaError(reason), more));
