// A stand-in for Hugging Face: the two kinds of address that the engine asks it for.

import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { ModelHost } from "./host.mjs";

export class Hub {
  /** By owner/name. @type {Map<string, ModelHost>} */
  repositories = new Map();
  /** By owner/name@revision. @type {Map<string, string>} */
  commits = new Map();
  /** Requests for lists of files. */
  lists = 0;
  isLoginAsked = false;
  /** What the hub says that the weights' hash is. @type {string | null} */
  wrongHash = null;
  #server = createServer((request, response) => this.#answer(request, response));

  /** @param {string} name @param {Map<string, Buffer>} files @param {Partial<import("./host.mjs").Manners>} [manners] */
  add(name, files, manners = {}) {
    // As the hub does: files come from another address, which shows these headers to other sites.
    const host = new ModelHost(files, { lastModified: false, expose: ["ETag", "Content-Range"], ...manners });
    this.repositories.set(name, host);
    this.publish(name);
    return host;
  }

  /** A new commit. @param {string} name */
  publish(name, revision = "main") {
    const hash = createHash("sha1");
    for (const bytes of this.repositories.get(name)?.files.values() ?? []) hash.update(bytes);
    this.commits.set(`${name}@${revision}`, hash.digest("hex"));
  }

  /** @returns {Promise<string>} */
  async listen() {
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = this.#server.address();
    if (typeof address !== "object" || !address) throw new Error("the hub has no address");
    return `http://127.0.0.1:${address.port}/`;
  }

  async close() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param {import("node:http").IncomingMessage} request @param {import("node:http").ServerResponse} response */
  #answer(request, response) {
    const url = new URL(request.url ?? "/", "http://hub");
    const path = decodeURIComponent(url.pathname);
    const list = /^\/api\/models\/([^/]+\/[^/]+)\/revision\/(.+)$/.exec(path);
    if (list) return this.#list(response, list[1], list[2]);
    const file = /^\/([^/]+\/[^/]+)\/resolve\/([0-9a-f]{40}|main)\/(.+)$/.exec(path);
    if (file) {
      response.writeHead(302, { "Access-Control-Allow-Origin": "*", Location: `/cdn/${file[1]}/${file[3].split("/").map(encodeURIComponent).join("/")}` });
      return response.end();
    }
    const onCdn = /^\/cdn\/([^/]+\/[^/]+)\/(.+)$/.exec(path);
    const host = onCdn && this.repositories.get(onCdn[1]);
    if (onCdn && host) return host.answer(request, response, onCdn[2]);
    response.writeHead(404).end();
  }

  /** @param {import("node:http").ServerResponse} response @param {string} name @param {string} revision */
  #list(response, name, revision) {
    this.lists += 1;
    response.setHeader("Access-Control-Allow-Origin", "*");
    const host = this.repositories.get(name);
    const sha = this.commits.get(`${name}@${revision}`);
    // The hub answers 401 for what is not there, unless one is logged in.
    if (!host || !sha || this.isLoginAsked) return void response.writeHead(host && !this.isLoginAsked ? 404 : 401).end("{}");
    const siblings = [...host.files].map(([rfilename, bytes]) => {
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      const lfs = { size: bytes.length, sha256: this.wrongHash ?? sha256, pointerSize: 134 };
      const isLarge = rfilename.endsWith(".safetensors");
      return { rfilename, size: bytes.length, blobId: sha256.slice(0, 40), ...(isLarge && { lfs }) };
    });
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify({ id: name, sha, siblings }));
  }
}
