// Parts of the page that are fetched when the first answer needs them, each with all that it imports.

import path from "node:path";

/** Name of the file -> the module that it begins with. @type {Record<string, string>} */
export const PARTS = {
  markdown: "page/markdown/parse.js",
  highlight: "page/markdown/highlight.js",
  maths: "page/markdown/maths.js",
};

/**
 * @param {string} www the folder of the sources
 * @param {(name: string) => string} [place] of a part, for the program that imports it: beside it
 * @returns {import("esbuild").Plugin}
 */
export const partsStayFiles = (www, place = (name) => `./${name}.js`) => ({
  name: "the parts stay files",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, resolveDir, path: name }) => {
      if (kind !== "dynamic-import") return null;
      const part = Object.entries(PARTS).find(([, module]) => path.join(www, module) === path.resolve(resolveDir, name));
      return part ? { path: place(part[0]), external: true } : null;
    });
  },
});
