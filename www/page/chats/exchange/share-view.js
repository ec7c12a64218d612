// The dialog before a chat is copied as a link: what the link holds, and who can read it.

import { announce, byId, copyText } from "../../dom.js";
import { count, counted } from "../../format.js";
import { closeOnBackdrop } from "../../settings-view.js";
import { Tree } from "../tree.js";
import { chatToLink, MOST_LINK } from "./chat-link.js";

const dialog = byId("share", HTMLDialogElement);
const button = byId("share-copy", HTMLButtonElement);
const note = byId("share-note", HTMLElement);
let address = "";

closeOnBackdrop(dialog);
button.addEventListener("click", async () => {
  const isCopied = await copyText(address);
  note.textContent = isCopied ? "Copied." : "The browser did not let this page copy the link.";
  announce(note.textContent);
});

/** @param {import("../library.js").Whole} whole */
export async function openShare(whole) {
  const path = new Tree(whole.nodes, whole.chat.leaf).path();
  const url = new URL(location.href);
  url.hash = await chatToLink(whole);
  address = url.href;
  byId("share-title", HTMLElement).textContent = `Share “${whole.chat.title}”`;
  const models = new Set(path.map(({ modelName }) => modelName).filter(Boolean));
  const holds = [
    `${counted(path.length, "turn")}, those on the screen, word for word`,
    ...(whole.chat.system ? ["the instructions of the chat"] : []),
    "the settings and seeds of the answers, with which the same model writes them again",
    ...(whole.chat.book ? ["not the memory that the chat began from"] : []),
    ...(models.size > 0 ? [`the name of the model (${[...models].join(", ")})`] : []),
    ...(url.search ? ["the model in this page's address, which stands before the # and is seen by this site's server"] : []),
  ];
  byId("share-holds", HTMLElement).replaceChildren(...holds.map(item));
  const isTooLong = address.length > MOST_LINK;
  note.textContent = isTooLong
    ? `The link would have ${count(address.length)} characters, which many programs cut off. Save the chat as a file and send that.`
    : `The link has ${count(address.length)} characters.`;
  button.disabled = isTooLong;
  dialog.showModal();
}

/** @param {string} text */
function item(text) {
  const element = document.createElement("li");
  element.textContent = text;
  return element;
}
