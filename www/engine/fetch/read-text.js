import { MambaError } from "../errors.js";
import { isPage } from "./file-errors.js";

/** Far above any tokenizer.json. A stream without an end must not fill the memory. */
const SMALL_FILE_LIMIT = 64 * 2 ** 20;

/** @param {{ name: string, chunks: AsyncIterable<Uint8Array> }} file */
export async function readText({ name, chunks }) {
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
  if (/^\s*<(!doctype html|html|head)\b/i.test(text.slice(0, 200))) throw isPage(name);
  return text;
}
