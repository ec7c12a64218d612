// Serves a folder to this machine's browsers only:
//
//   node scripts/serve.mjs [folder]        (dist by default; PORT=8080)
//
// It sends the headers of www/offline/headers.js, the MIME types that streaming wasm compilation and
// module scripts require, byte ranges, and the packed copies of the build (NAME.br, NAME.gz).

import { createReadStream } from "node:fs";
import { realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";
import { EMBED, ISOLATION, SECURITY } from "../www/offline/headers.js";

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".ico": "image/x-icon",
  ".jpg": "image/jpeg",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".mjs": "text/javascript; charset=utf-8",
  ".png": "image/png",
  ".svg": "image/svg+xml",
  ".ts": "text/plain; charset=utf-8",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".webmanifest": "application/manifest+json",
  ".webp": "image/webp",
  ".woff2": "font/woff2",
};

/**
 * The bytes that a Range header asks for, both ends included; null where the whole
 * file is to be sent (no header, several ranges, or another unit).
 *
 * @param {string | undefined} header
 * @param {number} size
 * @returns {{ start: number, end: number } | "unsatisfiable" | null}
 */
export function parseRange(header, size) {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header ?? "");
  if (!match || (match[1] === "" && match[2] === "")) return null;
  const last = size - 1;
  if (match[1] === "") {
    const length = Number(match[2]);
    if (length === 0 || size === 0) return "unsatisfiable";
    return { start: Math.max(0, size - length), end: last };
  }
  const start = Number(match[1]);
  const end = match[2] === "" ? last : Math.min(Number(match[2]), last);
  if (start > last) return "unsatisfiable";
  return start > end ? null : { start, end };
}

/**
 * The file that a URL names, or null where it names none inside the folder.
 *
 * @param {string} root a real path
 * @param {string | undefined} url
 */
async function findFile(root, url) {
  try {
    const { pathname } = new URL(`http://localhost${url}`);
    let file = path.join(root, decodeURIComponent(pathname));
    if (pathname.endsWith("/")) file = path.join(file, "index.html");
    // realpath: a link in the folder must not lead out of it.
    file = await realpath(file);
    if (!file.startsWith(root + path.sep)) return null;
    const stats = await stat(file);
    return stats.isFile() ? { file, stats } : null;
  } catch {
    return null;
  }
}

/** Names in Accept-Encoding -> endings of the packed copies, the smallest first. @type {[string, string][]} */
const PACKED = [
  ["br", ".br"],
  ["gzip", ".gz"],
];

/**
 * The packed copy that a client accepts, if there is one that is not older than the file.
 *
 * @param {{ file: string, stats: import("node:fs").Stats }} original
 * @param {string} header Accept-Encoding
 */
async function findPacked({ file, stats: original }, header) {
  const accepted = new Set(
    header.split(",").flatMap((part) => {
      const [name, quality] = part.trim().toLowerCase().split(/\s*;\s*q=/);
      return Number(quality ?? 1) > 0 ? [name] : [];
    }),
  );
  for (const [encoding, ending] of PACKED) {
    if (!accepted.has(encoding)) continue;
    const stats = await stat(file + ending).catch(() => null);
    if (stats?.isFile() && stats.mtimeMs >= original.mtimeMs) return { file: file + ending, stats, encoding };
  }
  return null;
}

/**
 * Starts the server; resolves when it listens.
 *
 * @param {string} folder
 * @param {number} [port] 0 for any free one
 * @returns {Promise<import("node:http").Server>}
 */
export async function serve(folder, port = 0) {
  const root = await realpath(folder);
  const server = createServer(async (request, response) => {
    const isEmbed = /\/embed\.html$/.test((request.url ?? "").split("?")[0]);
    for (const [name, value] of Object.entries({ ...(isEmbed ? EMBED : SECURITY), ...ISOLATION })) response.setHeader(name, value);
    // The browser asks again each time, so a rebuilt site is never stale.
    response.setHeader("Cache-Control", "no-cache");

    /** @param {number} status @param {string} text */
    const refuse = (status, text) => {
      response.writeHead(status, { "Content-Type": "text/plain; charset=utf-8" });
      response.end(request.method === "HEAD" ? undefined : `${text}\n`);
    };
    if (request.method !== "GET" && request.method !== "HEAD") {
      response.setHeader("Allow", "GET, HEAD");
      return refuse(405, "Only GET and HEAD are served.");
    }
    const found = await findFile(root, request.url);
    if (!found) return refuse(404, "There is no such file.");
    // A part of a packed file is of no use to anyone.
    const packed = request.headers.range ? null : await findPacked(found, String(request.headers["accept-encoding"] ?? ""));
    const { file, stats } = packed ?? found;
    response.setHeader("Vary", "Accept-Encoding");
    if (packed) response.setHeader("Content-Encoding", packed.encoding);

    const tag = `"${stats.size.toString(36)}-${Math.round(stats.mtimeMs).toString(36)}"`;
    response.setHeader("ETag", tag);
    response.setHeader("Last-Modified", stats.mtime.toUTCString());
    response.setHeader("Accept-Ranges", "bytes");
    response.setHeader("Content-Type", TYPES[path.extname(found.file).toLowerCase()] ?? "application/octet-stream");
    if (request.headers["if-none-match"] === tag) {
      response.writeHead(304);
      return response.end();
    }

    // A range of a file that has changed meanwhile would not fit the part that the client has.
    const ifRange = request.headers["if-range"];
    const asked = ifRange === undefined || ifRange === tag ? request.headers.range : undefined;
    const range = parseRange(asked, stats.size);
    if (range === "unsatisfiable") {
      response.setHeader("Content-Range", `bytes */${stats.size}`);
      return refuse(416, "The file has no such bytes.");
    }
    const { start, end } = range ?? { start: 0, end: stats.size - 1 };
    if (range) response.setHeader("Content-Range", `bytes ${start}-${end}/${stats.size}`);
    response.writeHead(range ? 206 : 200, { "Content-Length": end - start + 1 });
    if (request.method === "HEAD" || stats.size === 0) return response.end();
    // A browser that leaves in the middle is not an error of the server.
    await pipeline(createReadStream(file, { start, end }), response).catch(() => {});
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  return server;
}

if (process.argv[1] && (await realpath(process.argv[1])) === fileURLToPath(import.meta.url)) {
  const folder = process.argv[2] ?? "dist";
  const port = Number(process.env.PORT ?? 8080);
  try {
    await serve(folder, port);
    console.log(`mamba-web is at http://127.0.0.1:${port} (Ctrl-C ends it)`);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    /** @type {Record<string, string>} */
    const sentences = {
      EADDRINUSE: `Port ${port} is taken by another program; choose one with PORT=8081 make serve.`,
      EACCES: `Port ${port} may not be opened by this user; choose one with PORT=8081 make serve.`,
      ERR_SOCKET_BAD_PORT: `PORT must be a number from 0 to 65535, not ${process.env.PORT}.`,
      ENOENT: `There is no folder ${folder} to serve; make build writes it.`,
    };
    console.error(sentences[code ?? ""] ?? message);
    process.exit(1);
  }
}
