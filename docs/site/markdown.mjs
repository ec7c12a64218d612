// What the site changes of markdown-it's output: links, headings with names, code with colours, and nothing inline that the policy
// forbids.

import { existsSync, statSync } from "node:fs";
import path from "node:path";
import GithubSlugger from "github-slugger";
import hljs from "highlight.js";
import { PAGES } from "./pages.mjs";

const { posix } = path;

/** Files of the repository that pages link to, and that are no pages: their paths. @type {Set<string>} */
export const linkedFiles = new Set();

/** What a linked file is called in the site. Sources have one more ending, so that every host sends them as text. @param {string} file */
export const fileName = (file) => `files/${file}${/\.(png|svg|json|txt)$/.test(file) ? "" : ".txt"}`;

/**
 * The address of a link within the site.
 *
 * @param {string} root of the repository
 * @param {string} source the file that has the link, its path in the repository
 * @param {string} address as it was written
 */
export function resolve(root, source, address) {
  if (/^([a-z]+:|#)/.test(address)) return address;
  const [name, hash] = address.split("#");
  const target = posix.join(posix.dirname(source), decodeURI(name)).replace(/\/$/, "");
  const page = PAGES.find((one) => one.source === target || one.source === posix.join(target, "README.md"))?.page;
  if (page) return hash ? `${page}#${hash}` : page;
  const file = path.join(root, target);
  if (!existsSync(file) || !statSync(file).isFile()) throw new Error(`${source} links to ${address}, which is no page and no file.`);
  linkedFiles.add(target);
  return fileName(target);
}

/** @typedef {any} Token of markdown-it */

/** @param {string} root @returns {(md: any) => void} a plugin of markdown-it */
export const forSite = (root) => (md) => {
  md.set({ html: true, linkify: false, highlight: colour }); // the reference has named places in HTML
  md.enable("code"); // Eleventy switches indented code off

  md.core.ruler.push("site", (/** @type {{ tokens: Token[], env: { source: string }, src: string }} */ { tokens, env, src }) => {
    const slugger = new GithubSlugger();
    // The reference names its places itself.
    const places = new Set([...src.matchAll(/<a id="([^"]+)"/g)].map(([, id]) => id));
    for (const [at, token] of tokens.entries()) {
      const id = token.type === "heading_open" && slugger.slug(plain(tokens[at + 1]));
      if (id && !places.has(id)) token.attrSet("id", id);
      // Markdown's tables have a head, if an empty one.
      if (token.type === "th_open" && tokens[at + 1].content === "") token.tag = tokens[at + 2].tag = "td";
      // A policy of `style-src 'self'` refuses style attributes.
      const align = /text-align:(\w+)/.exec(token.attrGet("style") ?? "")?.[1];
      if (align) token.attrs = [["class", align]];
      for (const child of token.children ?? []) {
        const attribute = child.type === "link_open" ? "href" : child.type === "image" ? "src" : null;
        if (attribute) child.attrSet(attribute, resolve(root, env.source, child.attrGet(attribute)));
      }
    }
  });

  // What may be wider than the window is scrolled by keys too.
  md.renderer.rules.table_open = () => '<div class="wide" tabindex="0" role="group" aria-label="Table"><table>\n';
  md.renderer.rules.table_close = () => "</table></div>\n";
  for (const name of ["fence", "code_block"]) {
    const rule = md.renderer.rules[name];
    md.renderer.rules[name] = (/** @type {unknown[]} */ ...all) => rule(...all).replace("<pre>", '<pre tabindex="0">');
  }
};

/** @param {Token} inline @returns {string} its text, without marks */
const plain = (inline) => (inline.children ?? []).map((/** @type {Token} */ child) => (/^(text|code_inline)$/.test(child.type) ? child.content : "")).join("");

/** @param {string} text @param {string} language @returns {string} HTML; "" where nothing is known of the language */
const colour = (text, language) => (hljs.getLanguage(language) ? hljs.highlight(text, { language }).value : "");
