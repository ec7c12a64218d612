// A model's folder or files, chats or texts, dropped anywhere on the page.

import { byId } from "./dom.js";

/** A model has a dozen files. A visitor who drops a whole disk must not wait for all of it. */
const MOST_FILES = 500;

/** @type {((files: File[]) => boolean)[]} */
const takers = [];

/** @param {(files: File[]) => boolean} take asked before files are loaded as a model: whether it takes them */
export const beforeLoading = (take) => takers.push(take);

/** @param {(files: File[], name: string | undefined) => void} load */
export function setUpDrop(load) {
  const here = byId("drop-here", HTMLElement);
  const hasFiles = (/** @type {DragEvent} */ event) => event.dataTransfer?.types.includes("Files") ?? false;

  // On its way the pointer enters and leaves many elements.
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event)) return;
    event.preventDefault(); // or the browser would open the file instead of this page
    if (!here.matches(":popover-open")) here.showPopover(); // above an open dialog too
  });
  document.addEventListener("dragleave", (event) => {
    if (event.relatedTarget === null) here.hidePopover();
  });
  document.addEventListener("drop", async (event) => {
    here.hidePopover();
    if (!hasFiles(event) || !event.dataTransfer) return;
    event.preventDefault();
    // They can only be read while the event is being handled.
    const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry()).filter((entry) => entry !== null);
    const files = await filesIn(entries);
    const folder = entries.length === 1 && entries[0].isDirectory ? entries[0].name : undefined;
    if (files.length > 0 && !takers.some((take) => take(files))) load(files, folder);
  });
}

/**
 * All files of some folders, those nearest to the top first.
 *
 * @param {FileSystemEntry[]} entries
 * @returns {Promise<File[]>}
 */
async function filesIn(entries) {
  const files = [];
  const waiting = [...entries];
  for (let entry = waiting.shift(); entry && files.length < MOST_FILES; entry = waiting.shift()) {
    if (entry.isFile) files.push(await fileOf(/** @type {FileSystemFileEntry} */ (entry)));
    else waiting.push(...(await entriesOf(/** @type {FileSystemDirectoryEntry} */ (entry))));
  }
  return files;
}

/** @param {FileSystemFileEntry} entry @returns {Promise<File>} */
const fileOf = (entry) => new Promise((resolve, reject) => entry.file(resolve, reject));

/** @param {FileSystemDirectoryEntry} folder @returns {Promise<FileSystemEntry[]>} */
async function entriesOf(folder) {
  const reader = folder.createReader();
  const all = [];
  for (;;) {
    /** @type {FileSystemEntry[]} browsers give at most a hundred at a time */
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) return all;
    all.push(...some);
  }
}
