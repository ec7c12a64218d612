// The crates that become part of the wasm, and their licences.

import { execFile } from "node:child_process";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { licenceTexts, notices, requireAllowed } from "./notices.mjs";

/** @typedef {{ id: string, name: string, version: string, license: string | null, authors: string[], repository: string | null, manifest_path: string, targets: { kind: string[] }[] }} Package */
/** @typedef {{ packages: Package[], workspace_members: string[], resolve: { nodes: { id: string, deps: { pkg: string, dep_kinds: { kind: string | null }[] }[] }[] } }} Metadata */

const root = fileURLToPath(new URL("../", import.meta.url));

/** @returns {Promise<Package[]>} of both modules, without the crates of this project, by name */
async function cratesInWasm() {
  const options = ["metadata", "--locked", "--format-version", "1", "--filter-platform", "wasm32-unknown-unknown"];
  const { stdout } = await promisify(execFile)("cargo", options, { cwd: root, maxBuffer: 2 ** 28 });
  const { packages, workspace_members: own, resolve } = /** @type {Metadata} */ (JSON.parse(stdout));
  const byId = new Map(packages.map((found) => [found.id, found]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const reached = new Set(own);
  for (const id of reached) {
    for (const { pkg, dep_kinds: kinds } of nodes.get(id)?.deps ?? []) {
      // Procedural macros run in the compiler. Tests and build scripts are not part of the site either.
      const isMacro = byId.get(pkg)?.targets.some(({ kind }) => kind.includes("proc-macro"));
      if (!isMacro && kinds.some(({ kind }) => kind === null)) reached.add(pkg);
    }
  }
  for (const id of own) reached.delete(id);
  return [...reached].flatMap((id) => byId.get(id) ?? []).sort((a, b) => a.name.localeCompare(b.name, "en"));
}

const MIT = (/** @type {string} */ holders) => `MIT License

Copyright (c) ${holders}

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE,
ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

export async function crateNotices() {
  const crates = await cratesInWasm();
  const parts = await Promise.all(
    crates.map(async ({ name, version, license, repository, authors, manifest_path: manifest }) => ({
      name: `${name} ${version}`,
      licence: license ?? "",
      source: repository ?? "",
      holders: authors.join(", ") || `the authors of ${name}`,
      texts: await licenceTexts(path.dirname(manifest)),
    })),
  );
  await requireAllowed(parts);
  const std = { name: "Rust's standard library", licence: "MIT OR Apache-2.0", source: "https://github.com/rust-lang/rust", holders: "The Rust Project Contributors", texts: [] };
  const apache = parts.flatMap(({ texts }) => texts).find((text) => /^\s*Apache License\s+Version 2\.0/.test(text) && text.includes("END OF TERMS"));
  const whole = [...parts, std].map((part) => {
    if (part.texts.length > 0) return part;
    // Crates published without a licence text get the usual text of the licence that they name.
    if (/\bMIT\b/.test(part.licence)) return { ...part, texts: [MIT(part.holders)] };
    if (/Apache-2\.0/.test(part.licence) && apache) return { ...part, texts: [apache] };
    throw new Error(`${part.name} comes without the text of its licence, ${part.licence}.`);
  });
  return notices("Rust crates in the wasm of this site, and their licences.", whole);
}
