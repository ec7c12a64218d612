// What the page keeps from visit to visit. If storage is full or switched off, it is kept as long as the page is open, and
// nothing else changes.

const PREFIX = "mamba-web.";

/** What could not be stored. @type {Map<string, string | null>} */
const unstored = new Map();

/** @param {string} name @returns {string | null} */
export function recall(name) {
  const value = unstored.get(name);
  if (value !== undefined) return value;
  try {
    return localStorage.getItem(PREFIX + name);
  } catch {
    return null;
  }
}

/** @param {string} name @param {string | null} value null forgets it */
export function remember(name, value) {
  try {
    if (value === null) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
    unstored.delete(name);
  } catch {
    unstored.set(name, value);
  }
}

/** @param {string} name @param {() => void} listener called when another tab has changed it */
export function onRemembered(name, listener) {
  window.addEventListener("storage", ({ key }) => {
    if (key === null || key === PREFIX + name) listener();
  });
}
