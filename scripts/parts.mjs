// Parts of the page that are fetched when the first answer needs them, each with all that it imports.

import path from "node:path";

/** Name of the file -> the module that it begins with. @type {Record<string, string>} */
export const PARTS = {
  markdown: "page/markdown/parse.js",
  highlight: "page/markdown/highlight.js",
  maths: "page/markdown/maths.js",
};

/** They lie beside the program that imports them. @param {string} www the folder of the sources @returns {import("esbuild").Plugin} */
export const partsStayFiles = (www) => ({
  name: "the parts stay files",
  setup({ onResolve }) {
    onResolve({ filter: /^\./ }, ({ kind, resolveDir, path: name }) => {
      if (kind !== "dynamic-import") return null;
      const part = Object.entries(PARTS).find(([, module]) => path.join(www, module) === path.resolve(resolveDir, name));
      return part ? { path: `./${part[0]}.js`, external: true } : null;
    });
  },
});
