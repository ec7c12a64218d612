// Static hosts of the built site: with the manners that hosts have, and with what they do when a site is published anew.

import { cp, link, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
export const builtSite = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css",
  ".html": "text/html",
  ".js": "text/javascript",
  ".json": "application/json",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

export const ISOLATING = { "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Embedder-Policy": "require-corp" };

/**
 * @typedef {object} Manners
 * @property {(file: string) => Record<string, string>} headers of a file; `file` is its path in the site
 * @property {Record<string, string | undefined>} types by ending, instead of the usual ones; undefined: none is sent
 * @property {boolean} hasOneFrontPage answers what is not there with the front page and 200
 * @property {Set<string>} gone paths in the site of files that are missing
 */

/** The site at /sub/path/, and the golden models beside it at /golden/. */
export class StaticHost {
  /** @type {string} folder that is served */
  folder;
  /** @type {Manners} */
  manners;
  /** @type {string[]} what was asked for, without the site's own path */
  asked = [];
  #server = createServer((request, response) => void this.#answer(request, response).catch(() => response.destroy()));
  #port = 0;

  /** @param {string} folder @param {Partial<Manners>} manners */
  constructor(folder, manners) {
    this.folder = folder;
    this.manners = { headers: () => ({}), types: {}, hasOneFrontPage: false, gone: new Set(), ...manners };
  }

  /** @param {Partial<Manners>} [manners] */
  static async start(manners = {}, folder = builtSite) {
    await stat(path.join(folder, "index.html")).catch(() => {
      throw new Error(`There is no site in ${folder}; make build writes it.`);
    });
    const host = new StaticHost(folder, manners);
    await host.resume();
    return host;
  }

  /** At the same address as before. */
  async resume() {
    await new Promise((resolve, reject) => {
      this.#server.once("error", reject);
      this.#server.listen(this.#port, "127.0.0.1", () => resolve(undefined));
    });
    const address = this.#server.address();
    if (typeof address !== "object" || !address) throw new Error("the server has no address");
    this.#port = address.port;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get origin() {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** @param {string} [rest] */
  page(rest = "") {
    return `${this.origin}/sub/path/${rest}`;
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  async #answer(request, response) {
    const { pathname } = new URL(request.url ?? "/", this.origin);
    const isModel = pathname.startsWith("/golden/");
    const own = pathname.replace(/^\/sub\/path\//, "").replace(/^\/golden\//, "");
    this.asked.push(own);
    const { headers, types, hasOneFrontPage, gone } = this.manners;
    const folder = isModel ? path.join(root, "tests/golden") : this.folder;
    const isOurs = isModel || pathname.startsWith("/sub/path/");
    let file = own.endsWith("/") || own === "" ? `${own}index.html` : own;
    let found = isOurs && !gone.has(file) ? await stat(path.join(folder, file)).catch(() => null) : null;
    let status = found?.isFile() ? 200 : 404;
    if (status === 404 && hasOneFrontPage) {
      file = "index.html";
      found = await stat(path.join(folder, file)).catch(() => null);
      status = 200;
    }
    for (const [name, value] of Object.entries(headers(file))) response.setHeader(name, value);
    if (status === 404 || !found) {
      response.writeHead(404, { "Content-Type": "text/plain" });
      return void response.end("no such file");
    }
    const ending = path.extname(file);
    const type = ending in types ? types[ending] : (TYPES[ending] ?? "application/octet-stream");
    if (type) response.setHeader("Content-Type", type);
    // As nginx does it out of the box: no Cache-Control, so a browser guesses how long a file is good.
    response.setHeader("Last-Modified", new Date(found.mtimeMs).toUTCString());
    response.setHeader("ETag", `"${found.size}-${Math.round(found.mtimeMs)}"`);
    response.writeHead(status, { "Content-Length": found.size });
    response.end(request.method === "HEAD" ? undefined : await readFile(path.join(folder, file)));
  }
}

/** The name of a site's build. @param {string} folder */
export async function buildOf(folder) {
  const [build, ...more] = await readdir(path.join(folder, "build"));
  if (!build || more.length > 0) throw new Error(`${folder} has not one build.`);
  return build;
}

/**
 * A later version of the built site, in a folder of its own: another build by name, whose page says so.
 *
 * @param {string} words what stands in the page's title
 */
export async function republished(words) {
  const folder = await mkdtemp(path.join(tmpdir(), "mamba-web-site-"));
  await rm(folder, { recursive: true });
  await copy(builtSite, folder);
  const old = await buildOf(folder);
  const fresh = Buffer.from(words).toString("hex").padEnd(16, "0").slice(0, 16);
  await rename(path.join(folder, "build", old), path.join(folder, "build", fresh));
  for (const name of ["index.html", "service-worker.js", "mamba.js", "worker.js"]) {
    const text = (await readFile(path.join(folder, name), "utf8")).replaceAll(old, fresh);
    await rm(path.join(folder, name)); // it is a link to the file of the other version
    await writeFile(path.join(folder, name), text.replace(/<title>.*<\/title>/, `<title>${words}</title>`));
  }
  return { folder, build: fresh, remove: () => rm(folder, { recursive: true }) };
}

/** A copy that shares the files; they may be replaced but not written to. @param {string} from @param {string} to */
async function copy(from, to) {
  await cp(from, to, { recursive: true, filter: async (file) => (await stat(file)).isDirectory() });
  for (const entry of await readdir(from, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile()) continue;
    const file = path.join(entry.parentPath, entry.name);
    await link(file, path.join(to, path.relative(from, file))).catch(() => cp(file, path.join(to, path.relative(from, file))));
  }
}
