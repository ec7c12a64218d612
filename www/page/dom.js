// Small helpers around the DOM. Text goes in as text, never as HTML.

import { DRAWINGS } from "./icons.js";

/**
 * An element of index.html. A missing one is a mistake in the page, so there is nothing to
 * handle.
 *
 * @template {Element} T
 * @param {string} id
 * @param {new (...args: any[]) => T} type
 * @returns {T}
 */
export function byId(id, type) {
  const element = document.getElementById(id);
  if (!(element instanceof type)) throw new Error(`index.html has no ${type.name} #${id}`);
  return element;
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {{ class?: string, text?: string, [attribute: string]: string | undefined }} [attributes]
 * @param {(Node | string)[]} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, { class: className, text, ...attributes } = {}, ...children) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

const SVG = "http://www.w3.org/2000/svg";

/** @param {string} tag @param {Record<string, string>} attributes @returns {SVGElement} */
function makeSvg(tag, attributes) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}

/** @param {string} name of a drawing in icons.js, or of a symbol in index.html */
export function icon(name) {
  const svg = makeSvg("svg", { class: "icon", viewBox: "0 0 24 24", "aria-hidden": "true" });
  setIcon(svg, name);
  return svg;
}

/** @param {Element} svg @param {string} name */
export function setIcon(svg, name) {
  const drawing = DRAWINGS[name];
  if (!drawing) return svg.replaceChildren(makeSvg("use", { href: `#icon-${name}` }));
  const [outline, solid] = drawing;
  svg.replaceChildren(...(outline ? [makeSvg("path", { d: outline })] : []), ...(solid ? [makeSvg("path", { d: solid, class: "solid" })] : []));
}

/**
 * @param {string} name what it does, read out and shown
 * @param {string} iconName
 * @param {() => void} action
 */
export function actionButton(name, iconName, action) {
  const button = make("button", { class: "action", type: "button" }, icon(iconName), make("span", { text: name }));
  button.addEventListener("click", action);
  return button;
}

/**
 * @param {string} name what it does, read out and shown as a tip
 * @param {string} iconName
 * @param {() => void} action
 */
export function iconButton(name, iconName, action) {
  const button = make("button", { class: "action is-icon", type: "button", title: name, "aria-label": name }, icon(iconName));
  button.addEventListener("click", action);
  return button;
}

/**
 * The document, or the shadow root, that an element is in. What belongs to a chat is looked for there: its live region, its
 * menu, its box.
 *
 * @param {Node} node
 * @returns {Document | ShadowRoot}
 */
export function rootOf(node) {
  const root = node.getRootNode();
  return root instanceof ShadowRoot ? root : document;
}

/** What has the focus, inside of shadow roots too. @returns {Element | null} */
export function focused() {
  let at = document.activeElement;
  while (at?.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  return at;
}

/** A live region cannot be stopped in the middle. The whole text can be read where it is shown. */
const LONGEST_ANNOUNCEMENT = 2000;

/**
 * Says it once to people who listen to the page.
 *
 * @param {string} text
 * @param {Node} [about] what it is about: the live region beside it says it
 */
export function announce(text, about = document) {
  const said = text.length > LONGEST_ANNOUNCEMENT ? `${text.slice(0, LONGEST_ANNOUNCEMENT)} … and so on.` : text;
  // Each text gets a node of its own, or the same words twice would be read out once.
  // What is outside of an open dialog is not read out.
  const places = rootOf(about).querySelectorAll(".announcer");
  const place = [...places].findLast((one) => one.closest("dialog")?.open) ?? [...places].find((one) => !one.closest("dialog"));
  place?.replaceChildren(make("p", { text: said }));
}

/** @param {string} text @returns {Promise<boolean>} whether it is in the clipboard now */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    // Sites without https have no clipboard API; the old way still works there.
    const area = make("textarea", { class: "unseen", "aria-hidden": "true" });
    area.value = text;
    const before = focused();
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand("copy");
    area.remove();
    if (before instanceof HTMLElement) before.focus();
    return isCopied;
  }
}

/** A hidden page paints nothing. */
const MOST_WAIT_MS = 200;

/** Resolves once what has changed is on the screen. @returns {Promise<void>} */
export const afterPaint = () =>
  new Promise((resolve) => {
    requestAnimationFrame(() => setTimeout(resolve));
    setTimeout(resolve, MOST_WAIT_MS);
  });
