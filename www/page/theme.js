// The button for the dark theme. Without a choice of its own the page follows the system.

import { byId } from "./dom.js";
import { remember } from "./storage.js";

const system = matchMedia("(prefers-color-scheme: dark)");
const root = document.documentElement;

const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

export function setUpTheme() {
  const button = byId("dark-theme", HTMLButtonElement);
  const show = () => {
    button.setAttribute("aria-pressed", String(isDark()));
    // The bar of a phone's browser follows too.
    for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
      const [light, dark] = ["#f7f6f1", "#131614"];
      const forDark = root.dataset.theme ? isDark() : meta.getAttribute("media")?.includes("dark");
      meta.setAttribute("content", forDark ? dark : light);
    }
  };
  button.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    remember("theme", root.dataset.theme);
    show();
  });
  system.addEventListener("change", show);
  show();
}
