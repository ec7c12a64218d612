// What a build of the site is called in the browser's stores. Its files lie in build/BUILD/ of the site; an origin may have
// several sites, so the site's own address is part of the names.

/** Where the programs of all builds lie, seen from the site's root. */
const BUILDS = "build/";

/** What the names of all caches of a site begin with. @param {string} root the site's address */
export const cachesOf = (root) => `mamba-web ${new URL(root).pathname} `;

/** The cache of a build, and the lock that its open pages hold together. @param {string} root @param {string} build */
export const nameOf = (root, build) => cachesOf(root) + build;

/**
 * The build that a file is of.
 *
 * @param {string} root
 * @param {string} url
 * @returns {string | null} null for files that are of no build, such as models
 */
export function buildOf(root, url) {
  const folder = new URL(BUILDS, root).href;
  return (url.startsWith(folder) && url.slice(folder.length).split("/")[0]) || null;
}
