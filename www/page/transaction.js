// Transactions of IndexedDB that the browser may cut off, because somebody clears the storage of the site.

/**
 * A transaction. If it is cut off, those who wait for it or for one of its requests are told. A promise of it for which
 * nobody waits is no error of the page.
 *
 * @param {import("idb").IDBPDatabase<any>} db
 * @param {string | string[]} stores
 * @param {"readonly" | "readwrite"} [mode]
 * @returns {import("idb").IDBPTransaction<any, [string], "readwrite">} `store` is there if it is the only one
 */
export function begin(db, stores, mode) {
  const transaction = db.transaction(stores, mode);
  transaction.done.catch(() => {});
  return /** @type {any} */ (transaction);
}

/** A part of a transaction whose end tells how it went. @param {Promise<unknown>} request */
export const part = (request) => void request.catch(() => {});
