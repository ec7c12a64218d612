// Reading a model's files, from the web or from the user's disk, behind one interface. A
// weight file is a stream: its bytes are handed on as they come and never all held.

import { MambaError, OFFLINE_HINT, cancelled, isOffline } from "./errors.js";

/**
 * @typedef {object} OpenFile
 * @property {string} name
 * @property {number | null} byteLength null where it is not certain
 * @property {number | null} announced what the server says, for the progress bar
 * @property {AsyncIterable<Uint8Array>} chunks
 *
 * @typedef {object} ModelFolder
 * @property {(name: string) => Promise<string>} text a small file that must be there
 * @property {(name: string) => Promise<string | undefined>} textIfThere
 * @property {() => Promise<OpenFile | null>} openWeights the one weight file, null where there is none
 * @property {(name: string) => Promise<OpenFile>} open a shard
 */

/** No tokenizer.json comes near it; a stream without an end must not fill the memory. */
const SMALL_FILE_LIMIT = 64 * 2 ** 20;

const WEIGHTS = "model.safetensors";

/** @param {string} name */
const notFound = (name, where = "in the model's folder") =>
  new MambaError(
    "not-found",
    `There is no ${name} ${where}.`,
    name.endsWith(".safetensors")
      ? "Check the address. Models are read in Hugging Face layout, with their weights as safetensors."
      : "Check the address of the model's folder.",
  );

/** @param {string} name @param {unknown} [cause] */
const unreachable = (name, cause) =>
  new MambaError(
    "network",
    isOffline()
      ? `There is no network, so ${name} could not be loaded.`
      : `${name} could not be loaded: the server cannot be reached, or does not let other sites read the file.`,
    isOffline() ? OFFLINE_HINT : "Check the address and the connection, then try again.",
    { cause },
  );

/**
 * @param {"network" | "integrity"} code a connection that broke, or one that ended as if all were there
 * @param {string} name
 * @param {number} loaded
 * @param {number | null} total
 */
function cutShort(code, name, loaded, total) {
  const of = total === null ? "" : ` of ${total.toLocaleString("en")}`;
  return new MambaError(
    code,
    `${name} broke off after ${loaded.toLocaleString("en")}${of} bytes.`,
    "Check the connection and load the model again.",
  );
}

/** @param {string} name */
const isPage = (name) =>
  new MambaError(
    "not-found",
    `The server sent a web page instead of ${name}.`,
    "Check the address: it has to be the folder that the model's files are in.",
  );

/** @param {string} text */
const looksLikeHtml = (text) => /^\s*<(!doctype html|html|head)\b/i.test(text.slice(0, 200));

/**
 * @param {import("./model-source.js").ModelSource} source
 * @returns {ModelFolder}
 */
export function openFolder(source) {
  return source.kind === "web" ? webFolder(source) : fileFolder(source.files);
}

/** @param {import("./model-source.js").WebSource} source @returns {ModelFolder} */
function webFolder({ folder, weights }) {
  /** @param {string} name @param {string} [url] */
  async function open(name, url = new URL(name, folder).href) {
    const file = await request(name, url);
    if (!file) throw notFound(name);
    return file;
  }
  return {
    open: (name) => open(name),
    openWeights: () => (weights ? open(nameIn(weights), weights) : request(WEIGHTS, new URL(WEIGHTS, folder).href)),
    async text(name) {
      const file = await open(name);
      return readText(file);
    },
    async textIfThere(name) {
      const file = await request(name, new URL(name, folder).href).catch((error) => {
        // Static hosts that answer every address with their front page have no such file.
        if (error.code === "not-found") return null;
        throw error;
      });
      if (!file) return undefined;
      try {
        return await readText(file);
      } catch (error) {
        if (error instanceof MambaError && error.code === "not-found") return undefined;
        throw error;
      }
    },
  };
}

/** @param {string} url */
const nameIn = (url) => decodeURIComponent(new URL(url).pathname.split("/").pop() ?? WEIGHTS);

/**
 * @param {string} name for messages
 * @param {string} url
 * @returns {Promise<OpenFile | null>} null where the server says that there is no such file
 */
async function request(name, url) {
  const response = await fetch(url, { credentials: "same-origin" }).catch((cause) => {
    throw unreachable(name, cause);
  });
  if (response.status === 404 || response.status === 410) return null;
  if (response.status === 401 || response.status === 403) {
    throw new MambaError(
      "network",
      `The server does not hand out ${name} without permission (status ${response.status}).`,
      "Check the name. Models that ask for a login cannot be loaded from here; download them and choose the files.",
    );
  }
  if (!response.ok || !response.body) {
    throw new MambaError(
      "network",
      `The server could not send ${name} (status ${response.status}).`,
      "Try again in a while, or choose another model.",
    );
  }
  if (/^text\/html\b/i.test(response.headers.get("content-type") ?? "")) {
    await response.body.cancel();
    throw isPage(name);
  }
  const length = Number(response.headers.get("content-length") ?? NaN);
  const announced = Number.isSafeInteger(length) ? length : null;
  const byteLength = isUnpacked(response) ? announced : null;
  return { name, byteLength, announced, chunks: readBody(name, byteLength, response.body) };
}

/**
 * Content-Length counts the bytes before the browser unpacks them, so it is certain only
 * where nothing was packed; another origin need not show its Content-Encoding.
 *
 * @param {Response} response
 */
const isUnpacked = (response) =>
  response.type === "basic" && (response.headers.get("content-encoding") ?? "identity") === "identity";

/**
 * @param {string} name
 * @param {number | null} total
 * @param {ReadableStream<Uint8Array>} body
 */
async function* readBody(name, total, body) {
  const reader = body.getReader();
  let loaded = 0;
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((cause) => {
        if (cause?.name === "AbortError") throw cancelled();
        throw cutShort("network", name, loaded, total);
      });
      if (done) break;
      loaded += value.byteLength;
      yield value;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  if (total !== null && loaded < total) throw cutShort("integrity", name, loaded, total);
}

/** @param {OpenFile} file */
async function readText({ name, chunks }) {
  const decoder = new TextDecoder();
  const parts = [];
  let loaded = 0;
  for await (const chunk of chunks) {
    loaded += chunk.byteLength;
    if (loaded > SMALL_FILE_LIMIT) {
      throw new MambaError("bad-checkpoint", `${name} is larger than 64 MiB.`, "Check that the right file has this name.");
    }
    parts.push(decoder.decode(chunk, { stream: true }));
  }
  const text = parts.join("") + decoder.decode();
  if (looksLikeHtml(text)) throw isPage(name);
  return text;
}

/** @param {File[]} files @returns {ModelFolder} */
function fileFolder(files) {
  /** @param {string} name */
  const find = (name) => files.find((file) => file.name === name);

  /** @param {File} file @returns {OpenFile} */
  const opened = (file) => ({ name: file.name, byteLength: file.size, announced: file.size, chunks: readFile(file) });

  /** @param {string} name */
  function need(name) {
    const file = find(name);
    if (!file) throw notFound(name, "among the chosen files");
    return file;
  }
  return {
    open: async (name) => opened(need(name)),
    openWeights: async () => {
      const only = files.filter((file) => file.name.endsWith(".safetensors"));
      const file = find(WEIGHTS) ?? (only.length === 1 ? only[0] : undefined);
      return file && !find(`${WEIGHTS}.index.json`) ? opened(file) : null;
    },
    text: async (name) => readText(opened(need(name))),
    textIfThere: async (name) => {
      const file = find(name);
      return file && readText(opened(file));
    },
  };
}

/** @param {File} file */
async function* readFile(file) {
  try {
    const reader = file.stream().getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw new MambaError(
      "not-found",
      `${file.name} can no longer be read: it was changed, moved or taken away after it was chosen.`,
      "Choose the files again.",
      { cause },
    );
  }
}
