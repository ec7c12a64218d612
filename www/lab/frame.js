// The frame of a chapter: claim, controls, picture, what to notice, source.

import { make } from "./view/dom.js";

/** @typedef {import("./chapter.js").Chapter} Chapter */

/** @param {Chapter} chapter */
export function frameOf({ id, number, title, claim, text, notice, source }) {
  const controls = make("div", { className: "controls", role: "group", ariaLabel: `${title}: controls` });
  const picture = make("div", { className: "picture" });
  const problem = make("p", { className: "quiet wrong", role: "status" });
  const sources = source.map(({ text, href }) => make("li", {}, href ? make("a", { href, className: "link" }, text) : text));
  const section = make(
    "section",
    { id, className: "chapter" },
    make("h2", { id: `${id}-title` }, make("span", { className: "number" }, `${number}`), title),
    make("p", { className: "claim" }, claim),
    ...text.map((sentence) => make("p", {}, sentence)),
    controls,
    picture,
    problem,
    make("h3", {}, "What to notice"),
    make("ul", { className: "notice" }, ...notice.map((sentence) => make("li", {}, sentence))),
    make("details", { className: "source" }, make("summary", {}, "Source"), make("ul", {}, ...sources)),
  );
  section.setAttribute("aria-labelledby", `${id}-title`);
  return { section, controls, picture, problem };
}
