// Why a worker did not start. The browser does not say, so its file is requested once more and the answer examined.

import { programMissing, programRefused } from "../errors.js";

const ISOLATES = /require-corp|credentialless/;

/** The browser starts no workers from this address. @param {URL} url of the worker's module */
export const notFromThere = (url) =>
  url.protocol === "blob:"
    ? programRefused(
        "the page's security policy, or the browser, allows no workers from blob: addresses",
        "If this is your site, add blob: to worker-src in its Content-Security-Policy, or import mamba-web in place of mamba-web/inline.",
      )
    : programRefused(
        `it lies on another site than the page (${url.origin}), and browsers start no workers from there`,
        "Serve the files of mamba-web from the site of your page, or import mamba-web/inline.",
      );

/**
 * @param {URL} url of the worker's module
 * @returns {Promise<import("../errors.js").MambaError>}
 */
export async function whyNotStarted(url) {
  if (url.protocol === "blob:") return notFromThere(url); // it cannot be missing
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
