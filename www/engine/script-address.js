// Addresses of scripts, for pages whose policy asks for trusted types: only those of this program's own folder are ever made.

/** @typedef {{ createScriptURL: (address: string) => string }} Policy */

/** @type {Policy | null} */
let policy = null;
try {
  const { trustedTypes } = /** @type {{ trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy } }} */ (globalThis);
  policy = trustedTypes?.createPolicy("mamba-web", { createScriptURL: (address) => address }) ?? null;
} catch {
  // Another page's policy may forbid ours by its name; whether that page takes plain addresses is its own choice.
}

/**
 * @param {string | URL} url
 * @returns {string} or what stands for it where trusted types are asked for
 */
export const scriptAddress = (url) => policy?.createScriptURL(String(url)) ?? String(url);
