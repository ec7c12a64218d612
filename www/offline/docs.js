// The documentation without a network. It belongs to no build of the page: as long as there is a network, it comes from there.
// When a page of it is opened, all of it is kept.

import { cachesOf } from "./names.js";

export class Docs {
  #folder;
  /** What it has: a hash of all, then the names of the files (docs/site/build.mjs). */
  #list;
  #dress;
  cacheName;

  /** @param {string} root the site's address @param {(response: Response) => Response} dress adds headers */
  constructor(root, dress) {
    this.#folder = new URL("docs/", root).href;
    this.#list = `${this.#folder}files.txt`;
    this.#dress = dress;
    this.cacheName = `${cachesOf(root)}docs`;
  }

  /** @param {string} address without its query */
  has(address) {
    return address.startsWith(this.#folder);
  }

  /** @param {Request} request @param {string} address */
  async answer(request, address) {
    try {
      const response = await fetch(request);
      return response.ok ? this.#dress(response) : response;
    } catch (error) {
      const kept = await (await caches.open(this.cacheName)).match(address.endsWith("/") ? `${address}index.html` : address);
      if (!kept) throw error;
      return kept;
    }
  }

  async keep() {
    const list = await (await this.#fetch(this.#list)).text();
    const cache = await caches.open(this.cacheName);
    if ((await (await cache.match(this.#list))?.text()) === list) return;
    const names = list.trim().split("\n").slice(1);
    await Promise.all(names.map(async (name) => cache.put(this.#folder + name, this.#dress(await this.#fetch(this.#folder + name)))));
    await cache.put(this.#list, new Response(list)); // last, so that it stands for all
  }

  /** @param {string} address */
  async #fetch(address) {
    const response = await fetch(address, { cache: "no-cache" });
    if (response.status !== 200) throw new Error(`${address} was answered with ${response.status}`);
    return response;
  }
}
