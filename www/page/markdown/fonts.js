// KaTeX's fonts. They are added to the document, because fonts that the sheet of a shadow root names are not found.

import { fontFiles } from "./font-files.js";

/** Families, weights and styles are those of KaTeX's own sheet. Its files are named after them. */
export function addFonts() {
  for (const [name, source] of fontFiles()) {
    const [family, cut] = name.split("-");
    const weight = cut.includes("Bold") ? "bold" : "normal";
    const style = cut.includes("Italic") ? "italic" : "normal";
    document.fonts.add(new FontFace(family, source, { weight, style, display: "block" }));
  }
}
