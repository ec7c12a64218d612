// Elements of the Lab.

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Partial<HTMLElementTagNameMap[Tag]>} properties
 * @param {...(Node | string)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/**
 * An element of a drawing.
 *
 * @template {keyof SVGElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Record<string, string | number>} attributes
 * @param {...(Node | string)} children
 * @returns {SVGElementTagNameMap[Tag]}
 */
export function draw(tag, attributes, ...children) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {string} name @param {() => void} action @param {"primary" | "plain"} [look] */
export function button(name, action, look = "plain") {
  const made = make("button", { type: "button", className: look }, name);
  made.addEventListener("click", action);
  return made;
}

/**
 * A choice between a few.
 *
 * @template {string} Value
 * @param {string} name
 * @param {[value: Value, name: string][]} options the first is chosen
 * @param {(value: Value) => void} onChange
 */
export function choice(name, options, onChange) {
  const select = make("select", { autocomplete: "off" }, ...options.map(([value, text]) => make("option", { value }, text)));
  select.addEventListener("change", () => onChange(/** @type {Value} */ (select.value)));
  return make("label", { className: "field" }, make("span", {}, name), select);
}

/**
 * @param {string} name
 * @param {{ min: number, max: number, step: number, value: number, shown: (value: number) => string }} range
 * @param {(value: number) => void} onInput
 */
export function slider(name, { min, max, step, value, shown }, onInput) {
  const output = make("output", {}, shown(value));
  const input = make("input", { type: "range", min: String(min), max: String(max), step: String(step), autocomplete: "off" });
  input.value = String(value);
  input.setAttribute("aria-valuetext", shown(value));
  input.addEventListener("input", () => {
    output.textContent = shown(input.valueAsNumber);
    input.setAttribute("aria-valuetext", shown(input.valueAsNumber));
    onInput(input.valueAsNumber);
  });
  return make("label", { className: "field" }, make("span", {}, name), input, output);
}
