// The Lab: its chapters one below the other. A chapter is opened when it comes near the screen.

import { CHAPTERS } from "./chapters/all.js";
import { frameOf } from "./frame.js";
import { Lab } from "./lab.js";
import { make } from "./view/dom.js";

/** A chapter that is so far below the screen is opened already. */
const NEAR = "600px";

const place = /** @type {HTMLElement} */ (document.getElementById("chapters"));
const contents = /** @type {HTMLElement} */ (document.getElementById("contents"));

try {
  // The theme that was chosen on the chat page.
  const theme = localStorage.getItem("mamba-web.theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
} catch {
  // Storage can be switched off; the system's theme is used then.
}

/** @type {Map<Element, () => void>} */
const waiting = new Map();
const near = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      waiting.get(target)?.();
      waiting.delete(target);
    }
  },
  { rootMargin: NEAR },
);

for (const chapter of CHAPTERS) {
  const { section, picture, controls, problem } = frameOf(chapter);
  place.append(section);
  contents.append(make("li", {}, make("a", { href: `#${chapter.id}` }, chapter.title)));
  waiting.set(section, () => chapter.open({ picture, controls, lab: new Lab(problem) }));
  near.observe(section);
}
