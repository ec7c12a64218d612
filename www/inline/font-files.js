// KaTeX's fonts within the script, in the place of ../page/markdown/font-files.js.

import packed from "packed:fonts";
import { bytesOf } from "./base64.js";

/** Name of a font -> what a FontFace takes. */
export const fontFiles = () => Object.entries(packed).map(([name, text]) => /** @type {const} */ ([name, bytesOf(text)]));
