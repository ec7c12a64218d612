// States of sessions, kept by the worker under keys of the caller.

import * as check from "./arguments.js";
import { Session } from "./session.js";

/** @typedef {import("../states/keeper.js").Placed} Placed */
/** @typedef {import("../states/keeper.js").Usage} Usage */

export class States {
  #connection;

  /** @internal @param {import("./connection.js").Connection} connection */
  constructor(connection) {
    this.#connection = connection;
  }

  /**
   * Keeps the state of a session, in the place of the one that had this key.
   *
   * @param {string} key words of letters, digits, - and _, between slashes: "chat/node"
   * @param {Session} session
   * @param {import("./session.js").SnapshotOptions} [options]
   * @returns {Promise<Placed>} where it is kept
   */
  async put(key, session, options = {}) {
    const args = { key: check.stateKey(key), ...check.snapshotOptions(options) };
    return this.#connection.call("statePut", { ...args, session: Session.handleIn(session, this.#connection) });
  }

  /**
   * A session that goes on where the kept one stood.
   *
   * @param {string} key
   * @returns {Promise<Session | null>} null if there is no such state, or no longer
   */
  async open(key) {
    const handle = await this.#connection.call("stateOpen", { key: check.stateKey(key) });
    return handle && new Session(this.#connection, handle);
  }

  /** @param {string[]} keys @returns {Promise<string[]>} those of them whose states are there */
  async has(keys) {
    return this.#connection.call("stateHas", { keys: check.stateKeys(keys) });
  }

  /**
   * Deletes all states whose keys begin with `prefix`, those of other models too.
   *
   * @param {string} prefix an empty one deletes them all
   * @returns {Promise<void>}
   */
  async drop(prefix) {
    return this.#connection.call("stateDrop", { prefix: check.text(prefix, "prefix") });
  }

  /**
   * Sets how many bytes the states may have together.
   *
   * @param {{ memoryBytes?: number, diskBytes?: number }} limits
   * @returns {Promise<void>}
   */
  async limit(limits) {
    return this.#connection.call("stateLimit", check.stateLimits(limits));
  }

  /** @returns {Promise<Usage>} what is kept, and why the disk cannot be used if it cannot */
  async usage() {
    return this.#connection.call("stateUsage", undefined);
  }
}
