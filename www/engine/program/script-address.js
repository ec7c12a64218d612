// Addresses of scripts, for pages whose policy requires trusted types. Only addresses in this program's own folder are made.

/** @typedef {{ createScriptURL: (address: string) => string }} Policy */

/** @type {Policy | null} */
let policy = null;
try {
  const { trustedTypes } = /** @type {{ trustedTypes?: { createPolicy: (name: string, rules: Policy) => Policy } }} */ (globalThis);
  policy = trustedTypes?.createPolicy("mamba-web", { createScriptURL: (address) => address }) ?? null;
} catch {
  // Another page may forbid our policy by its name. Then that page decides whether plain addresses are allowed.
}

/**
 * @param {string | URL} url
 * @returns {string} or what stands for it where trusted types are asked for
 */
export const scriptAddress = (url) => policy?.createScriptURL(String(url)) ?? String(url);
