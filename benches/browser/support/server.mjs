// Serves the built site at / and what a benchmark needs beside it, in one origin, with the two
// headers that give a page SharedArrayBuffer.

import { createReadStream, createWriteStream } from "node:fs";
import { mkdir, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../../../", import.meta.url));
/** Where what is made goes; git ignores it. */
export const work = path.join(root, "target/bench");

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".mjs": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/**
 * @typedef {object} Serving
 * @property {Record<string, string | (() => Buffer | string)>} mounts address (a folder's ends with "/") -> folder, file, or
 *   what gives its content; the longest that fits wins
 * @property {string} [cacheControl]
 * @property {string} [uploads] a folder that PUT /uploads/NAME writes to
 */

/** The site that is measured: dist/, or what MAMBA_WEB_SITE names. */
export async function siteFolder() {
  const site = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");
  await stat(path.join(site, "mamba.js")).catch(() => {
    throw new Error(`There is no site in ${site}; make build writes it.`);
  });
  return site;
}

/**
 * @param {Serving} serving
 * @returns {Promise<{ origin: string, stop: () => Promise<void> }>}
 */
export async function serve({ mounts, cacheControl = "no-store", uploads }) {
  const addresses = Object.keys(mounts).sort((a, b) => b.length - a.length);

  const server = createServer(async (request, response) => {
    response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
    response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    response.setHeader("Cross-Origin-Resource-Policy", "same-origin");
    response.setHeader("Cache-Control", cacheControl);
    const name = decodeURIComponent(new URL(request.url ?? "/", "http://localhost").pathname);
    try {
      if (request.method === "PUT" && uploads && /^\/uploads\/[\w.-]+$/.test(name)) {
        await mkdir(uploads, { recursive: true });
        await pipeline(request, createWriteStream(path.join(uploads, path.basename(name))));
        response.writeHead(204).end();
        return;
      }
      const address = addresses.find((a) => (a.endsWith("/") ? name.startsWith(a) : name === a));
      const place = address === undefined ? undefined : mounts[address];
      if (place === undefined || address === undefined || name.includes("/../")) throw new Error("no such address");
      const type = TYPES[path.extname(name)] ?? (name.endsWith("/") ? TYPES[".html"] : "application/octet-stream");
      if (typeof place === "function") {
        const body = place();
        response.writeHead(200, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
        response.end(body);
        return;
      }
      let file = address.endsWith("/") ? path.join(place, name.slice(address.length)) : place;
      if (name.endsWith("/")) file = path.join(file, "index.html");
      const found = await stat(file);
      if (!found.isFile()) throw new Error("no such file");
      response.setHeader("Last-Modified", found.mtime.toUTCString());
      response.writeHead(200, { "Content-Type": type, "Content-Length": found.size });
      // Node would read the whole file first, and send nothing of it but the headers.
      if (request.method === "HEAD") return void response.end();
      await pipeline(createReadStream(file, { highWaterMark: 1 << 18 }), response).catch(() => {});
    } catch {
      if (!response.headersSent) response.writeHead(404, { "Content-Type": "text/plain" });
      response.end("no such file");
    }
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(undefined)));
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("the server has no address");
  return {
    origin: `http://127.0.0.1:${address.port}`,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
