// Live lines in a small drawing.

const SVG = "http://www.w3.org/2000/svg";
const WIDTH = 300;
const HEIGHT = 80;

export class Chart {
  #svg;
  /** @type {Map<string, SVGPolylineElement>} */
  #lines = new Map();

  /** @param {SVGSVGElement} svg @param {string[]} lines a class for each, such as "ours" */
  constructor(svg, lines) {
    this.#svg = svg;
    svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
    svg.setAttribute("preserveAspectRatio", "none");
    for (const name of lines) {
      const line = document.createElementNS(SVG, "polyline");
      line.setAttribute("class", name);
      this.#lines.set(name, line);
    }
    svg.replaceChildren(...this.#lines.values());
  }

  /**
   * @param {Record<string, number[]>} values of each line, all of one length
   * @param {string} said the same in words
   */
  show(values, said) {
    const top = Math.max(...Object.values(values).flat(), 1e-9) * 1.1;
    for (const [name, all] of Object.entries(values)) {
      const points = all.map((value, at) => `${((at * WIDTH) / Math.max(1, all.length - 1)).toFixed(1)},${(HEIGHT - (value / top) * HEIGHT).toFixed(1)}`);
      this.#lines.get(name)?.setAttribute("points", points.join(" "));
    }
    this.#svg.setAttribute("aria-label", said);
  }
}
