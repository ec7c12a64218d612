// KaTeX's fonts, which lie beside the program. They are added to the document, because fonts that the sheet of a shadow root
// names are not found.

const PLAIN = { weight: "normal", style: "normal" };
const BOLD = { weight: "bold", style: "normal" };
const ITALIC = { weight: "normal", style: "italic" };
const BOLD_ITALIC = { weight: "bold", style: "italic" };

/** As in KaTeX's own sheet. Bundlers look for files in exactly this form. @type {[string, FontFaceDescriptors, URL][]} */
const FONTS = [
  ["KaTeX_AMS", PLAIN, new URL("./KaTeX_AMS-Regular.woff2", import.meta.url)],
  ["KaTeX_Caligraphic", BOLD, new URL("./KaTeX_Caligraphic-Bold.woff2", import.meta.url)],
  ["KaTeX_Caligraphic", PLAIN, new URL("./KaTeX_Caligraphic-Regular.woff2", import.meta.url)],
  ["KaTeX_Fraktur", BOLD, new URL("./KaTeX_Fraktur-Bold.woff2", import.meta.url)],
  ["KaTeX_Fraktur", PLAIN, new URL("./KaTeX_Fraktur-Regular.woff2", import.meta.url)],
  ["KaTeX_Main", BOLD, new URL("./KaTeX_Main-Bold.woff2", import.meta.url)],
  ["KaTeX_Main", BOLD_ITALIC, new URL("./KaTeX_Main-BoldItalic.woff2", import.meta.url)],
  ["KaTeX_Main", ITALIC, new URL("./KaTeX_Main-Italic.woff2", import.meta.url)],
  ["KaTeX_Main", PLAIN, new URL("./KaTeX_Main-Regular.woff2", import.meta.url)],
  ["KaTeX_Math", BOLD_ITALIC, new URL("./KaTeX_Math-BoldItalic.woff2", import.meta.url)],
  ["KaTeX_Math", ITALIC, new URL("./KaTeX_Math-Italic.woff2", import.meta.url)],
  ["KaTeX_SansSerif", BOLD, new URL("./KaTeX_SansSerif-Bold.woff2", import.meta.url)],
  ["KaTeX_SansSerif", ITALIC, new URL("./KaTeX_SansSerif-Italic.woff2", import.meta.url)],
  ["KaTeX_SansSerif", PLAIN, new URL("./KaTeX_SansSerif-Regular.woff2", import.meta.url)],
  ["KaTeX_Script", PLAIN, new URL("./KaTeX_Script-Regular.woff2", import.meta.url)],
  ["KaTeX_Size1", PLAIN, new URL("./KaTeX_Size1-Regular.woff2", import.meta.url)],
  ["KaTeX_Size2", PLAIN, new URL("./KaTeX_Size2-Regular.woff2", import.meta.url)],
  ["KaTeX_Size3", PLAIN, new URL("./KaTeX_Size3-Regular.woff2", import.meta.url)],
  ["KaTeX_Size4", PLAIN, new URL("./KaTeX_Size4-Regular.woff2", import.meta.url)],
  ["KaTeX_Typewriter", PLAIN, new URL("./KaTeX_Typewriter-Regular.woff2", import.meta.url)],
];

/** Each is fetched when a formula needs it. */
export function addFonts() {
  for (const [family, descriptors, { href }] of FONTS) document.fonts.add(new FontFace(family, `url("${href}")`, { ...descriptors, display: "block" }));
}
