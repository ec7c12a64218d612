// A block as a drawing. Each box is a button, and shines as its values are large: light is much.

import { viridis } from "./colours.js";
import { inkOn } from "./coloured.js";
import { draw, make } from "./dom.js";

/** @typedef {{ id: string, name: string, part?: string, at: [x: number, y: number] }} Box */
/** @typedef {{ share: number, shown: string }} Light `share`: from 0 to 1 */

export class Diagram {
  element;
  /** @type {Map<string, { group: SVGGElement, rect: SVGRectElement, number: SVGTextElement, box: Box }>} */
  #boxes = new Map();

  /**
   * @param {{ name: string, boxes: Box[], wires: string[], label?: { text: string, at: [x: number, y: number] } }} block
   * @param {{ width: number, height: number, box: { width: number, height: number } }} size
   * @param {(box: string) => void} onChoose
   */
  constructor({ name, boxes, wires, label }, { width, height, box: { width: w, height: h } }, onChoose) {
    const plain = (/** @type {number} */ y, /** @type {string} */ text) => [draw("rect", { class: "plain-box", x: 8, y, width: width - 22, height: 26, rx: 6 }), draw("text", { x: (width - 6) / 2, y: y + 18, "text-anchor": "middle" }, text)];
    // Arrows have one head, which is drawn where a wire ends.
    const tip = `tip-${name.replaceAll(/\W/g, "")}`;
    const marker = draw("marker", { id: tip, viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" }, draw("path", { class: "tip", d: "M0 0L8 4L0 8Z" }));
    const svg = draw(
      "svg",
      { class: "diagram", viewBox: `0 0 ${width} ${height}`, role: "group", "aria-label": `${name}: the boxes of its block` },
      draw("defs", {}, marker),
      ...wires.map((d) => draw("path", { class: "wire", d, "marker-end": `url(#${tip})` })),
      ...plain(26, "in_proj"),
      ...plain(424, "out_proj"),
      draw("text", { class: "soft", x: (width - 6) / 2, y: 16, "text-anchor": "middle" }, "u = RMSNorm(stream)"),
      draw("text", { class: "soft", x: (width - 6) / 2, y: 470, "text-anchor": "middle" }, "added to the stream"),
    );
    if (label) svg.append(draw("text", { class: "soft", x: label.at[0], y: label.at[1], "text-anchor": "middle" }, label.text));
    for (const box of boxes) {
      const [x, y] = box.at;
      const rect = draw("rect", { x, y, width: w, height: h, rx: 7 });
      const number = draw("text", { class: "size", x: x + w / 2, y: y + 34, "text-anchor": "middle" });
      const group = draw("g", { class: "box", role: "button", tabindex: 0, "data-box": box.id }, rect, draw("text", { x: x + w / 2, y: y + 17, "text-anchor": "middle" }, box.name), " ", number);
      group.addEventListener("click", () => onChoose(box.id));
      group.addEventListener("keydown", (event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault(); // the space bar would scroll
        onChoose(box.id);
      });
      this.#boxes.set(box.id, { group, rect, number, box });
      svg.append(group);
    }
    this.element = make("figure", {}, make("figcaption", {}, name), svg);
  }

  /** @param {(box: string) => Light} lightOf */
  light(lightOf) {
    for (const [id, { group, rect, number }] of this.#boxes) {
      const { share, shown } = lightOf(id);
      const colour = viridis(share);
      rect.style.fill = `rgb(${colour.join(" ")})`;
      group.style.fill = inkOn(colour);
      number.textContent = shown;
    }
  }

  /** @param {string | null} chosen a box @param {string} part whose boxes are marked */
  mark(chosen, part) {
    for (const [id, { group, box }] of this.#boxes) {
      group.setAttribute("aria-pressed", String(id === chosen));
      group.classList.toggle("is-marked", box.part === part);
    }
  }
}
