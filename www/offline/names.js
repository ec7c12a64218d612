// Names of a build of the site in the browser's stores. Its files lie in build/BUILD/ of the site. An origin may have
// several sites, so the site's own address is part of the names.

/** The folder of the programs of all builds, relative to the site's root. */
const BUILDS = "build/";

/** What the names of all caches of a site begin with. @param {string} root the site's address */
export const cachesOf = (root) => `mamba-web ${new URL(root).pathname} `;

/** The cache of a build, and the lock that its open pages hold together. @param {string} root @param {string} build */
export const nameOf = (root, build) => cachesOf(root) + build;

/**
 * The build that a file belongs to.
 *
 * @param {string} root
 * @param {string} url
 * @returns {string | null} null for files of no build, such as models
 */
export function buildOf(root, url) {
  const folder = new URL(BUILDS, root).href;
  return (url.startsWith(folder) && url.slice(folder.length).split("/")[0]) || null;
}
