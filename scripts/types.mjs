// The declarations of the package's modules, from the JSDoc types of www/.

import { execFile } from "node:child_process";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../", import.meta.url));
const run = promisify(execFile);

/** The declarations of the entries, and those that they need. @param {string} folder */
export async function writeTypes(folder) {
  const all = path.join(folder, "all");
  // The type check is a step of the tests; a fault in what is private must not stop a build.
  const options = ["--declaration", "--emitDeclarationOnly", "--noEmit", "false", "--stripInternal", "--noCheck", "--rootDir", "www", "--outDir", all];
  await run(path.join(root, "node_modules/.bin/tsc"), ["-p", ".", ...options], { cwd: root });
  await copyFile(path.join(root, "www/element/types.d.ts"), path.join(all, "element/types.d.ts")); // written by hand
  const wanted = new Set(["mamba.d.ts", "ai.d.ts", "element/types.d.ts"]);
  for (const name of wanted) {
    if (name === "mamba_web.d.ts") throw new Error("The public types lead to those of the wasm. Something private lacks @internal.");
    const text = await readFile(path.join(all, name), "utf8");
    // Comments repeat the types of the sources, private ones too.
    for (const [, from] of text.replace(/\/\*.*?\*\//gs, "").matchAll(/(?:from|import\() ?"(\.[^"]+)\.js"/g)) wanted.add(path.join(path.dirname(name), `${from}.d.ts`));
    await mkdir(path.join(folder, path.dirname(name)), { recursive: true });
    await copyFile(path.join(all, name), path.join(folder, name));
  }
  await rm(all, { recursive: true });
}
