// A matrix as a picture: one pixel of the canvas for each number, enlarged without smoothing. The arrow keys, a mouse and a
// finger walk over the cells, and the line below says the number.

import { viridis } from "./colours.js";
import { draw, make } from "./dom.js";

/** @typedef {{ rows: number, columns: number, values: ArrayLike<number>, rowName: (row: number) => string, columnName: (column: number) => string, shown: (value: number) => string, range?: [number, number] }} Matrix `range`: of the colours, if not that of the values */

export class HeatMap {
  element;
  #canvas = make("canvas", { className: "heat", tabIndex: 0, role: "application" });
  #mark = make("div", { className: "heat-mark", hidden: true });
  #said = make("p", { className: "quiet heat-said", role: "status" });
  #scale = make("p", { className: "heat-scale quiet" });
  /** @type {Matrix | null} */
  #matrix = null;
  #at = { row: 0, column: 0 };

  /** @param {string} title */
  constructor(title) {
    this.#canvas.setAttribute("aria-label", `${title}. Walk with the arrow keys.`);
    this.#canvas.setAttribute("aria-roledescription", "matrix");
    this.element = make("figure", {}, make("figcaption", {}, title), make("div", { className: "heat-place" }, this.#canvas, this.#mark), this.#scale, this.#said);
    this.#canvas.addEventListener("keydown", (event) => this.#walk(event));
    this.#canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.#canvas.addEventListener("pointerdown", (event) => this.#point(event));
    this.#canvas.addEventListener("focus", () => this.#say());
  }

  /** @param {Matrix} matrix */
  show(matrix) {
    const { rows, columns, values } = (this.#matrix = matrix);
    this.#at = { row: Math.min(this.#at.row, rows - 1), column: Math.min(this.#at.column, columns - 1) };
    Object.assign(this.#canvas, { width: columns, height: rows });
    this.#canvas.style.aspectRatio = `${columns} / ${rows}`;
    const context = this.#canvas.getContext("2d");
    if (!context) return;
    const [least, most] = matrix.range ?? rangeOf(values);
    const image = context.createImageData(columns, rows);
    for (let at = 0; at < rows * columns; at++) image.data.set([...viridis((values[at] - least) / (most - least || 1)), 255], 4 * at);
    context.putImageData(image, 0, 0);
    const bar = draw("svg", { viewBox: "0 0 100 8", preserveAspectRatio: "none", "aria-hidden": "true" });
    for (let at = 0; at < 50; at++) bar.append(draw("rect", { x: 2 * at, y: 0, width: 2.1, height: 8, fill: `rgb(${viridis(at / 49).join(" ")})` }));
    this.#scale.replaceChildren(matrix.shown(least), bar, matrix.shown(most));
    this.#mark.hidden = true;
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const step = /** @type {Record<string, [number, number]>} */ ({ ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] })[event.key];
    if (!step || !this.#matrix) return;
    event.preventDefault();
    this.#go(this.#at.row + step[0], this.#at.column + step[1]);
  }

  /** @param {PointerEvent} event */
  #point({ offsetX, offsetY }) {
    if (!this.#matrix) return;
    const { clientWidth, clientHeight } = this.#canvas;
    this.#go(Math.floor((offsetY / clientHeight) * this.#matrix.rows), Math.floor((offsetX / clientWidth) * this.#matrix.columns));
  }

  /** @param {number} row @param {number} column */
  #go(row, column) {
    const { rows, columns } = /** @type {Matrix} */ (this.#matrix);
    this.#at = { row: Math.min(Math.max(row, 0), rows - 1), column: Math.min(Math.max(column, 0), columns - 1) };
    this.#say();
  }

  #say() {
    if (!this.#matrix) return;
    const { row, column } = this.#at;
    const { rows, columns, values, rowName, columnName, shown } = this.#matrix;
    this.#said.textContent = `${rowName(row)}, ${columnName(column)}: ${shown(values[row * columns + column])}`;
    Object.assign(this.#mark.style, { left: `${(100 * column) / columns}%`, top: `${(100 * row) / rows}%`, width: `${100 / columns}%`, height: `${100 / rows}%` });
    this.#mark.hidden = false;
  }
}

/** @param {ArrayLike<number>} values @returns {[number, number]} */
function rangeOf(values) {
  let [least, most] = [Infinity, -Infinity];
  for (let at = 0; at < values.length; at++) [least, most] = [Math.min(least, values[at]), Math.max(most, values[at])];
  return [least, most];
}
