import { accessSync, constants } from "node:fs";
import path from "node:path";

/**
 * The program that the environment names, or the first of some names on PATH.
 *
 * @param {string} variable
 * @param {string[]} names
 */
export function findBrowser(variable, names) {
  const found = process.env[variable] || lookUp(names);
  if (!found) throw new Error(`None of ${names.join(", ")} is installed; ${variable} can name a browser.`);
  return found;
}

/** @param {string[]} names */
export function lookUp(names) {
  for (const name of names) {
    for (const folder of (process.env.PATH ?? "").split(path.delimiter)) {
      const file = path.join(folder, name);
      try {
        accessSync(file, constants.X_OK);
        return file;
      } catch {
        // not here
      }
    }
  }
  return undefined;
}
