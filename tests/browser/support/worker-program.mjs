// A worker of a test's own, from modules of www/engine/ as the site's build makes them: minified.

import { fileURLToPath } from "node:url";
import { build } from "esbuild";

/**
 * @param {string} source of the worker
 * @param {string} folder of www/engine/, from which the source imports
 * @returns {Promise<string>} the program, in one piece
 */
export async function workerProgram(source, folder) {
  const { outputFiles } = await build({
    stdin: { contents: source, resolveDir: fileURLToPath(new URL(`../../../www/engine/${folder}/`, import.meta.url)) },
    bundle: true,
    write: false,
    format: "esm",
    target: "esnext",
    minifyWhitespace: true,
    minifySyntax: true,
  });
  return outputFiles[0].text;
}
