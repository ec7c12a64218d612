// wllama from npm, for the scripts here that need nothing else (setup.sh brings it, and more, for the speeds).

import { execFileSync } from "node:child_process";
import { access, mkdir } from "node:fs/promises";
import path from "node:path";
import { work } from "../support/server.mjs";

export const WLLAMA = "3.13.0";

/** The folder of its modules, to be served; npm fetches it once. */
export async function wllamaFolder() {
  const folder = path.join(work, `wllama-${WLLAMA}`);
  await mkdir(folder, { recursive: true });
  if (!(await access(path.join(folder, "node_modules")).then(() => true, () => false))) {
    execFileSync("npm", ["install", "--prefix", folder, "--no-save", "--no-audit", "--no-fund", "--loglevel=error", `@wllama/wllama@${WLLAMA}`], { stdio: ["ignore", "inherit", "inherit"] });
  }
  return path.join(folder, "node_modules/@wllama/wllama/esm");
}
