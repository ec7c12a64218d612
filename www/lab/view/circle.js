// Poles in the unit circle: dots that a mouse, a finger or the arrow keys move.

import { draw, make } from "./dom.js";

/** @typedef {{ re: number, im: number, isPair: boolean }} Pole */

/** From the centre to the edge of the drawing. */
const REACH = 1.15;
/** A little outside the circle, to see a state explode. */
const FARTHEST = 1.02;
const KEY_STEP = 0.02;

export class PoleCircle {
  element;
  #svg = draw("svg", { viewBox: `${-REACH} ${-REACH} ${2 * REACH} ${2 * REACH}`, class: "circle", role: "group", "aria-label": "Eigenvalues in the unit circle" });
  #dots = draw("g", {});
  #onMove;
  /** @type {Pole[]} */
  #poles = [];

  /** @param {string} title @param {(number: number, pole: [number, number]) => void} onMove */
  constructor(title, onMove) {
    this.#onMove = onMove;
    const axes = draw("g", { class: "axes", "aria-hidden": "true" }, draw("circle", { r: 1 }), draw("line", { x1: -REACH, x2: REACH, y1: 0, y2: 0 }), draw("line", { y1: -REACH, y2: REACH, x1: 0, x2: 0 }));
    this.#svg.append(axes, this.#dots);
    this.element = make("figure", {}, make("figcaption", {}, title), this.#svg);
  }

  /** @param {Pole[]} poles */
  show(poles) {
    const isSame = poles.length === this.#poles.length && poles.every(({ isPair }, at) => isPair === this.#poles[at].isPair);
    this.#poles = poles;
    // A dot that is dragged must stay the same element.
    if (!isSame) this.#dots.replaceChildren(...poles.flatMap((pole, number) => this.#make(pole, number)));
    for (const dot of this.#dots.children) {
      const { re, im } = poles[Number(dot.getAttribute("data-number"))];
      const sign = dot.classList.contains("mirror") ? 1 : -1;
      dot.setAttribute("cx", String(re));
      dot.setAttribute("cy", String(sign * im));
      if (sign > 0) continue;
      dot.setAttribute("aria-valuenow", Math.hypot(re, im).toFixed(3));
      dot.setAttribute("aria-valuetext", `${re.toFixed(2)}${im ? ` + ${im.toFixed(2)} i` : ""}`);
    }
  }

  /** @param {Pole} pole @param {number} number */
  #make({ isPair }, number) {
    const dot = draw("circle", { r: 0.045, class: "dot", tabindex: 0, role: "slider", "data-number": number, "aria-label": `Eigenvalue ${number + 1}`, "aria-valuemin": 0, "aria-valuemax": FARTHEST });
    const move = (/** @type {number} */ re, /** @type {number} */ im) => {
      const size = Math.hypot(re, im);
      const shrink = size > FARTHEST ? FARTHEST / size : 1;
      // One that stands alone stays on the axis, where it decays; a pair stays a pair.
      const place = /** @type {[number, number]} */ (isPair ? [re * shrink, Math.max(im * shrink, 0.01)] : [Math.min(Math.max(re, 0.02), FARTHEST), 0]);
      this.#onMove(number, place);
    };
    dot.addEventListener("pointerdown", (event) => {
      dot.setPointerCapture(event.pointerId);
      event.preventDefault();
      dot.focus();
    });
    dot.addEventListener("pointermove", (event) => {
      if (!dot.hasPointerCapture(event.pointerId)) return;
      const { left, top, width } = this.#svg.getBoundingClientRect();
      const at = (/** @type {number} */ pixels) => (pixels / width) * 2 * REACH - REACH;
      move(at(event.clientX - left), -at(event.clientY - top));
    });
    dot.addEventListener("keydown", (event) => {
      const step = /** @type {Record<string, [number, number]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] })[event.key];
      if (!step) return;
      event.preventDefault();
      const { re, im } = this.#poles[number];
      move(re + step[0] * KEY_STEP, im + step[1] * KEY_STEP);
    });
    const mirror = draw("circle", { r: 0.035, class: "dot mirror", "data-number": number, "aria-hidden": "true" });
    return isPair ? [mirror, dot] : [dot];
  }
}
