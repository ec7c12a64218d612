// Style sheets that are parts of the program (scripts/styles.mjs). A policy of `style-src 'self'` allows them.

/** A sheet belongs to one document, in which all roots share it. @type {WeakMap<Document, Map<string, CSSStyleSheet>>} */
const made = new WeakMap();

/**
 * @param {Document | ShadowRoot} root
 * @param {string} text of the sheet
 * @returns {boolean} false in browsers that cannot make sheets
 */
export function addStyles(root, text) {
  if (!root.adoptedStyleSheets) return false;
  const page = root.ownerDocument ?? /** @type {Document} */ (root);
  const sheets = made.get(page) ?? new Map();
  made.set(page, sheets);
  const sheet = sheets.get(text) ?? sheetOf(page, text);
  sheets.set(text, sheet);
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
  return true;
}

/** @param {Document} page @param {string} text */
function sheetOf(page, text) {
  // Documents without a window show nothing, so any sheet will do.
  const sheet = new (page.defaultView ?? window).CSSStyleSheet();
  sheet.replaceSync(text);
  return sheet;
}
