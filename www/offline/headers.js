// The headers for the page, its worker and its helpers. `make serve` sends them, the recipes of docs/hosting.md have them
// (scripts/recipes.test.mjs compares), and the service worker adds them if a host does not.

/** The rules of index.html's own policy, and `frame-ancestors`, which a <meta> cannot set. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self' https: http://127.0.0.1:* http://localhost:*",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types mamba-web 'allow-duplicates'",
  "frame-ancestors 'self'",
];

/** Names in lower case, as browsers give them. @type {Record<string, string>} */
export const SECURITY = {
  "content-security-policy": POLICY.join("; "),
  "cross-origin-resource-policy": "same-origin",
  "referrer-policy": "no-referrer",
  "x-content-type-options": "nosniff",
};

/** embed.html is for frames of other sites, isolated ones too; a host may name them in the place of the star. @type {Record<string, string>} */
export const EMBED = {
  ...SECURITY,
  "content-security-policy": POLICY.join("; ").replace("frame-ancestors 'self'", "frame-ancestors *"),
  "cross-origin-resource-policy": "cross-origin",
};

/** Both together give a page SharedArrayBuffer, and so threads. @type {Record<string, string>} */
export const ISOLATION = {
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-opener-policy": "same-origin",
};
