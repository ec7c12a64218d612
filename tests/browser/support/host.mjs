// A host of model files that misbehaves in the ways that hosts and networks do, and counts.

import { createHash } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { gzipSync } from "node:zlib";

/** @typedef {import("node:http").IncomingMessage} Request */
/** @typedef {import("node:http").ServerResponse} Response */
/** @typedef {{ file: string, method: string, from: number, ifRange: string | undefined, status: number, sent: number }} Asked */

/**
 * @typedef {object} Manners
 * @property {boolean} isDown
 * @property {boolean} etag
 * @property {boolean} lastModified
 * @property {boolean} ranges whether Range is obeyed
 * @property {boolean} cors
 * @property {string[]} expose response headers that other sites may read
 * @property {boolean} gzip
 * @property {number} lie added to Content-Length
 * @property {number | null} cut bytes after which the body ends as if all were there
 * @property {Promise<void> | null} heads when HEAD is answered
 * @property {number[]} statuses what the next requests for weights are answered with before one succeeds
 * @property {(request: Asked) => number | null} breakAfter bytes of this body after which the connection breaks
 * @property {(request: Asked) => number | null} stallAfter bytes of this body after which nothing comes any more
 */

/** @type {Manners} */
const GOOD = {
  isDown: false,
  etag: true,
  lastModified: true,
  ranges: true,
  cors: true,
  expose: [],
  gzip: false,
  lie: 0,
  cut: null,
  heads: null,
  statuses: [],
  breakAfter: () => null,
  stallAfter: () => null,
};

export class ModelHost {
  /** @type {Manners} */
  manners;
  /** @type {Map<string, Buffer>} */
  files;
  /** @type {Asked[]} */
  asked = [];
  modified = new Date("2026-01-01T00:00:00Z");
  #server = createServer((request, response) => this.answer(request, response, (request.url ?? "/").slice(1)));

  /** @param {Map<string, Buffer>} files @param {Partial<Manners>} [manners] */
  constructor(files, manners = {}) {
    this.files = new Map(files);
    this.manners = { ...GOOD, ...manners };
  }

  /** At an origin of its own. @returns {Promise<string>} */
  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = this.#server.address();
    if (typeof address !== "object" || !address) throw new Error("the host has no address");
    return `http://127.0.0.1:${address.port}/`;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** What was asked about the weights. @param {string} [method] */
  weights(method = "GET") {
    return this.asked.filter(({ file, method: was }) => /\.safetensors$/.test(file) && was === method);
  }

  /** Bytes of weights that were sent. */
  get sent() {
    return this.weights().reduce((sum, { sent }) => sum + sent, 0);
  }

  /** @param {Request} request @param {Response} response @param {string} file */
  answer(request, response, file) {
    const { manners } = this;
    if (manners.isDown) return void response.destroy();
    const range = /^bytes=(\d+)-$/.exec(request.headers.range ?? "");
    /** @type {Asked} */
    const asked = {
      file,
      method: request.method ?? "GET",
      from: range ? Number(range[1]) : 0,
      ifRange: request.headers["if-range"]?.toString(),
      status: 200,
      sent: 0,
    };
    this.asked.push(asked);
    if (manners.cors) {
      response.setHeader("Access-Control-Allow-Origin", "*");
      if (manners.expose.length > 0) response.setHeader("Access-Control-Expose-Headers", manners.expose.join(", "));
    }
    response.setHeader("Cross-Origin-Resource-Policy", "cross-origin");
    const refuse = (/** @type {number} */ status) => {
      asked.status = status;
      response.writeHead(status, { "Content-Type": "text/plain" });
      response.end("no");
    };
    const bytes = this.files.get(file);
    // No preflight is answered, as file hosts do not.
    if (request.method === "OPTIONS") return refuse(405);
    if (!bytes) return refuse(404);
    const isWeights = /\.safetensors$/.test(file);
    const status = isWeights && manners.statuses.shift();
    if (status) return refuse(status);

    const etag = `"${createHash("sha1").update(bytes).digest("hex").slice(0, 12)}${manners.gzip ? "-gzip" : ""}"`;
    const modified = this.modified.toUTCString();
    if (manners.etag) response.setHeader("ETag", etag);
    if (manners.lastModified) response.setHeader("Last-Modified", modified);
    let from = 0;
    const isSame = !asked.ifRange || asked.ifRange === etag || asked.ifRange === modified;
    if (range && manners.ranges && isSame) {
      from = asked.from;
      if (from >= bytes.length) return refuse(416);
      asked.status = 206;
      response.setHeader("Content-Range", `bytes ${from}-${bytes.length - 1}/${bytes.length}`);
    } else {
      asked.from = 0;
    }
    let body = bytes.subarray(from);
    if (manners.gzip) {
      response.setHeader("Content-Encoding", "gzip");
      body = gzipSync(body, { level: 1 });
    }
    const whole = body.length;
    if (isWeights && manners.cut !== null) body = body.subarray(0, manners.cut);
    const hasLength = !isWeights || manners.cut === null;
    response.writeHead(asked.status, {
      "Content-Type": "application/octet-stream",
      ...(hasLength && { "Content-Length": whole + (isWeights ? manners.lie : 0) }),
    });
    if (request.method === "HEAD") {
      if (!manners.heads) return response.end();
      return void manners.heads.then(() => response.end());
    }
    const breakAfter = isWeights ? manners.breakAfter(asked) : null;
    const stallAfter = isWeights ? manners.stallAfter(asked) : null;
    const end = Math.min(body.length, breakAfter ?? Infinity, stallAfter ?? Infinity);
    asked.sent = end;
    response.write(body.subarray(0, end), () => {
      if (stallAfter !== null) return; // nothing more comes, and nothing says so
      // A browser throws away what it has not handed on yet when the connection breaks; a busy machine needs some time.
      if (breakAfter !== null || manners.lie !== 0) setTimeout(() => response.socket?.end(), 250);
      else response.end();
    });
  }
}

/** @param {string} folder @returns {Promise<Map<string, Buffer>>} */
export async function readFolder(folder) {
  const names = (await readdir(folder)).filter((name) => /\.(json|safetensors|jinja)$/.test(name));
  return new Map(await Promise.all(names.map(async (name) => /** @type {const} */ ([name, await readFile(path.join(folder, name))]))));
}

/**
 * The same model with other weights, in a file of the same size.
 *
 * @param {Map<string, Buffer>} files
 */
export function retrained(files) {
  const weights = Buffer.from(/** @type {Buffer} */ (files.get("model.safetensors")));
  const dataAt = 8 + Number(weights.readBigUInt64LE(0));
  // The signs of two values in ten thousand: any data type that models have stays finite.
  for (let at = dataAt + 1; at < weights.length; at += 10_002) weights[at] ^= 0x80;
  return new Map(files).set("model.safetensors", weights);
}
