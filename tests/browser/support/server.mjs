// Serves the built site to the tests, and models beside it that misbehave in known ways.

import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { createServer } from "node:http";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { inTwo, withHeader, withTensor } from "./safetensors.mjs";

/** @typedef {import("node:http").ServerResponse} ServerResponse */
/** @typedef {(response: ServerResponse, original: () => Promise<Buffer>) => unknown} Answer */

const root = fileURLToPath(new URL("../../../", import.meta.url));
const site = path.resolve(root, process.env.MAMBA_WEB_SITE ?? "dist");
const golden = path.join(root, "tests/golden");
const goldenChat = path.join(golden, "chat");

/** @type {Record<string, string>} */
const TYPES = {
  ".css": "text/css; charset=utf-8",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
};

/** @param {ServerResponse} response @param {Buffer | string} body */
function send(response, body, type = "application/octet-stream", status = 200) {
  response.writeHead(status, { "Content-Type": type, "Content-Length": Buffer.byteLength(body) });
  response.end(body);
}

/** @type {Answer} */
const missing = (response) => send(response, "no such file", "text/plain", 404);
/** @type {Answer} */
const page = (response) => send(response, "<!doctype html><title>Home</title>", TYPES[".html"]);
/** @param {(bytes: Buffer) => Buffer} change @returns {Answer} */
const changed = (change) => async (response, original) => send(response, change(await original()));
/** @param {(config: Record<string, unknown>) => unknown} change @returns {Answer} */
const changedJson = (change) => async (response, original) =>
  send(response, JSON.stringify(change(JSON.parse(String(await original())))), TYPES[".json"]);

const weights = () => readFile(path.join(goldenChat, "model.safetensors"));

/**
 * Models made of tests/golden/chat/ by changing some of its files. A star stands for all others.
 *
 * @type {Record<string, Record<string, Answer>>}
 */
const MADE = {
  "nothing-there": { "*": missing },
  "no-weights": { "model.safetensors": missing, "model.safetensors.index.json": missing },
  "front-page-everywhere": { "*": page },
  "front-page-for-the-optional": { "generation_config.json": page, "chat_template.jinja": page },
  "server-error": { "model.safetensors": (response) => send(response, "down", "text/plain", 503) },
  "connection-lost": {
    "model.safetensors": async (response, original) => {
      const bytes = await original();
      response.writeHead(200, { "Content-Type": "application/octet-stream", "Content-Length": bytes.length });
      response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
    },
  },
  "cut-in-half": { "model.safetensors": changed((bytes) => bytes.subarray(0, bytes.length >> 1)) },
  "header-of-2-to-the-60": {
    "model.safetensors": changed((bytes) => {
      const copy = Buffer.from(bytes);
      copy.writeBigUInt64LE(2n ** 60n);
      return copy;
    }),
  },
  "tensor-of-another-name": {
    "model.safetensors": changed((bytes) =>
      withHeader(bytes, (header) => {
        header["backbone.layers.0.mixer.other_name"] = header["backbone.layers.0.mixer.D"];
        delete header["backbone.layers.0.mixer.D"];
      }),
    ),
  },
  "not-json": { "config.json": (response) => send(response, "{ hidden_size: 32,", TYPES[".json"]) },
  llama: {
    "config.json": changedJson((config) => ({ ...config, model_type: "llama", architectures: ["LlamaForCausalLM"] })),
  },
  "git-lfs": {
    "model.safetensors": (response) => send(response, "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
  },
  "a-layer-missing": {
    "config.json": changedJson((config) => ({ ...config, num_hidden_layers: 3, n_layer: 3 })),
  },
  "not-a-number": {
    "model.safetensors": changed((bytes) =>
      withTensor(bytes, "backbone.norm_f.weight", (data, dtype) => data.fill(0xff, 0, dtype === "F32" ? 4 : 2)),
    ),
  },
  /** A hundred thousand letters without a blank, where the engine quotes a file. */
  "shouting-config": { "config.json": changedJson((config) => ({ ...config, model_type: "a".repeat(100_000), architectures: ["a".repeat(100_000)] })) },
  "shouting-template": {
    "tokenizer_config.json": changedJson((config) => ({
      ...config,
      chat_template: `{{ raise_exception('${"a".repeat(100_000)}') }}`,
    })),
  },
  base: { "tokenizer_config.json": changedJson(({ chat_template, ...rest }) => rest) },
  "in-two-parts": {
    "model.safetensors": missing,
    "model.safetensors.index.json": async (response) => send(response, inTwo(await weights()).index),
    "model-00001-of-00002.safetensors": async (response) => send(response, Object.values(inTwo(await weights()).shards)[0]),
    "model-00002-of-00002.safetensors": async (response) => send(response, Object.values(inTwo(await weights()).shards)[1]),
  },
  "part-missing": {
    "model.safetensors": missing,
    "model.safetensors.index.json": async (response) => send(response, inTwo(await weights()).index),
    "model-00001-of-00002.safetensors": async (response) => send(response, Object.values(inTwo(await weights()).shards)[0]),
  },
  /** These send their weights only when the test lets them: see `Site.letGo`. */
  waiting: {},
  "waiting-base": { "tokenizer_config.json": changedJson(({ chat_template, ...rest }) => rest) },
  "waiting-llama": { "config.json": changedJson((config) => ({ ...config, model_type: "llama", architectures: ["LlamaForCausalLM"] })) },
};

export class Site {
  #server = createServer((request, response) => {
    this.#answer(request, response).catch(() => response.destroy());
  });
  #origin = "";
  #letGo = () => {};
  #mayGo = Promise.resolve();
  /** Files of the site itself that are to be missing, such as "/worker.js". @type {Set<string>} */
  gone = new Set();
  /** Hosts of models at this very origin, under /hosted/NAME/. @type {Map<string, import("./host.mjs").ModelHost>} */
  hosts = new Map();
  /** Whether pages are isolated from other sites, which shared memory needs. */
  isolates = true;

  /** @returns {Promise<Site>} */
  static async start() {
    await stat(path.join(site, "index.html")).catch(() => {
      throw new Error(`There is no site in ${site}; make build writes it.`);
    });
    const it = new Site();
    await new Promise((resolve) => it.#server.listen(0, "127.0.0.1", () => resolve(undefined)));
    const address = it.#server.address();
    if (typeof address !== "object" || !address) throw new Error("the server has no address");
    it.#origin = `http://127.0.0.1:${address.port}`;
    return it;
  }

  get origin() {
    return this.#origin;
  }

  /** The page under a sub-path, as a project's site on a free host is. @param {string} [query] */
  page(query = "") {
    return `${this.#origin}/sub/path/${query}`;
  }

  /** Models whose weights wait until `letGo()`. */
  hold() {
    this.#mayGo = new Promise((resolve) => (this.#letGo = () => resolve()));
  }

  letGo() {
    this.#letGo();
  }

  async stop() {
    this.#letGo();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /**
   * @param {import("node:http").IncomingMessage} request
   * @param {ServerResponse} response
   */
  async #answer(request, response) {
    const { pathname } = new URL(request.url ?? "/", this.#origin);
    const [, hosted, host, model] = pathname.split("/");
    if (hosted === "hosted") return this.hosts.get(host)?.answer(request, response, model);
    response.setHeader("Cache-Control", "no-store");
    if (this.isolates) {
      response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
      response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
    }
    const [, place, name, file] = pathname.split("/");
    if (place === "golden") return sendFile(response, path.join(golden, name, file));
    if (place === "made") return this.#makeModel(response, name, file);
    if (place === "empty") return send(response, "<!doctype html><title>Empty</title>", TYPES[".html"]);
    if (!pathname.startsWith("/sub/path/")) return missing(response, async () => Buffer.alloc(0));
    const own = pathname.slice("/sub/path".length);
    // Programs lie in a folder of their build.
    if (this.gone.has(own.replace(/^\/build\/[^/]+/, ""))) return missing(response, async () => Buffer.alloc(0));
    return sendFile(response, path.join(site, own.endsWith("/") ? `${own}index.html` : own));
  }

  /**
   * @param {ServerResponse} response
   * @param {string} name
   * @param {string} file
   */
  async #makeModel(response, name, file) {
    const model = MADE[name];
    if (!model) throw new Error(`no model is called ${name}`);
    // The config too, or one that is refused for it would not wait.
    if (name.startsWith("waiting") && /^(model\.safetensors|config\.json)$/.test(file)) await this.#mayGo;
    const answer = model[file] ?? model["*"];
    const original = path.join(goldenChat, file);
    return answer ? answer(response, () => readFile(original)) : sendFile(response, original);
  }
}

/** @param {ServerResponse} response @param {string} file */
async function sendFile(response, file) {
  const found = await stat(file).catch(() => null);
  if (!found?.isFile()) return missing(response, async () => Buffer.alloc(0));
  const type = TYPES[path.extname(file)] ?? "application/octet-stream";
  response.writeHead(200, { "Content-Type": type, "Content-Length": found.size });
  createReadStream(file).on("error", () => response.destroy()).pipe(response);
}
