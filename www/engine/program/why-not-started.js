// Why a worker did not start. The browser does not say, so its file is requested once more and the answer examined.

import { programMissing } from "../errors.js";

const ISOLATES = /require-corp|credentialless/;

/**
 * @param {URL} url of the worker's module
 * @returns {Promise<import("../errors.js").MambaError>}
 */
export async function whyNotStarted(url) {
  const name = url.pathname.replace(/.*\//, "");
  /** @type {Response} */
  let response;
  try {
    response = await fetch(url, { cache: "no-store" });
  } catch {
    return programMissing(`${name} could not be fetched`);
  }
  void response.body?.cancel();
  if (!response.ok) return programMissing(`the server has no ${name} (status ${response.status})`);
  const type = response.headers.get("content-type") ?? "unknown";
  if (/^text\/html\b/i.test(type)) return programMissing(`the server sends a web page instead of ${name}`);
  if (!/javascript|ecmascript/i.test(type)) return programMissing(`the server sends ${name} as “${type.slice(0, 80)}”, which browsers do not run`);
  if (!ISOLATES.test(embedder(response)) && (await pageIsolates())) {
    return programMissing(
      `the page has the header Cross-Origin-Embedder-Policy and ${name} has not`,
      "Try again; where the browser allows it, the page adds the header itself by then. If this is your site, send Cross-Origin-Embedder-Policy: require-corp with all files, or with none.",
    );
  }
  return programMissing(`${name} or a file that it needs is missing or damaged`);
}

/** @param {Response} response */
const embedder = ({ headers }) => headers.get("cross-origin-embedder-policy") ?? "";

/** Whether the page itself came with the header. */
async function pageIsolates() {
  if (globalThis.crossOriginIsolated) return true;
  const page = await fetch(globalThis.location.href, { method: "HEAD" }).catch(() => null);
  return page !== null && ISOLATES.test(embedder(page));
}
