// Time limits for the browser's storage, which may never answer.

/** A browser that has not answered by then never will: its storage is broken, or a disk hangs. */
export const STORAGE_MS = 15_000;

/** What would be lost if it were collected now. @type {Set<unknown>} */
const held = new Set();

/** The wait for something that may never come was too long. */
export class TooLate extends Error {}

/**
 * @template T
 * @param {Promise<T>} work
 * @param {number} [ms]
 * @returns {Promise<T>} fails with `TooLate` where `work` takes longer
 */
export async function inTime(work, ms = STORAGE_MS) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new TooLate(`There was no answer for ${ms} ms.`)), ms);
  });
  try {
    return /** @type {T} */ (await Promise.race([work, late]));
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Opens a file to write to.
 *
 * In Chromium the promise of `createSyncAccessHandle` never settles if the file's handle is collected meanwhile, and a
 * local variable does not keep it once the code is minified. So it is held here until then.
 *
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @returns {Promise<FileSystemSyncAccessHandle>}
 */
export async function openToWrite(folder, name) {
  const handle = await inTime(folder.getFileHandle(name, { create: true }));
  held.add(handle);
  const opening = handle.createSyncAccessHandle().finally(() => held.delete(handle));
  try {
    return await inTime(opening);
  } catch (error) {
    // If the handle still comes, it must not lock the file.
    opening.then((access) => access.close()).catch(() => {});
    throw error;
  }
}
