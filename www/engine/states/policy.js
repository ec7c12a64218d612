// Which of the kept states go when there is no room for all. They are a cache: what goes is read again when it is needed.

/**
 * @typedef {object} KeptState
 * @property {string} model hash of the model that it belongs to
 * @property {string} key "chat/node", for example: what comes before the last slash is its group
 * @property {number} bytes
 * @property {number} usedAt when it was last written or opened, in ms
 */

/** Of each group so many are worth more than all others: where a chat goes on, and where its last answer began. */
const NEWEST = 2;

/** @param {KeptState} state */
const groupOf = ({ model, key }) => `${model}/${key.slice(0, key.lastIndexOf("/") + 1)}`;

/**
 * The least useful first: of two states the one that is not among the newest of its group, else the one that was not used
 * for longer.
 *
 * @template {KeptState} T
 * @param {Iterable<T>} states
 * @returns {T[]}
 */
export function leastUsefulFirst(states) {
  /** @type {Map<string, number>} */
  const seen = new Map();
  const newestFirst = [...states].sort((a, b) => b.usedAt - a.usedAt || (a.key < b.key ? -1 : 1));
  const ranked = newestFirst.map((state) => {
    const group = groupOf(state);
    const before = seen.get(group) ?? 0;
    seen.set(group, before + 1);
    return { state, isNew: before < NEWEST };
  });
  const [others, newest] = [false, true].map((isNew) => ranked.filter((one) => one.isNew === isNew).reverse());
  return [...others, ...newest].map(({ state }) => state);
}

/**
 * The states to drop, so that the rest have at most `limit` bytes together.
 *
 * @template {KeptState} T
 * @param {Iterable<T>} states
 * @param {number} limit
 * @returns {T[]}
 */
export function toDrop(states, limit) {
  const order = leastUsefulFirst(states);
  let total = order.reduce((sum, { bytes }) => sum + bytes, 0);
  const dropped = [];
  for (const state of order) {
    if (total <= limit) break;
    total -= state.bytes;
    dropped.push(state);
  }
  return dropped;
}
