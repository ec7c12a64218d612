// Colours for code: a program of its own that is fetched with the first block of code. lowlight gives a tree of classes, so
// no HTML is read.

import { createLowlight } from "lowlight";
import bash from "highlight.js/lib/languages/bash";
import c from "highlight.js/lib/languages/c";
import cpp from "highlight.js/lib/languages/cpp";
import csharp from "highlight.js/lib/languages/csharp";
import css from "highlight.js/lib/languages/css";
import diff from "highlight.js/lib/languages/diff";
import go from "highlight.js/lib/languages/go";
import ini from "highlight.js/lib/languages/ini";
import java from "highlight.js/lib/languages/java";
import javascript from "highlight.js/lib/languages/javascript";
import json from "highlight.js/lib/languages/json";
import kotlin from "highlight.js/lib/languages/kotlin";
import lua from "highlight.js/lib/languages/lua";
import makefile from "highlight.js/lib/languages/makefile";
import php from "highlight.js/lib/languages/php";
import python from "highlight.js/lib/languages/python";
import r from "highlight.js/lib/languages/r";
import ruby from "highlight.js/lib/languages/ruby";
import rust from "highlight.js/lib/languages/rust";
import shell from "highlight.js/lib/languages/shell";
import sql from "highlight.js/lib/languages/sql";
import swift from "highlight.js/lib/languages/swift";
import typescript from "highlight.js/lib/languages/typescript";
import xml from "highlight.js/lib/languages/xml";
import yaml from "highlight.js/lib/languages/yaml";

/** @typedef {ReturnType<ReturnType<typeof createLowlight>["highlight"]>} Tree */
/** @typedef {{ text: string, classes: string[] }} Piece a part of the text, and the classes of all that it is in */

const lowlight = createLowlight({
  ...{ bash, c, cpp, csharp, css, diff, go, ini, java, javascript, json, kotlin, lua, makefile, php, python, r, ruby, rust },
  ...{ shell, sql, swift, typescript, xml, yaml },
});

/**
 * @param {string} text
 * @param {string} language as it was written
 * @returns {Piece[] | null} null if the language is not known
 */
export function highlight(text, language) {
  if (!lowlight.registered(language)) return null;
  /** @type {Piece[]} */
  const pieces = [];
  /** @type {{ node: Tree | Tree["children"][number], classes: string[] }[]} */
  const waiting = [{ node: lowlight.highlight(language, text), classes: [] }];
  for (let next = waiting.pop(); next; next = waiting.pop()) {
    const { node, classes } = next;
    if (node.type === "text") pieces.push({ text: node.value, classes });
    if (!("children" in node)) continue;
    const own = "properties" in node ? /** @type {string[]} */ (node.properties.className ?? []) : [];
    for (const child of node.children.toReversed()) waiting.push({ node: child, classes: [...classes, ...own] });
  }
  return pieces;
}
