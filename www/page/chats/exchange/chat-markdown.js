// A chat as Markdown: what is on the screen, as a text that other programs show.

import { lineOf } from "../../tools/tools.js";
import { withoutThought } from "../../thoughts.js";
import { Tree } from "../tree.js";

/** @param {import("../library.js").Whole} whole @returns {string} */
export function chatToMarkdown({ chat, nodes }) {
  const parts = [`# ${oneLine(chat.title)}`];
  if (chat.system) parts.push(quoted(chat.system));
  for (const { message, answer, rounds = [], modelName } of new Tree(nodes, chat.leaf).path()) {
    parts.push("**You**", message.trim());
    // Thoughts are left out, as in what “Copy” takes of an answer. JSON has them.
    const said = [...rounds.flatMap(({ said, calls }) => [closed(withoutThought(said).trim()), ...calls.map((call) => quoted(lineOf(call)))]), closed(withoutThought(answer).trim())];
    if (said.some(Boolean)) parts.push(`**${oneLine(modelName) || "Answer"}**`, ...said);
  }
  return `${parts.filter(Boolean).join("\n\n")}\n`;
}

/** @param {import("../library.js").Whole[]} wholes */
export const chatsToMarkdown = (wholes) => wholes.map(chatToMarkdown).join("\n---\n\n");

/** @param {string} text */
const oneLine = (text) => text.replace(/\s+/g, " ").trim();

/** @param {string} text */
const quoted = (text) => text.trim().split("\n").map((line) => `> ${line}`).join("\n");

/** An answer that broke off within a block of code must not take the rest of the chat into it. @param {string} text */
function closed(text) {
  let open = "";
  for (const line of text.split("\n")) {
    const fence = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line);
    if (!fence) continue;
    if (open === "") open = fence[1];
    else if (fence[1][0] === open[0] && fence[1].length >= open.length && fence[2].trim() === "") open = "";
  }
  return open === "" ? text : `${text}\n${open}`;
}
