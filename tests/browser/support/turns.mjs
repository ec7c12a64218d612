// What every driver of a browser evaluates in the page.

/** Whether there are turns and none is being answered, or still waits for that: for a moment also where a model is there. */
export const turnsAreOver = () => document.querySelector(".turn") !== null && !document.querySelector(".turn:is(.writing, .waiting)");

/** Two frames: the page paints what it counts once a frame, so after the second one it is up to date. */
export const painted = () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));

/** Whether so many states, of all models, are on the disk. @param {number} count */
export async function statesAreOnDisk(count) {
  const root = await navigator.storage.getDirectory();
  const states = await root.getDirectoryHandle("mamba-web-states").catch(() => null);
  let there = 0;
  for await (const model of states?.values() ?? []) {
    for await (const name of /** @type {FileSystemDirectoryHandle} */ (model).keys()) if (name.endsWith(".mstate")) there += 1;
  }
  return there >= count;
}
