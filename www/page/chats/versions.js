// The versions of the store. A store is never changed in place: the next version is written beside the old one, checked,
// and then taken. If that breaks off at any point, the old one is still whole, and the next visit begins again.

import { deleteDB, openDB } from "idb";
import { begin, part } from "../transaction.js";

/** @typedef {import("idb").IDBPDatabase<any>} Database */

/**
 * @typedef {object} Version
 * @property {string} name of its database, another one for each version
 * @property {(db: Database) => void} create makes its object stores
 * @property {Record<string, (record: any) => any>} [convert] object store -> the record as this version keeps it, made of
 *   the record that the version before it kept. Only the stores that are named here are carried over
 * @property {(db: Database) => Promise<void>} [complete] writes what is made of several records, once all are carried over
 * @property {(db: Database) => Promise<boolean>} isSound whether all that is in it fits together
 */

const ABOUT = "about";
const TAKEN = "taken";

/** Another version of this page uses the store: the chats cannot be kept by this one. */
export class OtherVersion extends Error {}

/**
 * @param {Version[]} versions oldest first
 * @param {() => void} onEnd called when the browser ends the connection
 * @returns {Promise<Database>} of the newest version
 */
export async function openNewest(versions, onEnd) {
  const newest = versions[versions.length - 1];
  await refuseNewer(newest.name);
  return exclusively(`${newest.name}/open`, async () => {
    const db = await open(newest, onEnd);
    try {
      if (!(await isTaken(db))) await fill(db, versions);
    } catch (error) {
      db.close();
      throw error;
    }
    holdVersion(newest.name);
    return db;
  });
}

/** @param {Version} version @param {() => void} onEnd */
const open = ({ name, create }, onEnd) =>
  openDB(name, 1, {
    upgrade(db) {
      db.createObjectStore(ABOUT);
      create(db);
    },
    // Somebody deletes it: the data of the whole site, or this page's own.
    blocking: (_, __, event) => {
      /** @type {IDBDatabase} */ (event.target).close();
      onEnd();
    },
    terminated: onEnd,
  });

/** @param {Database} db */
const isTaken = async (db) => db.objectStoreNames.contains(ABOUT) && (await begin(db, ABOUT).store.get(TAKEN)) !== undefined;

/** Fills the newest store, which may have been left half filled. @param {Database} db @param {Version[]} versions */
async function fill(db, versions) {
  const [newest, ...older] = versions.toReversed();
  for (const name of db.objectStoreNames) await db.clear(name);
  for (const version of older) {
    const old = await openExisting(version.name);
    if (!old) continue;
    try {
      if (!(await isTaken(old))) continue;
      await whileUnused(version.name, () => copy(old, db, versions.slice(versions.indexOf(version) + 1)));
    } finally {
      old.close();
    }
    await newest.complete?.(db);
    if (!(await newest.isSound(db))) throw new Error("The chats could not be carried over to this version of the page.");
    await db.put(ABOUT, Date.now(), TAKEN);
    await deleteDB(version.name);
    return;
  }
  await db.put(ABOUT, Date.now(), TAKEN);
}

/** @param {Database} old @param {Database} db @param {Version[]} steps from the version after the old one to the newest */
async function copy(old, db, steps) {
  const MOST_AT_ONCE = 200;
  for (const name of Object.keys(steps[steps.length - 1].convert ?? {})) {
    if (!old.objectStoreNames.contains(name)) continue;
    let copied = 0;
    /** @type {IDBValidKey | null} */
    let after = null;
    for (;;) {
      /** @type {IDBKeyRange | null} */
      const range = after === null ? null : IDBKeyRange.lowerBound(after, true);
      /** @type {[IDBValidKey[], any[]]} */
      const [keys, records] = await Promise.all([begin(old, name).store.getAllKeys(range, MOST_AT_ONCE), begin(old, name).store.getAll(range, MOST_AT_ONCE)]);
      if (records.length === 0) break;
      const writing = begin(db, name, "readwrite");
      for (const record of records) part(writing.store.put(steps.reduce((made, { convert }) => convert?.[name]?.(made) ?? made, record)));
      await writing.done;
      copied += records.length;
      after = keys[keys.length - 1];
    }
    if ((await begin(db, name).store.count()) !== copied) throw new Error(`Of ${copied} records of ${name} some were lost on the way.`);
  }
}

/** A database that is there; asking for one that is not there must not make it. @param {string} name */
async function openExisting(name) {
  let isNew = false;
  try {
    return await openDB(name, 1, {
      upgrade(_, __, ___, transaction) {
        isNew = true;
        transaction.done.catch(() => {});
        transaction.abort();
      },
    });
  } catch (error) {
    if (isNew) return null;
    throw error;
  }
}

/** Names end with the number of the version. @param {string} name */
const numberOf = (name) => Number(/-(\d+)$/.exec(name)?.[1] ?? 0);

/** @param {string} newest */
async function refuseNewer(newest) {
  const family = newest.replace(/\d+$/, "");
  const all = (await indexedDB.databases?.().catch(() => [])) ?? [];
  const isNewer = all.some(({ name = "" }) => name.startsWith(family) && numberOf(name) > numberOf(newest));
  if (isNewer) throw new OtherVersion("A newer version of this page keeps the chats now. Open the page again to use it.");
}

/** @template T @param {string} lock @param {() => Promise<T>} work @returns {Promise<T>} */
const exclusively = (lock, work) => (globalThis.navigator?.locks ? navigator.locks.request(lock, work) : work());

/** Other pages see that this version is in use, as long as this page is open. @param {string} name */
const holdVersion = (name) => void globalThis.navigator?.locks?.request(name, { mode: "shared" }, () => new Promise(() => {}));

/** @template T @param {string} name @param {() => Promise<T>} work @returns {Promise<T>} */
async function whileUnused(name, work) {
  if (!globalThis.navigator?.locks) return work();
  return navigator.locks.request(name, { ifAvailable: true }, (lock) => {
    if (!lock) throw new OtherVersion("Another tab runs an older version of this page. Close it and open this page again: then the chats are here.");
    return work();
  });
}
