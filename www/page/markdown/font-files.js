// Where KaTeX's fonts are: beside the program. The package's “mamba-web/inline” has ../../inline/font-files.js in the place of
// this module.

/** Bundlers look for files in exactly this form. @type {Record<string, URL>} */
const FILES = {
  "KaTeX_AMS-Regular": new URL("./KaTeX_AMS-Regular.woff2", import.meta.url),
  "KaTeX_Caligraphic-Bold": new URL("./KaTeX_Caligraphic-Bold.woff2", import.meta.url),
  "KaTeX_Caligraphic-Regular": new URL("./KaTeX_Caligraphic-Regular.woff2", import.meta.url),
  "KaTeX_Fraktur-Bold": new URL("./KaTeX_Fraktur-Bold.woff2", import.meta.url),
  "KaTeX_Fraktur-Regular": new URL("./KaTeX_Fraktur-Regular.woff2", import.meta.url),
  "KaTeX_Main-Bold": new URL("./KaTeX_Main-Bold.woff2", import.meta.url),
  "KaTeX_Main-BoldItalic": new URL("./KaTeX_Main-BoldItalic.woff2", import.meta.url),
  "KaTeX_Main-Italic": new URL("./KaTeX_Main-Italic.woff2", import.meta.url),
  "KaTeX_Main-Regular": new URL("./KaTeX_Main-Regular.woff2", import.meta.url),
  "KaTeX_Math-BoldItalic": new URL("./KaTeX_Math-BoldItalic.woff2", import.meta.url),
  "KaTeX_Math-Italic": new URL("./KaTeX_Math-Italic.woff2", import.meta.url),
  "KaTeX_SansSerif-Bold": new URL("./KaTeX_SansSerif-Bold.woff2", import.meta.url),
  "KaTeX_SansSerif-Italic": new URL("./KaTeX_SansSerif-Italic.woff2", import.meta.url),
  "KaTeX_SansSerif-Regular": new URL("./KaTeX_SansSerif-Regular.woff2", import.meta.url),
  "KaTeX_Script-Regular": new URL("./KaTeX_Script-Regular.woff2", import.meta.url),
  "KaTeX_Size1-Regular": new URL("./KaTeX_Size1-Regular.woff2", import.meta.url),
  "KaTeX_Size2-Regular": new URL("./KaTeX_Size2-Regular.woff2", import.meta.url),
  "KaTeX_Size3-Regular": new URL("./KaTeX_Size3-Regular.woff2", import.meta.url),
  "KaTeX_Size4-Regular": new URL("./KaTeX_Size4-Regular.woff2", import.meta.url),
  "KaTeX_Typewriter-Regular": new URL("./KaTeX_Typewriter-Regular.woff2", import.meta.url),
};

/** Name of a font -> what a FontFace takes: here the browser fetches each when a formula needs it. */
export const fontFiles = () => Object.entries(FILES).map(([name, { href }]) => /** @type {const} */ ([name, `url("${href}")`]));
