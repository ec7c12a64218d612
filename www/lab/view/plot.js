// Lines over two axes, as SVG. Its words are text and its colours are the page's, so that forced colours and large letters work.

import { scaleLinear, scaleLog } from "d3-scale";
import { curveLinear, curveStepAfter, line } from "d3-shape";
import { draw, make } from "./dom.js";

/** @typedef {{ name: string, points: [x: number, y: number][], isStepped?: boolean, hasDots?: boolean }} Line */
/** @typedef {{ name: string, isLog?: boolean, domain?: [number, number], shown?: (value: number) => string }} Axis */

const WIDTH = 640;
const EDGE = { top: 12, right: 28, bottom: 44, left: 60 };
/** Lines are told apart by their dashes too. */
const DASHES = ["none", "7 4", "2 4", "10 3 2 3"];

export class LinePlot {
  element;
  #svg;
  #legend = make("ul", { className: "legend" });
  #height;

  /** @param {string} title what it shows, in words @param {{ height?: number }} [size] */
  constructor(title, { height = 260 } = {}) {
    this.#height = height;
    this.#svg = draw("svg", { viewBox: `0 0 ${WIDTH} ${height}`, class: "plot", role: "img", "aria-label": title });
    this.element = make("figure", {}, make("figcaption", {}, title), this.#svg, this.#legend);
  }

  /** The area of the lines, in the drawing's own units. */
  get area() {
    return { left: EDGE.left, right: WIDTH - EDGE.right, top: EDGE.top, bottom: this.#height - EDGE.bottom };
  }

  get svg() {
    return this.#svg;
  }

  /**
   * @param {Line[]} lines
   * @param {{ x: Axis, y: Axis, said?: string }} axes `said`: the picture in words
   */
  show(lines, { x: xAxis, y: yAxis, said }) {
    const { left, right, top, bottom } = this.area;
    const x = scaleOf(xAxis, lines.flatMap(({ points }) => points.map(([x]) => x)), [left, right]);
    const y = scaleOf(yAxis, lines.flatMap(({ points }) => points.map(([, y]) => y)), [bottom, top]);
    if (said) this.#svg.setAttribute("aria-label", said);
    const frame = draw("g", { class: "axes", "aria-hidden": "true" });
    for (const tick of ticksOf(xAxis, x)) {
      frame.append(draw("line", { x1: x(tick), x2: x(tick), y1: top, y2: bottom }), draw("text", { x: x(tick), y: bottom + 18, "text-anchor": "middle" }, shownBy(xAxis, tick)));
    }
    for (const tick of ticksOf(yAxis, y)) {
      frame.append(draw("line", { x1: left, x2: right, y1: y(tick), y2: y(tick) }), draw("text", { x: left - 8, y: y(tick) + 4, "text-anchor": "end" }, shownBy(yAxis, tick)));
    }
    frame.append(draw("text", { x: (left + right) / 2, y: this.#height - 4, "text-anchor": "middle", class: "axis-name" }, xAxis.name));
    frame.append(draw("text", { x: -(top + bottom) / 2, y: 14, "text-anchor": "middle", transform: "rotate(-90)", class: "axis-name" }, yAxis.name));
    const paths = lines.map(({ points, isStepped, hasDots }, number) => {
      const path = line(([px]) => x(px), ([, py]) => y(py)).curve(isStepped ? curveStepAfter : curveLinear)(/** @type {[number, number][]} */ (points));
      const group = draw("g", { class: `line line-${number}` }, draw("path", { d: path ?? "", "stroke-dasharray": DASHES[number % DASHES.length] }));
      if (hasDots) group.append(...points.map(([px, py]) => draw("circle", { cx: x(px), cy: y(py), r: 4 })));
      return group;
    });
    this.#svg.replaceChildren(frame, ...paths);
    this.#legend.replaceChildren(...lines.map(({ name }, number) => make("li", {}, sampleOf(number), name)));
  }
}

/** @param {number} number */
function sampleOf(number) {
  const sample = draw("svg", { viewBox: "0 0 28 8", class: "sample", "aria-hidden": "true" });
  sample.append(draw("g", { class: `line line-${number}` }, draw("path", { d: "M0 4H28", "stroke-dasharray": DASHES[number % DASHES.length] })));
  return sample;
}

/** @param {Axis} axis @param {number[]} values @param {[number, number]} range */
function scaleOf({ isLog, domain }, values, range) {
  let [least, most] = domain ?? [Math.min(...values, Infinity), Math.max(...values, -Infinity)];
  if (!(least < most)) [least, most] = isLog ? [least / 2 || 1, (least || 1) * 2] : [(Number.isFinite(least) ? least : 0) - 1, (Number.isFinite(most) ? most : 0) + 1];
  const scale = isLog ? scaleLog([least, most], range) : scaleLinear([least, most], range);
  return domain ? scale : scale.nice();
}

/** @param {Axis} axis @param {ReturnType<typeof scaleOf>} scale */
function ticksOf({ isLog }, scale) {
  const ticks = scale.ticks(5);
  return isLog && ticks.length > 7 ? ticks.filter((tick) => Number.isInteger(Math.log10(tick))) : ticks;
}

/** @param {Axis} axis @param {number} tick */
const shownBy = ({ shown }, tick) => shown?.(tick) ?? tick.toLocaleString("en");
